"""The Dask executor: results in order, nothing lost, nothing left behind, and no worker with another build."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from jobs import (  # type: ignore[import-not-found]  # it stands beside this file
    RecordedProgress,
    ScriptedJob,
    alive,
    begun,
    forget_jobs,
    pretend_build,
    wait_for,
    workers_of_a_killed_parent,
)

from forecast import versions
from forecast.errors import RunError
from forecast.montecarlo import Batch, BatchStore, ExecutionOptions
from forecast.montecarlo.batch_file import decode_batch
from forecast.montecarlo.batches import FinishedBatch
from forecast.montecarlo.executors.cluster_address import ClusterAddress
from forecast.montecarlo.executors.dask_connection import DaskConnection, WorkerDeaths, dask_silenced


def asked(job: ScriptedJob, replications: int, size: int, cluster: str, **more: Any) -> Any:
    """The numbers of a job, one by one."""
    return closing(begun(job, replications, size, ExecutionOptions(cluster=cluster, **more)))


def results_of(job: ScriptedJob, replications: int, size: int, cluster: str, **more: Any) -> list[Any]:
    with asked(job, replications, size, cluster, **more) as results:
        return list(results)


@contextmanager
def another_client(scheduler: str) -> Iterator[Any]:
    from distributed import Client  # noqa: PLC0415  # slow

    with dask_silenced(), Client(scheduler, set_as_default=False) as client:
        yield client


def test_results_are_in_order_and_reported(scheduler: str) -> None:
    progress = RecordedProgress()
    assert results_of(ScriptedJob(), 20, 3, scheduler, progress=progress) == [10 * each for each in range(20)]
    assert sum(progress.finished) == 20
    assert progress.said == []  # a machine elsewhere makes itself ready


def test_two_runs_on_one_scheduler_do_not_meet(scheduler: str) -> None:
    with (
        asked(ScriptedJob(times=10), 12, 2, scheduler) as one,
        asked(ScriptedJob(times=7), 12, 2, scheduler) as two,
    ):
        assert list(zip(one, two, strict=True)) == [(10 * each, 7 * each) for each in range(12)]


def test_each_worker_makes_itself_ready_once(scheduler: str, tmp_path: Path) -> None:
    results_of(ScriptedJob(folder=str(tmp_path), seconds=0.02), 40, 1, scheduler)
    assert [path.read_text() for path in tmp_path.glob("process-*")] == ["+", "+"]


def test_a_failed_replication_is_named_with_its_seed(scheduler: str) -> None:
    sentence = r"replication 7 of seed 7 failed: ZeroDivisionError: no seats \(jobs.py, line \d+\)"
    with pytest.raises(RunError, match=sentence):
        results_of(ScriptedJob(failing=7), 20, 3, scheduler)


def test_the_batches_on_the_disk_are_those_of_one_process(scheduler: str, tmp_path: Path) -> None:
    for name, address in (("cluster", scheduler), ("serial", None)):
        (tmp_path / name).mkdir()
        options = ExecutionOptions(cluster=address, store=BatchStore(tmp_path / name))
        assert len(list(begun(ScriptedJob(), 20, 3, options))) == 20
    files = sorted(path.name for path in (tmp_path / "serial").iterdir())
    assert len(files) == 7
    for name in files:
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "serial" / name).read_bytes()


def test_results_that_were_damaged_on_their_way_are_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(batch: Batch, file: bytes) -> FinishedBatch | None:
        return decode_batch(batch, file[:-1])

    monkeypatch.setattr(
        "forecast.montecarlo.executors.dask.decode_batch", lambda batch, file: decode_batch(batch, file[:-1])
    )
    with pytest.raises(RunError, match=r"the results of replications \d+ to \d+ were damaged on their way"):
        results_of(ScriptedJob(), 20, 3, scheduler)


def test_the_scheduler_keeps_nothing(scheduler: str) -> None:
    results_of(ScriptedJob(), 20, 3, scheduler)
    with asked(ScriptedJob(seconds=0.05), 1000, 1, scheduler) as results:
        assert [next(results), next(results)] == [0, 10]
        with another_client(scheduler) as client:
            assert client.run_on_scheduler(tasks)  # the question finds what there is
    with another_client(scheduler) as client:
        wait_for(lambda: not client.run_on_scheduler(tasks))


def tasks(dask_scheduler: Any) -> list[str]:
    return list(map(str, dask_scheduler.tasks))


def test_a_worker_that_joins_later_is_sent_the_job(scheduler: str) -> None:
    with asked(ScriptedJob(seconds=0.02), 30, 1, scheduler) as results:
        assert next(results) == 0
        with another_client(scheduler) as client:
            client.run(forget_jobs)
        assert list(results) == [10 * each for each in range(1, 30)]


def test_a_worker_of_another_version_is_refused(scheduler: str) -> None:
    ours = r"and here is forecast \S+ \(\w{16}\) with pyarrow \d"
    sentence = rf"the worker tcp://127\S* has forecast \S+ \(0ther\) with pyarrow [\d.]+, {ours}"
    with another_client(scheduler) as client:
        one = next(iter(client.nthreads()))
        try:
            with asked(ScriptedJob(seconds=0.02), 500, 1, scheduler) as results:
                next(results)
                client.run(pretend_build, "0ther", workers=[one])
                client.run(forget_jobs)
                with pytest.raises(RunError, match=sentence):  # it came later
                    list(results)
            with pytest.raises(RunError, match=sentence):  # it is there from the start
                results_of(ScriptedJob(), 20, 3, scheduler)
        finally:
            client.run(pretend_build, versions.package_hash(), workers=[one])


def test_a_worker_that_cannot_register_the_job_is_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast.montecarlo.executors.dask_worker.register_job", lambda *_: 1 / 0)
    with pytest.raises(RunError, match=r"the worker tcp\S+ cannot do this work: ZeroDivisionError.*needs forecast"):
        results_of(ScriptedJob(), 20, 3, scheduler)


def test_a_killed_worker_costs_time_only(scheduler: str, tmp_path: Path) -> None:
    progress, job = RecordedProgress(), ScriptedJob(folder=str(tmp_path), seconds=0.02)
    with asked(job, 60, 3, scheduler, progress=progress) as results:
        assert next(results) == 0
        victim = int(next(tmp_path.glob("process-*")).name.split("-")[1])
        os.kill(victim, signal.SIGKILL)
        assert list(results) == [10 * each for each in range(1, 60)]
    assert sum(progress.finished) == 60


@pytest.mark.slow
def test_a_replication_that_kills_every_worker_is_named(schedulers: Any, tmp_path: Path) -> None:
    job = ScriptedJob(dying=4, deaths=99, folder=str(tmp_path))
    sentence = r"a worker of the cluster ended 3 times at replication 4 of seed 7; fewer"
    with schedulers(tmp_path, 2) as (address, _), pytest.raises(RunError, match=sentence):
        results_of(job, 12, 3, address)
    assert (
        len(list(tmp_path.glob("death-*"))) <= 9
    )  # three times before its batch carries the job, three after, three alone


@pytest.mark.slow
def test_a_batch_that_killed_its_workers_by_bad_luck_is_done_after_all(schedulers: Any, tmp_path: Path) -> None:
    job = ScriptedJob(dying=4, deaths=4, folder=str(tmp_path))
    with schedulers(tmp_path, 2) as (address, _):
        assert results_of(job, 12, 3, address) == [10 * each for each in range(12)]
    assert len(list(tmp_path.glob("death-*"))) == 4


NANNY = """
import asyncio, sys
from distributed import Nanny
from distributed.nanny import WorkerProcess
WorkerProcess._init_msg_interval = 3.0
async def main():
    async with Nanny(sys.argv[1], nthreads=1, silence_logs=60) as nanny:
        await nanny.finished()
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_worker_that_dies_as_soon_as_it_has_started_is_started_again(schedulers: Any, tmp_path: Path) -> None:
    (tmp_path / "nanny.py").write_text(NANNY, encoding="utf-8")
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (root, Path(__file__).parent)))}
    job = ScriptedJob(dying=0, deaths=1, folder=str(tmp_path))
    with schedulers(tmp_path, 0) as (address, _):
        command = [sys.executable, str(tmp_path / "nanny.py"), address]
        nanny: list[Any] = []

        class Starting(RecordedProgress):  # type: ignore[misc]
            """Starts a worker when there was none yet: the batches are waiting for it."""

            def say(self, text: str) -> None:
                """Start it once."""
                if not nanny:
                    nanny.append(subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL))

        try:
            assert results_of(job, 3, 1, address, progress=Starting()) == [0, 10, 20]
        finally:
            for process in nanny:
                process.terminate()
                process.wait(60)


