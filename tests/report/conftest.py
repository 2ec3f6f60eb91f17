"""A run in which everything happens, one with names that no page should trust, a comparison; and their reports."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "charts"))

from examples import CASES, LONG  # type: ignore[import-not-found]  # it stands beside the tests of the charts

from forecast.html_report.report import report_html
from forecast.study.compare import compare
from forecast.study.run import run


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> dict[str, Path]:
    """The folders to report on."""
    root: Path = tmp_path_factory.mktemp("reports")
    found = {}
    for name in ("usual", "nothing", "empty", "large"):
        replications = 60 if name == "usual" else None  # enough to say where the spread comes from
        (root / f"{name}.yaml").write_text(f"schema: 1\n{CASES[name]}", encoding="utf-8")
        found[name] = run(root / f"{name}.yaml", folder=root / name, workers=1, replications=replications).folder
    nasty = CASES["usual"].replace("name: usual", "name: $x$ & <b>another</b>").replace("paid: 10 USD", "paid: 11 USD")
    (root / "nasty.yaml").write_text(f"schema: 1\n{nasty}", encoding="utf-8")
    long = CASES["usual"].replace("name: usual", f"name: {LONG}_{LONG}").replace("paid: 10 USD", "paid: 9 USD")
    (root / "long.yaml").write_text(f"schema: 1\n{long}", encoding="utf-8")
    files = [root / f"{name}.yaml" for name in ("usual", "nasty", "long")]
    compare(*files, folder=root / "comparison", workers=1, replications=6)
    return {**found, "comparison": root / "comparison"}


@pytest.fixture(scope="session")
def pages(folders) -> dict[str, Path]:
    """Their reports as files."""
    found = {}
    for name, folder in folders.items():
        found[name] = folder.parent / f"{name}.html"
        found[name].write_text(report_html(folder), encoding="utf-8")
    return found
