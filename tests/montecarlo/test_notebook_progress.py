"""Progress in a notebook: an output that is updated in place and emptied, and none for a short run."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from forecast.montecarlo import default_progress
from forecast.montecarlo.notebook_progress import _NotebookBar
from forecast.montecarlo.progress import NoProgress, status_if_slow

EMPTY = {"text/html": "", "text/plain": ""}
LONG = """
import time
with default_progress(9) as progress:
    progress.write("Resuming.")
    for _ in range(8):
        time.sleep(0.1)
        progress.done(1)
"""
SHORT = "with default_progress(9) as progress:\n    progress.done(9)"
CELLS = ("from forecast.montecarlo import default_progress", LONG, SHORT)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """All that a notebook is asked to show; the process looks as if a kernel ran it."""
    found: list[dict[str, str]] = []

    def display(data: Any, **_: Any) -> Any:
        found.append(data)
        return SimpleNamespace(update=lambda data, **_: found.append(data))

    kernel = SimpleNamespace(kernel=object())
    fake = SimpleNamespace(get_ipython=lambda: kernel, display=SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython", fake)
    monkeypatch.setitem(sys.modules, "IPython.display", fake.display)
    return found


def bar_at(now: list[float], replications: int = 10) -> _NotebookBar:
    """A bar whose clock shows `now`."""
    return _NotebookBar(replications, lambda: now[0])


def test_only_a_notebook_has_a_bar(shown: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(default_progress(10), _NotebookBar)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=SimpleNamespace))  # IPython in a terminal
    assert isinstance(default_progress(10), NoProgress)
    monkeypatch.delitem(sys.modules, "IPython")
    assert isinstance(default_progress(10), NoProgress)


def test_a_short_run_shows_nothing(shown: list[dict[str, str]]) -> None:
    with bar_at([0.0]) as progress:
        progress.done(4)
        progress.done(6)
    assert shown == []


def test_a_bar_moves_five_times_a_second_at_most_and_is_emptied(shown: list[dict[str, str]]) -> None:
    now = [0.0]
    with bar_at(now) as progress:
        for _ in range(9):
            now[0] += 0.1
            progress.done(1)
    assert [each["text/plain"].split(",")[0] for each in shown] == [f"{n} of 10 replications" for n in (5, 7, 9)] + [""]
    assert '<progress value="5" max="10">' in shown[0]["text/html"]
    assert shown[-1] == EMPTY


def test_a_failure_empties_it_and_a_late_text_does_not_fill_it_again(shown: list[dict[str, str]]) -> None:
    progress = bar_at([0.0], 0)

    def failing() -> None:
        with progress:
            progress.say("compiling <b>")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    progress.say("too late")
    assert shown == [{"text/html": "<div>compiling &lt;b&gt;</div>", "text/plain": "compiling <b>"}, EMPTY]


def test_what_cannot_be_counted_is_shown_when_it_takes_long(
    shown: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast.montecarlo.progress.FIRST_LINE", 0.0)
    with default_progress(0) as progress, status_if_slow(progress, "summarizing"):
        while not shown:
            pass
    assert [each["text/plain"] for each in shown] == ["summarizing", ""]


def test_a_real_kernel_leaves_an_empty_output_and_the_sentences() -> None:
    document: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    seen: list[str] = []
    client: Any = NotebookClient(document, kernel_name="python3", coalesce_streams=True)
    original = client.process_message

    def watched(message: Any, *others: Any) -> Any:
        if message["msg_type"] in {"display_data", "update_display_data"}:
            seen.append(message["content"]["data"]["text/plain"])
        return original(message, *others)

    client.process_message = watched
    client.execute()
    written, bar = document.cells[1].outputs
    assert written.text == "Resuming.\n"
    assert bar.data == EMPTY
    assert document.cells[2].outputs == []
    assert len(seen) >= 2
    assert seen[0].endswith("left")
    assert seen[-1] == ""
