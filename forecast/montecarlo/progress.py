"""How far is it?  Replications done, rate and time left, on stderr: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TextIO

FIRST_LINE, NEXT_LINE = 2.0, 10.0  # seconds


class Progress(Protocol):
    """Somebody who is told of finished replications."""

    def __enter__(self) -> Self:
        """Itself, begun."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing; it is over."""

    def done(self, more: int) -> None:
        """Nothing; so many more replications are finished; fewer than nought are to be done again."""

    def say(self, text: str) -> None:
        """Nothing; this is what keeps it from beginning."""

    def write(self, text: str) -> None:
        """Nothing; a sentence that stays to be read."""


def progress_on(stream: TextIO, replications: int) -> Progress:
    """A bar if the stream is a terminal, else lines; no replications: something that cannot be counted."""
    return _ProgressBar(stream, replications) if stream.isatty() else ProgressLines(stream, replications)


@contextmanager
def status_if_slow(progress: Progress, text: str) -> Iterator[None]:
    """A block that says what it does when it takes longer than two seconds, where nothing can be counted."""
    timer = threading.Timer(FIRST_LINE, progress.say, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class NoProgress:
    """Nobody listens."""

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing."""

    def done(self, more: int) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def write(self, text: str) -> None:
        """Nothing."""


class ProgressLines:
    """A line after two seconds, then one every ten; none at all for a run that is over before."""

    def __init__(self, stream: TextIO, replications: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.replications, self.clock = stream, replications, clock
        self.finished, self.began, self.next, self.rate = 0, clock(), FIRST_LINE, ReplicationRate()

    def __enter__(self) -> Self:
        """Itself; the time runs."""
        self.began = self.clock()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing."""

    def done(self, more: int) -> None:
        """Nothing; writes a line when one is due."""
        self.finished += more
        now = self.clock()
        self.rate.observe(self.finished, now)
        if now - self.began >= self.next and 0 < self.finished < self.replications:
            self.next = now - self.began + NEXT_LINE
            self.say(self.rate.line(self.finished, self.replications, now))

    def say(self, text: str) -> None:
        """Nothing; writes a line."""
        self.stream.write(f"{text}\n")
        self.stream.flush()

    write = say


class ReplicationRate:
    """How fast it goes since the first replication was finished: what came before, imports and compiling, is past."""

    def __init__(self) -> None:
        self.first: tuple[int, float] | None = None  # how many were finished, and when

    def observe(self, finished: int, now: float) -> None:
        """Nothing; so many are finished now."""
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
    """A bar of rich; it disappears at the end."""

    def __init__(self, stream: TextIO, replications: int) -> None:
        from rich.console import Console  # noqa: PLC0415  # only on a terminal
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        self.replications = replications
        columns = (BarColumn(), TextColumn("{task.fields[text]}"))
        self.bar = Progress(*columns, console=Console(file=stream), transient=True)
        self.task = self.bar.add_task("", total=replications or None, text="starting" if replications else "")
        self.finished, self.rate = 0, ReplicationRate()

    def __enter__(self) -> Self:
        """Itself, on the screen."""
        self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing; the screen is as before."""
        self.bar.stop()

    def done(self, more: int) -> None:
        """Nothing; the bar has moved."""
        self.finished += more
        now = time.monotonic()
        self.rate.observe(self.finished, now)
        text = self.rate.line(self.finished, self.replications, now) if self.finished else "starting"
        self.bar.update(self.task, completed=self.finished, text=text)

    def say(self, text: str) -> None:
        """Nothing; the text stands beside the bar until the first replication is finished."""
        self.bar.update(self.task, text=text)
        self.bar.refresh()

    def write(self, text: str) -> None:
        """Nothing; the sentence stands above the bar."""
        self.bar.console.print(text, markup=False, highlight=False)
