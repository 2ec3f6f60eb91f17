"""A run's files are the same however its replications come: one by one, in batches, and cut where they are enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.engines import engine
from forecast.engines.result import ReplicationResult
from forecast.model.parameters import Parameters
from forecast.montecarlo import Batch, EngineJob, batch_size
from forecast.scenario import load
from forecast.study import run_writer
from forecast.study.run_part import PartsJob, decode_part, encode_part
from forecast.study.run_writer import RunWriter, group_size
from forecast.study.table_columns import TABLE_COLUMNS

COUNT, GROUP = 23, 5


@pytest.fixture(scope="module")
def parameters(tmp_path_factory: pytest.TempPathFactory) -> Parameters:
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(
        "schema: 1\nname: small\nclock: {start: 2026-01-01, horizon: 9 months}\n"
        "market: {segments: {a: {accounts: 6, eligible_users: 9}, empty: {accounts: 0, eligible_users: 9}}}\n"
        "adoption: {organic: 10% per month, imitation: 0.5 per month}\nawareness: {base: 40% per month}\n"
        "procurement: {stages: {review: {resource: people, touch: 5 days, loss: 30%}}}\n"
        "vendor: {resources: {people: {count: 1}}}\n",
        encoding="utf-8",
    )
    return Parameters(load(path))


@pytest.fixture(scope="module")
def results(parameters: Parameters) -> list[ReplicationResult]:
    return [engine("simpy").run(parameters, 3, replication) for replication in range(COUNT)]


def written(
    folder: Path, parameters: Parameters, results: Sequence[ReplicationResult], sizes: Sequence[int], cut: int = 0
) -> tuple[dict[str, bytes], RunWriter]:
    """The tables of a run whose parts have these sizes; of the last one `cut` replications are left out."""
    folder.mkdir()
    writer, first = RunWriter(folder, parameters), 0
    for size in sizes:
        part = decode_part(encode_part(writer.maker.part(first, results[first : first + size])))
        first += size
        writer.add(writer.maker.start_of(part, size - cut) if cut and first == sum(sizes) else part)
    writer.close()
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLE_COLUMNS}, writer


@pytest.mark.parametrize(
    ("sizes", "cut"),
    [
        ([1] * COUNT, 0),
        ([COUNT], 0),
        ([3, 5, 5, 7, 3], 0),
        ([5, 2, 3, 5, 5, 3], 0),
        ([5, 5, 5, 5, 5], 2),
        ([9, 9, 9], 4),
    ],
)
def test_the_same_bytes_for_any_parts(
    parameters: Parameters,
    results: list[ReplicationResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sizes: list[int],
    cut: int,
) -> None:
    monkeypatch.setattr(run_writer, "LARGEST_GROUP", GROUP)
    more = [*results, *results[:4]]
    straight, plain = written(tmp_path / "straight", parameters, results, [5, 5, 5, 5, 3])
    assert plain.size == GROUP
    found, other = written(tmp_path / "other", parameters, more, sizes, cut)
    assert found == straight
    assert (other.replications, other.events) == (plain.replications, plain.events)
    for name, counts in plain.data.counts().items():
        np.testing.assert_array_equal(other.data.counts()[name], counts)
    for name in plain.data.shapes:
        np.testing.assert_array_equal(other.data.values(name), plain.data.values(name))
        np.testing.assert_array_equal(other.data.statistics(name), plain.data.statistics(name))


def test_text_that_points_into_another_list_is_put_right(
    parameters: Parameters, results: list[ReplicationResult], tmp_path: Path
) -> None:
    """As it may be where a file has too many names for a dictionary."""
    writer = RunWriter(tmp_path, parameters)
    part = writer.maker.part(0, results)
    rows: Any = writer.maker.rows(part, "opportunities")
    assert rows["account"].chunk(0).dictionary.equals(writer.maker.texts.accounts)
    assert rows["reason"].chunk(0).dictionary.equals(writer.maker.texts.reasons)
    writer.abandon()


@pytest.mark.parametrize(("accounts", "months"), [(1, 1), (7, 36), (1000, 36), (1500, 120), (10**6, 36)])
def test_a_batch_of_the_compiled_engine_is_a_row_group(accounts: int, months: int) -> None:
    scenario: Any = type("Sizes", (), {"account_segment": range(accounts), "months": months})()
    assert group_size(scenario) == batch_size(accounts, months, "compiled")


def test_numbers_of_batches_do_not_depend_on_the_replications(parameters: Parameters) -> None:
    scenario = parameters.scenario
    job = PartsJob(tuple(EngineJob(scenario, seed, "simpy") for seed in (1, 1)), 3)
    assert job.batches(7) == [*job.batches(6), Batch(12, 13), Batch(15, 16)]
    assert job.batches(6) == [Batch(0, 3), Batch(3, 6), Batch(6, 9), Batch(9, 12)]
    simulate = job.batch_simulator()
    said: list[int] = []
    parts = [decode_part(simulate(batch, said.append)) for batch in job.batches(7)]
    assert [(part.scenario, part.replications) for part in parts] == [
        (place, replications) for replications in (range(3), range(3, 6), range(6, 7)) for place in (0, 1)
    ]
    assert said == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 6]
