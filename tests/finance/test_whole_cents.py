"""Does the mean of replications in whole cents tie, and stay where the exact mean is?"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.finance.whole_cents import means_in_whole_cents
from forecast.model.arr_parts import ARR_PARTS, CONTRACT, MOVEMENTS, balance_columns, movements_of
from forecast.model.closing import balance
from forecast.model.metrics import FIXED, INDEX

MONTHS, ROWS = 7, 2


def ledger(seed: int, size: int) -> np.ndarray:
    """A replication's months with random flows whose stocks follow from them, [month, row, metric]."""
    draw = np.random.default_rng(seed)
    table = np.zeros((MONTHS, ROWS, len(FIXED)), np.int64)

    def put(name: str, values: np.ndarray) -> None:
        table[1:, :, INDEX[f"{name}_cents"]] = values

    put("bookings", draw.integers(0, size, (MONTHS - 1, ROWS)) * draw.integers(0, 2))
    own = draw.integers(0, size, (MONTHS - 1, ROWS)) * draw.integers(0, 2)
    billed = draw.integers(0, size, (MONTHS - 1, ROWS))
    put("self_serve_revenue", own)
    use = draw.integers(0, size, (MONTHS - 1, ROWS)) * draw.integers(0, 2)
    put("usage_revenue", use)
    put("usage_cost", use // 3)
    put("cogs", use // 3 + own // 2)
    put("billings", billed + own + use)
    put("cash", own + (billed + use) // 2)
    table[0, :, INDEX["deferred_revenue_cents"]] = draw.integers(0, size, ROWS)
    put("enterprise_revenue", billed // 3)
    add_bridge(table, draw, size)
    balance(table)
    return table


def add_bridge(table: np.ndarray, draw: np.random.Generator, size: int) -> None:
    """Random movements of every part, none below zero, and the balances that follow; some end at 0."""
    balances = {part.name: draw.integers(0, size, ROWS) * draw.integers(0, 2) for part in ARR_PARTS}
    for month in range(MONTHS):
        row = table[month]
        for part in ARR_PARTS if month else ():
            for name in balance_columns(part, 1):
                row[:, INDEX[name]] = draw.integers(0, size, ROWS) * draw.integers(0, 2)
                balances[part.name] = balances[part.name] + row[:, INDEX[name]]
        taken = balances["team"] // 2 * draw.integers(0, 2) if month else np.zeros(ROWS, np.int64)
        row[:, INDEX["team_absorbed_arr_cents"]] = taken
        balances["team"], balances["self_serve"] = balances["team"] - taken, balances["self_serve"] + taken
        moved = balances["self_serve"] * draw.integers(0, 2) if month else np.zeros(ROWS, np.int64)
        row[:, INDEX["conversion_replaced_arr_cents"]] = moved
        balances["self_serve"], balances["contract"] = balances["self_serve"] - moved, balances["contract"] + moved
        for part in ARR_PARTS if month else ():
            for name in balance_columns(part, -1):
                row[:, INDEX[name]] = balances[part.name] // draw.integers(1, 3) * draw.integers(0, 2)
                balances[part.name] = balances[part.name] - row[:, INDEX[name]]
        for part in ARR_PARTS:
            row[:, INDEX[part.balance]] = balances[part.name]
        row[:, INDEX["arr_cents"]] = sum(balances.values())
        contraction = INDEX["conversion_contraction_arr_cents"]
        row[:, INDEX["arr_absorbed_cents"]] = moved + row[:, contraction]


def sums_of(tables: list[np.ndarray]) -> dict[str, np.ndarray]:
    """The sums over replications, by metric; CARR is ARR, and 1234 cents are still to be invoiced at the start."""
    total = sum(tables)
    sums = {name: np.asarray(total)[:, :, place] for name, place in INDEX.items()}
    unbilled = np.zeros((MONTHS, ROWS), np.int64)
    unbilled[0] = 1234 * len(tables)
    return {**sums, "carr_cents": sums["arr_cents"], "unbilled_cents": unbilled, "rpo_cents": unbilled * 0}


@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from([3, 100, 10**9]))
def test_the_mean_ties_to_the_cent_and_is_near_the_exact_mean(seed, count, size):
    sums = sums_of([ledger(seed + number, size) for number in range(count)])
    mean = means_in_whole_cents(sums, count)
    step = {name: np.diff(mean[name], axis=0) for name in mean}
    flow = {name: mean[name][1:] for name in mean}
    assert all(mean[name].dtype == np.int64 for name in mean if name.endswith("_cents"))
    replaced = flow["conversion_replaced_arr_cents"]
    taken = flow["team_absorbed_arr_cents"]
    for part, moved in zip(ARR_PARTS, (taken - replaced, -taken, replaced), strict=True):
        came, left = (sum(flow[name] for name in balance_columns(part, sign)) for sign in (1, -1))
        assert np.array_equal(step[part.balance], came - left + moved)
        assert np.all(mean[part.balance] >= 0)
        nothing = sums[part.balance] == 0
        assert np.all(mean[part.balance][nothing] == 0)
    assert np.array_equal(flow["arr_absorbed_cents"], replaced + flow["conversion_contraction_arr_cents"])
    moves = [each for part in (*(part.name for part in ARR_PARTS), "conversion") for each in movements_of(part)]
    assert np.array_equal(step["arr_cents"], sum(MOVEMENTS[each.movement] * flow[each.column] for each in moves))
    assert np.array_equal(mean["arr_cents"], sum(mean[part.balance] for part in ARR_PARTS))
    sources = [flow[f"{source}_revenue_cents"] for source in ("self_serve", "enterprise", "usage")]
    assert np.array_equal(flow["revenue_cents"], sum(sources))
    assert np.all(flow["usage_cost_cents"] <= flow["cogs_cents"])
    assert np.array_equal(flow["billings_cents"], flow["revenue_cents"] + step["deferred_revenue_cents"])
    assert np.array_equal(flow["cash_cents"], flow["billings_cents"] - step["receivables_cents"])
    assert np.array_equal(step["rpo_cents"], flow["bookings_cents"] - flow["enterprise_revenue_cents"])
    assert np.array_equal(mean["unbilled_cents"], mean["rpo_cents"] - mean["deferred_revenue_cents"])
    for name in set(INDEX) & {name for name in mean if name.endswith("_cents")}:
        for exact, whole in zip(sums[name].ravel().tolist(), mean[name].ravel().tolist(), strict=True):
            assert abs(Fraction(exact, count) - whole) <= 4, (
                name
            )  # ARR has three parts, and revenue is rounded in four steps


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_what_is_nothing_in_every_replication_is_nothing_in_the_mean(seed, count):
    tables = [ledger(seed + number, 50) for number in range(count)]
    contracts = CONTRACT
    for table in tables:  # all is paid at once, and nobody has a contract
        gone = [*balance_columns(contracts, 1), *balance_columns(contracts, -1), contracts.balance]
        for name in (*gone, "conversion_replaced_arr_cents", "conversion_contraction_arr_cents"):
            table[:, :, INDEX[name]] = 0
        table[:, :, INDEX["cash_cents"]] = table[:, :, INDEX["billings_cents"]]
        table[0, :, INDEX["deferred_revenue_cents"]] = 0
        table[:, :, INDEX["enterprise_revenue_cents"]] = (
            table[:, :, INDEX["billings_cents"]]
            - table[:, :, INDEX["self_serve_revenue_cents"]]
            - table[:, :, INDEX["usage_revenue_cents"]]
        )
        balance(table)
    mean = means_in_whole_cents(sums_of(tables), count)
    for name in ("enterprise_arr", "contract_contraction_arr", "receivables", "deferred_revenue"):
        assert not mean[f"{name}_cents"].any(), name


@pytest.mark.parametrize("seed", range(5))
def test_a_single_replication_comes_back_as_it_was(seed):
    sums = sums_of([ledger(seed, 10**6)])
    mean = means_in_whole_cents(sums, 1)
    for name in INDEX:
        assert np.array_equal(mean[name], sums[name]), name
