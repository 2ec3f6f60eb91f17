"""How does `forecast verify` go?  Folder by folder, what was looked at, and an error when anything is not as it was."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forecast.analysis.formatting import pluralize
from forecast.errors import RunError, printable
from forecast.montecarlo import progress_on
from forecast.study.verify import REPLICATIONS_CHECKED, Verification, folders_to_verify, verify


def verify_folder(folder: Path, again: int | None, engine: str | None) -> None:
    """Nothing; what was verified is on stdout; raises RunError with all that is wrong."""
    count = REPLICATIONS_CHECKED if again is None else again
    wrong: list[str] = []
    for each in folders_to_verify(folder):
        found = verify(each, count, engine, progress_on(sys.stderr, count))
        wrong += found.wrong
        if not found.wrong:
            click.echo(printable(_verified_sentence(found)))
    if wrong:
        raise RunError("\n".join(wrong))


def _verified_sentence(found: Verification) -> str:
    """What was looked at, in a sentence."""
    files = f"{found.folder}: {pluralize(found.files, 'file')} as written"
    if not found.replications:
        return f"{files}."
    picked = ", ".join(map(str, found.replications))
    return f"{files}; simulated again, the same bit for bit: replication{'s' * (len(found.replications) > 1)} {picked}."
