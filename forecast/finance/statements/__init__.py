"""The statements, one file a sheet, in the order of the workbook (docs/finance.md defines every line)."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.finance.statements.arr import ARR
from forecast.finance.statements.cash import CASH
from forecast.finance.statements.headcount import HEADCOUNT, headcount_statement
from forecast.finance.statements.lines import StatementDefinition
from forecast.finance.statements.revenue import REVENUE
from forecast.finance.statements.unit_economics import UNIT_ECONOMICS
from forecast.finance.statements.usage import with_usage

__all__ = ["ARR", "CASH", "HEADCOUNT", "REVENUE", "UNIT_ECONOMICS", "statement_definitions"]


def statement_definitions(pools: Mapping[str, str], sources: tuple[str, ...]) -> tuple[StatementDefinition, ...]:
    """The statements of a run.

    pools: the labels of the vendor's pools of people by their names; sources: where revenue comes from
    (`Parameters.revenue_sources`).
    """
    definitions = (ARR, REVENUE, CASH, UNIT_ECONOMICS, headcount_statement(pools))
    return tuple(map(with_usage, definitions)) if "usage" in sources else definitions
