"""The sheet Checks: roll-forwards, segments and total, workbook and simulation, and a master cell for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forecast.finance import statements
from forecast.finance.sample_paths import TOTAL
from forecast.finance.statements.arr import MOVEMENT_LINES
from forecast.finance.statements.lines import FLOW
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import HEADER_FILL, MUTED_COLOR, OK_COLOR, Book
from forecast.finance.workbook.paths_sheet import KEY_COLUMN
from forecast.model.arr_parts import ARR_PARTS

ARR, REVENUE, CASH = (definition.name for definition in (statements.ARR, statements.REVENUE, statements.CASH))
ROLL_FORWARDS = (  # sheet, opening, closing, and the simulated metric
    (ARR, "arr_opening", "arr", "arr_cents"),
    *(
        (ARR, f"{part.balance.removesuffix('_cents')}_opening", part.balance.removesuffix("_cents"), part.balance)
        for part in ARR_PARTS
    ),
    (ARR, "contracts_opening", "contracts", "contracts"),
    (ARR, "paying_teams_opening", "paying_teams", "paying_teams"),
    (REVENUE, "deferred_opening", "deferred_revenue", "deferred_revenue_cents"),
    (REVENUE, "rpo_opening", "rpo", "rpo_cents"),
    (CASH, "receivables_opening", "receivables", "receivables_cents"),
)
SUMS = (  # sheet, a line, and the lines that make it
    (ARR, "arr", tuple(part.balance.removesuffix("_cents") for part in ARR_PARTS)),
    (CASH, "operating_result", ("company_revenue", "costs_paid")),
)
CONTROL_LINES = (  # sheet, line: compared with the total of the simulation
    (ARR, "arr"),
    *((ARR, line.code) for line in MOVEMENT_LINES),
    (ARR, "arr_absorbed"),
    (ARR, "team_absorbed_arr"),
    *((ARR, part.balance.removesuffix("_cents")) for part in ARR_PARTS),
    (ARR, "contracts"),
    (REVENUE, "bookings"),
    (REVENUE, "revenue"),
    (REVENUE, "team_revenue"),
    (REVENUE, "usage_revenue"),
    (REVENUE, "cost_of_usage"),
    (REVENUE, "billings"),
    (REVENUE, "deferred_revenue"),
    (REVENUE, "rpo"),
    (CASH, "receivables"),
    (CASH, "cash_collected"),
    (CASH, "contribution"),
    (CASH, "net_cash_flow"),
    (CASH, "cash_balance"),
    (CASH, "cash_trough"),
    (CASH, "npv"),
)
PERIOD_FLOWS = (*((ARR, line.code) for line in MOVEMENT_LINES), (REVENUE, "revenue"), (CASH, "net_cash_flow"))
PERIOD_STOCKS = ((ARR, "arr"), (REVENUE, "deferred_revenue"), (CASH, "cash_balance"))


class Check(NamedTuple):
    """A difference that should be 0, and its formula."""

    what: str
    how: str
    difference: str


def write_checks(book: Book) -> None:
    """Fill the sheet: the list of checks, then the control totals that some of them use."""
    sheet = book.start_sheet(at.CHECKS, "every difference is rounded to the digits given on Inputs and must be 0")
    for column, width in enumerate((62, 12, 62, 16)):
        sheet.set_column(column, column, width)
    controls = len(list(_all_checks(book, 0))) + at.CHECK_LIST + 4
    found = list(_all_checks(book, controls))
    last = at.CHECK_LIST + len(found) - 1
    sheet.write_string(at.MASTER_CHECK, 0, "All checks", book.format(bold=True, font_size=13))
    results = at.column_reference(1, at.CHECK_LIST, last)
    master = f'=IF(COUNTIF({results},"ok")=ROWS({results}),"ok","CHECK")'
    sheet.write_formula(at.MASTER_CHECK, 1, master, book.format(bold=True, font_size=13, font_color=OK_COLOR), "ok")
    for column, text in enumerate(("Check", "Result", "How", "Difference")):
        sheet.write_string(at.CHECK_LIST - 1, column, text, book.format(bold=True, bg_color=HEADER_FILL))
    digits = at.cell_reference(at.INPUTS, book.constants["digits"], 1)
    for row, check in enumerate(found, at.CHECK_LIST):
        sheet.write_string(row, 0, check.what, book.format())
        sheet.write_formula(
            row,
            1,
            f'=IF(ISNUMBER(D{row + 1}),IF(D{row + 1}=0,"ok","CHECK"),"CHECK")',
            book.format(font_color=OK_COLOR),
            "ok",
        )
        sheet.write_string(row, 2, check.how, book.format(font_color=MUTED_COLOR))
        sheet.write_formula(row, 3, f"=ROUND({check.difference},{digits})", book.format(num_format="0.00"), 0)
    book.mark_failures(sheet, at.MASTER_CHECK, 1, at.MASTER_CHECK, 1)
    book.mark_failures(sheet, at.CHECK_LIST, 1, last, 1)
    end = _write_control_totals(book, controls)
    sheet.freeze_panes(at.CHECK_LIST, 0)
    sheet.print_area(0, 0, end, 3)
    sheet.fit_to_pages(1, 0)


def _all_checks(book: Book, controls: int) -> Iterator[Check]:
    """All checks; `controls` is the row of the first control total."""
    yield from _roll_forward_checks(book)
    for sheet, code, parts in SUMS:
        pieces = "-".join(_months_reference(book, sheet, part) for part in parts)
        total = " + ".join(part.replace("_", " ") for part in parts)
        yield Check(
            f"{sheet}: {code.replace('_', ' ')}",
            f"equals {total}, every month",
            _total_difference(f"{_months_reference(book, sheet, code)}-{pieces}"),
        )
    yield from _period_checks(book)
    differences = at.column_reference(book.last + 2, at.BODY, book.last_path, at.PATHS)
    what = "how many metrics of a path differ"
    yield Check("Paths: segments = total", what, f"SUMPRODUCT(--({differences}<>0))")
    yield from _control_total_checks(book, controls)
    for name in book.names:
        if name in book.rows:
            area = at.range_reference(at.BODY, 0, max(book.rows[name].values()), book.last, name)
            yield Check(f"{name}: no errors", "cells that hold an error", f"SUMPRODUCT(--ISERROR({area}))")


def _roll_forward_checks(book: Book) -> Iterator[Check]:
    """Each closing is the simulated balance, and each opening the closing before it."""
    for sheet, opening, closing, metric in ROLL_FORWARDS:
        cents = f"/{at.cell_reference(at.INPUTS, book.constants['cents'], 1)}" if metric.endswith("_cents") else ""
        shown = at.cell_reference(at.INPUTS, at.COMPANY if sheet == CASH else at.SHOWN_SEGMENT, 1)
        key = f'{at.cell_reference(at.INPUTS, at.SHOWN_PATH, 1)}&"|"&{shown}&"|{metric}"'
        place = f"MATCH({key},{at.column_reference(KEY_COLUMN, at.BODY, book.last_path, at.PATHS)},0)"
        area = at.range_reference(at.BODY, at.OPENING, book.last_path, book.last, at.PATHS)
        name = closing.replace("_", " ")
        rolled = _months_reference(book, sheet, closing, at.OPENING)
        yield Check(
            f"{sheet}: closing {name}",
            "equals the simulation, every month",
            _total_difference(f"{rolled}-INDEX({area},{place},0){cents}"),
        )
        before = at.row_reference(book.rows[sheet][closing], at.OPENING, book.last - 1, sheet)
        yield Check(
            f"{sheet}: opening {name}",
            "the closing of the month before",
            _total_difference(f"{_months_reference(book, sheet, opening)}-{before}"),
        )


def _period_checks(book: Book) -> Iterator[Check]:
    """Quarters and years add up to the months, and end where the months do."""
    for name in (at.QUARTERS, at.YEARS):
        count = len(book.paths.calendar.quarters if name == at.QUARTERS else book.paths.calendar.years)
        last = at.FIRST_PERIOD + count - 1
        for sheet, code in PERIOD_FLOWS:
            whole = at.row_reference(book.rows[name][code], at.FIRST_PERIOD, last, name)
            yield Check(
                f"{name}: {code.replace('_', ' ')}",
                f"the sum of the months of {sheet}",
                f"ABS({_strict_sum(whole)}-{_strict_sum(_months_reference(book, sheet, code))})",
            )
        for sheet, code in PERIOD_STOCKS:
            end = at.cell_reference(name, book.rows[name][code], last)
            month = at.cell_reference(sheet, book.rows[sheet][code], book.last)
            yield Check(f"{name}: {code.replace('_', ' ')}", f"ends where {sheet} ends", f"ABS({end}-{month})")


def _control_total_checks(book: Book, controls: int) -> Iterator[Check]:
    """Totals of the sheets equal those of the simulation's tables."""
    last = controls + len(list(_control_totals(book))) - 1
    keys, values = at.column_reference(0, controls, last), at.column_reference(3, controls, last)
    for sheet, code in CONTROL_LINES:
        if code not in book.rows[sheet]:
            continue  # nobody uses what is counted
        shown = at.cell_reference(at.INPUTS, at.COMPANY if sheet == CASH else at.SHOWN_SEGMENT, 1)
        key = f'{at.cell_reference(at.INPUTS, at.SHOWN_PATH, 1)}&"|"&{shown}&"|{code}"'
        kind = next(each.kind for definition in book.paths.statements for each in definition.lines if each.code == code)
        months = _months_reference(book, sheet, code)
        here = _strict_sum(months) if kind == FLOW else at.cell_reference(sheet, book.rows[sheet][code], book.last)
        how = "total equals the simulation (below)" if kind == FLOW else "last month equals the simulation (below)"
        yield Check(f"{sheet}: {code.replace('_', ' ')}", how, f"ABS({here}-INDEX({values},MATCH({key},{keys},0)))")


