"""Do the notebooks run as they stand, and do they show what is stored in them?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execute import executed, settled  # type: ignore[import-not-found]  # conftest.py shows where it is

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
FEWEST, MOST = 3, 6  # charts
LARGEST = 800_000  # characters: what a code host shows without being asked twice
TEXTS = ("text/plain", "text/html")
A_MACHINE = re.compile(r"(?<![\w/:.])(/(home|root|tmp|work|usr|Users|var)/|[A-Z]:\\\\)")


def read(notebook: Path) -> Any:
    """The notebook as it is stored."""
    return nbformat.read(notebook, as_version=4)


def outputs(document: Any) -> list[Any]:
    """What all cells show, in order."""
    return [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]


def texts(document: Any) -> list[str]:
    """All that is shown in words and figures, pictures left out."""
    told = []
    for output in outputs(document):
        shown = [output.get("data", {}).get(kind) for kind in TEXTS]
        told += [text for text in (output.get("text"), *shown) if text is not None]
    return told


def pictures(document: Any) -> int:
    """The number of charts."""
    return sum("image/png" in output.get("data", {}) for output in outputs(document))


def test_there_are_five():
    assert [path.name[:2] for path in NOTEBOOKS] == ["1_", "2_", "3_", "4_", "5_"]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_says_what_is_stored(notebook: Path, tmp_path: Path):
    fresh, stored = executed(notebook, tmp_path), read(notebook)
    assert texts(fresh) == texts(stored), f"python notebooks/execute.py {notebook.name}"
    assert pictures(fresh) == pictures(stored)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_has_three_to_six_charts_and_nothing_of_a_machine(notebook: Path):
    stored, text = read(notebook), notebook.read_text(encoding="utf-8")
    assert FEWEST <= pictures(stored) <= MOST
    assert len(text) < LARGEST
    assert not A_MACHINE.search(text)
    assert " at 0x" not in text  # an object without a name of its own
    assert not re.search(r'"(iopub\.|execution_?|start_time|end_time)[^"]*": "\d', text)
    assert all(output.output_type != "error" and output.get("name") != "stderr" for output in outputs(stored))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_as_the_script_stores_it(notebook: Path):
    stored = read(notebook)
    counts = [cell.execution_count for cell in stored.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))  # executed from above to below, once
    assert nbformat.writes(settled(read(notebook))) + "\n" == notebook.read_text(encoding="utf-8")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_table_of_contents_names_it_with_its_question(notebook: Path):
    question = re.search(r"^\*\*(.+?)\*\*$", read(notebook).cells[0].source, flags=re.MULTILINE)
    assert question is not None
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"[{notebook.name}]({notebook.name})" in page
    assert question[1] in page


@pytest.mark.parametrize("text", ["/work/runs", "C:\\\\Users", '"/home/me/x"'])
def test_a_path_of_a_machine_is_found(text: str):
    assert A_MACHINE.search(text)
    assert not A_MACHINE.search("https://simpy.readthedocs.io/tmp/ and <br/>home/")
