"""How much memory there is for simulating: of the machine, of its container, of one process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

GIGABYTE = 1e9
# Which control groups this process is in, and where Linux shows them (cgroups(7)); a container's limit is theirs.
_OWN_GROUPS, _GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")


class MemoryLimit(NamedTuple):
    """A number of bytes, and what sets it."""

    bytes: float
    name: str


class Memory(NamedTuple):
    """The limits of one process, and of all processes of a run together."""

    process: MemoryLimit
    together: MemoryLimit


def memory_limits() -> Memory:
    """The memory of this machine, or less where its container or this process has a limit."""
    together = min([_machine(), *_control_groups()], key=lambda limit: limit.bytes)
    return Memory(min([together, *_address_space()], key=lambda limit: limit.bytes), together)


def _machine() -> MemoryLimit:
    """The whole memory; where a system does not tell, so much that only what hardly any machine holds is too much."""
    try:
        found = float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        found = 64 * GIGABYTE
    return MemoryLimit(found, "the memory of this machine")


def _address_space() -> Iterator[MemoryLimit]:
    """The limit of `ulimit -v`, if any."""
    try:
        import resource  # noqa: PLC0415  # not on every system
    except ImportError:
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit not in {resource.RLIM_INFINITY, -1}:
        yield MemoryLimit(float(limit), "the limit of `ulimit -v`")


def _control_groups() -> Iterator[MemoryLimit]:
    """The limits of the control groups of this process and of those around them, of both versions.

    Without a namespace of its own a container sees its path on the host, below which nothing is mounted: its limit is
    then at the root, where the walk outwards ends.
    """
    try:
        lines = _OWN_GROUPS.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _, controllers, path = f"{line}::".split(":")[:3]
        if not controllers:
            root, file = _GROUPS, "memory.max"
        elif "memory" in controllers.split(","):
            root, file = _GROUPS / "memory", "memory.limit_in_bytes"
        else:
            continue
        inner = PurePosixPath(path.lstrip("/"))
        for group in (inner, *inner.parents):
            try:
                text = (root / group / file).read_text(encoding="ascii").strip()
            except (OSError, ValueError):
                continue
            if text.isdigit():  # else `max`: none
                yield MemoryLimit(float(text), "the memory limit of this container (its control group)")
