"""What all screens share: the console, tables of figures, and phrases that are worded alike everywhere.

Knows no run and no scenario.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from forecast.cli.screens.figure_table import FigureTable, Line, wrapped_words
from forecast.cli.streams import as_shown, write_line
from forecast.errors import printable

if TYPE_CHECKING:
    from forecast.scenario.records import Labels

PIPED_WIDTH, NARROWEST = 100, 20
REPRODUCTION_NOTE = "R: new trials that one trial brings about; above 1, use spreads by itself."


class Screen:
    """stdout as it is now: lines are wrapped between words, and tables laid out so that every figure is whole.

    Not coloured, and 100 columns wide, where it is no terminal.
    """

    def __init__(self) -> None:
        width = None if sys.stdout.isatty() else PIPED_WIDTH
        self.console = Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)
        self.width = max(self.console.width, NARROWEST)

    def print(self, item: FigureTable | str = "", style: str = "") -> None:
        """Write a table, or a text in a style."""
        for line in self._lines(item):
            written = Text(line.text, style="bold" if line.heading else style)
            self.console.print(written, soft_wrap=True)

    def _lines(self, item: FigureTable | str) -> Iterator[Line]:
        """What is written, in lines."""
        if isinstance(item, FigureTable):
            yield from item.lines(self.width)
        else:
            hanging = " " * (len(item) - len(item.lstrip(" -")))
            yield from map(Line, wrapped_words(item, self.width, hanging))


def print_lines(lines: Iterable[str], hanging: int = 2) -> None:
    """Write lines as they are, but wrapped between words on a terminal, what follows so far to the right."""
    screen = Screen() if sys.stdout.isatty() else None
    for line in lines:
        if screen is None:
            write_line(printable(line))
        else:
            indent = hanging if screen.width > 3 * hanging else 2
            for part in wrapped_words(plain_line(line), screen.width, " " * indent):
                write_line(part)


def plain_line(text: str) -> str:
    """The text as stdout will show it, in one line, with nothing in it that would change the terminal."""
    return as_shown(printable(text))


def print_flags(screen: Screen, flags: Iterable[Mapping[str, Any]], labels: Labels) -> None:
    """Write what lies outside of published ranges, a sentence each; nothing where nothing does."""
    from forecast.analysis.plausibility_text import FLAGS_HEADING, plausibility_sentences  # noqa: PLC0415  # slow

    sentences = plausibility_sentences(flags, labels)
    if sentences:
        screen.print()
        screen.print(plain_line(FLAGS_HEADING))
    for sentence in sentences:
        screen.print(plain_line(f"- {sentence}"))


def figure_table(title: str, *names: str, texts: Collection[str] = ()) -> FigureTable:
    """A table whose first column is text and whose others are figures, but for those that are listed as texts."""
    return FigureTable(plain_line(title), tuple(map(plain_line, names)), frozenset(texts))


def add_row(table: FigureTable, *cells: str) -> None:
    """Append a row to a table, its texts as they are."""
    table.rows.append(tuple(map(plain_line, cells)))
