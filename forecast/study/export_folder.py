"""Files made from a run, written into a folder all together or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from forecast.errors import InputError, Problem
from forecast.files import flush, staging, write_bytes
from forecast.user_paths import check_new_folder, user_path


class ExportedFile(NamedTuple):
    """An exported file, and what is in it."""

    path: Path
    description: str


class FileContent(NamedTuple):
    """The bytes of a file to be written."""

    name: str
    data: bytes
    description: str


def export_target(folder: str | Path | None, run_folder: Path, name: str) -> Path:
    """The folder to export to, by default the one called `name` in a run's; raises InputError where none can be."""
    target = user_path(folder) if folder is not None else run_folder / name
    if folder is None and target.is_symlink():
        raise InputError([Problem(str(target), None, None, "a link out of the run's folder", "another folder with -o")])
    check_new_folder(target)
    return target


def write_export(contents: Iterable[FileContent], target: Path) -> list[ExportedFile]:
    """Write files into a folder; what is there under other names stays."""
    with staging(target) as prepared:
        written = []
        for content in contents:
            write_bytes(prepared / content.name, content.data)
            written.append(ExportedFile(target / content.name, content.description))
        target.mkdir(parents=True, exist_ok=True)
        for each in written:
            (prepared / each.path.name).replace(each.path)
        flush(target)
    return written
