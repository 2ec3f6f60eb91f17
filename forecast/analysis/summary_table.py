"""The table of a summary for a spreadsheet, summary.csv: one statistic a row, all months."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

from forecast.analysis.key_metrics import reported_months
from forecast.analysis.statistics import Statistics
from forecast.analysis.summary import Summary
from forecast.analysis.survival import TRIAL_MONTHS
from forecast.model.metrics import FIXED
from forecast.model.parameters import Parameters
from forecast.spreadsheet_text import escape_formula

HEADER = ("scenario", "segment", "month", "metric", "unit", "statistic", "value")
UNITS = {
    "seats": "seats",
    **dict.fromkeys(("contracts", "renewals", "non_renewals"), "contracts"),
    **dict.fromkeys(("banned_accounts", "bans", "awarenesses"), "accounts"),
    **dict.fromkeys(("open_opportunities", "opportunities_product", "opportunities_outbound", "won"), "opportunities"),
}

SummaryRow = tuple[str, str, int, str, str, str, str]


def summary_csv(summary: Summary, parameters: Parameters) -> str:
    """The text of summary.csv; an empty value is one that is not defined."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_summary_rows(summary, parameters))
    return text.getvalue()


def _summary_rows(summary: Summary, parameters: Parameters) -> Iterator[SummaryRow]:
    """All rows: signing first, then the metrics of each month, and their sums from the start."""
    scenario, money = escape_formula(parameters.scenario.name), f"{parameters.scenario.currency} cents"
    segments = [escape_formula(name) for name in (*parameters.segments, "total")]
    lines = [escape_formula(name) for name in (*parameters.rows, "total")]
    for place, segment in enumerate(segments):
        for month in range(parameters.months + 1):
            at = (scenario, segment, month, "contract_incidence", "share of accounts")
            yield from _statistic_rows(at, summary.incidence, place, month)
    for place, segment in enumerate(segments[:-1]):
        for column, month in enumerate(TRIAL_MONTHS):
            at = (scenario, segment, month, "first_trial_to_contract", "share of accounts with a trial")
            yield from _statistic_rows(at, summary.from_trial, place, column)
    every, few = [*range(parameters.months + 1)], reported_months(parameters.months)
    metrics = [(name, name, of, every) for name, of in summary.monthly.items()]
    metrics += [(name, f"{name}_to_date", of, few) for name, of in summary.to_date.items()]
    for metric, shown, of, months in metrics:
        for place, segment in enumerate(lines):
            for row, month in enumerate(months):
                yield from _statistic_rows(
                    (scenario, segment, month, escape_formula(shown), _unit_of(metric, money)), of, row, place
                )


def _statistic_rows(at: tuple[str, str, int, str, str], of: Statistics, *place: int) -> Iterator[SummaryRow]:
    """The five statistics of one figure."""
    for name, column in zip(Statistics._fields, of, strict=True):
        value = float(column[place])
        yield (*at, name, "" if math.isnan(value) else repr(value))


def _unit_of(metric: str, money: str) -> str:
    """The unit of a metric."""
    if metric.endswith("_cents"):
        return money
    if metric in UNITS:
        return UNITS[metric]
    return "users" if metric in FIXED else "opportunities"
