"""Cumulative incidence of signing and of bans, read from accounts.parquet a row group at a time.

From the scenario's start: signed, banned and open, stacked to one; complete up to the horizon.  From an account's first
trial: right-censored at the horizon; signed at all by Kaplan and Meier, the first of contract and ban by Aalen and
Johansen.  Who started under contract is left out of both, who was active or signed without a trial of the second.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.analysis import survival
from forecast.analysis.formatting import format_range, format_share
from forecast.analysis.notebook import html_table, to_pandas
from forecast.analysis.statistics import Spool, Statistics
from forecast.analysis.survival import MONTH_BINS, Curve, Ends, with_total
from forecast.analysis.table_reader import row_groups
from forecast.model.parameters import Parameters
from forecast.types import Flags, Floats, Integers

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["contract_day", "ban_day", "first_trial_day", "started_active", "started_under_contract"]
STATES = ("signed", "banned", "open")
SIGNED, BANNED, OPEN = range(3)
ESTIMATES = ("signed at all", "contract first", "ban first")
SIGNED_AT_ALL, CONTRACT_FIRST, BAN_FIRST = range(3)
COUNTED = ("observed", "active at the start", "signed without a trial", "banned before a trial")


class Incidence:
    """The cumulative incidence of a run.  Segments are the scenario's; the last place of every array is the total."""

    def __init__(self, reader: IncidenceCounter) -> None:
        self.segments = (*reader.parameters.segments, "total")
        self.month_days = reader.parameters.month_days
        self.replications = reader.states.count
        self._states, self._trial_months = reader.states, reader.trial_months
        self.left_out: Integers = reader.left_out  # [segment and total]: under contract, the same in every replication
        self.trial_counts: Floats = reader.trial_counts / max(
            1, self.replications
        )  # means, [segment and total, COUNTED]
        horizon = int(self.month_days[-1])
        self.start = Curve(survival.kaplan_meier(with_total(reader.from_start)), horizon)
        self.trial = Curve(survival.kaplan_meier(with_total(reader.from_trial)), horizon)
        first = survival.aalen_johansen(with_total(reader.first_ends))
        self.contract_first, self.ban_first = Curve(first[:, 0], horizon), Curve(first[:, 1], horizon)

    @property
    def states(self) -> Floats:
        """Shares at the month's end, [replication, state, segment and total, month 0..]; NaN without accounts.

        Banned: banned at least once by then, and not signed; the ban may have been lifted.
        """
        return self._states.all()

    @property
    def trial_months(self) -> Floats:
        """The estimates from the first trial, [replication, estimate, segment and total, month 0..]."""
        return self._trial_months.all()

    @cached_property
    def bands(self) -> Statistics:
        """The states over the replications, [state, segment and total, month 0..] for each statistic."""
        return self._states.statistics()

    @cached_property
    def trial_bands(self) -> Statistics:
        """The estimates from the first trial over the replications, [estimate, segment and total, month 0..]."""
        return self._trial_months.statistics()

    def frame(self) -> pd.DataFrame:
        """The states as a data frame, a row for each segment and month; columns such as signed_mean.  Needs pandas."""
        import pyarrow as pa  # noqa: PLC0415  # only for this

        segments, months = self.bands.mean.shape[1:]
        columns: dict[str, Any] = {
            "segment": np.repeat(self.segments, months).tolist(),
            "month": np.tile(np.arange(months), segments),
        }
        for state, name in enumerate(STATES):
            for statistic in ("mean", "p10", "p50", "p90"):
                columns[f"{name}_{statistic}"] = getattr(self.bands, statistic)[state].ravel()
        return to_pandas(pa.table(columns))

    def __repr__(self) -> str:
        """The segments and the replications, in one line."""
        return f"Incidence of {', '.join(self.segments)}: {self.replications} replications"

    def _repr_html_(self) -> str:
        """A small table for a notebook."""
        bands = self.bands
        ends = np.stack([bands.mean, bands.p10, bands.p90], axis=-1)[:, :, -1]  # [state, segment and total, statistic]
        rows = [
            [name, *(format_range(of_state[place].tolist(), format_share) for of_state in ends)]
            for place, name in enumerate(self.segments)
        ]
        caption = f"First contract or ban by month {bands.mean.shape[-1] - 1}, shares of accounts: "
        caption += f"mean (p10–p90) of {self.replications} replications"
        return html_table(caption, ["", *STATES], rows)


def read_incidence(path: Path, parameters: Parameters) -> Incidence:
    """Read the cumulative incidence from an accounts.parquet."""
    reader = IncidenceCounter(parameters)
    if not len(parameters.account_segment):  # no row holds the replications
        reader.count(*np.zeros((3, 0)), *np.zeros((2, 0), np.bool_))
    for rows in row_groups(path, COLUMNS):
        reader.add_group(rows)
    return Incidence(reader)


