"""The options that commands share: their types, the ones that `run` and `compare` have in common, and `--json`.

What was typed becomes a typed record; all that is wrong with it is reported at once. Knows no command.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.errors import InputError, Problem, ProblemKind, quoted
from forecast.user_paths import user_path

if TYPE_CHECKING:
    from forecast.study.run_options import RunOptions

    Parameter = click.ParamType[int]
    DayParameter = click.ParamType[date]
else:
    DayParameter = click.ParamType
    Parameter = click.ParamType  # older versions of click take no type here

LARGEST_SEED, LARGEST_COUNT, MAX_WORKERS = 2**63 - 1, 2**32 - 1, 1024


class WholeNumber(Parameter):
    """A whole number of a range, refused in one sentence."""

    name = "whole number"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number that a text stands for."""
        text = str(value).strip()
        if not text.isascii() or not text.lstrip("+-").isdigit() or not self.low <= int(text[:40]) <= self.high:
            self.fail(f"found {text[:40]!r}; expected a whole number from {self.low} to {self.high}", param, ctx)
        return int(text)


class Day(DayParameter):
    """A day, refused in one sentence."""

    name = "day"

    def __init__(self, option: str) -> None:
        self.option = option

    def convert(self, value: object, *_: click.Parameter | click.Context | None) -> date:
        """The day that a text names."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            found, kind = quoted(str(value)), ProblemKind.WRONG_VALUE
            raise InputError([Problem(None, None, self.option, found, "a day such as 2026-10-31", kind=kind)]) from None


workers_option = click.option(
    "--workers", type=WholeNumber(1, MAX_WORKERS), metavar="N", help="Processes to use. [one for each processor]"
)
set_option = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file; may be repeated."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")


@dataclass(frozen=True)
class ExecutionArguments:
    """How to simulate, as typed on the command line; None: the default of the file or the machine."""

    replications: int | None
    seed: int | None
    engine: str | None
    workers: int | None
    cluster: str | None
    folder: Path | None
    precision: str | None
    force: bool

    def run_options(self) -> RunOptions:
        """The options of the run; raises InputError with all that is wrong with them."""
        from forecast.cli.interrupts import stop_on_interrupt  # noqa: PLC0415  # needed only to simulate, and slow
        from forecast.engines import choose_engine  # noqa: PLC0415
        from forecast.montecarlo import progress_on  # noqa: PLC0415
        from forecast.study.run_options import RunOptions, check_cluster  # noqa: PLC0415

        engine, precision, _ = evaluate_all(
            lambda: choose_engine(self.engine),
            lambda: None if self.precision is None else parse_precision(self.precision),
            lambda: check_cluster(self.cluster, self.workers, "--"),
        )
        return RunOptions(
            engine=engine,
            workers=self.workers,
            folder=self.folder,
            precision=precision,
            command=("forecast", *sys.argv[1:]),
            progress=lambda replications: progress_on(sys.stderr, replications),
            force=self.force,
            cluster=self.cluster,
            halt=stop_on_interrupt,
        )


def parse_precision(text: str) -> float:
    """The relative half-width that `2%` or `0.02` spells; raises InputError unless it lies between 0 and 1."""
    text = text.strip()
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not 0 < number < 1:
        raise InputError([Problem(None, None, "--precision", quoted(text), "a share between 0 and 100%, such as `2%`")])
    return number


def execution_options(*, replications: str, output: str, precision: str) -> Callable[[Callable[..., None]], Any]:
    """Decorate a command with the options of `ExecutionArguments`, which it gets as its argument `execution`.

    The arguments are the help texts in which commands differ.
    """
    options = (
        click.option("-n", "--replications", type=WholeNumber(1, LARGEST_COUNT), metavar="N", help=replications),
        click.option("--seed", type=WholeNumber(0, LARGEST_SEED), metavar="S", help="Random seed. [the file's]"),
        click.option("--engine", metavar="NAME", help="compiled, or simpy: the same events, slower, easier to read."),
        workers_option,
        click.option(
            "--cluster", metavar="WHERE", help="Dask workers, not --workers: tcp://HOST:8786; local:4 for four here."
        ),
        click.option("-o", "--output", "folder", type=user_path, metavar="DIR", help=output),
        click.option("--precision", metavar="P", help=precision),
        click.option("--force", is_flag=True, help="Discard an unfinished run in this folder and start over."),
    )

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_record(**values: Any) -> None:
            names = [field.name for field in fields(ExecutionArguments)]
            command(execution=ExecutionArguments(**{name: values.pop(name) for name in names}), **values)

        # click lists options in the order of their decorators, from the top: the last one is applied first
        return functools.reduce(lambda decorated, option: option(decorated), reversed(options), with_record)

    return decorate


def evaluate_all(*questions: Callable[[], Any]) -> list[Any]:
    """The answers to all questions; raises InputError with the problems of all of them."""
    answers: list[Any] = []
    problems: list[Problem] = []
    for question in questions:
        try:
            answers.append(question())
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return answers
