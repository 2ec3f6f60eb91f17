"""How does a chart become part of a page?  Inline SVG that a screen reader can read, its ids its own."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NamedTuple

from markupsafe import Markup

from forecast.charts.chart import Chart, Data

SVG = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
DROPPED = (f"{{{SVG}}}metadata", f"{{{SVG}}}style")  # addresses of vocabularies; rules for the whole page


class Figure(NamedTuple):
    """A chart on a page."""

    name: str  # its id
    title: str
    description: str
    svg: Markup
    data: Data


def figure(name: str, chart: Chart) -> Figure:
    """The chart under a name that is unique on its page."""
    return Figure(name, chart.title, chart.description, inline(name, chart), chart.data)


def inline(name: str, chart: Chart) -> Markup:
    """The chart's drawing as an element of a page: scalable, titled and described, referring to itself only."""
    root = ET.fromstring(chart.svg())  # noqa: S314  # what matplotlib has just written
    for parent in root.iter():
        for child in [child for child in parent if child.tag in DROPPED]:
            parent.remove(child)
    for element in root.iter():
        own_names(element, name)
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


def own_names(element: ET.Element, prefix: str) -> None:
    """Nothing; ids, and references to them, begin with the figure's name."""
    if "id" in element.attrib:
        element.attrib["id"] = f"{prefix}-{element.attrib['id']}"
    if LINK in element.attrib:
        element.attrib["href"] = element.attrib.pop(LINK).replace("#", f"#{prefix}-", 1)
    for key, value in element.attrib.items():
        if "url(#" in value:
            element.attrib[key] = value.replace("url(#", f"url(#{prefix}-")
