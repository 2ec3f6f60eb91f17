"""A chart: a matplotlib Figure with a title, a description in words, and the data it was drawn from.

Laid out in points, from measured texts, so that nothing overlaps whatever the names and however many panels.  Needs no
pyplot and leaves matplotlib's settings unchanged.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import NamedTuple, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

from forecast.charts.layout import text_fitting
from forecast.charts.layout.palette import GREY, INK
from forecast.charts.layout.text_fitting import LARGE, LEADING, MEDIUM, SMALL

STYLE = Path(__file__).with_name("forecast.mplstyle")
WIDTH = 460.0  # points; a column of text, and two thirds of a slide
MARGIN = 6.0
HEADER_GAP = 10.0  # between note and axes: tick labels reach half a line above the top of their axes
MARK_WIDTH = 10.0  # from the left end of a mark to its text
POINTS_PER_INCH = 72.0
SCREEN_DPI = 144
PAGE_PIXELS_PER_INCH = 96  # CSS pixels; SCREEN_DPI draws each of them finer

P = ParamSpec("P")


class ChartData(NamedTuple):
    """The data of a chart as a table of texts, numbers already formatted."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Chart(Figure):
    """A figure with a title, a description in words and its data; shows itself in Jupyter."""

    def __init__(self, title: str, note: str, body: float) -> None:
        """An empty chart; `body` is the height in points below title and note."""
        self.title, self.note = text_fitting.renderable(title), text_fitting.renderable(note)
        self.description = self.note
        self.data = ChartData((), [])
        width = WIDTH - 2 * MARGIN
        titles = text_fitting.wrapped_text(title, width, LARGE, "bold")
        notes = text_fitting.wrapped_text(note, width, SMALL)
        head = MARGIN + LARGE * LEADING * len(titles) + SMALL * LEADING * len(notes) + HEADER_GAP
        self.body, self.height = body, body + head
        super().__init__(figsize=(WIDTH / POINTS_PER_INCH, self.height / POINTS_PER_INCH))
        self.add_lines(MARGIN, self.height - MARGIN, titles, LARGE, weight="bold")
        self.add_lines(MARGIN, self.height - MARGIN - LARGE * LEADING * len(titles), notes, SMALL, color=GREY)

    def add_lines(self, left: float, top: float, texts: Sequence[str], size: float = MEDIUM, **style: str) -> None:
        """Write texts below each other, from a point of the figure downwards."""
        for place, text in enumerate(texts):
            height = top - size * LEADING * (place + 0.5)
            self.add_text(left, height, text, size, **style)

    def add_text(self, left: float, middle: float, text: str, size: float = MEDIUM, **style: str) -> None:
        """Write a text at a point of the figure: its left end (unless `ha` is given), and the middle of its height."""
        at, style = (left / WIDTH, middle / self.height), {"color": INK, "va": "center_baseline", **style}
        plain = text_fitting.renderable(text)
        self.text(*at, plain, fontsize=size, parse_math=False, **style)  # type: ignore[arg-type]  # a dollar is a dollar

    def add_key(self, left: float, middle: float, marks: Sequence[tuple[str, str, str]]) -> None:
        """Write a colour key in one line, from `left` on, or further left where it would not fit.

        A mark is (`■` or `—`, its colour, its meaning).
        """
        widths = [MARK_WIDTH + text_fitting.text_width(text, SMALL) + MARK_WIDTH for _, _, text in marks]
        left = max(MARGIN, min(left, WIDTH - MARGIN - sum(widths) + MARK_WIDTH))
        for (mark, color, text), width in zip(marks, widths, strict=True):
            self.add_text(left, middle, mark, SMALL, color=color)
            self.add_text(left + MARK_WIDTH, middle, text, SMALL, color=GREY)
            left += width

    def panel(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add axes at a place of the figure, in points from its lower left corner."""
        box = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.add_axes(box)

    def draw(self, renderer: RendererBase) -> None:
        """Draw in the package's style, also where `savefig` is called outside of it."""
        with house_style():
            super().draw(renderer)

    def svg(self) -> str:
        """The chart as SVG; the same text every time."""
        text = io.StringIO()
        with house_style():
            self.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return text.getvalue()

    def png(self, dpi: float = SCREEN_DPI) -> bytes:
        """The chart as PNG."""
        data = io.BytesIO()
        with house_style():
            self.savefig(data, format="png", dpi=dpi, metadata={"Software": None})
        return data.getvalue()

    def pdf(self) -> bytes:
        """The chart as PDF, its letters as outlines; the same bytes every time."""
        data = io.BytesIO()
        with house_style():
            self.savefig(data, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})
        return data.getvalue()

    def as_file(self, ending: str) -> bytes:
        """The bytes of a file ending in .svg, .png or .pdf."""
        return {".svg": lambda: self.svg().encode(), ".png": self.png, ".pdf": self.pdf}[ending]()

    def _repr_png_(self) -> bytes:
        """The PNG for programs that show pictures and are not Jupyter."""
        return self.png()

    def _ipython_display_(self) -> None:
        """Show the PNG at page size in Jupyter, and the description where there are no pictures.

        Needed because IPython, once pyplot is imported, draws every Figure itself: coarse, cut, or not at all.
        """
        from IPython.display import display  # noqa: PLC0415  # nobody else calls this

        size = {"image/png": {"width": round(WIDTH / POINTS_PER_INCH * PAGE_PIXELS_PER_INCH)}}
        display({"text/plain": self.description, "image/png": self.png()}, metadata=size, raw=True)  # type: ignore[no-untyped-call]


def empty_chart(title: str, note: str, sentence: str) -> Chart:
    """A chart without axes that says in a sentence why there is nothing to show."""
    lines = text_fitting.wrapped_text(sentence, WIDTH - 2 * MARGIN)
    chart = Chart(title, note, MEDIUM * LEADING * len(lines) + 2 * MARGIN)
    chart.add_lines(MARGIN, chart.body - MARGIN, lines, color=GREY)
    chart.description = sentence
    return chart


@contextmanager
def house_style() -> Iterator[None]:
    """A context in which matplotlib has the package's settings and no others."""
    with mpl.rc_context(fname=STYLE):
        yield


def styled_chart(function: Callable[P, Chart]) -> Callable[P, Chart]:
    """A decorator: the function draws in the package's style, and its layout is final when it returns."""

    @wraps(function)
    def drawing(*arguments: P.args, **options: P.kwargs) -> Chart:
        with house_style():
            chart = function(*arguments, **options)
            chart.draw_without_rendering()
        return chart

    return drawing
