"""Does `forecast explain --chart` draw the account's life, and refuse what it cannot write before it simulates?"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from forecast.cli import main

ASKED = ("--account", "smb-2", "--replication", "1", "--engine", "simpy")


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("PDF", b"%PDF")])
def test_the_ending_decides_what_the_chart_is(tiny: Path, capsys, ending: str, begins: bytes) -> None:
    assert main(["explain", "tiny.yaml", *ASKED]) == 0
    told = capsys.readouterr()
    assert main(["explain", "tiny.yaml", *ASKED, "--chart", f"life.{ending}"]) == 0
    shown = capsys.readouterr()
    assert shown.out == told.out
    assert shown.err == f"The chart is in life.{ending}\n"
    assert Path(f"life.{ending}").read_bytes().startswith(begins)
    assert {path.name for path in tiny.parent.iterdir()} == {"tiny.yaml", f"life.{ending}"}


def test_a_run_s_folder_gives_the_same_chart_as_its_file(tiny: Path) -> None:
    assert main(["run", "tiny.yaml", "--engine", "simpy", "--workers", "1", "-o", "out"]) == 0
    for source, chart in (("tiny.yaml", "file.svg"), ("out", "folder.svg")):
        assert main(["explain", source, *ASKED, "--chart", chart]) == 0
    assert Path("file.svg").read_bytes() == Path("folder.svg").read_bytes()
    root = ET.fromstring(Path("file.svg").read_text(encoding="utf-8"))  # noqa: S314  # our own
    assert sum(element.tag.endswith("}path") for element in root.iter()) > 50


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No simulation is allowed."""

    def fail(*_: object) -> None:
        raise AssertionError("it was simulated")

    monkeypatch.setattr("forecast.history.explain.account_lines", fail)
    monkeypatch.setattr("forecast.history.explain.load", fail)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("name", ["life.jpg", "life", ".svg", "life.svg.gz"])
def test_an_unknown_ending_is_refused_before_anything_is_simulated(tiny: Path, capsys, name: str) -> None:
    assert main(["explain", "tiny.yaml", *ASKED, "--chart", name]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"--chart: found `{name}`; expected a file that ends in .svg, .png or .pdf\n"
    assert shown.out == ""
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("place", ["nowhere/life.svg", "tiny.yaml/life.svg"])
def test_a_folder_that_is_not_there_is_one_sentence(tiny: Path, capsys, place: str) -> None:
    assert main(["explain", "tiny.yaml", *ASKED, "--chart", place]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"{place}: found no folder `{Path(place).parent}`; expected a file in a folder that exists\n"
    assert shown.out == ""


def test_a_chart_that_cannot_be_written_leaves_nothing(tiny: Path, capsys) -> None:
    Path("life.svg").mkdir()
    assert main(["explain", "tiny.yaml", *ASKED, "--chart", "life.svg"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert {path.name for path in tiny.parent.iterdir()} == {"tiny.yaml", "life.svg"}


def test_an_unknown_account_is_refused_and_no_chart_is_written(tiny: Path, capsys) -> None:
    assert main(["explain", "tiny.yaml", "--account", "smb-22", "--chart", "life.svg"]) == 2
    assert "expected an account: smb-1 to smb-6, enterprise-1 to enterprise-2" in capsys.readouterr().err
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]
