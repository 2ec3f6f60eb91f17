"""Progress: lines now and then, and none for a short run."""

from __future__ import annotations

import io

from forecast.montecarlo.progress import ProgressLines, ReplicationRate, format_duration, progress_on


def test_lines_come_after_two_seconds_and_then_every_ten() -> None:
    now = [0.0]
    stream = io.StringIO()
    with ProgressLines(stream, 100, lambda: now[0]) as progress:
        for second in range(1, 31):
            now[0] = float(second)
            progress.done(1)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "2 of 100 replications, 1 per second, 98 s left"
    assert [text.split()[0] for text in lines] == ["2", "12", "22"]


def test_a_short_run_says_nothing() -> None:
    stream = io.StringIO()
    with progress_on(stream, 10) as progress:
        progress.done(10)
    assert stream.getvalue() == ""


def test_slow_replications_show_their_length() -> None:
    rate = ReplicationRate()
    rate.observe(2, 100.0)
    assert rate.line(2, 10, 130.0) == "2 of 10 replications"
    assert rate.line(4, 10, 160.0) == "4 of 10 replications, 30 s each, 3 min left"
    assert format_duration(99) == "99 s"
    assert format_duration(12_000) == "3 h 20 min"
