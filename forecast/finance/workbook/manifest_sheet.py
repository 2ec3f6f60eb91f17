"""The sheet Manifest: which run the workbook comes from, and how to repeat it."""

from __future__ import annotations

from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import MUTED_COLOR, Book

MANIFEST_FIELDS = ("scenario", "scenario_sha256", "seed", "replications", "engine", "events")
HASHED_FILES = ("scenario.yaml", "monthly.parquet", "resources.parquet")


def write_manifest(book: Book) -> None:
    """Fill the sheet."""
    sheet, manifest = book.start_sheet(at.MANIFEST), book.run.manifest
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 12)
    sheet.set_column(at.HOW, at.HOW, 90)
    book.write_status(sheet, at.STATUS)
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
