"""Which statements are there?  One file a sheet, in the order of the workbook (docs/finance.md defines every line)."""

from __future__ import annotations

from forecast.finance.families.arr import ARR
from forecast.finance.families.cash import CASH
from forecast.finance.families.headcount import headcount
from forecast.finance.families.revenue import REVENUE
from forecast.finance.families.unit_economics import UNIT_ECONOMICS
from forecast.finance.lines import Family


def families(pools: tuple[str, ...]) -> tuple[Family, ...]:
    """The statements of a run whose vendor has these pools of people."""
    return (ARR, REVENUE, CASH, UNIT_ECONOMICS, headcount(pools))
