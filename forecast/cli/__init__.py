"""What can be asked on the command line, and how does it end?  The one place where errors become an exit status.

0 done; 1 the run failed; 2 the input is wrong; 130 interrupted; 143 terminated.  Nobody sees a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from types import FrameType, TracebackType

import click

from forecast.errors import ForecastError, Terminated, printable

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of one command; `arguments` are those of the process when None."""
    gc.set_threshold(100_000)  # modules on their way in are no garbage; looking for some takes a tenth of the start
    from forecast.cli.command_group import program  # noqa: PLC0415  # the parser after the handlers

    warnings.showwarning = show_warning
    sys.excepthook = show_internal_error
    signal.signal(signal.SIGTERM, terminate)
    try:
        status = program.main(arguments, prog_name="forecast", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ForecastError as error:
        return report_failure(str(error), error.exit_status)
    except (KeyboardInterrupt, click.Abort) as error:
        return report_failure("interrupted: nothing was written", getattr(error, "exit_status", INTERRUPTED))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return report_failure(
            f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error), 1
        )
    except MemoryError:
        return report_failure("there is not enough memory: try fewer --workers, or fewer accounts", 1)
    return status if isinstance(status, int) else 0


def report_failure(sentence: str, status: int) -> int:
    """The status, its reason told on stderr."""
    click.echo("\n".join(map(printable, sentence.split("\n"))), err=True)
    return status


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Nothing; a warning is one line on stderr."""
    click.echo(f"warning: {printable(str(message))}", err=True)


def show_internal_error(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Nothing; a defect of this program is one line on stderr, and all of it where FORECAST_TRACEBACK is set."""
    if os.environ.get("FORECAST_TRACEBACK"):
        sys.__excepthook__(kind, error, at)
        return
    click.echo(
        f"a defect of forecast: {kind.__name__}: {printable(str(error))}; FORECAST_TRACEBACK=1 shows where", err=True
    )


def terminate(_: int, __: FrameType | None) -> None:
    """Never returns: ends as after Ctrl-C, temporary files removed and workers ended."""
    raise Terminated
