"""Progress in a notebook: a bar in the cell's output, updated in place and emptied at the end.

It needs no widgets, only a frontend that shows HTML.  Must not import IPython where no notebook is running.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape
from threading import Lock
from types import TracebackType
from typing import Any, Self

from forecast.montecarlo.progress import NoProgress, Progress, ReplicationRate

FIRST_SHOWN, NEXT_SHOWN = 0.5, 0.2  # seconds; a run that is over before leaves no output at all


def default_progress(replications: int) -> Progress:
    """A bar in a notebook, else nothing; 0 replications: something that cannot be counted."""
    return _NotebookBar(replications) if _in_notebook() else NoProgress()


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this process."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class _NotebookBar:
    """A bar and a text in the output of the cell that is running."""

    def __init__(self, replications: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.replications, self.clock = replications, clock
        self.finished, self.next, self.rate = 0, 0.0, ReplicationRate()
        self.handle: Any = None  # IPython's, once something is shown
        self.over = False
        self.lock = Lock()  # `status_if_slow` calls `say` on a thread of its own

    def __enter__(self) -> Self:
        """Start the clock."""
        self.next = self.clock() + FIRST_SHOWN
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Empty the output; an output that was shown cannot be removed."""
        with self.lock:
            self.over = True
            if self.handle is not None:
                self.handle.update({"text/html": "", "text/plain": ""}, raw=True)

    def done(self, more: int) -> None:
        """Count replications, and move the bar when that is due."""
        self.finished += more
        now = self.clock()
        self.rate.observe(self.finished, now)
        if now >= self.next and 0 < self.finished < self.replications:
            self.next = now + NEXT_SHOWN
            self.say(self.rate.line(self.finished, self.replications, now))

    def say(self, text: str) -> None:
        """Show a text beside the bar, at once."""
        from IPython.display import display  # noqa: PLC0415  # it is there: this is a notebook

        bar = f'<progress value="{self.finished}" max="{self.replications}"></progress> ' if self.replications else ""
        data = {"text/html": f"<div>{bar}{escape(text)}</div>", "text/plain": text}
        with self.lock:
            if self.over:
                return
            if self.handle is None:
                self.handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
            else:
                self.handle.update(data, raw=True)

    def write(self, text: str) -> None:
        """Write a sentence into the output, where it stays."""
        sys.stdout.write(f"{text}\n")
