"""What is this file, and where does it come from?  The sheets README and Manifest."""

from __future__ import annotations

from forecast.analysis.formatting import pluralize
from forecast.finance.statements.lines import FLOW
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import HEADER_FILL, INPUT_COLOR, MUTED_COLOR, Book

SHEET_DESCRIPTIONS = {
    at.INPUTS: "choose the path and the segment here; the constants and the whole scenario with its sources and grades",
    at.PATHS: "what the simulation gave: values in whole cents, from which all sheets below are computed",
    "ARR bridge": "from opening to closing ARR, CARR, absorbed ARR, contracts",
    at.CHARTS: "the bridge by fiscal quarter, and ARR on every path",
    "Revenue and deferred": "bookings, billings, revenue, deferred revenue, remaining obligations, gross margin",
    "Cash": "receivables, contribution, net cash flow, net present value",
    "Unit economics": "retention, CAC, payback, magic number, lifetime value: each below its numerator and denominator",
    "Headcount": "people, how busy they are, and how long deals wait for them",
    at.QUARTERS: "all lines by fiscal quarter",
    at.YEARS: "all lines by fiscal year",
    at.PERCENTILES: "how sure each single figure is; not additive",
    at.CHECKS: "what must tie, and whether it does",
    at.MANIFEST: "which run this is",
}
GRADES = (
    "Grades: A a filing, named survey or paper; B quotes one; C direction only; U an assumption: put your own figure"
)
PATHS_TEXT = (
    "A path is one future of the company. `mean` is the mean of all replications, in whole cents, so that it ties. "
    "P10, P50 and P90 are one real replication each, from the middle of its rank window by {headline} "
    "({when} the horizon): all of its lines belong together and tie."
)
CHOICE = (
    "Choose the path and the segment on Inputs; every other sheet follows. Blue on yellow: set it. Blue: assumptions. "
    "Black: formulas, one in a row, the same in every month."
)
SIGNS = (
    "Nothing after the horizon is counted. Costs that enter the statements negative are shown negative. "
    "A ratio without a denominator is blank; the line says why."
)
PARAGRAPH_WIDTH = 165  # letters of a line across the sheet
MANIFEST_FIELDS = ("scenario", "scenario_sha256", "seed", "replications", "engine", "events")
HASHED_FILES = ("scenario.yaml", "monthly.parquet", "resources.parquet")


def write_readme(book: Book) -> None:
    """Nothing; the sheet is filled."""
    sheet = book.title(at.README)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 12)
    sheet.set_column(at.HOW, at.HOW, 100)
    book.status(sheet, at.STATUS - 1)
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
    """What a reader has to know."""
    paths, scenario = book.paths, book.paths.scenario
    months, headline = paths.calendar.months, paths.headline
    few = pluralize(paths.replications, "replication")
    spoken = f"{scenario.name[:200]}: {pluralize(len(months), 'month')} from {months[0].label} to {months[-1].label}"
    texts = (
        f"{spoken}, in {scenario.currency}.",
        PATHS_TEXT.format(headline=headline.label, when="summed to" if headline.kind == FLOW else "at"),
        f"Only {few}: the paths P10, P50 and P90 are rough, and may be the same." if paths.replications < 30 else "",
        CHOICE,
        "Percentiles of single figures are on their own sheet. They belong to no common future: never add them up.",
        SIGNS,
        f"{GRADES}.",
    )
    return [text for text in texts if text]


def write_manifest(book: Book) -> None:
    """Nothing; the sheet is filled."""
    sheet, manifest = book.title(at.MANIFEST), book.run.manifest
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 12)
    sheet.set_column(at.HOW, at.HOW, 90)
    book.status(sheet, at.STATUS)
    facts = {name: manifest.get(name) for name in MANIFEST_FIELDS}
    versions, files = manifest.get("versions") or {}, manifest.get("files") or {}
    facts["forecast"] = versions.get("forecast")
    facts |= {f"SHA-256 of {name}": files.get(name) for name in HASHED_FILES}
    facts["headline of the paths"] = book.paths.headline.code
    facts |= {f"replication of {each.name}": each.replication for each in book.paths.paths[1:]}
    again = f"forecast run scenario.yaml --seed {manifest['seed']} -n {manifest['replications']}"
    facts["to repeat"] = f"{again}; scenario.yaml is in the run's folder"
    for row, (name, value) in enumerate(facts.items(), at.STATUS + 2):
        sheet.write_string(row, 0, str(name), book.format(font_color=MUTED_COLOR))
        sheet.write_string(row, at.HOW, str(value)[:2000], book.format())
    sheet.print_area(0, 0, at.STATUS + 2 + len(facts), at.HOW)
    sheet.fit_to_pages(1, 0)
