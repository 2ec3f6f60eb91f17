"""The summary of a run: statistics over its replications, as one document.

A pure function of the run's figures and the scenario: the same bytes for the same run.  Knows nothing of files of a
run, nor of how a summary is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from forecast.analysis.figure_counts import PartCounts, run_counts
from forecast.analysis.formatting import format_cell, format_value
from forecast.analysis.incidence import SIGNED, SIGNED_AT_ALL, entry_curve, trial_curve
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
)
from forecast.analysis.summary_data import SummaryData
from forecast.analysis.summary_figures import deal_names, flow_names
from forecast.analysis.survival import TRIAL_MONTHS, TRIAL_QUANTILES, Curve, share_by_month
from forecast.analysis.team_path_summary import team_path_document
from forecast.model.parameters import Parameters
from forecast.types import Floats

Document: TypeAlias = dict[str, Any]


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
    to_date: dict[str, Statistics]  # flow: the same in the reported months, summed from the start
    incidence: Statistics  # [segment and total, month 0..]
    from_trial: Statistics  # [segment, TRIAL_MONTHS]; the mean is the estimate over all replications


def summarize(data: SummaryData, parameters: Parameters, info: RunInfo) -> Summary:
    """The summary of a run's figures and counts."""
    flows, counts = flow_names(parameters), data.counts()
    monthly = _by_name(data.statistics("monthly"), parameters.metrics)
    to_date = _by_name(data.statistics("to_date"), flows)
    recent = _by_name(data.statistics("last_12_months"), flows)
    deals = dict(zip(deal_names(parameters), np.moveaxis(data.values("deals"), 1, 0), strict=True))
    signed = Statistics(*(figure[SIGNED] for figure in data.statistics("states")))
    curve = trial_curve(counts["from_trial"], parameters)
    entry = entry_curve(counts["from_entry"], parameters)
    entered_later = counts["entries"].sum(axis=1) / max(1, info.replications)
    trial = _from_trial(data.statistics("trial"), curve)
    months = reported_months(parameters.months)
    compared = run_counts(
        PartCounts(data.values("ratios"), counts["contract_sizes"], counts["won_days"]),
    )
    document = {
        **_document_head(parameters, info),
        "segments": {
            name: {
                **_reproduction_document(parameters, place),
                "contract_incidence": {str(month): statistics_at(signed, place, month) for month in months},
                "first_trial_to_contract": _trial_block(
                    curve, trial, place, counts["trial_counts"][place] / info.replications
                ),
                "started_under_contract": int(counts["left_out"][place]) // info.replications,
                **_entry_block(entry, place, entered_later),
            }
            for place, name in enumerate(parameters.segments)
        },
        "total": {"contract_incidence": {str(month): statistics_at(signed, -1, month) for month in months}},
        **team_path_document(data, counts, parameters, info.replications),
        "monthly": {name: _at_months(of, months, months) for name, of in monthly.items()},
        "to_date": {name: _at_months(of, months, range(len(months))) for name, of in to_date.items()},
        "last_12_months": {
            name: {str(month): statistics_at(of, place) for place, month in enumerate(months)}
            for name, of in recent.items()
        },
        "deals": dict(_deal_blocks(parameters, deals)),
        "resources": resource_usage(data.values("resources"), parameters),
        "plausibility": run_flags(compared, parameters),
    }
    return Summary(document, monthly, to_date, signed, trial)


def _reproduction_document(parameters: Parameters, segment: int) -> Document:
    """R of a segment; where there are teams, also what of it is in the own team and in others."""
    found = parameters.reproduction(segment)
    if parameters.teams(segment) is None:
        return {"R": found.total}
    return {"R": found.total, "R_own_team": found.own_team, "R_other_teams": found.other_teams}


def _by_name(of: Statistics, names: Iterable[str]) -> dict[str, Statistics]:
    """The statistics of metrics, [metric, ...], by their names."""
    return {name: Statistics(*(column[place] for column in of)) for place, name in enumerate(names)}


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


def _at_months(of: Statistics, months: list[int], places: Iterable[int]) -> dict[str, StatisticsCell]:
    """The total over the rows in the reported months, which stand in these places."""
    return {str(month): statistics_at(of, place, -1) for month, place in zip(months, places, strict=True)}


def _from_trial(own: Statistics, curve: Curve) -> Statistics:
    """The shares signed 6, 12, 24 months after the first trial, [segment and total, TRIAL_MONTHS].

    The mean is the estimate over the accounts of all replications; the rest are over the replications' own estimates.
    """
    beyond = np.full((own.mean.shape[1], max(TRIAL_MONTHS)), np.nan)
    spread = Statistics(*(np.concatenate([each[SIGNED_AT_ALL], beyond], axis=1)[:, TRIAL_MONTHS] for each in own))
    return spread._replace(mean=np.stack([share_by_month(curve.share, month) for month in TRIAL_MONTHS], axis=-1))


def _trial_block(curve: Curve, trial: Statistics, segment: int, counted: Floats) -> Document:
    """A segment's time from the first trial to the contract."""
    shares = {str(month): statistics_at(trial, segment, place) for place, month in enumerate(TRIAL_MONTHS)}
    observed, active, without, _ = counted.tolist()
    return {
        **shares,
        "quantile_days": {name: curve.quantile_days(segment, q) for name, q in TRIAL_QUANTILES.items()},
        "accounts": observed,
        "left_out": {"active_at_start": active, "signed_without_trial": without},
    }


def _entry_block(curve: Curve, segment: int, entered_later: Floats) -> Document:
    """A segment's time from its entry into the market to the contract, where any account enters after the start."""
    if not entered_later.any():
        return {}
    shares = {str(month): _known(share_by_month(curve.share[segment], month)) for month in TRIAL_MONTHS}
    quantiles = {name: curve.quantile_days(segment, q) for name, q in TRIAL_QUANTILES.items()}
    later = float(entered_later[segment])
    return {"entry_to_contract": {**shares, "quantile_days": quantiles, "entered_later": later}}


def _known(share: Floats) -> float | None:
    """A share as a number; None where nobody is observed so long."""
    return None if np.isnan(share) else float(share)


def _deal_blocks(parameters: Parameters, deals: dict[str, Floats]) -> Iterator[tuple[str, Document]]:
    """Deals won and lost by reason over the whole time, by segment and in total; `deals` are [replication, row]."""
    for place, name in [*enumerate(parameters.segments), (-1, "total")]:
        counts = {metric: column[:, place] for metric, column in deals.items()}
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
