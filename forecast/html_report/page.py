"""The content of a page, and its HTML: all texts are escaped, and the same page gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from forecast.charts.layout.chart import ChartData
from forecast.html_report.assumptions import GRADES, AssumptionBlock
from forecast.html_report.inline_figures import InlineFigure

TEMPLATE, STYLESHEET = "page.html.j2", "page.css"
MAX_COLUMNS = 10  # of a table, which the width of a printed page holds
CODE = re.compile(r"`([^`]+)`")


class PageTable(NamedTuple):
    """A table that is always visible."""

    caption: str
    data: ChartData


class PageSection(NamedTuple):
    """A heading and its figures."""

    name: str
    heading: str
    figures: list[InlineFigure]


class Page(NamedTuple):
    """The content of a report."""

    title: str
    about: str
    span: str
    answer: list[str]
    tables: list[PageTable]
    sections: list[PageSection]
    evidence: str
    blocks: list[AssumptionBlock]  # of assumptions
    changes: list[tuple[str, ChartData]]  # of a comparison: what differs from the base, by scenario
    facts: list[tuple[str, str]]
    repeat: list[str]
    flags: Sequence[str] = ()  # figures outside of published ranges
    warnings: Sequence[str] = ()  # and notes on the input


def _code_parts(sentence: str) -> list[tuple[str, bool]]:
    """The parts of a sentence, and whether each is a path or a value, which a sentence has between backquotes."""
    return [(text, place % 2 == 1) for place, text in enumerate(CODE.split(sentence)) if text]


def render_page(page: Page) -> str:
    """The HTML of a page, complete in one file."""
    environment = Environment(
        loader=PackageLoader("forecast.html_report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["parts"] = _table_parts
    environment.filters["code_parts"] = _code_parts
    style = files("forecast.html_report").joinpath(STYLESHEET).read_text(encoding="utf-8")
    return environment.get_template(TEMPLATE).render(page=page, style=style, grades=GRADES)


def _table_parts(data: ChartData) -> Iterator[ChartData]:
    """The table in parts that fit on paper, each with the first column and an equal share of the others."""
    others = len(data.columns) - 1
    count = max(1, -(-others // (MAX_COLUMNS - 1)))
    share = -(-others // count)
    for first in range(1, others + 1, share):
        rows = [(row[0], *row[first : first + share]) for row in data.rows]
        yield ChartData((data.columns[0], *data.columns[first : first + share]), rows)
