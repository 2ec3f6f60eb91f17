"""Numbers, amounts, shares, ranges and names as text, for every screen, chart and page.  Knows no result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

FEW_REPLICATIONS = 30  # with fewer, percentiles are rough
UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def humanize(name: str) -> str:
    """A name of the file as words."""
    return name.replace("_", " ")


def with_article(name: str) -> str:
    """`a counsel`, `an account executive`."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def pluralize(number: int, one: str, many: str = "") -> str:
    """`1 trial`, `3 trials`, `12,000 seats`.

    >>> pluralize(1, "trial"), pluralize(12_000, "seat")
    ('1 trial', '12,000 seats')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def count_futures(replications: int) -> str:
    """`1,000 simulated futures (replications)`: the word of the field, and what it means."""
    return pluralize(replications, "simulated future (replication)", "simulated futures (replications)")


def format_days(days: float) -> str:
    """`less than a day`, `1 day`, `21 days`."""
    return "less than a day" if days < 0.5 else pluralize(round(days), "day")


def format_full_amount(cents: int, currency: str) -> str:
    """Money in full: `USD 18,720`, with cents only where there are any."""
    whole, part = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}{currency} {whole:,}" + (f".{part:02d}" if part else "")


def format_money(cents: float | None) -> str:
    """Money in three or four digits: `812`, `1.25M`, `-34.0k`, `0.35`; a dash where undefined.

    >>> [format_money(cents) for cents in (81_200, 125_000_000, -3_400_000, 35)]
    ['812', '1.25M', '-34.0k', '0.35']
    """
    if cents is None:
        return "–"
    value = cents / 100
    for size, letter in UNITS:
        if abs(value) >= size * 0.9995:
            return f"{_three_digits(value / size)}{letter}"
    return f"{value:.0f}" if value == round(value) else _three_digits(value)


def _three_digits(value: float) -> str:
    """`1.25`, `34.0`, `812`."""
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f}"


def format_share(value: float | None) -> str:
    """`11.1%`; a dash where undefined."""
    return "–" if value is None else f"{100 * value:.1f}%"


def format_number(value: float | None) -> str:
    """A count in a few digits; a dash where undefined."""
    if value is None:
        return "–"
    if abs(value) >= 9_999.5:
        return format_money(100 * value)
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.1f}"


def format_value(value: float | None, unit: str) -> str:
    """A figure of a unit (share, days, cents) in a few digits; a dash where undefined."""
    if unit == "share":
        return format_share(value)
    return format_money(value) if unit == "cents" else format_number(value)


def format_difference(value: float | None, unit: str) -> str:
    """A difference of a unit (share, days, cents) with its sign: `+0.12 pts`, `-3.4`, `+38.5k`; a dash if undefined."""
    if value is None:
        return "–"
    if value == 0:
        return "0.00 pts" if unit == "share" else "0.0" if unit == "days" else "0"
    if unit == "share":
        return f"{100 * value:+.2f} pts"
    if unit == "days":
        return f"{value:+.1f}"
    return f"{'-' if value < 0 else '+'}{format_money(abs(value))}"


def format_cell(cell: Mapping[str, float | None], show: Callable[[float | None], str]) -> str:
    """A cell of a summary: its mean, and the range of 80 % of the replications, `9.3% (7.6–11.1%)`."""
    return format_range((cell["mean"], cell["p10"], cell["p90"]), show)


def format_range(values: Iterable[float | None], show: Callable[[float | None], str]) -> str:
    """A figure and the range around it, `9.3% (7.6–11.1%)`; the figure alone where no range is known."""
    found = [None if value is None or math.isnan(value) else value for value in values]
    value, low, high = map(show, found)
    if None in found:
        return value
    between = " to " if "-" in low + high else "–"
    return f"{value} ({low.removesuffix('%')}{between}{high})"


def format_difference_interval(values: Iterable[float | None], unit: str) -> str:
    """A difference and its interval, `+38.5k (+15.8k to +61.3k)`; the difference alone where no interval is known."""
    value, low, high = (format_difference(each, unit) for each in values)
    if low == "–":
        return value
    return f"{value.removesuffix(' pts')} ({low.removesuffix(' pts')} to {high})"


def rough_note(replications: int) -> str:
    """What to add to the number of replications where they are few; empty where they are not."""
    return "; so few that ranges are rough" if replications < FEW_REPLICATIONS else ""


def format_probability(value: float | None) -> str:
    """A probability in whole per cent, `<1%` and `>99%` where that would be rounded away; a dash where undefined.

    >>> [format_probability(value) for value in (0.001, 0.5, 0.999, 1.0)]
    ['<1%', '50%', '>99%', '100%']
    """
    if value is None:
        return "–"
    if 0 < value < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= value < 1 else f"{100 * value:.0f}%"


def sentence_case(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]
