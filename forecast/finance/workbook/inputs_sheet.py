"""The sheet Inputs: the selection of path and segment, constants, and the scenario with sources and grades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from forecast.errors import Problem
from forecast.finance.formulas import CONSTANTS
from forecast.finance.sample_paths import TOTAL
from forecast.finance.statements.lines import MONEY
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import HEADER_FILL, INPUT_COLOR, MUTED_COLOR, NUMBER_FORMATS, Book
from forecast.scenario import Scenario, evidence_at
from forecast.scenario.text.yaml_tree import Node, Source, read_tree

QUANTITY = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(%?)(?: ([A-Za-z][A-Za-z ]*))?")
SPREADSHEET_DIGITS = 15  # what a spreadsheet keeps of a number; longer ones stay text


class _ScenarioInput(NamedTuple):
    """One value of the scenario with its evidence; `value` is a number where the text is one."""

    path: str
    value: float | str
    share: bool
    unit: str
    sources: str
    grade: str


def _scenario_inputs(scenario: Scenario) -> list[_ScenarioInput]:
    """The values of the resolved scenario in the order of its file."""
    problems: list[Problem] = []
    root = read_tree(scenario.resolved, Source("scenario.yaml", Path()), problems.append)
    assert root is not None
    assert not problems
    found = []
    for path, text in _tree_values(root, ""):
        value, share, unit = _parse_quantity(text)
        evidence = evidence_at(scenario.evidence, path)
        sources = " ".join(f"[{source}]" for source in evidence.sources) if evidence else ""
        found.append(_ScenarioInput(path, value, share, unit, sources, evidence.grade if evidence else ""))
    return found


def _tree_values(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """Each value of a tree with its path; a list is one value, unless its entries are blocks."""
    if isinstance(node.value, dict):
        for key, part in node.value.items():
            yield from _tree_values(part, f"{path}.{key}" if path else key)
    elif isinstance(node.value, list):
        if any(isinstance(item.value, (dict, list)) for item in node.value):
            for number, item in enumerate(node.value, 1):
                yield from _tree_values(item, f"{path}.{number}")
        else:
            yield path, ", ".join(str(item.value) for item in node.value)
    else:
        yield path, node.value


def _parse_quantity(text: str) -> tuple[float | str, bool, str]:
    """A value, whether it is a share, and its unit; any other text stays as it is."""
    match = QUANTITY.fullmatch(text)
    if match is None or len(re.sub(r"\D", "", match[1])) > SPREADSHEET_DIGITS:
        return text, False, ""
    number, percent, unit = match[1], bool(match[2]), match[3] or ""
    return float(number) / 100 if percent else float(number), percent, unit


VALUE_WIDTH = 44  # characters that fit into the column of values


def place_constants(book: Book) -> None:
    """Assign a row to each constant, before formulas refer to it."""
    first = at.PATH_LIST + len(book.paths.paths) + 3
    book.constants |= {name: first + place for place, name in enumerate(CONSTANTS)}


def write_inputs(book: Book) -> None:
    """Fill the sheet."""
    sheet = book.start_sheet(at.INPUTS)
    for column, width in enumerate((56, 44, 26, 26, 8)):
        sheet.set_column(column, column, width)
    _write_choice(book)
    _write_path_list(book)
    for name, (value, unit, purpose) in CONSTANTS.items():
        row = book.constants[name]
        sheet.write_string(row, 0, purpose, book.format())
        sheet.write_number(row, 1, value, book.format(align="right"))
        sheet.write_string(row, 2, unit, book.format(font_color=MUTED_COLOR, indent=1))
    _write_list_heading(book, book.constants["cents"] - 1, "Constants of the formulas", "value", "unit")
    row = _write_segments(book, max(book.constants.values()) + 2)
    last = _write_scenario(book, row + 1)
    sheet.freeze_panes(at.SHOWN_PATH, 0)
    sheet.print_area(0, 0, last, 4)
    sheet.fit_to_pages(1, 0)
    sheet.set_portrait()


def _write_list_heading(book: Book, row: int, *texts: str) -> None:
    """Write the heading of a list."""
    for column in range(5):
        text = texts[column] if column < len(texts) else ""
        align: dict[str, Any] = {"align": "right"} if column == 1 else {"indent": 1} if column else {}
        book.sheets[at.INPUTS].write_string(row, column, text, book.format(bold=True, bg_color=HEADER_FILL, **align))


def _write_choice(book: Book) -> None:
    """Write the two cells that the reader sets."""
    sheet, box = book.sheets[at.INPUTS], {"font_color": INPUT_COLOR, "bold": True, "border": 1, "bg_color": "#FFF8E1"}
    note = book.format(font_color=MUTED_COLOR, indent=1)
    sheet.write_string(at.SHOWN_PATH, 0, "Path shown on all sheets (select)", book.format(bold=True))
    sheet.write_string(at.SHOWN_PATH, 1, book.paths.paths[0].name, book.format(**box))
    sheet.write_string(at.SHOWN_PATH, 2, "mean, or one simulated future", note)
    last = at.PATH_LIST + len(book.paths.paths) - 1
    choice = {"validate": "list", "error_title": "Path", "error_message": "Choose one of the list."}
    sheet.data_validation(
        at.SHOWN_PATH, 1, at.SHOWN_PATH, 1, {**choice, "source": f"={at.column_reference(0, at.PATH_LIST, last)}"}
    )
    sheet.write_string(at.SHOWN_SEGMENT, 0, "Segment shown on ARR bridge and Revenue (select)", book.format(bold=True))
    sheet.write_string(at.SHOWN_SEGMENT, 1, TOTAL, book.format(**box))
    first = max(book.constants.values()) + 3
    last = first + len(book.paths.segments) - 1
    source = f"={at.column_reference(0, first, last)}"
    sheet.data_validation(
        at.SHOWN_SEGMENT, 1, at.SHOWN_SEGMENT, 1, {**choice, "error_title": "Segment", "source": source}
    )
    sheet.write_string(at.COMPANY, 0, "Segment shown on all other sheets", book.format())
    sheet.write_string(at.COMPANY, 1, TOTAL, book.format())
    book.write_status(sheet, at.ALL_CHECKS)


def _write_path_list(book: Book) -> None:
    """Write the paths: which replication each is, its headline and its discount rate."""
    sheet, headline = book.sheets[at.INPUTS], book.paths.headline
    money = headline.unit == MONEY
    title = f"{headline.label}{f', {book.paths.scenario.currency}' if money else ''}"
    _write_list_heading(book, at.PATH_LIST - 1, "Paths", "replication", title, "discount rate, yearly")
    style = book.format(
        num_format='#,##0;-#,##0;"–"' if money else NUMBER_FORMATS[headline.unit], align="left", indent=1
    )
    for row, path in enumerate(book.paths.paths, at.PATH_LIST):
        sheet.write_string(row, 0, path.name, book.format())
        if path.replication is None:
            sheet.write_string(row, 1, f"mean of {book.paths.replications}", book.format(align="right"))
        else:
            sheet.write_number(row, 1, path.replication, book.format(align="right"))
        sheet.write_number(row, 2, path.headline / 100 if money else path.headline, style)
        sheet.write_number(row, 3, path.discount_rate, book.format(num_format="0.00%", align="left", indent=1))


def _write_segments(book: Book, row: int) -> int:
    """Write the list of segments from a row on; returns the row after it."""
    _write_list_heading(book, row, "Segments")
    for name in book.paths.segments:
        row += 1
        book.sheets[at.INPUTS].write_string(row, 0, book.labels[name], book.format())
    return row + 1


def _write_scenario(book: Book, row: int) -> int:
    """Write the values of the scenario from a row on; returns the last row."""
    sheet, muted = book.sheets[at.INPUTS], book.format(font_color=MUTED_COLOR, indent=1)
    _write_list_heading(book, row, "The scenario, all defaults filled in", "value", "unit", "sources", "grade")
    for each in _scenario_inputs(book.paths.scenario):
        row += 1
        sheet.write_string(row, 0, each.path[:500], book.format())
        if isinstance(each.value, str):
            sheet.write_string(
                row, 1, each.value[:2000], book.format(font_color=INPUT_COLOR, align="right", text_wrap=True)
            )
            sheet.set_row(row, 14 * (1 + min(len(each.value), 1000) // VALUE_WIDTH))
        else:
            pattern = {"num_format": "0.0###%"} if each.share else {}
            sheet.write_number(row, 1, each.value, book.format(font_color=INPUT_COLOR, align="right", **pattern))
        for column, text in enumerate((each.unit, each.sources, each.grade), 2):
            sheet.write_string(row, column, text, muted)
    return row
