"""What stands in the books at a month's end?  The ARR bridge and retention of single accounts, by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.model import closing, metrics

BRIDGE = ("new", "reactivation", "expansion", "contraction", "churned")
RETENTION = [
    f"{kind}_{rate}_{part}_cents"
    for kind in ("contract", "blended")
    for rate in ("nrr", "grr")
    for part in ("numerator", "denominator")
]


def closed(life: list[tuple[int, int, int, int]], paid_price: int = 2000) -> list[dict[str, int]]:
    """The months of one account that has (paid users, seats, price, contracts) at each month end."""
    history = closing.empty_history(1)
    months = []
    for month, (paid, seats, price, contracts) in enumerate(life):
        position = np.zeros(closing.POSITION, np.int64)
        position[[closing.PAID, closing.SEATS, closing.PRICE, closing.CONTRACTS]] = paid, seats, price, contracts
        row = np.zeros(len(metrics.FIXED), np.int64)
        closing.close_account(month, 0, position, paid_price, history, row)
        months.append({name: int(row[place]) for name, place in metrics.INDEX.items() if row[place]})
    return months


def bridge(month: dict[str, int]) -> dict[str, int]:
    return {name: month[f"{name}_arr_cents"] for name in BRIDGE if f"{name}_arr_cents" in month}


def test_a_bridge_by_hand():
    # 0, two at 20.00, three, one, nobody, one again, absorbed by five seats at 30.00, none.
    life = [
        (0, 0, 0, 0),
        (2, 0, 0, 0),
        (3, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 5, 3000, 1),
        (0, 0, 0, 0),
    ]
    months = closed(life)
    year = 12 * 2000
    assert [bridge(month) for month in months] == [
        {},
        {"new": 2 * year},
        {"expansion": year},
        {"contraction": 2 * year},
        {"churned": year},
        {"reactivation": year},
        {"expansion": 180000 - year},
        {"churned": 180000},
    ]
    assert months[6]["enterprise_arr_cents"] == months[6]["arr_cents"] == 180000
    assert months[5]["self_serve_arr_cents"] == months[5]["arr_cents"] == year


def test_what_was_there_at_the_start_is_not_new():
    months = closed([(1, 0, 0, 0), (0, 0, 0, 0), (1, 0, 0, 0)])
    assert [bridge(month) for month in months] == [{}, {"churned": 24000}, {"reactivation": 24000}]


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5000), st.integers(0, 1)),
        min_size=2,
        max_size=30,
    )
)
def test_the_bridge_leads_from_each_month_end_to_the_next(life):
    months = closed(life)
    new = 0
    for before, now in pairwise(months):
        steps = bridge(now)
        assert len(steps) <= 1
        change = sum(-value if name in ("contraction", "churned") else value for name, value in steps.items())
        assert now.get("arr_cents", 0) - before.get("arr_cents", 0) == change
        new += "new" in steps
    assert new <= 1


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
    assert closing.bridge_column(before, now, earned) == metrics.INDEX[f"{name}_arr_cents"]
    assert closing.bridge_column(now, now, earned) == -1


def test_user_days_are_rounded_once_a_month():
    ledger = np.zeros((2, 2, len(metrics.FIXED)), np.int64)
    ledger[1, 0, metrics.INDEX["billings_cents"]] = 100
    amounts = np.array([[10.5, 3.4], [0.49, 0.0]])
    closing.close_amounts(1, amounts, ledger)
    names = ("self_serve_revenue_cents", "billings_cents", "cash_cents", "cogs_cents")
    found = [[int(ledger[1, row, metrics.INDEX[name]]) for name in names] for row in range(2)]
    assert found == [[11, 111, 11, 3], [0, 0, 0, 0]]
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
