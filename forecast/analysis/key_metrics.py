"""The key figures that decisions turn on: one number for each replication, read from a run's tables.

The tables are read a row group at a time: what is kept grows with the replications by these numbers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forecast.analysis.table_reader import row_groups
from forecast.errors import InputError, unknown
from forecast.model.parameters import Parameters
from forecast.model.uncertainty import draw_parameters, realized
from forecast.scenario import declared
from forecast.types import Flags, Floats, Integers

_DISCOUNT_RATE = declared("costs.discount_rate")
COSTS = (
    "cogs_cents",
    "acquisition_cost_cents",
    "people_cost_cents",
    "capability_cost_cents",
    "event_cost_cents",
)
MONEY = ("arr_cents", "revenue_cents", "cash_cents", *COSTS)
SIGNED = ("contract_day", "entry_day", "started_under_contract")
DECISIVE = {  # what `--precision` watches, at the horizon: its name in a run's summary, and the code of the key metric
    "contract_incidence": "contract_share_{months}",
    "arr": "arr",
    "revenue_to_date": "revenue",
}


class KeyMetric(NamedTuple):
    """A figure to decide by."""

    code: str
    label: str
    unit: str  # share, days, cents
    better: str  # higher, lower

    def label_in(self, currency: str) -> str:
        """The label with its unit where that is money: `ARR at the horizon, USD`."""
        return f"{self.label}, {currency}" if self.unit == "cents" else self.label


def reported_months(months: int) -> list[int]:
    """Months 12, 24, 36 and the last, those that exist."""
    return sorted({month for month in (12, 24, 36) if month <= months} | {months})


def key_metrics(months: int) -> tuple[KeyMetric, ...]:
    """The figures of a scenario of so many months, in the order in which they are shown."""
    shares = [
        KeyMetric(f"contract_share_{month}", f"accounts signed by month {month}", "share", "higher")
        for month in reported_months(months)
    ]
    return (
        *shares,
        KeyMetric("time_to_contract", f"mean days to contract, to month {months}", "days", "lower"),
        KeyMetric("arr", "ARR at the horizon", "cents", "higher"),
        KeyMetric("revenue", "revenue until the horizon", "cents", "higher"),
        KeyMetric("npv", "net present value", "cents", "higher"),
        KeyMetric("cash_trough", "deepest cash trough", "cents", "higher"),
    )


def decisive_codes(months: int) -> tuple[str, ...]:
    """The codes of the key metrics whose intervals `--precision` watches."""
    return tuple(code.format(months=months) for code in DECISIVE.values())


def key_metric_index(known: tuple[KeyMetric, ...], code: str) -> int:
    """The place of a headline by its code; raises InputError when there is none."""
    codes = [headline.code for headline in known]
    if code not in codes:
        raise InputError([unknown("headline", code, codes)])
    return codes.index(code)


def key_metric_values(folder: Path, parameters: Parameters, seed: int) -> Floats:
    """The figures of each replication of the tables in a folder, [replication, headline]; money in cents.

    NaN: shares and time of a market without accounts that could sign.
    """
    money = np.concatenate([money_metrics(*group) for group in _monthly_totals(folder, parameters, seed)])
    return np.concatenate([_read_signing_metrics(folder, parameters, len(money)), money], axis=1)


def _monthly_totals(folder: Path, parameters: Parameters, seed: int) -> Iterator[tuple[Integers, Floats]]:
    """The MONEY columns of a row group, [replication, month 0.., column], and the discount of each month, alike."""
    first = 0
    for rows in row_groups(folder / "monthly.parquet", MONEY):
        columns = [rows[name].to_numpy().reshape(-1, parameters.months + 1, len(parameters.rows)) for name in MONEY]
        totals = np.stack([column.sum(axis=2) for column in columns], axis=-1)
        replications = range(first, first + len(totals))
        yield totals, np.stack([discount_factors(parameters, seed, replication) for replication in replications])
        first += len(totals)


def discount_factors(parameters: Parameters, seed: int, replication: int) -> Floats:
    """The present value of a cent of each month, [month 0..], at mid-month; the rate may be uncertain."""
    months = np.arange(parameters.months + 1, dtype=float) - 0.5
    worth: Floats = (1.0 + discount_rate(parameters, seed, replication)) ** (-months / 12)
    return worth


def discount_rate(parameters: Parameters, seed: int, replication: int) -> float:
    """The yearly discount rate of a replication; the same in all, unless it is uncertain."""
    rate = parameters.scenario.parameters[_DISCOUNT_RATE][0]
    if isinstance(rate, (int, float)):
        return float(rate)
    draws = draw_parameters(parameters.uncertain, parameters.scenario.correlations, seed, replication)
    return float(realized(rate, draws))


def money_metrics(ledger: Integers, discount: Floats) -> Floats:
    """ARR, revenue, NPV and the cash trough, [replication, figure]."""
    column = dict(zip(MONEY, np.moveaxis(ledger, -1, 0), strict=True))
    net = column["cash_cents"] - sum(column[name] for name in COSTS)
    trough = np.cumsum(net, axis=1).min(axis=1)  # at most 0: nothing flows in month 0, before the start
    return np.stack(
        [
            column["arr_cents"][:, -1].astype(float),
            column["revenue_cents"].sum(axis=1).astype(float),
            (net * discount).sum(axis=1),
            trough.astype(float),
        ],
        axis=1,
    )


def _read_signing_metrics(folder: Path, parameters: Parameters, replications: int) -> Floats:
    """The share signed by each reported month and the restricted mean days to the contract, [replication, figure]."""
    accounts = len(parameters.account_segment)
    ends = parameters.month_days[reported_months(parameters.months)]
    if not accounts:
        return np.full((replications, len(ends) + 1), np.nan)
    figures = []
    for rows in row_groups(folder / "accounts.parquet", SIGNED):
        days, entry, under = (rows[name].to_numpy().reshape(-1, accounts) for name in SIGNED)
        figures.append(signing_metrics(days, entry, ~under, ends))
    return np.concatenate(figures)


def signing_metrics(days: Floats, entry: Floats, counted: Flags, ends: Integers) -> Floats:
    """The figures of some replications; days, entry and counted are [replication, account], the last end the horizon.

    Shares are of the accounts that are in the market by then, and days are those that an account spends in it.
    """
    horizon = float(ends[-1])
    entered = [counted & (entry < end) for end in (*ends.tolist(), horizon)]
    waited = np.where(np.isnan(days), horizon, np.minimum(days, horizon)) - np.where(entered[-1], entry, 0.0)
    sums = [((days < end) & counted).sum(axis=1) for end in ends.tolist()]
    sums.append((waited * entered[-1]).sum(axis=1))
    above = np.stack(sums, axis=1).astype(float)
    candidates = np.stack([flags.sum(axis=1) for flags in entered], axis=1)
    share: Floats = np.divide(above, candidates, out=np.full(above.shape, np.nan), where=candidates > 0)
    return share
