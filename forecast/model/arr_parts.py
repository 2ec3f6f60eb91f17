"""The ARR bridge as one table: the parts that ARR consists of, and how each moves from month end to month end.

A further part is a row of `ARR_PARTS` and its balance in forecast.model.closing; the columns of a month, their totals,
the rounding of means, statements, workbook, flat files and charts follow from the table.  docs/finance.md defines the
words.  Knows no values.
"""

from __future__ import annotations

from typing import NamedTuple

MOVEMENTS = {"new": 1, "reactivation": 1, "expansion": 1, "contraction": -1, "churned": -1}  # and their signs
MOVEMENT_WORDS = {name: "churn" if name == "churned" else name for name in MOVEMENTS}
NEW, REACTIVATION, EXPANSION, CONTRACTION, CHURNED = range(len(MOVEMENTS))


class ArrPart(NamedTuple):
    """A part of ARR that rolls forward by itself."""

    name: str  # in front of the columns of its movements
    label: str
    balance: str  # the column of its balance
    new: str  # what the field calls its new ARR, in the column's name
    moved_by: str  # what makes it more or less
    is_worth: str  # what its balance is


class ArrMovement(NamedTuple):
    """A column of the bridge: what it is of, the total that it belongs to, and whose balance it moves."""

    column: str
    part: str  # or CONVERSION
    movement: str  # of MOVEMENTS
    balance_of: str  # a part

    @property
    def sign(self) -> int:
        """Whether it adds to ARR or takes from it."""
        return MOVEMENTS[self.movement]


SELF_SERVE = ArrPart(
    "self_serve",
    "self-serve",
    balance="self_serve_arr_cents",
    new="new",
    moved_by="paying users, and their price",
    is_worth="12 × paid users × price",
)
TEAM_PLANS = ArrPart(
    "team",
    "team plans",
    balance="team_arr_cents",
    new="new",
    moved_by="users on team plans, and their price",
    is_worth="12 × users on team plans × price",
)
CONTRACT = ArrPart(
    "contract",
    "contracts",
    balance="enterprise_arr_cents",
    new="new_logo",
    moved_by="true-ups and renewals",
    is_worth="12 × seats × price",
)
ARR_PARTS = (SELF_SERVE, TEAM_PLANS, CONTRACT)

# A contract that begins in an account with paying users converts them: their self-serve ARR ends, and of the
# contract's ARR as much replaces it.  What is beyond is an expansion; what is missing, a contraction.
CONVERSION = "conversion"
_CONVERSION_LABELS = {"expansion": "conversion, beyond", "contraction": "conversion, short"}
REPLACED_COLUMN = "conversion_replaced_arr_cents"  # from self-serve to contracts: no change of the total
ABSORBED_COLUMN = "arr_absorbed_cents"  # all self-serve ARR that ends so: replaced, and the contraction
# Team plans are self-serve too: what a contract absorbs of theirs passes from their part to the self-serve one, and
# leaves with it.  So a part gives to one other only, and means in whole cents tie (forecast.finance.whole_cents).
TEAM_ABSORBED_COLUMN = "team_absorbed_arr_cents"


class ArrTransfer(NamedTuple):
    """A column of what passes from one part to another: no change of the total."""

    column: str
    giver: ArrPart
    taker: ArrPart


ARR_TRANSFERS = (
    ArrTransfer(TEAM_ABSORBED_COLUMN, TEAM_PLANS, SELF_SERVE),
    ArrTransfer(REPLACED_COLUMN, SELF_SERVE, CONTRACT),
)


def _part_movements(part: ArrPart) -> tuple[ArrMovement, ...]:
    """The columns of one part, in the order of MOVEMENTS."""
    return tuple(
        ArrMovement(f"{part.name}_{part.new if name == 'new' else name}_arr_cents", part.name, name, part.name)
        for name in MOVEMENTS
    )


CONVERSION_MOVEMENTS = (
    ArrMovement(f"{CONVERSION}_expansion_arr_cents", CONVERSION, "expansion", CONTRACT.name),
    ArrMovement(f"{CONVERSION}_contraction_arr_cents", CONVERSION, "contraction", SELF_SERVE.name),
)
# Every column that changes ARR: each stands for itself, and together they lead from opening to closing.  Conversions
# come first: means are rounded in this order, and what was absorbed must stay the sum of its two halves.
ARR_MOVEMENTS = (*CONVERSION_MOVEMENTS, *(movement for part in ARR_PARTS for movement in _part_movements(part)))
TOTAL_COLUMNS = {name: f"{name}_arr_cents" for name in MOVEMENTS}  # by movement, over all parts
ARR_FLOWS = (
    *(movement.column for movement in ARR_MOVEMENTS),
    REPLACED_COLUMN,
    *TOTAL_COLUMNS.values(),
    ABSORBED_COLUMN,
    TEAM_ABSORBED_COLUMN,
)


def bridge_order() -> tuple[ArrMovement, ...]:
    """The columns of the bridge as people read it: by movement and, within it, part by part, conversions last."""
    parts = (*(part.name for part in ARR_PARTS), CONVERSION)
    return tuple(each for name in MOVEMENTS for part in parts for each in movements_of(part) if each.movement == name)


def movement_label(movement: ArrMovement) -> str:
    """What people call a column of the bridge: `new logo, contracts`."""
    if movement.part == CONVERSION:
        return _CONVERSION_LABELS[movement.movement]
    part = next(part for part in ARR_PARTS if part.name == movement.part)
    word = part.new.replace("_", " ") if movement.movement == "new" else MOVEMENT_WORDS[movement.movement]
    return f"{word}, {part.label}"


def balance_columns(part: ArrPart, sign: int) -> list[str]:
    """The columns that add to a part's balance (sign 1) or take from it (-1), beside what is replaced."""
    return [each.column for each in ARR_MOVEMENTS if each.balance_of == part.name and each.sign == sign]


def movements_of(part: str) -> tuple[ArrMovement, ...]:
    """The columns of a part or of conversions, in the order of MOVEMENTS."""
    return tuple(each for each in ARR_MOVEMENTS if each.part == part)
