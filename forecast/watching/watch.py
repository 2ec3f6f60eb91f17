"""A watch from a fit's folder and today's exports to the answer: `forecast.watch`, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from forecast.errors import InputError, Problem
from forecast.exports.data_file import read_data_file
from forecast.exports.read_exports import ReadExports, read_exports
from forecast.fitting.fit_folder import SCENARIO_FILE
from forecast.fitting.fitted_scenario import DRAWS_FILE
from forecast.fitting.prior_values import prior_values
from forecast.fitting.replayed_exports import replay_exports
from forecast.months import months_between
from forecast.scenario import load
from forecast.study.folder import read_fit_document
from forecast.user_paths import user_path
from forecast.watching.evidence_of_change import CALLED, NOTICED, PaceChange, pace_change
from forecast.watching.expected_events import FitDraws, Watched, watched_panel, watched_tables

CHANGED, WORTH_A_LOOK, AS_EXPECTED = "changed", "watch", ""


@dataclass(frozen=True)
class _WatchedChange:
    """A part of the model since the fit: what, in which segment, and the evidence that it changed."""

    what: str
    segment: str
    paths: tuple[str, ...]
    change: PaceChange
    verdict: str


@dataclass(frozen=True)
class Watch:
    """What happened since a fit, part by part.

    Attributes
    ----------
    since, until : datetime.date
        The days that are looked at.
    parts : tuple of _WatchedChange
        The most surely changed ones first.
    limit : float
        The odds above which a part is called changed: 20 for each part.

    Examples
    --------
    >>> import forecast
    >>> fitted = forecast.fit("data.yaml", draws=50, until=date(2025, 12, 31), folder="fits/then")
    >>> forecast.watch("fits/then", "data.yaml")
    Watch of 2 parts since 2026-01-01: ... changed
    """

    since: date
    until: date
    parts: tuple[_WatchedChange, ...]
    limit: float

    @property
    def changed(self) -> tuple[_WatchedChange, ...]:
        """The parts that changed."""
        return tuple(part for part in self.parts if part.verdict == CHANGED)

    def document(self) -> dict[str, Any]:
        """The watch as a JSON document."""
        return {
            "since": str(self.since),
            "until": str(self.until),
            "limit": self.limit,
            "parts": [
                {
                    "what": part.what,
                    "segment": part.segment,
                    "paths": list(part.paths),
                    "happened": part.change.happened,
                    "expected": part.change.expected,
                    "pace": {"median": part.change.pace, "low": part.change.low, "high": part.change.high},
                    "odds": part.change.odds,
                    "verdict": part.verdict or "as expected",
                }
                for part in self.parts
            ],
        }

    def __repr__(self) -> str:
        """One line."""
        return f"Watch of {len(self.parts)} parts since {self.since}: {len(self.changed)} changed"


def watch(folder: str | Path, data: str | Path, *, until: date | None = None) -> Watch:
    """Compare what happened since a fit with what it expected of what was really there.

    Parameters
    ----------
    folder : str or Path
        The folder of a fit.
    data : str or Path
        The data file of today: exports that go on after the fit's end.
    until : datetime.date, optional
        Look at nothing after this day.

    Returns
    -------
    Watch
        Each part with its pace and the odds that it changed.

    Raises
    ------
    InputError
        Where the folder holds no fit, and where the exports hold nothing after its end.

    Examples
    --------
    >>> import forecast
    >>> fitted = forecast.fit("data.yaml", draws=50, until=date(2025, 12, 31), folder="fits/before")
    >>> [part.what for part in sorted(forecast.watch("fits/before", "data.yaml").parts, key=lambda each: each.what)]
    ['starts', 'stops']
    """
    place = user_path(folder)
    document = read_fit_document(place)
    since = date.fromisoformat(document["start"])
    with read_exports(read_data_file(user_path(data), until)) as exports:
        last, watched = _watched(exports, since, _draws(place, document), str(data))
    limit = CALLED * max(len(watched), 1)
    parts = [_judged(each, limit, document["seed"]) for each in watched]
    ordered = sorted(parts, key=lambda part: -part.change.odds)
    return Watch(since, last, tuple(ordered), limit)


def _watched(exports: ReadExports, since: date, draws: FitDraws, label: str) -> tuple[date, list[Watched]]:
    """Where what is looked at ends, and all parts."""
    panel = exports.panel
    last = panel.last if panel is not None else exports.last_day
    if last is None or last <= since:
        found, allowed = f"exports that end on {last}", f"exports that go on after the fit's end, {since}"
        raise InputError([Problem(label, None, None, found, allowed)])
    if panel is not None:
        return last, list(watched_panel(panel, months_between(panel.first, since), draws))
    history = replay_exports(exports, since)
    return history.start, list(watched_tables(history, draws))


def _draws(folder: Path, document: dict[str, Any]) -> FitDraws:
    """The draws of a fit and what it knew of accounts."""
    table = pq.read_table(folder / DRAWS_FILE)
    scenario = load(folder / SCENARIO_FILE)
    sizes = dict.fromkeys(document["segments"], 1.0)
    frailty = [each.frailty for each in scenario.present]
    return FitDraws(
        {name: np.asarray(table[name].to_numpy(), dtype=np.float64) for name in table.column_names},
        tuple(document["segments"]),
        tuple(document["segments"].values()),
        {name: known[0] / known[1] for name, known in zip(document["accounts"], frailty, strict=True) if known},
        prior_values(scenario, sizes),
        table.num_rows,
        int(document["seed"]),
    )


def _judged(watched: Watched, limit: float, seed: int) -> _WatchedChange:
    """A part with the evidence and what it is called."""
    found = pace_change(watched.happened, watched.expected, (seed, f"{watched.what} {watched.segment}"))
    verdict = CHANGED if found.odds > limit else WORTH_A_LOOK if found.odds > NOTICED else AS_EXPECTED
    return _WatchedChange(watched.what, watched.segment, watched.paths, found, verdict)
