"""Batches: they cover every replication once and depend on the scenario alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from forecast.montecarlo import batch_size, split_into_batches


@given(some.integers(1, 500), some.integers(1, 60))
def test_every_replication_is_in_exactly_one_batch_in_order(replications: int, size: int) -> None:
    found = [replication for batch in split_into_batches(replications, size) for replication in range(*batch)]
    assert found == list(range(replications))


@given(some.integers(1, 500), some.integers(1, 500), some.integers(1, 60))
def test_more_replications_leave_the_earlier_batches_as_they_were(one: int, other: int, size: int) -> None:
    few, many = sorted((one, other))
    whole = few // size
    assert list(split_into_batches(few, size))[:whole] == list(split_into_batches(many, size))[:whole]


def test_batches_of_large_markets_are_single_replications_and_small_ones_are_bounded() -> None:
    assert batch_size(1_000_000, 36, "compiled") == 1
    assert batch_size(1, 12, "compiled") == 200
    assert batch_size(0, 12, "compiled") == 200
    assert batch_size(10, 12, "simpy") == 25
    assert batch_size(10, 12, "another") == 1
