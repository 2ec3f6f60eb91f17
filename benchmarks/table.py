"""Does it reach what it must?  Prints the table of speed and memory, all of it measured in this one run."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

PARTS = ("against_simpy", "against_c", "teams", "sizes", "workers", "memory", "starts")


def processor() -> str:
    """The name of the machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main(parts: list[str]) -> int:
    """1 if something was not reached."""
    if unknown := [part for part in parts if part not in PARTS]:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| | measured | wanted | reached | |\n|---|---|---|---|---|", flush=True)
    reached = True
    for part in parts or PARTS:
        for row in import_module(part).measure():
            print(row.row(), flush=True)
            reached = reached and row.reached
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