class IncidenceCounter:
    """Counts of states and ends, row group after row group."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.segment, self.groups = parameters.account_segment, len(parameters.segments)
        self.month_days = parameters.month_days
        self.length = survival.bin_count(float(self.month_days[-1]))
        self.month_bins = np.arange(1, len(self.month_days)) * MONTH_BINS - 1
        # Over all replications, [segment, kind of end, bin]; the total is their sum.
        self.from_start, self.from_trial = np.zeros((2, self.groups, 2, self.length), np.int64)
        self.first_ends = np.zeros((self.groups, 3, self.length), np.int64)
        places = (self.groups + 1, len(self.month_days))
        self.states = Spool((len(STATES), *places))
        self.trial_months = Spool((len(ESTIMATES), *places))
        self.left_out: Integers = np.zeros(self.groups + 1, np.int64)
        self.trial_counts: Integers = np.zeros((self.groups + 1, len(COUNTED)), np.int64)

    def add_group(self, rows: Any) -> None:
        """Count the replications of a row group."""
        columns = [rows[name].to_numpy().reshape(-1, len(self.segment)) for name in COLUMNS]
        for replication in zip(*columns, strict=True):
            self.count(*replication)

    def count(self, contract: Floats, ban: Floats, trial: Floats, active: Flags, under: Flags) -> None:
        """Count one replication; the arguments are COLUMNS."""
        self.count_from_start(contract, ban, ~under)
        self.left_out = self.by_segment(under)
        self.count_from_trial(contract, ban, trial, active | under)

    def count_from_start(self, contract: Floats, ban: Floats, counted: Flags) -> None:
        """Count one replication's states by month."""
        candidates = self.by_segment(counted)[:, None]
        signed = self.by_month(contract, counted)
        banned_only = counted & ~np.isnan(ban) & ~(contract <= ban)
        banned = self.by_month(ban, banned_only) - self.by_month(contract, banned_only)
        states = np.stack([signed, banned, candidates - signed - banned])
        self.states.add(np.where(candidates > 0, states / np.maximum(candidates, 1), np.nan))
        days = np.where(np.isnan(contract), float(self.month_days[-1]), contract)
        np.add.at(self.from_start, self.ends(days, np.isnan(contract).astype(np.int64), counted), 1)

    def count_from_trial(self, contract: Floats, ban: Floats, trial: Floats, present: Flags) -> None:
        """Count one replication's durations from the first trial."""
        signed = ~np.isnan(contract)
        without = ~present & signed & ~(trial <= contract)
        observed = ~present & ~without & ~np.isnan(trial)
        end = np.where(signed, contract, float(self.month_days[-1]))
        at_all = self.ends(end - trial, (~signed).astype(np.int64), observed)
        early = observed & (ban < trial)
        ban_first = ban < end
        kind = np.where(ban_first, 1, np.where(signed, 0, 2))
        first = self.ends(np.where(ban_first, ban, end) - trial, kind, observed & ~early)
        np.add.at(self.from_trial, at_all, 1)
        np.add.at(self.first_ends, first, 1)
        self.trial_months.add(self.estimates(at_all, first))
        groups = (observed, present, without, early)
        self.trial_counts += np.stack([self.by_segment(flags) for flags in groups], axis=-1)

    def estimates(self, at_all: Ends, first: Ends) -> Floats:
        """ESTIMATES of one replication so many months after the first trial, [estimate, segment and total, month 0..].

        Only bins in which an account's time ended, or a month, are visited: the others change nothing.
        """
        grid = np.unique(np.concatenate([self.month_bins, at_all.place, first.place]))
        signed = survival.kaplan_meier(at_all.on(grid).counted((self.groups, 2, len(grid))))
        competing = survival.aalen_johansen(first.on(grid).counted((self.groups, 3, len(grid))))
        ends = np.searchsorted(grid, self.month_bins)
        months = np.stack([signed[:, ends], competing[:, 0, ends], competing[:, 1, ends]])
        none = with_total(np.bincount(at_all.group, minlength=self.groups)) == 0
        begun = np.broadcast_to(np.where(none, np.nan, 0.0)[:, None], (*months.shape[:2], 1))
        return np.concatenate([begun, months], axis=2)

    def by_segment(self, flags: Flags) -> Integers:
        """Accounts with the flag, [segment and total]."""
        counts = np.bincount(self.segment[flags], minlength=self.groups)
        return np.append(counts, counts.sum())

    def by_month(self, day: Floats, counted: Flags) -> Integers:
        """Accounts whose day lies before the month's end, [segment and total, month 0..]."""
        months = len(self.month_days)
        happened = counted & ~np.isnan(day)
        month = np.searchsorted(self.month_days, day[happened], side="right")
        within = month < months
        code = self.segment[happened][within] * months + month[within]
        counts = np.cumsum(np.bincount(code, minlength=self.groups * months).reshape(self.groups, months), axis=1)
        return np.vstack([counts, counts.sum(axis=0)])

    def ends(self, days: Floats, kind: Integers, counted: Flags) -> Ends:
        """How the durations of the accounts that count ended."""
        return Ends(self.segment[counted], kind[counted], survival.bin_indices(days[counted], self.length))
