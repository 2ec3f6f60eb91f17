"""Are charts drawn whatever MPLBACKEND says, and is a valid one left to pyplot?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAW = """
import os
from forecast.charts.layout.chart import empty_chart
chart = empty_chart("title", "note", "sentence")
assert chart.png() and chart.svg() and chart.pdf()
import matplotlib
print(os.environ["MPLBACKEND"], matplotlib.rcParams._get_backend_or_none() or "auto")
"""


@pytest.mark.parametrize(
    ("backend", "for_pyplot"),
    [
        ("none_such", "auto"),
        ("module://none_such.backend", "module://none_such.backend"),
        ("module://matplotlib_inline.backend_inline", "module://matplotlib_inline.backend_inline"),
        ("tkagg", "tkagg"),  # there is no display
        ("svg", "svg"),
        ("", "auto"),
    ],
)
def test_files_are_drawn_whatever_the_backend(backend: str, for_pyplot: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    environment = {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "MPLBACKEND": backend}
    done = subprocess.run([sys.executable, "-c", DRAW], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == f"{backend} {for_pyplot}".strip()
