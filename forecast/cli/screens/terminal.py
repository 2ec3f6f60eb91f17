"""What all screens share: the console, tables of figures, and phrases that are worded alike everywhere.

Knows no run and no scenario.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from forecast.cli.streams import as_shown
from forecast.errors import printable

if TYPE_CHECKING:
    from forecast.scenario.records import Labels

PIPED_WIDTH = 100
REPRODUCTION_NOTE = "R: new trials that one trial brings about; above 1, use spreads by itself."


def output_console() -> Console:
    """The console of stdout as it is now; not coloured, and 100 columns wide, when it is no terminal."""
    piped = not sys.stdout.isatty()
    return Console(file=sys.stdout, width=PIPED_WIDTH if piped else None, highlight=False, markup=False, emoji=False)


def plain_line(text: str) -> Text:
    """The text as it is, in one line: no markup, and nothing in it that would change the terminal."""
    return Text(as_shown(printable(text)))


def print_flags(screen: Console, flags: Iterable[Mapping[str, Any]], labels: Labels) -> None:
    """Write what lies outside of published ranges, a sentence each; nothing where nothing does."""
    from forecast.analysis.plausibility_text import FLAGS_HEADING, plausibility_sentences  # noqa: PLC0415  # slow

    sentences = plausibility_sentences(flags, labels)
    if sentences:
        screen.print()
        screen.print(plain_line(FLAGS_HEADING))
    for sentence in sentences:
        screen.print(plain_line(f"- {sentence}"))


def figure_table(title: str, *names: str) -> Table:
    """A table whose first column is text and whose others are figures."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(plain_line(title), no_wrap=True)
    for name in names:
        table.add_column(plain_line(name), justify="right")
    return table


def add_row(table: Table, *cells: str) -> None:
    """Append a row to a table, its texts as they are."""
    table.add_row(*(plain_line(cell) for cell in cells))
