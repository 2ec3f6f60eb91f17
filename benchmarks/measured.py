"""What is a row of the table?  What was measured, the figure, and what it must reach."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measured:
    """A figure; a wanted one that is negative is a most, else a least."""

    what: str
    figure: float
    wanted: float
    note: str
    unit: str = "x"

    @property
    def reached(self) -> bool:
        """Whether the figure is what it must be."""
        return self.figure >= self.wanted if self.wanted > 0 else self.figure <= -self.wanted

    def row(self) -> str:
        """The row of a Markdown table."""
        word = "at least" if self.wanted > 0 else "at most"
        verdict = "yes" if self.reached else "NO"
        goal = f"{word} {abs(self.wanted):g}{self.unit}"
        return f"| {self.what} | {self.figure:.3g}{self.unit} | {goal} | {verdict} | {self.note} |"


def printed(arguments: Sequence[object]) -> Any:
    """What a Python process of its own prints, read as JSON."""
    command = [sys.executable, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def child(text: str, *arguments: object) -> Any:
    """What a text prints as a Python process of its own, read as JSON."""
    return printed(["-c", text, *arguments])
