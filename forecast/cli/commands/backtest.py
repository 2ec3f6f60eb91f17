"""`forecast backtest`: forecasts of the past from what was known then, scored beside naive rules."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from forecast.cli.options import LARGEST_SEED, WholeNumber, json_option, workers_option
from forecast.errors import InputError, Problem, ProblemKind, quoted
from forecast.months import first_of_month
from forecast.user_paths import user_path

MOST_HORIZONS, LONGEST = 12, 60


@click.command("backtest", short_help="Try forecasts on your own past, beside naive rules.")
@click.argument("data", metavar="DATA", type=user_path)
@click.option("--from", "since", metavar="MONTH", help="The first origin, such as 2025-06. [6 months after the begin]")
@click.option("--every", type=WholeNumber(1, 12), metavar="N", default=1, help="Months between origins. [1]")
@click.option("--horizons", metavar="MONTHS", default="1,3,6,12", help="How far, in months. [1,3,6,12]")
@click.option(
    "-n", "--replications", type=WholeNumber(50, 10_000), metavar="N", default=400, help="Futures an origin. [400]"
)
@click.option("--prior", metavar="SCENARIO", help="What is believed beforehand. [the data file's, else bottom_up]")
@click.option("--seed", type=WholeNumber(0, LARGEST_SEED), metavar="N", default=20260101, help="Of all chance.")
@workers_option
@click.option("-o", "--output", "target", type=user_path, metavar="DIR", help="The folder. [backtests/ and the data]")
@json_option
def backtest_command(
    data: Path,
    since: str | None,
    every: int,
    horizons: str,
    replications: int,
    prior: str | None,
    seed: int,
    workers: int | None,
    target: Path | None,
    *,
    as_json: bool,
) -> None:
    """Try forecasts on your own past.

    DATA is the data file of `forecast fit`. At each origin, the first of a month, only what was known then is fitted;
    the forecast from there is compared with what came, and with rules that anybody could have used: nothing changes,
    as many as lately, the same rate, the same growth, a damped trend, a Bass curve. Where one of them was better, that
    is said first.

    An interrupted backtest goes on where it was when the same command is given again.
    """
    from forecast.backtesting.backtest import backtest
    from forecast.cli.screens.backtest_screen import show_backtest
    from forecast.montecarlo import progress_on

    found = backtest(
        data,
        since=_month(since),
        every=every,
        horizons=_horizons(horizons),
        replications=replications,
        prior=prior,
        seed=seed,
        workers=workers,
        folder=target,
        progress=progress_on(sys.stderr, 0),
    )
    show_backtest(found, as_json=as_json)


def _month(text: str | None) -> date | None:
    """The first day of the month that a text names."""
    if text is None:
        return None
    try:
        return first_of_month(date.fromisoformat(text if text.count("-") == 2 else f"{text}-01"), 0)
    except ValueError:
        kind = ProblemKind.WRONG_VALUE
        raise InputError([Problem(None, None, "--from", quoted(text), "a month such as 2025-06", kind=kind)]) from None


def _horizons(text: str) -> tuple[int, ...]:
    """The horizons in a list with commas, each once and in order."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    fine = [int(word) for word in words if word.isascii() and word.isdecimal() and 1 <= int(word[:4]) <= LONGEST]
    if not fine or len(fine) != len(words) or len(fine) > MOST_HORIZONS:
        allowed = f"up to {MOST_HORIZONS} whole numbers of months from 1 to {LONGEST}, such as 1,3,6"
        raise InputError([Problem(None, None, "--horizons", quoted(text), allowed, kind=ProblemKind.WRONG_VALUE)])
    return tuple(sorted(set(fine)))
