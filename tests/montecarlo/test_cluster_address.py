"""Addresses of clusters: understood, or refused in a sentence that helps."""

from __future__ import annotations

import pytest

from forecast.errors import InputError, RunError
from forecast.montecarlo.executors.cluster_address import ClusterAddress, cluster_problems, parse_cluster_address
from forecast.study.run_options import RunOptions, check_cluster


@pytest.mark.parametrize(
    ("text", "workers"),
    [
        ("local:1", 1),
        ("local:1024", 1024),
        ("tcp://10.0.0.7:8786", None),
        ("tls://dask-scheduler.jobs.svc:1", None),
        ("tcp://[fe80::1%eth0]:65535", None),
    ],
)
def test_what_is_an_address(text: str, workers: int | None) -> None:
    assert parse_cluster_address(text) == ClusterAddress(text, workers)
    assert cluster_problems(text, None) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("locl:4", "local:4"),
        ("local", "local:4"),
        ("Local:2", "local:2"),
        ("local:0", None),
        ("local:1025", None),
        ("local:-1", "local:4"),
        ("local:\u0663", "local:4"),
        ("tcp://nohost", "tcp://nohost:8786"),
        ("localhost:8786", "tcp://localhost:8786"),
        ("http://localhost:8787", "tcp://localhost:8787"),
        ("tsl://a:1", "tls://a:1"),
        ("tcp:/a:1/", "tcp://a:1"),
        ("tcp://a:0", None),
        ("tcp://a:65536", None),
        ("tcp://a b:1", None),
        ("tcp://a:1\n", "tcp://a:1"),
        ("", None),
        ("://", None),
        ("9" * 10_000, None),
    ],
)
def test_what_is_no_address_is_refused_with_the_nearest(text: str, meant: str | None) -> None:
    (problem,) = cluster_problems(text, None, "--")
    assert (problem.path, problem.nearest) == ("--cluster", meant)
    assert "expected local:N with N from 1 to 1024, tcp://HOST:PORT or tls://HOST:PORT" in str(problem)


def test_workers_and_a_cluster_are_one_too_many() -> None:
    with pytest.raises(InputError, match=r"--workers: found `2` beside a cluster; expected one of --workers and"):
        check_cluster("local:2", 2, "--")
    with pytest.raises(InputError, match=r"(?s)precision: .*cluster: found `x`.*workers: found `2` beside"):
        RunOptions(cluster="x", workers=2, precision=2.0).check()


def test_a_missing_library_is_reported_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast.montecarlo.executors.cluster_address.find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"pip install 'forecast\[dask\]'"):
        RunOptions(cluster="local:2").check()
    RunOptions(workers=2).check()
