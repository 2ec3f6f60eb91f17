"""The statements, one file a sheet, in the order of the workbook (docs/finance.md defines every line)."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.finance.statements.arr import ARR
from forecast.finance.statements.cash import CASH
from forecast.finance.statements.headcount import HEADCOUNT, headcount_statement
from forecast.finance.statements.lines import StatementDefinition
from forecast.finance.statements.revenue import REVENUE
from forecast.finance.statements.unit_economics import UNIT_ECONOMICS

__all__ = ["ARR", "CASH", "HEADCOUNT", "REVENUE", "UNIT_ECONOMICS", "statement_definitions"]


def statement_definitions(pools: Mapping[str, str]) -> tuple[StatementDefinition, ...]:
    """The statements of a run; `pools` are the labels of the vendor's pools of people by their names."""
    return (ARR, REVENUE, CASH, UNIT_ECONOMICS, headcount_statement(pools))