def test_a_worker_here_that_could_not_start_is_started_again() -> None:
    connection = DaskConnection(ClusterAddress("", None))
    with dask_silenced(), closing(connection):
        connection.start_local_cluster(1)
        [first] = connection.cluster.workers.values()
        connection.cluster.sync(first.close)
        connection.refill()
        wait_for(lambda: bool(connection.cluster.workers))
        [second] = connection.cluster.workers.values()
        assert second is not first
        assert second.status.name == "running"


def test_an_answer_that_is_lost_with_its_worker_and_then_costs_workers_is_told_as_deaths() -> None:
    from distributed import KilledWorker  # noqa: PLC0415  # slow

    class Lost:
        """A future that had ended well, until its answer was fetched."""

        status = "error"

        def exception(self) -> None:
            """None: when it was asked, all was well."""

        def result(self) -> None:
            """Raise what came of working it out again."""
            raise KilledWorker("key", None, 2)

        def release(self) -> None:
            """Do nothing."""

    assert DaskConnection(ClusterAddress("", None)).answer(Lost()) == WorkerDeaths(3)


def test_a_scheduler_without_workers_is_waited_for_with_a_word(
    schedulers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast.montecarlo.executors.dask.WORKER_TIMEOUT", 2.0)
    progress = RecordedProgress()
    with (
        schedulers(tmp_path, 0) as (address, _),
        pytest.raises(RunError, match=rf"no worker came to {address} for 2 s"),
    ):
        results_of(ScriptedJob(), 20, 3, address, progress=progress)
    assert progress.said == [f"waiting for workers at {address}"]


def test_a_port_where_nobody_listens_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast.montecarlo.executors.dask_connection.ANSWER_SECONDS", 0.5)
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1 within 0 s"):
        results_of(ScriptedJob(), 20, 3, "tcp://127.0.0.1:1")
    with pytest.raises(RunError, match=r"tls://127.0.0.1:1 needs certificates"):
        results_of(ScriptedJob(), 20, 3, "tls://127.0.0.1:1")


def test_a_scheduler_that_ends_meanwhile_is_reported(schedulers: Any, tmp_path: Path) -> None:
    with (
        schedulers(tmp_path, 1) as (address, process),
        asked(ScriptedJob(seconds=0.1), 100, 1, address) as results,
    ):
        assert next(results) == 0
        process.kill()
        with pytest.raises(RunError, match=rf"the Dask scheduler at {address} is gone"):
            list(results)


def test_stopping_early_ends_a_cluster_that_was_started_here(capfd: pytest.CaptureFixture[str]) -> None:
    progress = RecordedProgress()
    before = len(multiprocessing.active_children())
    with asked(ScriptedJob(), 1000, 1, "local:2", progress=progress) as results:
        assert [next(results), next(results)] == [0, 10]
        assert len(multiprocessing.active_children()) == before + 2
    assert len(multiprocessing.active_children()) == before
    assert progress.said == ["ready", "starting 2 workers"]
    assert capfd.readouterr() == ("", "")


def test_a_cluster_ends_in_the_middle_of_its_work_when_its_parent_is_killed(tmp_path: Path) -> None:
    workers = workers_of_a_killed_parent(tmp_path, "cluster='local:2'")
    wait_for(lambda: not any(map(alive, workers)))
    assert not any(map(alive, workers))
