"""The summary of a run: statistics over replications of what its tables hold, as one document.

A pure function of the tables and the scenario: the same bytes for the same run.  Knows nothing of files of a run
other than the tables, nor of how a summary is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from forecast.analysis.formatting import format_cell, format_value
from forecast.analysis.incidence import SIGNED, SIGNED_AT_ALL, Incidence, read_incidence
from forecast.analysis.key_metrics import reported_months
from forecast.analysis.notebook import html_table
from forecast.analysis.plausibility import run_flags
from forecast.analysis.resource_usage import resource_usage
from forecast.analysis.statistics import (
    METHOD,
    Statistics,
    StatisticsCell,
    quotient_statistics,
    statistics,
    statistics_at,
    streamed_statistics,
)
from forecast.analysis.survival import share_by_month
from forecast.analysis.table_reader import metric_groups, metric_shape
from forecast.model.metrics import STOCKS
from forecast.model.parameters import Parameters
from forecast.types import Integers

Document: TypeAlias = dict[str, Any]
TRIAL_MONTHS = (6, 12, 24)
TRIAL_QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75}


@dataclass(frozen=True)
class RunInfo:
    """What the tables do not say of a run."""

    seed: int
    engine: str
    replications: int
    events: int
    precision: dict[str, float | None]  # half-width of each key figure's 95 % interval, relative to its mean


@dataclass(frozen=True)
class Summary:
    """The document, and the statistics of every month for the table."""

    document: Document
    monthly: dict[str, Statistics]  # metric: [month 0.., row (segments, vendor, total)]
    to_date: dict[str, Statistics]  # flow: the same, summed from the start
    incidence: Statistics  # [segment and total, month 0..]
    from_trial: Statistics  # [segment, TRIAL_MONTHS]; the mean is the estimate over all replications


def _mapped(function: Callable[[Integers], Integers], chunks: Callable[[], Iterator[Integers]]) -> Iterator[Integers]:
    """The function of each chunk, chunk by chunk."""
    return map(function, chunks())


def summarize(folder: Path, parameters: Parameters, info: RunInfo) -> Summary:
    """The summary of the tables in a folder."""
    monthly, to_date, recent = {}, {}, {}
    deals: dict[str, Integers] = {}
    count, shape = info.replications, metric_shape(parameters)
    for metric in parameters.metrics:
        chunks = partial(metric_groups, folder / "monthly.parquet", parameters, metric)
        monthly[metric] = streamed_statistics(chunks, count, shape)
        if metric not in STOCKS:
            to_date[metric] = streamed_statistics(partial(_mapped, _sums_to_date, chunks), count, shape)
            recent[metric] = streamed_statistics(partial(_mapped, _last_twelve_months, chunks), count, shape[:1])
            if metric == "won" or metric.startswith("lost_"):
                deals[metric] = np.concatenate([_sums_to_date(chunk)[:, -1] for chunk in chunks()])
    found = read_incidence(folder / "accounts.parquet", parameters)
    signed, trial = Statistics(*(figure[SIGNED] for figure in found.bands)), _from_trial(found)
    months = reported_months(parameters.months)
    document = {
        **_document_head(parameters, info),
        "segments": {
            name: {
                "R": parameters.reproduction_number(place),
                "contract_incidence": {str(month): statistics_at(signed, place, month) for month in months},
                "first_trial_to_contract": _trial_block(found, trial, place),
                "started_under_contract": int(found.left_out[place]),
            }
            for place, name in enumerate(parameters.segments)
        },
        "total": {"contract_incidence": {str(month): statistics_at(signed, -1, month) for month in months}},
        "monthly": {name: _at_months(of, months) for name, of in monthly.items()},
        "to_date": {name: _at_months(of, months) for name, of in to_date.items()},
        "last_12_months": {
            name: {str(month): statistics_at(of, month) for month in months} for name, of in recent.items()
        },
        "deals": dict(_deal_blocks(parameters, deals)),
        "resources": resource_usage(folder / "resources.parquet", parameters),
        "plausibility": run_flags(folder, parameters),
    }
    return Summary(document, monthly, to_date, signed, trial)


def _document_head(parameters: Parameters, info: RunInfo) -> Document:
    """The scenario, the seed and how much was simulated."""
    scenario = parameters.scenario
    return {
        "scenario": scenario.name,
        "seed": info.seed,
        "replications": info.replications,
        "engine": info.engine,
        "events": info.events,
        "start": scenario.start.isoformat(),
        "months": scenario.months,
        "currency": scenario.currency,
        "accounts": len(parameters.account_segment),
        "quantiles": METHOD,
    }


def _sums_to_date(values: Integers) -> Integers:
    """Sums to date, [replication, month, row]."""
    return np.cumsum(values, axis=1)


def _last_twelve_months(values: Integers) -> Integers:
    """Sums of the last twelve months (or of all there were) over the rows, [replication, month]."""
    total = _sums_to_date(values)[:, :, -1]
    before = np.zeros_like(total)
    before[:, 12:] = total[:, :-12]
    return total - before


def _at_months(of: Statistics, months: list[int]) -> dict[str, StatisticsCell]:
    """The total over the rows in the reported months."""
    return {str(month): statistics_at(of, month, -1) for month in months}


def _from_trial(found: Incidence) -> Statistics:
    """The shares signed 6, 12, 24 months after the first trial, [segment and total, TRIAL_MONTHS].

    The mean is the estimate over the accounts of all replications; the rest are over the replications' own estimates.
    """
    own = found.trial_bands
    beyond = np.full((own.mean.shape[1], max(TRIAL_MONTHS)), np.nan)
    spread = Statistics(*(np.concatenate([each[SIGNED_AT_ALL], beyond], axis=1)[:, TRIAL_MONTHS] for each in own))
    return spread._replace(mean=np.stack([share_by_month(found.trial.share, month) for month in TRIAL_MONTHS], axis=-1))


def _trial_block(found: Incidence, trial: Statistics, segment: int) -> Document:
    """A segment's time from the first trial to the contract."""
    shares = {str(month): statistics_at(trial, segment, place) for place, month in enumerate(TRIAL_MONTHS)}
    observed, active, without, _ = found.trial_counts[segment].tolist()
    return {
        **shares,
        "quantile_days": {name: found.trial.quantile_days(segment, q) for name, q in TRIAL_QUANTILES.items()},
        "accounts": observed,
        "left_out": {"active_at_start": active, "signed_without_trial": without},
    }


