"""Charts as inline SVG for a page: readable by screen readers, with unique ids."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NamedTuple

from markupsafe import Markup

from forecast.charts.layout.chart import Chart, ChartData

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
DROPPED_TAGS = (f"{{{SVG}}}metadata", f"{{{SVG}}}style")  # addresses of vocabularies; rules for the whole page


class InlineFigure(NamedTuple):
    """A chart on a page."""

    name: str  # its id
    title: str
    description: str
    svg: Markup
    data: ChartData


def inline_figure(name: str, chart: Chart) -> InlineFigure:
    """A chart under a name that is unique on its page."""
    return InlineFigure(name, chart.title, chart.description, inline_svg(name, chart), chart.data)


def inline_svg(name: str, chart: Chart) -> Markup:
    """The SVG of a chart as an element of a page: scalable, titled and described, with references to itself only."""
    root = ET.fromstring(chart.svg())  # noqa: S314  # written by matplotlib just now
    for parent in root.iter():
        for child in [child for child in parent if child.tag in DROPPED_TAGS]:
            parent.remove(child)
    for element in root.iter():
        _prefix_ids(element, name)
        element.tag = element.tag.removeprefix(f"{{{SVG}}}")
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-description"})
    words = []
    for tag, text in (("title", chart.title), ("desc", chart.description)):
        element = ET.Element(tag, {"id": f"{name}-{'title' if tag == 'title' else 'description'}"})
        element.text = text
        words.append(element)
    root[:0] = words
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  # the serializer has escaped every text


def _prefix_ids(element: ET.Element, prefix: str) -> None:
    """Prefix ids, and references to them, with the name of the figure."""
    if "id" in element.attrib:
        element.attrib["id"] = f"{prefix}-{element.attrib['id']}"
    if XLINK_HREF in element.attrib:
        element.attrib["href"] = element.attrib.pop(XLINK_HREF).replace("#", f"#{prefix}-", 1)
    for key, value in element.attrib.items():
        if "url(#" in value:
            element.attrib[key] = value.replace("url(#", f"url(#{prefix}-")
