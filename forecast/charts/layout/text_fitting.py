"""Texts measured in points before anything is drawn, and shortened, wrapped or moved apart to fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

FAMILY = "DejaVu Sans"
NO_GLYPH, ELLIPSIS = "\ufffd", "…"
HYPHEN_AS_MINUS = re.compile(r"(?<![^\s(–])-(?=\d)")  # `-3`, not `smb-3`
NAME_BREAKS = re.compile(r"(?<=[\s._/-])")  # where a name may be broken into lines
SMALL, MEDIUM, LARGE = 8.0, 9.0, 11.0  # sizes in points
LEADING = 1.3  # the height of a line, in sizes
MAX_NAME_LINES = 2


@cache
def _glyphs() -> frozenset[int]:
    """The characters that the font can write."""
    return frozenset(get_font(findfont(FAMILY)).get_charmap())


def renderable(text: str) -> str:
    """The text in one line, with a mark for each character that the font cannot write."""
    flat = "".join(letter if letter.isprintable() else " " for letter in text)
    flat = HYPHEN_AS_MINUS.sub("−", flat)
    return "".join(letter if ord(letter) in _glyphs() else NO_GLYPH for letter in flat)


@cache
def text_width(text: str, size: float = MEDIUM, weight: str = "normal") -> float:
    """The width of a text in points."""
    if not text:
        return 0.0
    font = FontProperties(family=FAMILY, size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(renderable(text), font, False)[0])


def max_text_width(texts: Sequence[str], size: float = MEDIUM, weight: str = "normal") -> float:
    """The width of the widest text in points; 0 without texts."""
    return max((text_width(text, size, weight) for text in texts), default=0.0)


def elided(text: str, width: float, size: float = MEDIUM, weight: str = "normal") -> str:
    """The text, its middle left out where it is wider than `width` points: names differ at their ends."""
    text = renderable(text)
    if text_width(text, size, weight) <= width:
        return text
    low, high = 0, len(text)
    while low < high:  # the most characters that fit
        kept = (low + high + 1) // 2
        low, high = (kept, high) if text_width(_shortened(text, kept), size, weight) <= width else (low, kept - 1)
    return _shortened(text, low)


def _shortened(text: str, kept: int) -> str:
    """`kept` characters of the text, from both of its ends."""
    tail = kept // 2
    return text[: kept - tail] + ELLIPSIS + (text[-tail:] if tail else "")


def wrapped_text(text: str, width: float, size: float = MEDIUM, weight: str = "normal") -> list[str]:
    """The text in lines of at most `width` points; a word that is wider is cut in its middle."""
    lines: list[str] = []
    for word in renderable(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(elided(word, width, size, weight))
    return lines


def folded_name(text: str, width: float, size: float = MEDIUM) -> list[str]:
    """The text in at most two lines, broken between the parts of a name; its middle left out where it is longer."""
    text = renderable(text)
    low, high = 0, len(text)
    if len(lines := _split_name(text, width, size)) <= MAX_NAME_LINES:
        return lines
    while low < high:  # the most characters that fit
        kept = (low + high + 1) // 2
        fits = len(_split_name(_shortened(text, kept), width, size)) <= MAX_NAME_LINES
        low, high = (kept, high) if fits else (low, kept - 1)
    return _split_name(_shortened(text, low), width, size)


def _split_name(text: str, width: float, size: float) -> list[str]:
    """The text in lines of at most `width` points, parts of the name kept whole if they fit on a line."""
    lines: list[str] = []
    for part in NAME_BREAKS.split(text):
        if lines and text_width(lines[-1] + part.rstrip(), size) <= width:
            lines[-1] += part
        else:
            lines.append(part)
        while text_width(lines[-1].rstrip(), size) > width and len(lines[-1]) > 1:  # one part is wider than a line
            long = lines.pop()
            kept = next((count for count in range(len(long) - 1, 1, -1) if text_width(long[:count], size) <= width), 1)
            lines += [long[:kept], long[kept:]]
    return [line.rstrip() for line in lines]


def spread_labels(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The heights, moved apart to at least `gap` and kept between `low` and `high`, in the same order."""
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    moved = [min(max(heights[place], low), high) for place in order]
    for place in range(1, len(moved)):
        moved[place] = max(moved[place], moved[place - 1] + gap)
    if moved and moved[-1] > high:
        moved[-1] = high
        for place in range(len(moved) - 2, -1, -1):
            moved[place] = min(moved[place], moved[place + 1] - gap)
    found = [0.0] * len(heights)
    for place, height in zip(order, moved, strict=True):
        found[place] = height
    return found
