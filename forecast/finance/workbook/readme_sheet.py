"""The sheet README: what the workbook shows, how to use it, and its sheets."""

from __future__ import annotations

from forecast.analysis.formatting import FEW_REPLICATIONS, pluralize
from forecast.analysis.plausibility_text import FLAGS_HEADING, plausibility_sentences
from forecast.finance import statements
from forecast.finance.statements.lines import FLOW
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import HEADER_FILL, INPUT_COLOR, Book

SHEET_DESCRIPTIONS = {
    at.INPUTS: "select the path and the segment here; constants, and the whole scenario with its sources and grades",
    at.PATHS: "values from the simulation in whole cents, from which all sheets below are computed",
    statements.ARR.name: "opening to closing ARR, self-serve, team plans and contracts apart, conversions, CARR, teams",
    at.CHARTS: "the bridge by fiscal quarter, and ARR on every path",
    statements.REVENUE.name: "bookings, billings, revenue, deferred revenue, remaining obligations, gross margin",
    statements.CASH.name: "receivables, contribution, net cash flow, net present value",
    statements.UNIT_ECONOMICS.name: "retention, CAC, payback, magic number, LTV, each below its parts",
    statements.HEADCOUNT: "people, utilization, and how long deals wait for them",
    at.QUARTERS: "all lines by fiscal quarter",
    at.YEARS: "all lines by fiscal year",
    at.PERCENTILES: "range of each single figure; not additive",
    at.CHECKS: "what must tie, and whether it does",
    at.MANIFEST: "which run this is",
}
GRADES = (
    "Grades of sources: A a filing, named survey or paper; B quotes one; C direction only; U an assumption to replace"
)
PATHS_TEXT = (
    "The simulation played {futures} of the company, each with different chance events; one such future is called a "
    "replication. A path is one of them, or their mean. `mean` is the mean of all, in whole cents, so that it ties. "
    "P10, P50 and P90 are one real future each, chosen by {headline} ({when} the horizon): in 10%, 50% and 90% of all "
    "futures it is lower. All lines of a path belong together and tie."
)
CHOICE = (
    "Select the path and the segment on Inputs; every other sheet follows. Blue on yellow: your selection. "
    "Blue: assumptions. Black: formulas, one per row, the same in every month."
)
SIGNS = (
    "Nothing after the horizon is counted. Costs are shown negative where they enter a sum. "
    "A ratio without a denominator is blank; the line says why."
)
WARNINGS_HEADING = "Warnings and notes on the input:"
PARAGRAPH_WIDTH = 165  # characters of a line across the sheet


def write_readme(book: Book) -> None:
    """Fill the sheet."""
    sheet = book.start_sheet(at.README)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 12)
    sheet.set_column(at.HOW, at.HOW, 100)
    book.write_status(sheet, at.STATUS - 1)
    row = at.STATUS + 1
    for text in _readme_paragraphs(book):
        sheet.merge_range(row, 0, row, at.HOW, "", book.format(text_wrap=True, valign="top"))
        sheet.write_string(row, 0, text, book.format(text_wrap=True, valign="top"))
        sheet.set_row(row, 15 * (1 + len(text) // PARAGRAPH_WIDTH))
        row += 1
    row += 1
    for column, text in enumerate(("Sheet", "", "What it shows")):
        sheet.write_string(row, column, text, book.format(bold=True, bg_color=HEADER_FILL))
    for name, what in SHEET_DESCRIPTIONS.items():
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", book.format(font_color=INPUT_COLOR, underline=1), name)
        sheet.write_string(row, at.HOW, what, book.format())
    sheet.print_area(0, 0, row, at.HOW)
    sheet.fit_to_pages(1, 0)


def _readme_paragraphs(book: Book) -> list[str]:
    """What a reader has to know, a paragraph each."""
    paths, scenario = book.paths, book.paths.scenario
    months, headline = paths.calendar.months, paths.headline
    futures = pluralize(paths.replications, "simulated future")
    subject = f"{scenario.name[:200]}: {pluralize(len(months), 'month')} from {months[0].label} to {months[-1].label}"
    texts = (
        f"{subject}, in {scenario.currency}.",
        PATHS_TEXT.format(
            futures=futures, headline=headline.label, when="summed to" if headline.kind == FLOW else "at"
        ),
        f"Only {futures}: the paths P10, P50 and P90 are rough, and may be the same."
        if paths.replications < FEW_REPLICATIONS
        else "",
        CHOICE,
        "Percentiles of single figures are on a separate sheet. They do not belong to one future: do not add them up.",
        SIGNS,
        f"{GRADES}.",
    )
    flags = plausibility_sentences(book.run.plausibility, scenario.labels)
    warned = [each.sentence for each in book.run.warnings]
    return [
        *(text for text in texts if text),
        *([FLAGS_HEADING, *flags] if flags else []),
        *([WARNINGS_HEADING, *warned] if warned else []),
    ]
