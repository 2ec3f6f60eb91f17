"""Tables of figures that are whole at any width: side by side, else in parts below each other, else one figure a line.

A figure is never cut and never broken over two lines: a reader would take `88.…` for 88. Knows no terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

GAP = "  "
LONGEST_TEXT = 36  # columns of names and other texts: longer ones are wrapped
WRAPPED_TEXT, NARROWEST_TEXT = 16, 8  # to which names are wrapped to make room for figures, if need be and at most


class Line(NamedTuple):
    """A line of a screen."""

    text: str
    heading: bool = False


@dataclass
class FigureTable:
    """A table: names in the first column, then columns of figures; those in `texts` hold texts and may be wrapped."""

    title: str
    names: tuple[str, ...]
    texts: frozenset[str] = frozenset()
    rows: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def lines(self, width: int) -> list[Line]:
        """The table in lines of at most so many cells; a single figure may be longer."""
        columns = range(len(self.names) + 1)
        for fold_headings in (False, True):
            widths = [self._column_width(column, fold_headings=fold_headings) for column in columns]
            spare = width - _total(widths)
            if widths[0] + spare >= (min(WRAPPED_TEXT, widths[0]) if fold_headings else widths[0]):
                return list(self._grid(columns, [min(widths[0], widths[0] + spare), *widths[1:]], width))
        beside = width - max(widths[1:], default=0) - len(GAP)  # the room for names beside any other column
        if beside < min(NARROWEST_TEXT, widths[0]):
            return list(self._stacked(width))
        widths[0] = min(widths[0], beside, max(WRAPPED_TEXT, width // 3))
        found: list[Line] = []
        for part in _packed(widths, width):
            found += [Line("")] * bool(found)
            found += self._grid(part, [widths[each] for each in part], width)
        return found

    def _cells(self, column: int) -> list[str]:
        """The cells of a column, without its heading."""
        return [row[column] for row in self.rows]

    def _heading(self, column: int) -> str:
        """The heading of a column."""
        return self.names[column - 1] if column else self.title

    def _is_text(self, column: int) -> bool:
        """Whether the column holds texts."""
        return not column or self._heading(column) in self.texts

    def _column_width(self, column: int, *, fold_headings: bool) -> int:
        """The cells that a column takes: those of its longest figure, and of its heading, whole or word by word."""
        heading = self._heading(column)
        words = heading.split() if fold_headings else [heading]
        longest = max(map(cell_len, [*self._cells(column), ""]))
        if self._is_text(column):
            longest = min(longest, LONGEST_TEXT)
        return max([longest, *map(cell_len, words)])

    def _grid(self, columns: Sequence[int], widths: list[int], width: int) -> Iterator[Line]:
        """The columns side by side, headings first, each at the foot of its place; the first takes what is left."""
        wanted = self._column_width(0, fold_headings=False)
        widths[0] = max(widths[0], min(wanted, widths[0] + width - _total(widths)))
        headings = [
            (_folded if self._is_text(column) else wrapped_words)(self._heading(column), width)
            for column, width in zip(columns, widths, strict=True)
        ]
        high = max(map(len, headings))
        feet = [[""] * (high - len(heading)) + heading for heading in headings]
        for parts in zip(*feet, strict=True):
            yield Line(self._row_line(columns, widths, parts), heading=True)
        for row in self.rows:
            cells = [
                _folded(row[column], width) if self._is_text(column) else [row[column]]
                for column, width in zip(columns, widths, strict=True)
            ]
            high = max(map(len, cells))
            for place in range(high):
                parts = tuple(cell[place] if place < len(cell) else "" for cell in cells)
                yield Line(self._row_line(columns, widths, parts))

    def _row_line(self, columns: Sequence[int], widths: Sequence[int], parts: Sequence[str]) -> str:
        """One line of a row: texts to the left, figures to the right."""
        padded = []
        for column, width, part in zip(columns, widths, parts, strict=True):
            space = " " * (width - cell_len(part))
            padded.append(f"{part}{space}" if self._is_text(column) else f"{space}{part}")
        return GAP.join(padded).rstrip()

    def _stacked(self, width: int) -> Iterator[Line]:
        """Each row as its name, and a line for each figure."""
        yield from (Line(part, heading=True) for part in wrapped_words(self.title, width) if part)
        for row in self.rows:
            yield from map(Line, wrapped_words(row[0], width))
            lead = " " * (len(row[0]) - len(row[0].lstrip()) + 2)
            for name, cell in zip(self.names, row[1:], strict=True):
                if cell:
                    yield from map(Line, wrapped_words(f"{lead}{name}: {cell}", width, hanging=f"{lead}  "))


def wrapped_words(text: str, width: int, hanging: str = "") -> list[str]:
    """The text in lines of at most so many cells; no word is broken, and what leads the text stays in front of it."""
    first, *rest = re.findall(r"\s*\S+", text) or [text]
    lines = [first]
    for piece in rest:
        if cell_len(lines[-1] + piece) <= width:
            lines[-1] += piece
        else:
            lines.append(hanging + piece.lstrip())
    return lines


def _folded(text: str, width: int) -> list[str]:
    """A name in lines of at most so many cells; a word that is longer than a line is broken."""
    if cell_len(text) <= width:
        return [text]
    lead = text[: len(text) - len(text.lstrip())]
    pieces = [piece for word in text.split() for piece in chop_cells(word, width - len(lead))]
    lines = [lead + pieces[0]]
    for piece in pieces[1:]:
        if cell_len(lines[-1]) + 1 + cell_len(piece) <= width and piece in text.split():
            lines[-1] += f" {piece}"
        else:
            lines.append(lead + piece)
    return lines


def _total(widths: Sequence[int]) -> int:
    """The cells of a line with these columns."""
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _packed(widths: Sequence[int], width: int) -> list[list[int]]:
    """The places of the columns in parts that fit, each of them with the first column."""
    parts: list[list[int]] = []
    for column in range(1, len(widths)):
        if not parts or _total([widths[each] for each in [*parts[-1], column]]) > width:
            parts.append([0])
        parts[-1].append(column)
    return parts
