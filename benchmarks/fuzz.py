"""What does a broken file do?  Files are changed at random.

Scenarios, accounts files, joint draws, files on top of others and `--set`: each is read, a forecast or a sentence.

A case fails when reading it raises anything but an error of this package, says nothing that a person understands,
takes more than five seconds, or needs more than a gibibyte; of the scenarios that are taken some are simulated.
Case i of a seed is always the same; what fails is kept, to be looked at.

    python benchmarks/fuzz.py                                  # 100,000 scenarios, 10,000 of each other: hours
    python benchmarks/fuzz.py --scenarios 2000 --accounts 500 --draws 500 --overlays 500 --overrides 500  # minutes
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each thread would map memory that no case asked for

from broken import CASES, FINE, MOST_MEMORY, Outcome, examined, warm

CHUNK = 50  # cases that a process takes at a time
EVERY = 10_000  # cases between two lines of progress


def prepare() -> None:
    """Nothing; this process has compiled what it needs, and gets no more memory than a case may need."""
    warm()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def chunk(what: str, seed: int, numbers: range) -> list[Outcome]:
    """What becomes of some cases."""
    return [examined(CASES[what](seed, number), number) for number in numbers]


def outcomes(what: str, seed: int, numbers: range, processes: int) -> Iterator[Outcome]:
    """What becomes of each case, in their order."""
    chunks = [numbers[first : first + CHUNK] for first in range(0, len(numbers), CHUNK)]
    with ProcessPoolExecutor(processes, initializer=prepare) as pool:
        same = [what] * len(chunks), [seed] * len(chunks)
        yield from chain.from_iterable(pool.map(chunk, *same, chunks))


def keep(folder: Path, what: str, seed: int, outcome: Outcome) -> None:
    """Nothing; the files of a case that failed are in a folder of their own."""
    place = folder / f"{what}-{seed}-{outcome.number}"
    place.mkdir(parents=True, exist_ok=True)
    for name, data in CASES[what](seed, outcome.number).items():
        (place / name).write_bytes(data)
    (place / "told.txt").write_text(f"{outcome.kind}: {outcome.told}\n", encoding="utf-8")


def report(what: str, found: list[Outcome], seconds: float) -> None:
    """Nothing; it is printed what became of all cases so far."""
    kinds = Counter(outcome.kind for outcome in found)
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    slowest = max(found, key=lambda outcome: outcome.seconds)
    memory = max(outcome.kibibytes for outcome in found) >> 10
    print(
        f"{len(found):,} {what}: {told}; slowest {slowest.seconds:.2f} s (case {slowest.number}); "
        f"most memory {memory} MiB; {seconds:.0f} s",
        flush=True,
    )


def fuzzed(what: str, numbers: range, asked: argparse.Namespace) -> int:
    """How many cases failed."""
    began, found = time.monotonic(), list[Outcome]()
    for outcome in outcomes(what, asked.seed, numbers, asked.processes):
        found.append(outcome)
        if outcome.kind not in FINE:
            keep(asked.keep, what, asked.seed, outcome)
            print(f"{what} {outcome.number}: {outcome.kind}: {outcome.told}", flush=True)
        if len(found) % EVERY == 0 or len(found) == len(numbers):
            report(what, found, time.monotonic() - began)
    return sum(outcome.kind not in FINE for outcome in found)


def main(arguments: list[str]) -> int:
    """1 if a case failed."""
    parser = argparse.ArgumentParser(description="Broken files, read.")
    options: dict[str, Any] = {
        "scenarios": 100_000,
        "accounts": 10_000,
        "draws": 10_000,
        "overlays": 10_000,
        "overrides": 10_000,
        "first": 0,
        "seed": 1,
        "processes": os.cpu_count() or 1,
    }
    for name, value in options.items():
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N", help=f"[{value}]")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where failing cases go")
    asked = parser.parse_args(arguments)
    failed = [fuzzed(what, range(asked.first, asked.first + getattr(asked, what)), asked) for what in CASES]
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
