"""When do accounts sign?  Read off accounts.parquet, a row group at a time.

From the scenario's start: cumulative incidence, complete up to the horizon.  From an account's first trial:
right-censored at the horizon.  Who started under contract or active is left out of the two, and counted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from forecast.model.parameters import Parameters
from forecast.results import survival
from forecast.types import Flags, Floats, Integers

COLUMNS = ["contract_day", "first_trial_day", "started_active", "started_under_contract"]
TRIAL_MONTHS = (6, 12, 24)


class Signing(NamedTuple):
    """What accounts.parquet says of signing; the last segment of `incidence` is the total."""

    incidence: Floats  # [replication, segment and total, month 0..]: share signed before the month's end
    under_contract: Integers  # [replication, segment]: left out of it
    trial_shares: Floats  # [replication, segment, TRIAL_MONTHS]: signed so long after the first trial
    trial_curve: Floats  # [segment, bin]: the same over all replications (forecast.results.survival)
    trial_counts: Integers  # [replication, segment, (observed, active at the start, signed without a trial)]


def signing(path: Path, parameters: Parameters) -> Signing:
    """The summary of an accounts.parquet."""
    file = pq.ParquetFile(path)
    reader = Reader(parameters)
    if not len(parameters.account_segment):  # no row tells of the replications
        reader.count(np.zeros(0), np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.bool_))
    for group in range(file.num_row_groups):
        reader.take(file.read_row_group(group, columns=COLUMNS))
    return reader.signing()


class Reader:
    """Takes in group after group."""

    def __init__(self, parameters: Parameters) -> None:
        self.segment, self.segments = parameters.account_segment, len(parameters.segments)
        self.month_days = parameters.month_days
        self.length = survival.bins(float(self.month_days[-1]))
        self.pooled = np.zeros((self.segments, 2, self.length), np.int64)
        self.incidence: list[Floats] = []
        self.under_contract: list[Integers] = []
        self.trial_shares: list[Floats] = []
        self.trial_counts: list[Integers] = []

    def take(self, rows: Any) -> None:
        """Nothing; these replications are counted."""
        columns = [rows[name].to_numpy().reshape(-1, len(self.segment)) for name in COLUMNS]
        for replication in zip(*columns, strict=True):
            self.count(*replication)

    def count(self, contract: Floats, trial: Floats, active: Flags, under: Flags) -> None:
        """Nothing; one replication is counted; the arguments are COLUMNS."""
        self.count_signed(contract, under)
        self.count_from_trial(contract, trial, active | under)

    def count_signed(self, contract: Floats, under: Flags) -> None:
        """Nothing; one replication's cumulative incidence is counted."""
        months = len(self.month_days)
        signed = ~under & ~np.isnan(contract)
        month = np.searchsorted(self.month_days, contract[signed], side="right")
        counts = np.bincount(self.segment[signed] * months + month, minlength=self.segments * months)
        first = np.cumsum(counts.reshape(self.segments, months), axis=1)
        candidates = np.bincount(self.segment[~under], minlength=self.segments)
        first = np.vstack([first, first.sum(axis=0)])
        candidates = np.append(candidates, candidates.sum())[:, None]
        self.incidence.append(np.where(candidates > 0, first / np.maximum(candidates, 1), np.nan))
        self.under_contract.append(np.bincount(self.segment[under], minlength=self.segments))

    def count_from_trial(self, contract: Floats, trial: Floats, active: Flags) -> None:
        """Nothing; one replication's durations from the first trial are counted."""
        fresh = ~active
        signed = ~np.isnan(contract)
        without = fresh & signed & ~(trial <= contract)
        observed = fresh & ~without & ~np.isnan(trial)
        end = np.where(signed, contract, float(self.month_days[-1]))
        days, group = (end - trial)[observed], self.segment[observed]
        counts = survival.histogram(days, signed[observed], group, self.segments, self.length)
        self.pooled += counts
        share = survival.shares(counts)
        self.trial_shares.append(np.stack([survival.by_month(share, month) for month in TRIAL_MONTHS], axis=-1))
        groups = (observed, active, without)
        each = [np.bincount(self.segment[flags], minlength=self.segments) for flags in groups]
        self.trial_counts.append(np.stack(each, axis=-1))

    def signing(self) -> Signing:
        """All that was counted."""
        return Signing(
            np.stack(self.incidence),
            np.stack(self.under_contract),
            np.stack(self.trial_shares),
            survival.shares(self.pooled),
            np.stack(self.trial_counts),
        )
