"""What happened since a fit in each part of the model, and what each of its draws expected of what was really there.

Each part is judged given what flowed into it: one that broke does not colour those behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_ndtr

from forecast.exports.read_monthly import Panel
from forecast.fitting.prior_values import PriorValues
from forecast.fitting.purchase_nodes import gate_days, touch_days
from forecast.fitting.replayed_exports import ReplayedExports
from forecast.learning.chance import normals_at
from forecast.learning.counted_months import counted_rows
from forecast.observed.account_states import FREE, PAID, SEATED
from forecast.observed.leader_exposure import leader_exposure
from forecast.observed.purchase_outcomes import LOST_HERE, OPEN_HERE, renewal_data, stage_data
from forecast.observed.start_exposure import StartExposure, start_exposure
from forecast.observed.user_outcomes import event_rates, tenure_data, trial_outcomes
from forecast.types import Floats, Integers

_TENURES = {"free": FREE, "paid": PAID, "seated": SEATED}
_RATES = {
    "upgrade": ("plans.upgrade", "upgrades"),
    "win_back": ("adoption.win_back", "returns"),
    "rollout": ("contract.rollout", "people given a seat"),
    "champion_leaves": ("contract.champion_leaves", "champions who left"),
}
_TRIALS = {"activation": "activated", "to_paid": "paid after the trial", "keep_free": "went on for free"}
_SMALLEST = 1e-12


class Watched(NamedTuple):
    """A part of the model in a segment: the paths that it follows, its events, and what each draw expected, [draw]."""

    what: str
    segment: str
    paths: tuple[str, ...]
    happened: int
    expected: Floats


@dataclass(frozen=True)
class FitDraws:
    """The draws of a fit, by path, for the segments of its data; `eagerness` is what it knew of accounts by name."""

    columns: Mapping[str, Floats]
    segments: tuple[str, ...]  # codes
    labels: tuple[str, ...]
    eagerness: Mapping[str, float]
    prior: PriorValues  # of the fitted scenario: what no data say
    count: int
    seed: int

    def of(self, path: str, segment: int) -> Floats | None:
        """The draws of a value in a segment; None where the fit has none."""
        found = self.columns.get(f"{path}.by_segment.{self.segments[segment]}")
        return self.columns.get(path) if found is None else found

    def level(self, months: int) -> Floats:
        """The market's level in the months after the fit, [draw, month], as the model lets it wander."""
        if "market.level.now" not in self.columns:
            return np.ones((self.count, months))
        now, sd, persistence = (self.columns[f"market.level.{name}"] for name in ("now", "sd", "persistence"))
        logs, variance = np.log(now), np.zeros(self.count)
        found = [logs]
        for month in range(1, months):
            steps = normals_at((self.seed, "watch"), "level", count=self.count, index=month)
            off = persistence * (logs + variance / 2) + sd * steps
            variance = persistence**2 * variance + sd**2
            logs = off - variance / 2
            found.append(logs)
        return np.asarray(np.exp(np.array(found).T), dtype=np.float64)


def watched_panel(panel: Panel, since: int, draws: FitDraws) -> Iterator[Watched]:
    """Starts and stops of a panel from its month `since` on."""
    rows = [row._replace(month=row.month - since) for row in panel.rows if row.month >= since]
    if rows:
        months = panel.months - since
        data = counted_rows(rows, panel.segment, months, draws.seed)
        yield from _starts(data, panel.accounts, draws)
        yield from _stops(data, draws)


def _weights(data: StartExposure) -> Floats:
    """What each pattern counts for, that the patterns of a row count for one together; [pattern]."""
    return np.asarray(1.0 / np.bincount(data.row)[data.row])


def _stops(data: StartExposure, draws: FitDraws) -> Iterator[Watched]:
    """Stops of a panel: one hazard for all users."""
    time_of = _weights(data) * data.active_time
    segment = data.segment[data.account]
    for place, label in enumerate(draws.labels):
        hazard = draws.of("churn.free.hazard", place)
        if hazard is None:
            continue
        time = float(time_of[segment[data.row] == place].sum())
        happened = int(data.stops[segment == place].sum())
        yield Watched("stops", label, ("churn.free.hazard",), happened, hazard * time)


