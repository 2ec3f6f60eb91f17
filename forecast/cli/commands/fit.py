"""`forecast fit`: exports become a scenario with draws; or a data file that names them, with --init."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from forecast.cli.options import LARGEST_SEED, Day, WholeNumber, json_option
from forecast.cli.streams import write_line
from forecast.errors import InputError, Problem, printable
from forecast.user_paths import check_unwritten, user_path

DATA_PATH = Path("data.yaml")


@click.command("fit", short_help="Learn a scenario from your own exports.")
@click.argument("files", metavar="DATA", type=user_path, nargs=-1, required=True)
@click.option("--init", is_flag=True, help="Write a data file for these exports, and learn nothing yet.")
@click.option("-o", "--output", "target", type=user_path, metavar="DIR", help="The folder. [fits/ and the last month]")
@click.option(
    "--until", metavar="DATE", type=Day("--until"), help="Look at nothing after this day. [the data file's, else all]"
)
@click.option("--prior", metavar="SCENARIO", help="What is believed beforehand. [the data file's, else bottom_up]")
@click.option("--check", is_flag=True, help="Read and judge the exports, and learn nothing.")
@click.option("--draws", type=WholeNumber(50, 20_000), metavar="N", default=1000, help="Joint draws. [1000]")
@click.option("--seed", type=WholeNumber(0, LARGEST_SEED), metavar="N", default=20260101, help="Of their chance.")
@click.option("--force", is_flag=True, help="Replace the data file if it exists, with --init.")
@json_option
def fit_command(
    files: tuple[Path, ...],
    *,
    init: bool,
    target: Path | None,
    until: date | None,
    prior: str | None,
    check: bool,
    draws: int,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Learn a scenario's values from a company's own history.

    DATA is a data file: which exports there are, and what their columns mean. First have it written, read it through,
    then fit, and run what comes of it:

    \b
      forecast fit --init tracks.csv deals.csv subscriptions.csv accounts.csv
      forecast fit data.yaml
      forecast run fits/2026-10/scenario.yaml

    Exports may be of product events, opportunities, contracts and accounts, or a panel of monthly counts. What they
    say is joined with what is published; what they cannot say stays as it was, and is named.
    """
    if init:
        _write_data_file(files, target or DATA_PATH, force=force)
        return
    if len(files) != 1:
        allowed = "one data file; `forecast fit --init` writes one for several exports"
        raise InputError([Problem(None, None, "DATA", f"{len(files)} files", allowed)])
    from forecast.cli.screens.fit_screen import show_checked, show_fit
    from forecast.exports.data_file import read_data_file
    from forecast.exports.read_exports import read_exports
    from forecast.fitting.fitting_run import fit
    from forecast.montecarlo import progress_on

    if check:
        with read_exports(read_data_file(files[0], until)) as exports:
            show_checked(exports, as_json=as_json)
        return
    shown = progress_on(sys.stderr, 0)
    found = fit(files[0], prior=prior, until=until, draws=draws, seed=seed, folder=target, progress=shown)
    show_fit(found.fitted, found.document, found.folder, as_json=as_json)


def _write_data_file(files: tuple[Path, ...], path: Path, *, force: bool) -> None:
    """Write the data file that exports suggest."""
    from forecast.exports.initial_data_file import initial_data_file
    from forecast.files import write_text
    from forecast.imports.map_file import FILL

    check_unwritten(path, force=force)
    text = initial_data_file(files, path.parent)
    write_text(path, text)
    left = sum(FILL in line.partition("#")[0] for line in text.splitlines())
    places = f", with {left} places left to you ({FILL})" if left else ""
    write_line(printable(f"{path}: a guess{places}. Read it through, then: forecast fit {path}"), err=True)
