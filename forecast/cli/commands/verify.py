"""`forecast verify`: a folder checked against its hashes and against some replications simulated again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.analysis.formatting import pluralize
from forecast.cli.options import LARGEST_COUNT, WholeNumber
from forecast.errors import RunError
from forecast.user_paths import user_path

if TYPE_CHECKING:
    from forecast.study.verify import Verification


@click.command("verify", short_help="Check that a run, or a comparison, is still what was simulated.")
@click.argument("folder", metavar="DIR", type=user_path)
@click.option(
    "-k",
    "--replications",
    "again",
    type=WholeNumber(0, LARGEST_COUNT),
    metavar="K",
    help="How many to simulate again. [3]",
)
@click.option("--engine", metavar="NAME", help="compiled or simpy. [the one that made the run]")
def verify_command(folder: Path, again: int | None, engine: str | None) -> None:
    """Check that a run, or a comparison with its runs, is still what was simulated.

    Every file against its hash; then K replications, picked at random, are simulated again and compared with the
    tables, bit for bit.
    """
    from forecast.cli.screens.terminal import print_lines
    from forecast.montecarlo import progress_on
    from forecast.study.verify import REPLICATIONS_CHECKED, folders_to_verify, verify

    count = REPLICATIONS_CHECKED if again is None else again
    wrong: list[str] = []
    for each in folders_to_verify(folder):
        found = verify(each, replications=count, engine=engine, progress=progress_on(sys.stderr, count))
        wrong += found.wrong
        if not found.wrong:
            print_lines([_verified_sentence(found)])
    if wrong:
        raise RunError("\n".join(wrong))


def _verified_sentence(found: Verification) -> str:
    """`runs/mine: 8 files as written; simulated again, the same bit for bit: replications 3, 71, 902.`"""
    files = f"{found.folder}: {pluralize(found.files, 'file')} as written"
    if not found.replications:
        return f"{files}."
    picked = ", ".join(map(str, found.replications))
    return f"{files}; simulated again, the same bit for bit: replication{'s' * (len(found.replications) > 1)} {picked}."
