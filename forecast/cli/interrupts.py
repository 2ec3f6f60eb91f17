"""What does Ctrl-C do while simulating?  The first lets the batch in hand be finished, the second stops at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """A block in which Ctrl-C only asks to stop; what it gives tells whether somebody asked."""
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        click.echo("\nFinishing what is in hand, then stopping; Ctrl-C again stops at once.", err=True)

    earlier = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, earlier)
