"""Progress of a simulation: replications done, rate and time left; a bar on a terminal, else a line now and then.

Must not know what is simulated.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TextIO

FIRST_LINE, NEXT_LINE = 2.0, 10.0  # seconds


class Progress(Protocol):
    """A display of how many replications are done; a context manager, shown while its block runs."""

    def __enter__(self) -> Self:
        """Start to show it."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove what does not stay."""

    def done(self, more: int) -> None:
        """Count so many more replications as done; a negative number are to be done again."""

    def say(self, text: str) -> None:
        """Show what is being prepared, until the first replication is done."""

    def write(self, text: str) -> None:
        """Write a sentence that stays."""


def progress_on(stream: TextIO, replications: int) -> Progress:
    """A bar if the stream is a terminal, else lines; 0 replications: something that cannot be counted."""
    return _ProgressBar(stream, replications) if stream.isatty() else ProgressLines(stream, replications)


@contextmanager
def status_if_slow(progress: Progress, text: str) -> Iterator[None]:
    """Show a text while the block runs, if that takes longer than two seconds; for what cannot be counted."""
    timer = threading.Timer(FIRST_LINE, progress.say, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class NoProgress:
    """A display that shows nothing."""

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""

    def done(self, more: int) -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        """Show nothing."""

    def write(self, text: str) -> None:
        """Write nothing."""


class ProgressLines:
    """Lines: one after two seconds, then one every ten; none for a run that is over before."""

    def __init__(self, stream: TextIO, replications: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.replications, self.clock = stream, replications, clock
        self.finished, self.began, self.next, self.rate = 0, clock(), FIRST_LINE, ReplicationRate()

    def __enter__(self) -> Self:
        """Start the clock."""
        self.began = self.clock()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the lines as they are."""

    def done(self, more: int) -> None:
        """Count replications, and write a line when one is due."""
        self.finished += more
        now = self.clock()
        self.rate.observe(self.finished, now)
        if now - self.began >= self.next and 0 < self.finished < self.replications:
            self.next = now - self.began + NEXT_LINE
            self.say(self.rate.line(self.finished, self.replications, now))

    def say(self, text: str) -> None:
        """Write a line."""
        self.stream.write(f"{text}\n")
        self.stream.flush()

    write = say


class ReplicationRate:
    """Replications a second since the first was done: imports and compiling, which came before, do not count."""

    def __init__(self) -> None:
        self.first: tuple[int, float] | None = None  # how many were done, and when

    def observe(self, finished: int, now: float) -> None:
        """Note that so many replications are done now."""
        if self.first is None and finished > 0:
            self.first = finished, now

    def line(self, finished: int, replications: int, now: float) -> str:
        """`120 of 1000 replications, 45 per second, 20 s left`; without a rate while there is none."""
        text = f"{finished} of {replications} replications"
        if self.first is None or finished <= self.first[0] or now <= self.first[1]:
            return text
        rate = (finished - self.first[0]) / (now - self.first[1])
        speed = f"{rate:.3g} per second" if rate >= 1 else f"{1 / rate:.3g} s each"
        return f"{text}, {speed}, {format_duration((replications - finished) / rate)} left"


def format_duration(seconds: float) -> str:
    """`45 s`, `12 min` or `3 h 20 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


class _ProgressBar:
    """A bar of rich's; it disappears at the end."""

    def __init__(self, stream: TextIO, replications: int) -> None:
        from rich.console import Console  # noqa: PLC0415  # only on a terminal
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        self.replications = replications
        columns = (BarColumn(), TextColumn("{task.fields[text]}"))
        self.bar = Progress(*columns, console=Console(file=stream), transient=True)
        self.task = self.bar.add_task("", total=replications or None, text="starting" if replications else "")
        self.finished, self.rate = 0, ReplicationRate()

    def __enter__(self) -> Self:
        """Show the bar."""
        self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove the bar."""
        self.bar.stop()

    def done(self, more: int) -> None:
        """Count replications and move the bar."""
        self.finished += more
        now = time.monotonic()
        self.rate.observe(self.finished, now)
        text = self.rate.line(self.finished, self.replications, now) if self.finished else "starting"
        self.bar.update(self.task, completed=self.finished, text=text)

    def say(self, text: str) -> None:
        """Show a text beside the bar until the first replication is done."""
        self.bar.update(self.task, text=text)
        self.bar.refresh()

    def write(self, text: str) -> None:
        """Print a sentence above the bar."""
        self.bar.console.print(text, markup=False, highlight=False)
