"""Execute the notebooks again and store what they show: `python notebooks/execute.py`, or some of them by their names.

The same notebook gives the same text on every machine: no times, no versions, no folder of this machine.  Runs are
written into a folder that is gone afterwards.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
LONGEST = 600  # seconds of a cell; a first run compiles the engine
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def executed(notebook: Path, folder: Path) -> Any:
    """The notebook with fresh outputs, played in a folder; raises CellExecutionError when a cell fails."""
    document: Any = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(document, timeout=LONGEST, kernel_name="python3", resources=where, coalesce_streams=True)
    client.execute()
    return settled(document)


def settled(document: Any) -> Any:
    """The notebook without what differs from one execution to the next."""
    document.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for place, cell in enumerate(document.cells, 1):
        cell.id, cell.metadata = f"cell-{place:02d}", {}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_empty(output)]
    return document


def is_empty(output: Any) -> bool:
    """Whether an output shows nothing: what is left of the bar of a run that took a while."""
    return output.output_type == "display_data" and not any(output.data.values())


def notebooks(names: list[str]) -> list[Path]:
    """Those of the names, all of them where there are none."""
    return [HERE / Path(name).name for name in names] or sorted(HERE.glob("*.ipynb"))


if __name__ == "__main__":
    for path in notebooks(sys.argv[1:]):
        with tempfile.TemporaryDirectory() as scratch:
            fresh = executed(path, Path(scratch))
        nbformat.write(fresh, path)  # type: ignore[no-untyped-call]
        print(f"{path.name}: {len(fresh.cells)} cells")
