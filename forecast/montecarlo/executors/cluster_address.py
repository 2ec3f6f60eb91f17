"""Addresses of clusters: what `--cluster` may say.  Must not import the library that a cluster needs."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import NamedTuple

from forecast.errors import Problem, RunError, nearest, quoted

DEFAULT_PORT, MOST_PORTS, MOST_WORKERS = 8786, 65535, 1024
SCHEMES = ("tcp", "tls")
ALLOWED = f"local:N with N from 1 to {MOST_WORKERS}, tcp://HOST:PORT or tls://HOST:PORT"
LOCAL = re.compile(r"local:0*(\d{1,6})", re.ASCII)
REMOTE = re.compile(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.]+(?:%\w+)?\]):0*(\d{1,6})", re.ASCII)
LIKE_REMOTE = re.compile(r"(?:(\w+):/{1,3})?([\w.-]{1,253})(?::(\d+))?/*", re.ASCII)


class ClusterAddress(NamedTuple):
    """A scheduler's address; with `workers`, a cluster that is to be started on this machine."""

    text: str
    workers: int | None


def parse_cluster_address(text: str) -> ClusterAddress | None:
    """The address that a text spells; None where it is not one."""
    if (local := LOCAL.fullmatch(text)) and 1 <= int(local[1]) <= MOST_WORKERS:
        return ClusterAddress(text, int(local[1]))
    if (remote := REMOTE.fullmatch(text)) and 1 <= int(remote[1]) <= MOST_PORTS:
        return ClusterAddress(text, None)
    return None


def cluster_problems(cluster: str | None, workers: int | None, dashes: str = "") -> list[Problem]:
    """All problems of a cluster's address beside a number of workers; `dashes` stand before the options' names."""
    if cluster is None:
        return []
    problems = []
    if parse_cluster_address(cluster) is None:
        problems.append(Problem(None, None, f"{dashes}cluster", quoted(cluster), ALLOWED, _nearest_address(cluster)))
    if workers is not None:
        allowed = f"one of {dashes}workers and {dashes}cluster: a cluster brings its own workers"
        problems.append(Problem(None, None, f"{dashes}workers", f"`{workers}` beside a cluster", allowed))
    return problems


def _nearest_address(text: str) -> str | None:
    """The address that a misspelt text comes nearest to; None where there is none."""
    word, _, number = text.strip().partition(":")
    if nearest(word, ["local"], cutoff=0.8):
        count = int(number[:6]) if number.isascii() and number.isdigit() else 4
        return f"local:{count}" if 1 <= count <= MOST_WORKERS else None
    parts = LIKE_REMOTE.fullmatch(text.strip())
    if parts is None:
        return None
    scheme, host, port = parts.groups()
    guess = f"{nearest(scheme or 'tcp', SCHEMES) or 'tcp'}://{host}:{port or DEFAULT_PORT}"
    return guess if parse_cluster_address(guess) else None


def need_distributed() -> None:
    """Raise RunError where the package `distributed` is not installed."""
    if find_spec("distributed") is None:
        raise RunError("a cluster needs the package `distributed`: pip install 'forecast[dask]'")
