"""What a summary needs of some replications: figures of each, and counts over all of them, from their tables.

Whoever simulates a batch makes this of it; `SummaryData` puts those of a run together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from forecast.analysis.figure_counts import RATIOS, contract_sizes_shape, count_figures, won_days_shape
from forecast.analysis.incidence import COUNTED, IncidenceCounter, incidence_shapes
from forecast.analysis.key_metrics import reported_months
from forecast.analysis.resource_usage import resource_totals
from forecast.analysis.survival import bin_count
from forecast.analysis.team_path import TeamPathCounter, team_path_counts_shapes, team_path_shape
from forecast.model.metrics import RESOURCE_COLUMNS, STOCKS
from forecast.model.parameters import Parameters
from forecast.types import Floats, Integers

Shapes: TypeAlias = dict[str, tuple[int, ...]]


class PartSummary(NamedTuple):
    """Figures and counts of some replications, by name."""

    figures: dict[str, Floats]  # [replication, ...], the rest as `figure_shapes` says
    counts: Integers  # those of `count_shapes`, one after the other


def flow_names(parameters: Parameters) -> list[str]:
    """The metrics that add up over months."""
    return [name for name in parameters.metrics if name not in STOCKS]


def deal_names(parameters: Parameters) -> list[str]:
    """The flows of deals that end: won, and lost for each reason."""
    return [name for name in flow_names(parameters) if name == "won" or name.startswith("lost_")]


def figure_shapes(parameters: Parameters) -> Shapes:
    """The figures of a replication, and the shape of each; rows are segments, vendor, total."""
    rows, flows = len(parameters.rows) + 1, len(flow_names(parameters))
    few = len(reported_months(parameters.months))
    states, trial = incidence_shapes(parameters)
    return {
        "monthly": (len(parameters.metrics), parameters.months + 1, rows),
        "to_date": (flows, few, rows),  # in the reported months
        "last_12_months": (flows, few),  # over all rows
        "deals": (len(deal_names(parameters)), rows),  # over the whole time
        "states": states,
        "trial": trial,
        "resources": (len(RESOURCE_COLUMNS), len(parameters.resources)),
        "ratios": (RATIOS, len(parameters.segments) + 1, 2),
        **({"team_path": team_path_shape(parameters)} if parameters.sells_team_plans else {}),
    }


def count_shapes(parameters: Parameters) -> Shapes:
    """The counts over replications, and the shape of each."""
    segments, length = len(parameters.segments), bin_count(float(parameters.month_days[-1]))
    return {
        "from_trial": (segments, 2, length),
        "from_entry": (segments, 2, length),
        "entries": (segments, length),
        "trial_counts": (segments + 1, len(COUNTED)),
        "left_out": (segments + 1,),
        "contract_sizes": contract_sizes_shape(parameters),
        "won_days": won_days_shape(parameters),
        **(team_path_counts_shapes(parameters) if parameters.sells_team_plans else {}),
    }


def split_counts(counts: Integers, parameters: Parameters) -> dict[str, Integers]:
    """The counts by name, each in its shape."""
    found, start = {}, 0
    for name, shape in count_shapes(parameters).items():
        found[name] = counts[start : start + math.prod(shape)].reshape(shape)
        start += math.prod(shape)
    return found


def summarize_part(tables: Mapping[str, Any], parameters: Parameters, replications: range) -> PartSummary:
    """The figures and counts of these replications, from tables that hold no others."""
    count = len(replications)
    counter = IncidenceCounter(parameters)
    states, trial = zip(*counter.count_replications(tables["accounts"], count), strict=True)
    compared = count_figures(tables, parameters, replications)
    figures = {
        **_month_figures(tables["monthly"], parameters, count),
        "states": np.stack(states),
        "trial": np.stack(trial),
        "resources": resource_totals(tables["resources"], parameters, count),
        "ratios": compared.ratios,
    }
    counts = [
        counter.from_trial,
        counter.from_entry,
        counter.entries,
        counter.trial_counts,
        count * counter.left_out,  # the same in every replication
        compared.contract_sizes,
        compared.won_days,
    ]
    if parameters.sells_team_plans:
        path = TeamPathCounter(parameters)
        figures["team_path"] = np.stack([*path.count_replications(tables["accounts"], count)])
        counts += [path.first_ends, path.to_contract, path.counts]
    return PartSummary(figures, np.concatenate([each.ravel() for each in counts]))


def _month_figures(rows: Any, parameters: Parameters, count: int) -> dict[str, Floats]:
    """The figures that come from a part of monthly.parquet."""
    shape = count, parameters.months + 1, len(parameters.rows)
    own = np.stack([rows[name].to_numpy().reshape(shape) for name in parameters.metrics], axis=1)
    monthly = np.concatenate([own, own.sum(axis=3, keepdims=True)], axis=3)  # [replication, metric, month, row]
    names, few = list(parameters.metrics), reported_months(parameters.months)
    flows = [names.index(name) for name in flow_names(parameters)]
    to_date = np.cumsum(monthly[:, flows], axis=2)
    total = to_date[..., -1]
    before = np.zeros_like(total)
    before[:, :, 12:] = total[:, :, :-12]  # sums of the last twelve months, or of all there were
    deals = [flow_names(parameters).index(name) for name in deal_names(parameters)]
    found = {
        "monthly": monthly,
        "to_date": to_date[:, :, few],
        "last_12_months": (total - before)[:, :, few],
        "deals": to_date[:, deals, -1],
    }
    return {name: figures.astype(float) for name, figures in found.items()}
