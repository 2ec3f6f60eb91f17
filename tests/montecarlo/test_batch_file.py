"""The batch file and its folder: results come back bit for bit, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.engines import engine, engine_names
from forecast.engines.result import ReplicationResult
from forecast.model.parameters import Parameters
from forecast.montecarlo import Batch, BatchStore
from forecast.montecarlo.batch_file import arrays_of, decode_batch, encode_batch
from forecast.montecarlo.batches import FinishedBatch
from forecast.scenario import load

SMALL = """
schema: 1
name: small
clock: {start: 2026-01-01, horizon: 9 months}
market: {segments: {a: {accounts: 6, eligible_users: 9}, empty: {accounts: 0, eligible_users: 9}}}
adoption: {organic: 10% per month, imitation: 0.5 per month}
awareness: {base: 40% per month}
procurement: {stages: {review: {resource: people, touch: 5 days, loss: 30%}}}
vendor: {resources: {people: {count: 1}}}
"""


@pytest.fixture(params=engine_names())
def results(request: pytest.FixtureRequest, tmp_path: Path) -> list[ReplicationResult]:
    """Three replications of each engine."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    parameters = Parameters(load(tmp_path / "small.yaml"))
    return [engine(request.param).run(parameters, 3, replication) for replication in range(3)]


def test_results_come_back_bit_for_bit(results: list[ReplicationResult]) -> None:
    again = decode_batch(encode_batch(results))
    assert again is not None
    assert [each.events for each in again] == [each.events for each in results]
    assert sum(len(each.opportunities.account) for each in again) > 0
    for ours, theirs in zip(again, results, strict=True):
        assert type(ours) is type(theirs)
        for one, other in zip(arrays_of(ours), arrays_of(theirs), strict=True):
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            assert one.tobytes() == np.ascontiguousarray(other).tobytes()


def test_the_same_results_are_the_same_bytes(results: list[ReplicationResult]) -> None:
    assert encode_batch(results) == encode_batch(decode_batch(encode_batch(results)) or [])


def test_any_changed_bit_is_noticed(results: list[ReplicationResult]) -> None:
    data = encode_batch(results)
    for place in (*range(100), *range(100, len(data), 97)):
        assert decode_batch(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]) is None, place
    assert decode_batch(data[:-1]) is None
    assert decode_batch(data + b"x") is None


def test_a_store_knows_what_lies_in_its_folder(results: list[ReplicationResult], tmp_path: Path) -> None:
    store = BatchStore(tmp_path / "nowhere")
    assert (store.replications(), store.load(Batch(0, 3))) == (0, None)
    (tmp_path / "nowhere").mkdir()
    store.save(FinishedBatch(Batch(0, 3), results))
    (tmp_path / "nowhere" / "notes.batch").touch()
    again = BatchStore(tmp_path / "nowhere")
    assert (again.batches, again.replications()) == ({Batch(0, 3)}, 3)
    found = again.load(Batch(0, 3))
    assert found is not None
    assert [each.events for each in found] == [each.events for each in results]
    assert again.load(Batch(0, 2)) is None
    again.path(Batch(0, 3)).write_bytes(b"half")
    assert again.load(Batch(0, 3)) is None
    assert again.replications() == 0
