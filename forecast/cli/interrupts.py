"""Ctrl-C while simulating: the first lets current batches finish, the second stops at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from forecast.cli.streams import write_line


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """A block in which the first Ctrl-C only requests a stop; yields a function that tells whether it was requested."""
    requests: list[int] = []

    def request_stop(number: int, _: FrameType | None) -> None:
        if requests:
            raise KeyboardInterrupt
        requests.append(number)
        write_line("\nFinishing current batches; Ctrl-C again stops now.", err=True)

    earlier = signal.signal(signal.SIGINT, request_stop)
    try:
        yield lambda: bool(requests)
    finally:
        signal.signal(signal.SIGINT, earlier)
