"""What does a spreadsheet program make of a workbook?  LibreOffice opens it, computes every cell anew and saves it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>
"""
Cells = dict[tuple[str, str], Any]


def program() -> str | None:
    """LibreOffice's command, None where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def recalculated(path: Path, folder: Path) -> Path:
    """A copy in the folder in which every formula was computed by LibreOffice (it does not by default)."""
    command = program()
    assert command is not None
    user = folder / "profile" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    (folder / "out").mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    arguments = [
        command,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder / "out"),
    ]
    subprocess.run(
        [*arguments, str(path)], check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(folder)}
    )
    return folder / "out" / path.name


def values_of(path: Path) -> Cells:
    """What each cell shows."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def formulas_of(path: Path) -> dict[tuple[str, str], str]:
    """The formula of each cell that has one."""
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
