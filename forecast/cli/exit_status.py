"""How a command ends: errors become one sentence on stderr and an exit status.

0 done; 1 the run failed; 2 the input is wrong; 130 interrupted; 143 terminated.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

import click

from forecast.cli.streams import write_line
from forecast.errors import Terminated, printable

if TYPE_CHECKING:
    from forecast.scenario import Scenario, ScenarioWarning

INTERRUPTED = 130


def report_failure(sentence: str, status: int) -> int:
    """Write the reason on stderr; returns the status."""
    write_line("\n".join(map(printable, sentence.split("\n"))), err=True)
    return status


def write_usage_error(error: click.ClickException, arguments: Sequence[str]) -> None:
    """Write a usage error on stderr, and what was probably meant: a value in quotes, or another command."""
    error.show(file=sys.stderr)
    if "unexpected extra argument" not in error.message:
        return
    if any(each == "--set" or each.startswith("--set=") for each in arguments):
        write_line("A value with spaces needs quotes: --set 'pricing.paid=60 USD'", err=True)
    elif "run" in arguments[:1]:
        write_line("`forecast run` takes one scenario, `forecast compare` several.", err=True)


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Write a warning as one line on stderr."""
    write_line(f"warning: {printable(str(message))}", err=True)


def show_warnings(found: Iterable[ScenarioWarning]) -> None:
    """Write what was warned of when scenarios were loaded, and their notes, a line each on stderr."""
    for each in dict.fromkeys(found):
        write_line(each.sentence, err=True)


def show_notes(*scenarios: Scenario) -> None:
    """Write the notes on scenarios, which loading them issues to nobody, a line each on stderr."""
    show_warnings(each for scenario in scenarios for each in scenario.warnings if each.kind == "note")


def show_internal_error(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Write an unexpected exception as one line on stderr, with its traceback where FORECAST_TRACEBACK is set."""
    if issubclass(kind, KeyboardInterrupt):  # once more, while the first was ending the program
        write_line("interrupted", err=True)
        return
    if os.environ.get("FORECAST_TRACEBACK"):
        sys.__excepthook__(kind, error, at)
        return
    sentence = f"internal error, please report: {kind.__name__}: {printable(str(error))}"
    write_line(f"{sentence} (FORECAST_TRACEBACK=1 shows where)", err=True)


def terminate(_: int, __: FrameType | None) -> None:
    """Raise Terminated, so that SIGTERM removes temporary files and ends workers as Ctrl-C does."""
    raise Terminated