def _control_totals(book: Book) -> Iterator[tuple[str, str, float]]:
    """Key, label and simulated figure of each control line, for each path and segment."""
    for place, path in enumerate(book.paths.paths):
        for definition in book.paths.statements:
            for each in definition.lines:
                if (definition.name, each.code) not in CONTROL_LINES:
                    continue
                for name in (TOTAL,) if definition.company else book.paths.segments:
                    values = book.values[definition.name][each.code][1:, place, book.paths.rows.index(name)]
                    figure = float(values.sum()) if each.kind == FLOW else float(values[-1])
                    shown = book.cell_value(each, figure)
                    assert not isinstance(shown, str)
                    yield f"{path.name}|{book.labels[name]}|{each.code}", each.label, shown


def _write_control_totals(book: Book, row: int) -> int:
    """Write the control totals from a row on; returns the last row."""
    sheet = book.sheets[at.CHECKS]
    for column, text in enumerate(("Control totals of the simulation (path|segment|line)", "", "Line", "Value")):
        sheet.write_string(row - 1, column, text, book.format(bold=True, bg_color=HEADER_FILL))
    for key, label, value in _control_totals(book):
        sheet.write_string(row, 0, key, book.format())
        sheet.write_string(row, 2, label, book.format(font_color=MUTED_COLOR))
        sheet.write_number(row, 3, value, book.format(num_format="#,##0.00"))
        row += 1
    return row - 1


def _months_reference(book: Book, sheet: str, code: str, first: int = at.FIRST_PERIOD) -> str:
    """A reference to all months of a line, for formulas on another sheet."""
    return at.row_reference(book.rows[sheet][code], first, book.last, sheet)


def _strict_sum(cells: str) -> str:
    """The sum of cells that must all be numbers: SUM would skip a text, this is an error."""
    return f"SUMPRODUCT(1*{cells})"


def _total_difference(difference: str) -> str:
    """The formula of the absolute difference of two rows, summed over months."""
    return f"SUMPRODUCT(ABS({difference}))"
