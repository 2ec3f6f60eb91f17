"""What stands in the books at a month's end?  The ARR bridge and retention of single accounts, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.model import arr_parts, closing, metrics
from forecast.model.closing import ABSORBED, LANDED

BRIDGE = (*(each.column for each in arr_parts.ARR_MOVEMENTS), arr_parts.REPLACED_COLUMN)
RETENTION = [
    f"{kind}_{rate}_{part}_cents"
    for kind in ("contract", "blended")
    for rate in ("nrr", "grr")
    for part in ("numerator", "denominator")
]


Month = tuple[int, ...]  # paid users, seats, price and contracts at the month's end; absorbed and landed in the month
COLUMNS = [closing.PAID, closing.SEATS, closing.PRICE, closing.CONTRACTS, ABSORBED, LANDED]
YEAR = 12 * 2000  # cents of one paid user


def closed(life: Sequence[Month], paid_price: int = 2000) -> list[dict[str, int]]:
    """The months of one account that stands so at each month end."""
    history = closing.empty_history(1)
    months = []
    for month, stands in enumerate(life):
        position = np.zeros(closing.POSITION, np.int64)
        position[COLUMNS[: len(stands)]] = stands
        ledger = np.zeros((1, 1, len(metrics.FIXED)), np.int64)
        closing.close_account(month, 0, position, np.array([paid_price, 0]), history, ledger[0, 0])
        closing.balance(ledger)
        months.append({name: int(ledger[0, 0, place]) for name, place in metrics.INDEX.items() if ledger[0, 0, place]})
    return months


def bridge(month: dict[str, int]) -> dict[str, int]:
    return {name.removesuffix("_arr_cents"): month[name] for name in BRIDGE if name in month}


def test_a_bridge_by_hand():
    # 0, two at 20.00, three, one, nobody, one again, converted into five seats at 30.00, seven, six, none.
    life = [
        (0, 0, 0, 0),
        (2, 0, 0, 0),
        (3, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 5, 3000, 1, YEAR, 180000),
        (0, 7, 3000, 1),
        (0, 6, 3000, 1),
        (0, 0, 0, 0),
    ]
    months = closed(life)
    assert [bridge(month) for month in months] == [
        {},
        {"self_serve_new": 2 * YEAR},
        {"self_serve_expansion": YEAR},
        {"self_serve_contraction": 2 * YEAR},
        {"self_serve_churned": YEAR},
        {"self_serve_reactivation": YEAR},
        {"conversion_replaced": YEAR, "conversion_expansion": 180000 - YEAR},
        {"contract_expansion": 72000},
        {"contract_contraction": 36000},
        {"contract_churned": 216000},
    ]
    assert months[6]["enterprise_arr_cents"] == months[6]["arr_cents"] == 180000
    assert months[6]["arr_absorbed_cents"] == YEAR
    assert months[5]["self_serve_arr_cents"] == months[5]["arr_cents"] == YEAR


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        ([(0, 0, 0, 0), (0, 5, 3000, 1, 0, 180000)], {"contract_new_logo": 180000}),  # free users only, or none
        # Nobody pays at the signature any more: what paid before has churned, and the account comes back.
        (
            [(1, 0, 0, 0), (0, 5, 3000, 1, 0, 180000)],
            {"self_serve_churned": YEAR, "contract_reactivation": 180000},
        ),
        # The first user paid in the very month of the signature.
        (
            [(0, 0, 0, 0), (0, 5, 3000, 1, YEAR, 180000)],
            {"self_serve_new": YEAR, "conversion_replaced": YEAR, "conversion_expansion": 180000 - YEAR},
        ),
        # Two more paid before the signature, and a true-up followed it in the same month.
        (
            [(1, 0, 0, 0), (0, 6, 3000, 1, 3 * YEAR, 180000)],
            {
                "self_serve_expansion": 2 * YEAR,
                "contract_expansion": 36000,
                "conversion_expansion": 180000 - 3 * YEAR,
                "conversion_replaced": 3 * YEAR,
            },
        ),
        # The contract costs less than what it ends.
        (
            [(3, 0, 0, 0), (0, 1, 3000, 1, 3 * YEAR, 36000)],
            {"conversion_contraction": 3 * YEAR - 36000, "conversion_replaced": 36000},
        ),
        # Not renewed, and somebody pays alone in the same month.
        (
            [(0, 5, 3000, 1), (1, 0, 0, 0)],
            {"self_serve_reactivation": YEAR, "contract_churned": 180000},
        ),
        # Not renewed, and signed again in the same month.
        (
            [(0, 5, 3000, 1), (0, 2, 3000, 1, 0, 72000)],
            {"contract_reactivation": 72000, "contract_churned": 180000},
        ),
    ],
)
def test_what_a_contract_ends_and_brings_is_told_apart(life, expected):
    assert bridge(closed(life)[-1]) == expected


def test_what_was_there_at_the_start_is_not_new():
    months = closed([(1, 0, 0, 0), (0, 0, 0, 0), (1, 0, 0, 0)])
    assert [bridge(month) for month in months] == [
        {},
        {"self_serve_churned": YEAR},
        {"self_serve_reactivation": YEAR},
    ]


@st.composite
def lives(draw: st.DrawFn) -> list[Month]:
    """Month ends, with a contract that began in some of the months."""
    months = []
    for _ in range(draw(st.integers(2, 30))):
        stands = [draw(st.integers(0, high)) for high in (5, 5, 5000, 1)]
        began = draw(st.booleans())
        landing = [draw(st.integers(0, 5)) * YEAR, draw(st.integers(1, 10**6))] if began else []
        months.append((*stands, *landing))
    return months


@given(lives())
def test_the_bridge_of_every_part_leads_from_each_month_end_to_the_next(life):
    months = closed(life)
    for before, now in pairwise(months):

        def change(name: str, before: dict[str, int] = before, now: dict[str, int] = now) -> int:
            return now.get(name, 0) - before.get(name, 0)

        def moved(part: str, now: dict[str, int] = now) -> int:
            return sum(each.sign * now.get(each.column, 0) for each in arr_parts.movements_of(part))

        absorbed, replaced = (now.get(name, 0) for name in (arr_parts.ABSORBED_COLUMN, arr_parts.REPLACED_COLUMN))
        assert change("self_serve_arr_cents") == moved("self_serve") - absorbed
        beyond = now.get("conversion_expansion_arr_cents", 0)
        assert change("enterprise_arr_cents") == moved("contract") + replaced + beyond
        assert absorbed == replaced + now.get("conversion_contraction_arr_cents", 0)
        totals = {name: now.get(column, 0) for name, column in arr_parts.TOTAL_COLUMNS.items()}
        assert change("arr_cents") == sum(sign * totals[name] for name, sign in arr_parts.MOVEMENTS.items())


def test_retention_looks_back_twelve_months():
    # Under contract from month 1 (5 seats at 30.00), 8 seats from month 10, 2 seats from month 14, nothing from 16.
    life = [(0, 0, 0, 0)] + [(0, 5, 3000, 1)] * 9 + [(0, 8, 3000, 1)] * 4 + [(0, 2, 3000, 1)] * 2 + [(0, 0, 0, 0)] * 12
    months = closed(life)
    seat = 36000
    assert all(not set(RETENTION) & set(month) for month in months[:13])
    for kind in ("contract", "blended"):

        def found(month: int, kind: str = kind) -> list[int]:
            return [
                months[month].get(f"{kind}_{name}_cents", 0)
                for name in ("nrr_numerator", "nrr_denominator", "grr_numerator")
            ]

        assert found(13) == [8 * seat, 5 * seat, 5 * seat]
        assert found(14) == [2 * seat, 5 * seat, 2 * seat]
        assert found(16) == [0, 5 * seat, 0]
        assert found(27) == [0, 2 * seat, 0]


def test_only_accounts_under_contract_are_in_the_headline():
    # One paying user, then a contract: blended shows the landing as an expansion, the headline leaves it out.
    months = closed([(1, 0, 0, 0)] * 6 + [(0, 5, 3000, 1)] * 15)
    assert {name: months[12].get(name, 0) for name in RETENTION} == dict.fromkeys(RETENTION, 0) | {
        "blended_nrr_numerator_cents": 180000,
        "blended_nrr_denominator_cents": 24000,
        "blended_grr_numerator_cents": 24000,
        "blended_grr_denominator_cents": 24000,
    }
    assert months[18]["contract_nrr_denominator_cents"] == 180000


@pytest.mark.parametrize(
    ("before", "now", "earned", "name"),
    [
        (0, 5, False, "new"),
        (0, 5, True, "reactivation"),
        (5, 9, True, "expansion"),
        (9, 5, True, "contraction"),
        (5, 0, True, "churned"),
    ],
)
def test_each_change_has_one_name(before, now, earned, name):
    assert closing.movement(before, now, earned) == list(arr_parts.MOVEMENTS).index(name)
    assert closing.movement(now, now, earned) == -1


def test_user_days_are_rounded_once_a_month():
    ledger = np.zeros((2, 2, len(metrics.FIXED)), np.int64)
    ledger[1, 0, metrics.INDEX["billings_cents"]] = 100
    amounts = np.array([[10.5, 3.4, 4.5], [0.49, 0.0, 0.49]])
    closing.close_amounts(1, amounts, ledger)
    names = ("self_serve_revenue_cents", "billings_cents", "cash_cents", "cogs_cents", "team_revenue_cents")
    found = [[int(ledger[1, row, metrics.INDEX[name]]) for name in names] for row in range(2)]
    assert found == [[11, 111, 11, 3, 5], [0, 0, 0, 0, 0]]
    assert not amounts.any()


def test_deferred_revenue_and_receivables_run_on_from_the_opening():
    ledger = np.zeros((3, 1, len(metrics.FIXED)), np.int64)

    def put(name: str, values: list[int]) -> None:
        ledger[:, 0, metrics.INDEX[name]] = values

    put("deferred_revenue_cents", [70, 0, 0])
    put("billings_cents", [0, 100, 0])
    put("enterprise_revenue_cents", [0, 90, 60])
    put("self_serve_revenue_cents", [0, 5, 0])
    put("cash_cents", [0, 0, 80])
    closing.balance(ledger)
    found = {name: [int(value) for value in ledger[:, 0, metrics.INDEX[name]]] for name in metrics.FIXED}
    assert found["revenue_cents"] == [0, 95, 60]
    assert found["deferred_revenue_cents"] == [70, 75, 15]
    assert found["receivables_cents"] == [0, 100, 20]
