"""How does a summary become a table for a spreadsheet?  One statistic a row, all months."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

from forecast.model.metrics import FIXED
from forecast.model.parameters import Parameters
from forecast.results.statistics import Statistics
from forecast.results.summary import TRIAL_MONTHS, Summary, reported_months
from forecast.scenario.accounts import FORMULA

HEADER = ("scenario", "segment", "month", "metric", "unit", "statistic", "value")
UNITS = {
    "seats": "seats",
    **dict.fromkeys(("contracts", "renewals", "non_renewals"), "contracts"),
    **dict.fromkeys(("banned_accounts", "bans", "awarenesses"), "accounts"),
    **dict.fromkeys(("open_opportunities", "opportunities_product", "opportunities_outbound", "won"), "opportunities"),
}

Row = tuple[str, str, int, str, str, str, str]


def summary_csv(summary: Summary, parameters: Parameters) -> str:
    """The text of summary.csv; an empty value is one that is not defined."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows(summary, parameters))
    return text.getvalue()


def rows(summary: Summary, parameters: Parameters) -> Iterator[Row]:
    """All rows: signing first, then the metrics of each month, and their sums from the start."""
    scenario, money = safe(parameters.scenario.name), f"{parameters.scenario.currency} cents"
    segments = [safe(name) for name in (*parameters.segments, "total")]
    lines = [safe(name) for name in (*parameters.rows, "total")]
    for place, segment in enumerate(segments):
        for month in range(parameters.months + 1):
            at = (scenario, segment, month, "contract_incidence", "share of accounts")
            yield from told(at, summary.incidence, place, month)
    for place, segment in enumerate(segments[:-1]):
        for column, month in enumerate(TRIAL_MONTHS):
            at = (scenario, segment, month, "first_trial_to_contract", "share of accounts with a trial")
            yield from told(at, summary.from_trial, place, column)
    every, few = [*range(parameters.months + 1)], reported_months(parameters.months)
    metrics = [(name, name, of, every) for name, of in summary.monthly.items()]
    metrics += [(name, f"{name}_to_date", of, few) for name, of in summary.to_date.items()]
    for metric, shown, of, months in metrics:
        for place, segment in enumerate(lines):
            for month in months:
                yield from told((scenario, segment, month, safe(shown), unit_of(metric, money)), of, month, place)


def told(at: tuple[str, str, int, str, str], of: Statistics, *place: int) -> Iterator[Row]:
    """The five statistics of one figure."""
    for name, column in zip(Statistics._fields, of, strict=True):
        value = float(column[place])
        yield (*at, name, "" if math.isnan(value) else repr(value))


def unit_of(metric: str, money: str) -> str:
    """What a metric is counted in."""
    if metric.endswith("_cents"):
        return money
    if metric in UNITS:
        return UNITS[metric]
    return "users" if metric in FIXED else "opportunities"


def safe(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
