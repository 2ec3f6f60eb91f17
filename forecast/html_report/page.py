"""The content of a page, and its HTML: all texts are escaped, and the same page gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from forecast.charts.layout.chart import ChartData
from forecast.html_report.assumptions import GRADES, AssumptionBlock
from forecast.html_report.inline_figures import InlineFigure

TEMPLATE, STYLESHEET = "page.html.j2", "page.css"


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
    style = files("forecast.html_report").joinpath(STYLESHEET).read_text(encoding="utf-8")
    return environment.get_template(TEMPLATE).render(page=page, style=style, grades=GRADES)