def _deal_blocks(parameters: Parameters, deals: dict[str, Integers]) -> Iterator[tuple[str, Document]]:
    """Deals won and lost by reason over the whole time, by segment and in total; `deals` are [replication, row]."""
    for place, name in [*enumerate(parameters.segments), (-1, "total")]:
        counts = {metric: column[:, place].astype(float) for metric, column in deals.items()}
        won = counts.pop("won")
        closed = won + sum(counts.values())
        rate = quotient_statistics(won, closed)
        lost = {metric.removeprefix("lost_"): statistics_at(statistics(column)) for metric, column in counts.items()}
        yield name, {"won": statistics_at(statistics(won)), "lost": lost, "win_rate": statistics_at(rate)}


def summary_html(summary: Document) -> str:
    """A run's means and the middle 80 % of its replications, in the months that are reported."""
    months = list(summary["total"]["contract_incidence"])
    lines = [
        ("accounts signed", "share", summary["total"]["contract_incidence"]),
        ("ARR", "cents", summary["monthly"]["arr_cents"]),
        ("revenue to date", "cents", summary["to_date"]["revenue_cents"]),
        ("cash to date", "cents", summary["to_date"]["cash_cents"]),
    ]
    rows = [
        [title, *(format_cell(cells[month], show) for month in months)]
        for title, unit, cells in lines
        for show in [partial(format_value, unit=unit)]
    ]
    caption = (
        f"{summary['scenario']}: {summary['replications']} replications, seed {summary['seed']}; "
        f"mean (p10–p90), money in {summary['currency']}"
    )
    return html_table(caption, ["", *(f"month {month}" for month in months)], rows)
