"""A team's path in each account: from the first person to the first paying team, and from there to a contract.

Read from accounts.parquet a row group at a time.  Everything is right-censored at the horizon.  From an account's first
trial: the first of team plan, contract and ban, by Aalen and Johansen.  From its first paying team: a contract at all,
by Kaplan and Meier, whether or not a ban comes between.  Who was active or under contract at the start, or signed
without a trial, has no first trial to count from.
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
from forecast.types import Flags, Floats

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["contract_day", "ban_day", "first_trial_day", "team_plan_day", "started_active", "started_under_contract"]
FIRST = ("team plan", "contract", "ban")  # of what comes first after the first trial
PLAN_FIRST, CONTRACT_FIRST, BAN_FIRST, CENSORED = range(4)
STEPS = ("with a paying team", "team plan after the first trial", "contract after the team plan")
WITH_PLAN, TRIAL_TO_PLAN, PLAN_TO_CONTRACT = range(len(STEPS))
COUNTED = ("from the first trial", "from the first paying team")


class TeamPath:
    """The path of a run.  Segments are the scenario's; the last place of every array is the total."""

    def __init__(self, counter: TeamPathCounter, months: Spool) -> None:
        self.segments = (*counter.parameters.segments, "total")
        self.replications = months.count
        self._months = months
        self.counts: Floats = counter.counts / max(1, self.replications)  # means, [segment and total, COUNTED]
        horizon = int(counter.month_days[-1])
        first = survival.aalen_johansen(with_total(counter.first_ends))
        self.plan_first, self.contract_first, self.ban_first = (
            Curve(first[:, kind], horizon) for kind in (PLAN_FIRST, CONTRACT_FIRST, BAN_FIRST)
        )
        self.contract = Curve(survival.kaplan_meier(with_total(counter.to_contract)), horizon)

    @property
    def steps(self) -> Floats:
        """Shares of accounts, [replication, step, segment and total, month 0..]; NaN where there is none to count.

        STEPS: of all that were not under contract at the start, by the month's end; of those with a first trial, so
        many months after it, before a contract and a ban; of those with a paying team, so many months after that.
        """
        return self._months.all()

    @cached_property
    def bands(self) -> Statistics:
        """The steps over the replications, [step, segment and total, month 0..] for each statistic."""
        return self._months.statistics()

    def frame(self) -> pd.DataFrame:
        """The steps as a data frame, a row for each segment and month; columns such as with_plan_p10.  Needs pandas."""
        import pyarrow as pa  # noqa: PLC0415  # only for this

        segments, months = self.bands.mean.shape[1:]
        columns: dict[str, Any] = {
            "segment": np.repeat(self.segments, months).tolist(),
            "month": np.tile(np.arange(months), segments),
        }
        for step, name in enumerate(("with_plan", "trial_to_plan", "plan_to_contract")):
            for statistic in ("mean", "p10", "p50", "p90"):
                columns[f"{name}_{statistic}"] = getattr(self.bands, statistic)[step].ravel()
        return to_pandas(pa.table(columns))

    def __repr__(self) -> str:
        """The segments and the replications, in one line."""
        return f"TeamPath of {', '.join(self.segments)}: {self.replications} replications"

    def _repr_html_(self) -> str:
        """A small table for a notebook."""
        bands = self.bands
        ends = np.stack([bands.mean, bands.p10, bands.p90], axis=-1)[:, :, -1]
        rows = [
            [name, *(format_range(of_step[place].tolist(), format_share) for of_step in ends)]
            for place, name in enumerate(self.segments)
        ]
        caption = f"Shares of accounts after {bands.mean.shape[-1] - 1} months: "
        caption += f"mean (p10–p90) of {self.replications} replications"
        return html_table(caption, ["", *STEPS], rows)


def read_team_path(path: Path, parameters: Parameters) -> TeamPath:
    """Read the path from an accounts.parquet."""
    counter, months = TeamPathCounter(parameters), Spool(team_path_shape(parameters))
    # Of a market without accounts no row holds the replications.
    for rows in row_groups(path, COLUMNS) if len(parameters.account_segment) else [None]:
        for steps in counter.count_replications(rows, 1):
            months.add(steps)
    return TeamPath(counter, months)


