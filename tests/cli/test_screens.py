"""Is every figure of every screen whole, however narrow the terminal?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from forecast.cli import main
from forecast.cli.screens import terminal
from forecast.cli.screens.comparison_screen import _shortened
from forecast.cli.screens.figure_table import FigureTable, wrapped_words

WIDTHS = (1, 20, 40, 60, 80, 100, 200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run and a comparison of three scenarios, one of them with a long name."""
    place: Path = tmp_path_factory.mktemp("screens")
    text = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8").split('TINY = """')[1].split('"""')[0]
    (place / "tiny.yaml").write_text(text, encoding="utf-8")
    for name, price in (("cheaper than 10 USD by one half of the price that we had in 2026", 5), ("dearer", 12)):
        changed = f"extends: tiny.yaml\nname: {name}\npricing: {{paid: {price} USD}}\n"
        (place / f"p{price}.yaml").write_text(changed, encoding="utf-8")
    options = ["--engine", "simpy", "--workers", "1"]
    assert main(["run", str(place / "tiny.yaml"), *options, "-o", str(place / "run")]) == 0
    files = [str(place / f"{name}.yaml") for name in ("tiny", "p5", "p12")]
    assert main(["compare", *files, *options, "-o", str(place / "both")]) == 0
    return place


def test_use_has_rows_where_it_is_counted_and_none_where_not(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = folder / "tiny.yaml"
    text = "usage: {units: {free: 10, paid: 100}}\npricing: {usage: {price: 0.02 USD, included: {free: 5}}}\n"
    (folder / "used.yaml").write_text(f"extends: {base.name}\nname: used\n{text}", encoding="utf-8")
    assert (
        main(["run", str(folder / "used.yaml"), "--engine", "simpy", "--workers", "1", "-o", str(tmp_path / "r")]) == 0
    )
    shown = capsys.readouterr().out
    assert re.search(r"^  usage +\S", shown, re.MULTILINE)
    assert re.search(r"^usage run rate +\S", shown, re.MULTILINE)
    assert main(["report", str(tmp_path / "r"), "-o", str(tmp_path / "r.html")]) == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "of which usage" in page
    assert "usage run rate" in page
    assert main(["show", str(folder / "run")]) == 0
    assert "usage" not in capsys.readouterr().out


def figures_of(text: str) -> set[str]:
    """The words with digits, without what stands around them."""
    return {word.strip("()[],.;:") for word in text.split() if any(letter.isdigit() for letter in word)}


@pytest.mark.parametrize(
    "asked",
    [
        "show run",
        "show both",
        "sensitivity run",
        "validate tiny.yaml",
        "explain run --account smb-1 --engine simpy",
        "export run --to csv",
        "verify run -k 0",
    ],
)
def test_no_screen_cuts_or_breaks_a_figure(
    folder: Path, asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    found = {}
    for width in WIDTHS:
        monkeypatch.setenv("COLUMNS", str(width))
        assert main(asked.split()) == 0
        text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
        assert not re.search(r"[0-9.]…", text)
        found[width] = figures_of(text)
        if width >= 20:
            assert all(cell_len(line) <= width or not line.strip().count(" ") for line in text.splitlines())
    assert all(figures >= found[200] for figures in found.values())


def tables() -> Iterator[FigureTable]:
    """Tables of one to six columns, with names from short to long."""
    for count in range(1, 7):
        for name in ("a", "計画 " * 4, "a long name of several words", "x" * 50):
            table = FigureTable("the title of it", tuple(f"column {place}" for place in range(count)))
            table.rows += [(name, *(f"{place}2,345.6k (1.23M–4.56M)" for place in range(count)))]
            table.rows += [("  b", *("" for _ in range(count)))]
            yield table


@pytest.mark.parametrize("width", [20, 27, 33, 45, 60, 80, 100, 160])
def test_a_table_is_whole_at_every_width(width: int) -> None:
    for table in tables():
        lines = [line.text for line in table.lines(width)]
        assert all(cell_len(line) <= width or " " not in line.strip() for line in lines)
        words = " ".join(lines).split()
        for cell in (cell for row in table.rows for cell in row[1:]):
            assert all(word in words for word in cell.split())
        assert "".join(table.rows[0][0].split()) in "".join(" ".join(lines).split()) or table.row_count == 2


def test_figures_stand_below_each_other() -> None:
    table = FigureTable("", ("figure",), rows=[("計画", "1,000"), ("plan", "10")])
    assert [line.text for line in table.lines(40)] == ["      figure", "計画   1,000", "plan      10"]


def test_a_table_that_fits_is_one_part_and_headings_fold_before_it_is_parted() -> None:
    table = FigureTable("name", ("a long heading", "other"), rows=[("x", "1", "2")])
    assert [line.text for line in table.lines(40)] == ["name  a long heading  other", "x                  1      2"]
    assert [line.text for line in table.lines(22)][-1].split() == ["x", "1", "2"]
    assert len(table.lines(22)) == 3


def test_words_are_wrapped_whole_and_spaces_within_a_line_kept() -> None:
    assert wrapped_words("a  b", 20) == ["a  b"]
    assert wrapped_words(" 1 Jan  ab cdefghijklmnop", 10, "   ") == [" 1 Jan  ab", "   cdefghijklmnop"]
    assert wrapped_words("", 10) == [""]


def test_a_value_of_a_comparison_is_shortened_between_words() -> None:
    assert _shortened("{lognormal: {median: 30 days, sigma: 0.6789}}", 42) == "{lognormal: {median: 30 days, sigma: …"
    assert _shortened("short", 42) == "short"


def test_a_pipe_is_100_columns_wide(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    assert main(["show", str(folder / "run")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 60 < max(map(len, lines)) <= terminal.PIPED_WIDTH
