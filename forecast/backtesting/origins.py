"""At which days of the past a backtest forecasts, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecast.errors import InputError, Problem
from forecast.months import first_of_month

LEAST_HISTORY = 6  # months before the first origin


@dataclass(frozen=True)
class BacktestOptions:
    """What is tried: the first origin, months from one to the next, horizons in months, futures, prior, seed."""

    since: date | None = None
    every: int = 1
    horizons: tuple[int, ...] = (1, 3, 6, 12)
    replications: int = 400
    prior: str | None = None
    seed: int = 20260101


def origins(dates: Sequence[date], options: BacktestOptions, label: str) -> list[date]:
    """The origins: firsts of months with enough of a past, and the shortest horizon before the end of what is known.

    Raises
    ------
    InputError
        Where there is none.
    """
    earliest = options.since or first_of_month(dates[0], LEAST_HISTORY)
    latest = first_of_month(dates[-1], -min(options.horizons))
    found = [day for day in dates if earliest <= day <= latest][:: options.every]
    if not found:
        what = f"data from {dates[0]} to {dates[-1]}"
        allowed = f"{LEAST_HISTORY} months before the first origin and {min(options.horizons)} after it"
        raise InputError([Problem(label, None, None, what, allowed)])
    return found
