"""The command line: commands, what they show, and how they end. Computes nothing itself."""

from __future__ import annotations

import gc
import signal
import sys
import warnings
from collections.abc import Sequence

import click

from forecast.cli.exit_status import (
    INTERRUPTED,
    report_failure,
    show_internal_error,
    show_warning,
    terminate,
    write_usage_error,
)
from forecast.cli.streams import safe_streams
from forecast.errors import ForecastError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; `arguments` are those of the process when None."""
    gc.set_threshold(100_000)  # modules being imported are no garbage; looking for some takes a tenth of the start
    from forecast.cli.command_group import program  # noqa: PLC0415  # the parser after the handlers

    warnings.showwarning = show_warning
    sys.excepthook = show_internal_error
    signal.signal(signal.SIGTERM, terminate)
    with safe_streams():
        return _run_command(program, arguments)


def _run_command(program: click.Group, arguments: Sequence[str] | None) -> int:
    """Run one command of the program; whatever ends it early becomes a sentence and a status."""
    try:
        status = program.main(arguments, prog_name="forecast", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        write_usage_error(error, sys.argv[1:] if arguments is None else arguments)
        return error.exit_code
    except ForecastError as error:
        return report_failure(str(error), error.exit_status)
    except (KeyboardInterrupt, click.Abort) as error:
        return report_failure("interrupted: nothing was written", getattr(error, "exit_status", INTERRUPTED))
    except OSError as error:
        return report_failure(
            f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error), 1
        )
    except MemoryError:
        return report_failure("not enough memory: try fewer --workers, or fewer accounts", 1)
    return status if isinstance(status, int) else 0
