"""Cumulative incidence of signing and of bans, read from accounts.parquet a row group at a time.

From the scenario's start: signed, banned and open, stacked to one; complete up to the horizon.  Where accounts enter
the market later, shares are of those that have by then, and there is the time from entry, too.  From an account's first
trial: right-censored at the horizon; signed at all by Kaplan and Meier, the first of contract and ban by Aalen and
Johansen.  Who started under contract is left out of both, who was active or signed without a trial of the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.analysis import survival
from forecast.analysis.account_groups import AccountGroups
from forecast.analysis.formatting import format_range, format_share
from forecast.analysis.notebook import html_table, to_pandas
from forecast.analysis.statistics import Spool, Statistics
from forecast.analysis.survival import Curve, Ends, with_total
from forecast.analysis.table_reader import row_groups
from forecast.model.parameters import Parameters
from forecast.types import Flags, Floats, Integers

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["contract_day", "ban_day", "first_trial_day", "started_active", "started_under_contract", "entry_day"]
STATES = ("signed", "banned", "open")
SIGNED, BANNED, OPEN = range(3)
ESTIMATES = ("signed at all", "contract first", "ban first")
SIGNED_AT_ALL, CONTRACT_FIRST, BAN_FIRST = range(3)
COUNTED = ("observed", "active at the start", "signed without a trial", "banned before a trial")


class Incidence:
    """The cumulative incidence of a run.  Segments are the scenario's; the last place of every array is the total."""

    def __init__(self, reader: IncidenceCounter, states: Spool, trial_months: Spool) -> None:
        self.segments = (*reader.parameters.segments, "total")
        self.month_days = reader.parameters.month_days
        self.replications = states.count
        self._states, self._trial_months = states, trial_months
        self.left_out: Integers = reader.left_out  # [segment and total]: under contract, the same in every replication
        self.trial_counts: Floats = reader.trial_counts / max(
            1, self.replications
        )  # means, [segment and total, COUNTED]
        horizon = int(self.month_days[-1])
        late = with_total(reader.entries)
        self.enters_later = bool(late.any())
        # Accounts that are not in the market yet are not at risk.
        self.start = Curve(survival.kaplan_meier(with_total(reader.from_start), late), horizon)
        self.entry = entry_curve(reader.from_entry, reader.parameters)  # the same where all are there from the start
        self.trial = trial_curve(reader.from_trial, reader.parameters)
        first = survival.aalen_johansen(with_total(reader.first_ends))
        self.contract_first, self.ban_first = Curve(first[:, 0], horizon), Curve(first[:, 1], horizon)

    @property
    def states(self) -> Floats:
        """Shares at the month's end, [replication, state, segment and total, month 0..]; NaN without accounts.

        Shares of the accounts that are in the market by then.
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
    spools = [Spool(shape) for shape in incidence_shapes(parameters)]
    # Of a market without accounts no row holds the replications.
    for rows in row_groups(path, COLUMNS) if len(parameters.account_segment) else [None]:
        for replication in reader.count_replications(rows, 1):
            for spool, figures in zip(spools, replication, strict=True):
                spool.add(figures)
    return Incidence(reader, *spools)


def trial_curve(from_trial: Integers, parameters: Parameters) -> Curve:
    """The time from the first trial to the contract, from the ends of all replications, [segment, kind, bin]."""
    return Curve(survival.kaplan_meier(with_total(from_trial)), int(parameters.month_days[-1]))


def entry_curve(from_entry: Integers, parameters: Parameters) -> Curve:
    """The time from an account's entry into the market to the contract, from the ends of all replications."""
    return Curve(survival.kaplan_meier(with_total(from_entry)), int(parameters.month_days[-1]))


def incidence_shapes(parameters: Parameters) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The shapes of a replication's states and of its estimates from the first trial."""
    places = len(parameters.segments) + 1, parameters.months + 1
    return (len(STATES), *places), (len(ESTIMATES), *places)


class IncidenceCounter(AccountGroups):
    """Counts of states and ends, row group after row group."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        # Over all replications, [segment, kind of end, bin]; the total is their sum.
        self.from_start, self.from_entry, self.from_trial = np.zeros((3, self.groups, 2, self.length), np.int64)
        self.entries = np.zeros((self.groups, self.length), np.int64)  # of accounts that were not there from the start
        self.first_ends = np.zeros((self.groups, 3, self.length), np.int64)
        self.left_out: Integers = np.zeros(self.groups + 1, np.int64)
        self.trial_counts: Integers = np.zeros((self.groups + 1, len(COUNTED)), np.int64)

    def count_replications(self, rows: Any, replications: int) -> Iterator[tuple[Floats, Floats]]:
        """Count the replications of some rows, and give the states and the estimates from the first trial of each.

        Of a market without accounts there are no rows, and so many replications.
        """
        if not len(self.segment):
            columns = [np.zeros((replications, 0), kind) for kind in (*[float] * 3, *[bool] * 2, float)]
        else:
            columns = [rows[name].to_numpy().reshape(-1, len(self.segment)) for name in COLUMNS]
        for replication in zip(*columns, strict=True):
            yield self.count(*replication)

    def count(
        self, contract: Floats, ban: Floats, trial: Floats, active: Flags, under: Flags, entry: Floats
    ) -> tuple[Floats, Floats]:
        """Count one replication; the arguments are COLUMNS."""
        self.left_out = self.by_segment(under)
        return (
            self.count_from_start(contract, ban, entry, ~under & ~np.isnan(entry)),
            self.count_from_trial(contract, ban, trial, active | under),
        )

    def count_from_start(self, contract: Floats, ban: Floats, entry: Floats, counted: Flags) -> Floats:
        """Count one replication from the start and from entry, and return its states by month."""
        late = counted & (entry > 0.0)
        candidates = self.by_segment(counted & ~late)[:, None] + self.by_month(entry, late)
        signed = self.by_month(contract, counted)
        banned_only = counted & ~np.isnan(ban) & ~(contract <= ban)
        banned = self.by_month(ban, banned_only) - self.by_month(contract, banned_only)
        states = np.stack([signed, banned, candidates - signed - banned])
        days = np.where(np.isnan(contract), float(self.month_days[-1]), contract)
        kind = np.isnan(contract).astype(np.int64)
        np.add.at(self.from_start, self.ends(days, kind, counted), 1)
        np.add.at(self.from_entry, self.ends(days - entry, kind, counted), 1)
        entered = self.ends(entry, kind, late)
        np.add.at(self.entries, (entered.group, entered.place), 1)
        return np.where(candidates > 0, states / np.maximum(candidates, 1), np.nan)

    def count_from_trial(self, contract: Floats, ban: Floats, trial: Floats, present: Flags) -> Floats:
        """Count one replication's durations from the first trial, and return its estimates."""
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
        groups = (observed, present, without, early)
        self.trial_counts += np.stack([self.by_segment(flags) for flags in groups], axis=-1)
        return self.estimates(at_all, first)

    def estimates(self, at_all: Ends, first: Ends) -> Floats:
        """ESTIMATES of one replication, by months after the first trial: [estimate, segment and total, month 0..]."""
        signed = self.at_months(survival.kaplan_meier, at_all, 2)
        competing = self.at_months(survival.aalen_johansen, first, 3)
        months = np.stack([signed, competing[:, 0], competing[:, 1]])
        none = with_total(np.bincount(at_all.group, minlength=self.groups)) == 0
        begun = np.broadcast_to(np.where(none, np.nan, 0.0)[:, None], (*months.shape[:2], 1))
        return np.concatenate([begun, months], axis=2)