def watched_tables(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """All parts of replayed tables, whose window begins with the fit's start."""
    if "events" in history.given:
        data = start_exposure(history.found)
        yield from _starts(data, history.tables.accounts.names, draws)
        yield from _trials(history, draws)
        yield from _rates(history, draws)
        yield from _tenures(history, draws)
    if "opportunities" in history.given:
        if "events" in history.given:
            yield from _leaders(history, draws)
        yield from _stages(history, draws)
    if "contracts" in history.given:
        yield from _renewals(history, draws)


def _starts(data: StartExposure, names: Sequence[str], draws: FitDraws) -> Iterator[Watched]:
    """Starts by segment: each account with the eagerness that was known of it, and a level that wanders as before."""
    weight = _weights(data)
    account = data.account[data.row]
    eager = np.array([draws.eagerness.get(name, 1.0) for name in names])[account]
    level = draws.level(data.months)
    for place, label in enumerate(draws.labels):
        organic, imitation = draws.of("adoption.organic", place), draws.of("adoption.imitation", place)
        if organic is None or imitation is None:
            continue
        own = data.segment[account] == place
        month = data.month[data.row][own]
        idle, contact = (
            np.bincount(month, (eager * weight * column)[own], data.months)
            for column in (data.idle_time, data.contact_time)
        )
        usual = organic[:, None] * idle + imitation[:, None] * contact
        happened = int(data.starts[data.segment[data.account] == place].sum())
        paths = ("adoption.organic", "adoption.imitation")
        yield Watched("starts", label, paths, happened, (level * usual).sum(axis=1))


def _trials(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """What came of trials."""
    for name, counts in trial_outcomes(history.found, len(draws.labels)).items():
        yield from _shares(f"trial.{name}", _TRIALS[name], counts.yes, counts.yes + counts.no, draws)


def _shares(path: str, what: str, yes: Integers, whole: Integers, draws: FitDraws) -> Iterator[Watched]:
    """Events that had a chance each, by segment."""
    for place, label in enumerate(draws.labels):
        share = draws.of(path, place)
        if share is not None and whole[place]:
            yield Watched(what, label, (path,), int(yes[place]), share * whole[place])


def _rates(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """What happens at a steady rate."""
    counts = event_rates(history.found, history.tables)
    for name, (path, what) in _RATES.items():
        for place, label in enumerate(draws.labels):
            rate = draws.of(path, place)
            if rate is not None and counts[name].exposure[place] > 0:
                expected = rate * counts[name].exposure[place]
                yield Watched(what, label, (path,), int(counts[name].count[place]), expected)


def _tenures(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """Lapses from each plan, by the cumulative hazard between the ages at which somebody was seen."""
    stays = tenure_data(history.found, history.lapses_until)
    for plan, state in _TENURES.items():
        for place, label in enumerate(draws.labels):
            own = (stays.plan == state) & (stays.segment == place)
            hazard = draws.of(f"churn.{plan}.hazard", place)
            cv = draws.of(f"churn.{plan}.heterogeneity_cv", place)
            if hazard is None or not own.any():
                continue
            square = np.maximum(cv**2 if cv is not None else np.zeros(draws.count), _SMALLEST)[:, None]
            passed = [
                (np.log1p(square * hazard[:, None] * age[own]) / square).sum(axis=1)
                for age in (stays.left_age, stays.entered_age)
            ]
            path = f"churn.{plan}.hazard"
            yield Watched(f"lapses, {plan}", label, (path,), int(stays.lapsed[own].sum()), passed[0] - passed[1])


def _leaders(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """Opportunities from the product and bans, over the time with so many active."""
    least = draws.prior.medians("awareness.min_users").astype(np.int64).tolist()
    cells = leader_exposure(history.found, history.tables, least)
    visibility, sponsor = (draws.prior.medians(f"awareness.{name}") for name in ("visibility", "sponsor"))
    for place, label in enumerate(draws.labels):
        own = cells.enough & (cells.segment == place)
        values = [draws.of(f"awareness.{name}", place) for name in ("base", "peak", "half_share", "sharpness", "ban")]
        if not own.any() or any(value is None for value in values):
            continue
        base, peak, half, sharpness, ban = (np.asarray(value)[:, None] for value in values)
        visible = np.maximum(cells.active_share[own] * visibility[place], _SMALLEST)
        noticed = (cells.months[own] * (base + peak * expit(sharpness * np.log(visible / half)))).sum(axis=1)
        opened, banned = int(cells.opportunities[own].sum()), int(cells.bans[own].sum())
        yield Watched("opportunities", label, ("awareness.peak",), opened, noticed * (1 - ban[:, 0]) * sponsor[place])
        yield Watched("bans", label, ("awareness.ban",), banned, noticed * ban[:, 0])


def _stages(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """Stages that ended, by the cumulative hazard of their durations, and those that were lost."""
    rows = stage_data(history.found, history.tables)
    for number, stage in enumerate(history.tables.stages.stages):
        for place, label in enumerate(draws.labels):
            own = (rows.stage == number) & (rows.segment == place) & (rows.days > 0)
            ended = own & (rows.ended != OPEN_HERE)
            path = f"procurement.stages.{stage}"
            median = draws.of(f"{path}.duration.lognormal.median", place)
            sigma = draws.of(f"{path}.duration.lognormal.sigma", place)
            if median is not None and sigma is not None and own.any():
                shut = gate_days(rows.rows(own), path, history, draws.prior)
                whole = median + touch_days(path, draws.prior)[place]
                passed = _lognormal_hazard(np.maximum(rows.days[own] - shut, _SMALLEST), whole, sigma)
                before = _lognormal_hazard(np.maximum(rows.entered_age[own] - shut, _SMALLEST), whole, sigma)
                what, paths = f"{stage}: stages that ended", (f"{path}.duration.lognormal.median",)
                yield Watched(what, label, paths, int(ended.sum()), passed - before)
            loss = draws.of(f"{path}.loss", place)
            if loss is not None and ended.any():
                lost = int((rows.ended[ended] == LOST_HERE).sum())
                yield Watched(f"{stage}: lost", label, (f"{path}.loss",), lost, loss * ended.sum())


def _lognormal_hazard(days: Floats, median: Floats, sigma: Floats) -> Floats:
    """The sum of cumulative hazards at these ages, [draw]."""
    place = (np.log(days)[None, :] - np.log(median)[:, None]) / sigma[:, None]
    return np.asarray(-log_ndtr(-place).sum(axis=1))


def _renewals(history: ReplayedExports, draws: FitDraws) -> Iterator[Watched]:
    """Contracts that were renewed, of those whose term ended."""
    ends = renewal_data(history.found, history.tables)
    names = ("base", "champion_left", "healthy_use", "elasticity")
    for place, label in enumerate(draws.labels):
        own = ends.segment == place
        values = [draws.of(f"renewal.{name}", place) for name in names]
        if not own.any() or any(value is None for value in values):
            continue
        base, champion, healthy, elasticity = (np.asarray(value)[:, None] for value in values)
        health = np.minimum(ends.use[own] / healthy, 1.0) ** elasticity
        expected = (base * np.where(ends.champion_left[own], champion, 1.0) * health).sum(axis=1)
        yield Watched("renewals", label, ("renewal.base",), int(ends.renewed[own].sum()), expected)
