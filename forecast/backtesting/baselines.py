"""The naive rules for active people, by the names that tables print."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forecast.backtesting.bass_curve import bass_curve
from forecast.backtesting.damped_trend import damped_trend
from forecast.backtesting.known_counts import Baseline
from forecast.backtesting.naive_counts import nothing_changes, same_growth, same_number, same_rate

BASELINES: Final[Mapping[str, Baseline]] = MappingProxyType(
    {
        "nothing changes": nothing_changes,
        "same number": same_number,
        "same rate": same_rate,
        "same growth": same_growth,
        "ETS damped": damped_trend,
        "Bass": bass_curve,
    }
)
