"""The sheet ARR bridge: the bridge, in all and part by part, CARR, and the contracts and users behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from forecast.analysis.formatting import sentence_case
from forecast.finance.statements.lines import (
    CONTRACTS,
    FLOW,
    MONEY,
    SEATS,
    STOCK,
    TEAMS,
    USERS,
    StatementDefinition,
    StatementLine,
    StatementSection,
    closing_line,
    deduction_line,
    metric_line,
    opening_line,
    sum_line,
)
from forecast.model.arr_parts import (
    ARR_MOVEMENTS,
    ARR_PARTS,
    ARR_TRANSFERS,
    CONVERSION,
    MOVEMENT_WORDS,
    MOVEMENTS,
    REPLACED_COLUMN,
    TEAM_ABSORBED_COLUMN,
    TOTAL_COLUMNS,
    ArrMovement,
    ArrPart,
    ArrTransfer,
    balance_columns,
    bridge_order,
    movement_label,
)

EXPLANATIONS = {  # of a movement of a part; docs/finance.md defines the words
    "new": "the account's first ARR ever; nobody paid before",
    "reactivation": "none any more, and some again",
    "expansion": "more than the month before: {moved_by}",
    "contraction": "less than the month before: {moved_by}",
    "churned": "from some to none",
}
OF_CONVERSIONS = {
    "expansion": "a contract that begins where users paid - the self-serve ARR that it replaces",
    "contraction": "the self-serve ARR that ends - the contract that replaces it, where that is smaller",
}


def _code(column: str) -> str:
    """The code of the line that shows a column."""
    return column.removesuffix("_cents")


def _explanation(movement: ArrMovement) -> str:
    """How a line of the bridge is computed."""
    if movement.part == CONVERSION:
        return OF_CONVERSIONS[movement.movement]
    part = next(part for part in ARR_PARTS if part.name == movement.part)
    return EXPLANATIONS[movement.movement].format(moved_by=part.moved_by)


def _movement_line(movement: ArrMovement) -> StatementLine:
    """A line of the bridge; what lowers ARR is negative."""
    code, label = _code(movement.column), sentence_case(movement_label(movement))
    if movement.sign < 0:
        return deduction_line(code, label, movement.column, _explanation(movement))
    return metric_line(code, label, MONEY, FLOW, movement.column, _explanation(movement))


def _roll_forward(
    balance: str, of: str, moves: Iterable[StatementLine], unit: str = MONEY, *, how: str = "sum of the lines above"
) -> tuple[StatementLine, ...]:
    """The lines from the opening of a balance, by what moves it, to its closing; `of` stands after those two words."""
    code = _code(balance)
    lines = (opening_line(f"{code}_opening", f"Opening{of}", code, unit), *moves)
    return (*lines, closing_line(code, f"Closing{of}", tuple(line.code for line in lines), balance, unit, how=how))


MOVEMENT_LINES = tuple(map(_movement_line, bridge_order()))
BRIDGE = StatementSection(
    "ARR bridge, by account between month ends", _roll_forward("arr_cents", " ARR", MOVEMENT_LINES)
)


def _repeated_line(part: ArrPart, of: str, label: str) -> StatementLine:
    """A line of the bridge once more, in the roll-forward of a part."""
    return StatementLine(
        f"{part.name}_balance_{of}", label, MONEY, FLOW, lambda column: column.line(of), "as above", repeats=True
    )


TRANSFER_LABELS = {  # by column: of the part that gives, and of the part that takes
    TEAM_ABSORBED_COLUMN: ("Taken over by contracts", "Team plans taken over by contracts"),
    REPLACED_COLUMN: ("Replaced by contracts", "Conversions, replacing self-serve"),
}


def _transfer_line(part: ArrPart, transfer: ArrTransfer) -> StatementLine:
    """What passes from one part to another when a contract begins."""
    sign = -1 if part is transfer.giver else 1
    label = TRANSFER_LABELS[transfer.column][sign > 0]
    code = f"{part.name}_{'replaced' if transfer.column == REPLACED_COLUMN else 'absorbed'}"

    def formula(column: Any) -> Any:
        moved = column.line(_code(transfer.column))
        return moved if sign > 0 else -moved

    return StatementLine(code, label, MONEY, FLOW, formula, "no change of the total", sign=sign, repeats=True)


def _part_section(part: ArrPart) -> StatementSection:
    """The roll-forward of one part of ARR."""
    own = {*balance_columns(part, 1), *balance_columns(part, -1)}
    moves = [
        _repeated_line(part, line.code, line.label) for line in MOVEMENT_LINES if {*line.dependencies.metrics} <= own
    ]
    transfers = (_transfer_line(part, each) for each in ARR_TRANSFERS if part in (each.giver, each.taker))
    how = f"sum of the lines above: {part.is_worth}"
    lines = _roll_forward(part.balance, f", {part.label}", (*moves, *transfers), how=how)
    return StatementSection(f"Of which {part.label}", lines)


CONVERSIONS = StatementSection(
    "Conversions into contracts",
    (
        metric_line(
            "arr_absorbed",
            "Self-serve ARR that ends",
            MONEY,
            FLOW,
            "arr_absorbed_cents",
            "12 × paid users × price on the day of the contract's start, and team plans",
        ),
        metric_line(
            _code(TEAM_ABSORBED_COLUMN),
            "of which of team plans",
            MONEY,
            FLOW,
            TEAM_ABSORBED_COLUMN,
            "12 × users on team plans × price on that day",
        ),
        metric_line(
            "conversion_replaced_arr",
            "of which the contract replaces",
            MONEY,
            FLOW,
            REPLACED_COLUMN,
            "from self-serve to contracts: no change of the total",
        ),
        StatementLine(
            "conversion_arr",
            "ARR of the contracts",
            MONEY,
            FLOW,
            lambda column: column.line("conversion_replaced_arr") + column.line("conversion_expansion_arr"),
            "replaced + beyond",
            strong=True,
        ),
    ),
)
BALANCES = tuple(map(_part_section, ARR_PARTS))
TOTALS = StatementSection(
    "By movement, all parts",
    tuple(
        sum_line(
            _code(TOTAL_COLUMNS[name]),
            sentence_case(MOVEMENT_WORDS[name]),
            tuple(_code(each.column) for each in ARR_MOVEMENTS if each.movement == name),
            "sum of these lines of the bridge",
        )
        for name in MOVEMENTS
    ),
)
COMMITTED = StatementSection(
    "Contracted ARR",
    (
        metric_line("carr", "CARR", MONEY, STOCK, "carr_cents", "ARR, plus contracts signed and not yet live"),
        StatementLine(
            "signed_not_live_arr",
            "Signed, not yet live",
            MONEY,
            STOCK,
            lambda column: column.line("carr") - column.line("arr"),
            "CARR - closing ARR",
            lambda column: column.line("carr") - column.line("arr"),
        ),
    ),
)
LOGOS = StatementSection(
    "Contracts (logos)",
    (
        *_roll_forward(
            "contracts",
            " contracts",
            (
                metric_line("contracts_won", "Signed", CONTRACTS, FLOW, "won"),
                deduction_line("contracts_lost", "Not renewed", "non_renewals", unit=CONTRACTS),
            ),
            CONTRACTS,
        ),
        metric_line("contracts_renewed", "Renewed in the month", CONTRACTS, FLOW, "renewals"),
        metric_line("seats", "Seats under contract", SEATS, STOCK, "seats"),
    ),
)
USER_COUNTS = StatementSection(
    "Users at the end of the month",
    (
        metric_line("free_users", "Free", USERS, STOCK, "free_users"),
        metric_line("paid_users", "Paid, self-serve", USERS, STOCK, "paid_users"),
        metric_line("team_users", "On team plans, self-serve", USERS, STOCK, "team_users"),
        metric_line("seated_users", "Seated, under contract", USERS, STOCK, "seated_users"),
    ),
)
TEAM_COUNTS = StatementSection(
    "Teams",
    (
        *_roll_forward(
            "paying_teams",
            ", on a team plan",
            (
                metric_line("team_plans_started", "Team plans begun", TEAMS, FLOW, "team_plans_started"),
                deduction_line(
                    "team_plans_ended",
                    "Team plans ended",
                    "team_plans_ended",
                    "too few users left, a contract, or a ban",
                    unit=TEAMS,
                ),
            ),
            TEAMS,
        ),
        metric_line("active_teams", "Teams with an active user", TEAMS, STOCK, "active_teams"),
    ),
)


ARR = StatementDefinition(
    "ARR bridge",
    company=False,
    sections=(BRIDGE, CONVERSIONS, *BALANCES, TOTALS, COMMITTED, LOGOS, USER_COUNTS, TEAM_COUNTS),
)
