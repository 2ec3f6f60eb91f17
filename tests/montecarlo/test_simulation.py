"""Simulation with any number of worker processes: results in order, and no failure lost."""

from __future__ import annotations

import multiprocessing
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jobs import (  # type: ignore[import-not-found]  # it stands beside this file
    RecordedProgress,
    ScriptedJob,
    alive,
    begun,
    wait_for,
    workers_of_a_killed_parent,
)

from forecast.errors import RunError
from forecast.montecarlo import Batch, ExecutionOptions, cores
from forecast.montecarlo.executors.processes import BEGAN, WorkerProcess


def results_of(job: ScriptedJob, replications: int, size: int, workers: int, **more: Any) -> list[Any]:
    return list(begun(job, replications, size, ExecutionOptions(workers, **more)))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_are_in_order_for_any_number_of_workers(workers: int) -> None:
    progress = RecordedProgress()
    assert results_of(ScriptedJob(), 20, 3, workers, progress=progress) == [10 * each for each in range(20)]
    assert sum(progress.finished) == 20
    assert progress.said == ["ready"]  # once, and not by each worker


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_replication_is_named_with_its_seed(workers: int) -> None:
    with pytest.raises(
        RunError, match=r"replication 7 of seed 7 failed: ZeroDivisionError: no seats \(jobs.py, line \d+\)"
    ):
        results_of(ScriptedJob(failing=7), 20, 3, workers)
    assert not multiprocessing.active_children()


def test_what_came_before_a_failure_is_handed_on_first() -> None:
    results: Any = begun(ScriptedJob(failing=4), 20, 2)
    assert [next(results) for _ in range(4)] == [0, 10, 20, 30]
    with pytest.raises(RunError):
        next(results)


def test_a_worker_that_dies_is_replaced_and_its_batch_done_again(tmp_path: Path) -> None:
    job = ScriptedJob(dying=4, deaths=2, folder=str(tmp_path))
    progress = RecordedProgress()
    assert results_of(job, 12, 3, 2, progress=progress) == [10 * each for each in range(12)]
    assert sum(progress.finished) == 12
    assert len(list(tmp_path.glob("death-*"))) == 2


def test_a_batch_that_kills_three_workers_ends_the_run_with_the_replication_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"ended 3 times .exit code 9., at replication 4 of seed 7"):
        results_of(ScriptedJob(dying=4, deaths=9, folder=str(tmp_path)), 12, 3, 2)
    assert len(list(tmp_path.glob("death-*"))) == 3
    assert not multiprocessing.active_children()


def test_stopping_early_ends_the_workers() -> None:
    with closing(begun(ScriptedJob(), 1000, 1, ExecutionOptions(2))) as results:
        assert [next(results), next(results)] == [0, 10]
        assert len(multiprocessing.active_children()) == 2
    assert not multiprocessing.active_children()


def test_a_worker_whose_parent_stops_listening_ends_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    worker = WorkerProcess(ScriptedJob())
    worker.submit(Batch(0, 1))
    assert worker.message() == (BEGAN, 0, None)
    assert worker.connection.poll(600)  # the batch is done, and the worker waits for the next one
    worker.connection.close()  # with a message unread: the worker meets a reset, not an end
    worker.process.join(600)
    assert worker.process.exitcode == 0
    assert capfd.readouterr().err == ""


def test_workers_do_not_run_far_ahead_of_the_results() -> None:
    progress = RecordedProgress()
    with closing(begun(ScriptedJob(), 1000, 1, ExecutionOptions(2, progress=progress))) as results:
        next(results)
        assert sum(progress.finished) <= 6


def test_a_worker_ends_in_the_middle_of_its_work_when_its_parent_is_killed(tmp_path: Path) -> None:
    workers = workers_of_a_killed_parent(tmp_path, "2")
    wait_for(lambda: not any(map(alive, workers)))
    assert not any(map(alive, workers))


def test_there_is_at_least_one_core() -> None:
    assert cores() >= 1