def team_path_shape(parameters: Parameters) -> tuple[int, int, int]:
    """The shape of a replication's steps."""
    return len(STEPS), len(parameters.segments) + 1, parameters.months + 1


def team_path_counts_shapes(parameters: Parameters) -> dict[str, tuple[int, ...]]:
    """The shapes of the counts over all replications."""
    segments, length = len(parameters.segments), survival.bin_count(float(parameters.month_days[-1]))
    return {
        "team_path_first": (segments, len(FIRST) + 1, length),
        "team_path_contract": (segments, 2, length),
        "team_path_counts": (segments + 1, len(COUNTED)),
    }


class TeamPathCounter(AccountGroups):
    """Counts of steps and ends, row group after row group."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        # Over all replications, [segment, kind of end, bin]; the total is their sum.
        shapes = team_path_counts_shapes(parameters).values()
        self.first_ends, self.to_contract, self.counts = (np.zeros(shape, np.int64) for shape in shapes)

    def count_replications(self, rows: Any, replications: int) -> Iterator[Floats]:
        """Count the replications of some rows, and give the steps of each.

        Of a market without accounts there are no rows, and so many replications.
        """
        if not len(self.segment):
            columns = [np.zeros((replications, 0), kind) for kind in (*[float] * 4, *[bool] * 2)]
        else:
            columns = [rows[name].to_numpy().reshape(-1, len(self.segment)) for name in COLUMNS]
        for contract, ban, trial, plan, active, under in zip(*columns, strict=True):
            yield np.stack(
                [
                    self.share_with_plan(plan, ~under),
                    self.count_from_trial(np.stack([plan, contract, ban]), trial, active | under),
                    self.count_to_contract(plan, contract, under),
                ]
            )

    def share_with_plan(self, plan: Floats, counted: Flags) -> Floats:
        """The share of accounts with a paying team by the end of each month, [segment and total, month 0..]."""
        candidates = self.by_segment(counted)[:, None]
        share = self.by_month(plan, counted) / np.maximum(candidates, 1)
        return np.where(candidates > 0, share, np.nan)

    def count_from_trial(self, events: Floats, trial: Floats, present: Flags) -> Floats:
        """Count one replication's times from the first trial to the first of `events`, [FIRST, account]."""
        horizon = float(self.month_days[-1])
        days = np.where(np.isnan(events), np.inf, events)
        observed = ~present & ~np.isnan(trial) & ~(days < trial).any(axis=0)
        first = days.min(axis=0)
        kind = np.where(np.isinf(first), CENSORED, days.argmin(axis=0))
        ends = self.ends(np.minimum(first, horizon) - trial, kind, observed)
        np.add.at(self.first_ends, ends, 1)
        self.counts[:, 0] += self.by_segment(observed)
        shares = self.at_months(survival.aalen_johansen, ends, len(FIRST) + 1)
        return self.with_beginning(shares[:, PLAN_FIRST], ends)

    def count_to_contract(self, plan: Floats, contract: Floats, under: Flags) -> Floats:
        """Count one replication's times from the first paying team to the contract."""
        observed = ~under & ~np.isnan(plan) & ~(contract <= plan)
        signed = ~np.isnan(contract)
        days = np.where(signed, contract, float(self.month_days[-1])) - plan
        ends = self.ends(days, (~signed).astype(np.int64), observed)
        np.add.at(self.to_contract, ends, 1)
        self.counts[:, 1] += self.by_segment(observed)
        return self.with_beginning(self.at_months(survival.kaplan_meier, ends, 2), ends)

    def with_beginning(self, months: Floats, ends: Ends) -> Floats:
        """The shares with month 0 in front, [segment and total, month 0..]: nobody yet, or none to count."""
        none = with_total(np.bincount(ends.group, minlength=self.groups)) == 0
        return np.concatenate([np.where(none, np.nan, 0.0)[:, None], months], axis=1)
