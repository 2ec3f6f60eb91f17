"""How do results show themselves in a notebook?  Data frames where pandas is installed, and small HTML tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.analysis.formatting import format_difference, format_share, format_value
from forecast.errors import RunError
from forecast.types import Floats

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from forecast.analysis.comparison import Comparison
    from forecast.analysis.incidence import Incidence
    from forecast.analysis.key_metrics import KeyMetric
    from forecast.analysis.sensitivity import Sensitivity, VarianceShare


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The table as a data frame; raises RunError where pandas is not installed."""
    if find_spec("pandas") is None:
        raise RunError(
            "data frames need pandas, which is not installed: pip install pandas; "
            "without it there are Arrow tables, such as run.monthly()"
        )
    frame: pd.DataFrame = table.to_pandas()
    return frame


def html_table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names the row; all texts are escaped."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in header)
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(row[0])}</th>'
        + "".join(f'<td style="text-align:right">{escape(text)}</td>' for text in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def run_html(summary: Mapping[str, Any]) -> str:
    """A run's means and the middle 80 % of its replications, month by month of those reported."""
    months = list(summary["total"]["contract_incidence"])
    lines = [
        ("accounts signed", "share", summary["total"]["contract_incidence"]),
        ("ARR", "cents", summary["monthly"]["arr_cents"]),
        ("revenue to date", "cents", summary["to_date"]["revenue_cents"]),
        ("cash to date", "cents", summary["to_date"]["cash_cents"]),
    ]
    rows = [[title, *(_format_summary_cell(cells[month], unit) for month in months)] for title, unit, cells in lines]
    caption = (
        f"{summary['scenario']}: {summary['replications']} replications, seed {summary['seed']}; "
        f"mean (p10–p90), money in {summary['currency']}"
    )
    return html_table(caption, ["", *(f"month {month}" for month in months)], rows)


def _format_summary_cell(cell: Mapping[str, float | None], unit: str) -> str:
    """`11.1% (10.2%–12.0%)`."""
    return f"{format_value(cell['mean'], unit)} ({format_value(cell['p10'], unit)}–{format_value(cell['p90'], unit)})"


def comparison_html(comparison: Comparison) -> str:
    """A row for each headline: the means of all scenarios, then the differences with the base."""
    base, others = comparison.names[0], comparison.names[1:]
    means = [
        [
            _label_with_currency(each, comparison.currency),
            *(_format_mean(comparison, each, name) for name in comparison.names),
        ]
        for each in comparison.headlines
    ]
    differences = [
        [
            _label_with_currency(each, comparison.currency),
            *(_format_mean_difference(comparison, each, name) for name in others),
        ]
        for each in comparison.headlines
    ]
    caption = f"Means of {comparison.replications} replications"
    return html_table(caption, ["", *comparison.names], means) + html_table(
        f"Difference with {base}, and the 95% interval of its mean", ["", *others], differences
    )


def _label_with_currency(headline: KeyMetric, currency: str) -> str:
    """`ARR at the horizon, USD`."""
    return f"{headline.label}, {currency}" if headline.unit == "cents" else headline.label


def _format_mean(comparison: Comparison, headline: KeyMetric, name: str) -> str:
    """`4.10M`."""
    return format_value(comparison.distribution(headline.code, name).mean.value, headline.unit)


def _format_mean_difference(comparison: Comparison, headline: KeyMetric, name: str) -> str:
    """`+1.20M (+1.10M to +1.30M)`."""
    found = comparison.pair(headline.code, comparison.names[0], name).mean
    mean, low, high = (format_difference(value, headline.unit) for value in found)
    return f"{mean} ({low.removesuffix(' pts')} to {high.removesuffix(' pts')})"


def incidence_html(found: Incidence) -> str:
    """A row for each segment: signed, banned and open at the horizon."""
    bands = found.bands
    cells = np.stack([bands.mean, bands.p10, bands.p90], axis=-1)[:, :, -1]  # [state, segment and total, statistic]
    rows = [
        [name, *(_format_band(cells[state, place]) for state in range(len(cells)))]
        for place, name in enumerate(found.segments)
    ]
    caption = f"First contract or ban by month {bands.mean.shape[-1] - 1}, shares of accounts: "
    caption += f"mean (p10–p90) of {found.replications} replications"
    return html_table(caption, ["", "signed", "banned", "open"], rows)


def _format_band(cell: Floats) -> str:
    """`11.1% (10.2%–12.0%)`; a dash without accounts."""
    mean, low, high = cell.tolist()
    return "–" if np.isnan(mean) else f"{format_share(mean)} ({format_share(low)}–{format_share(high)})"


def sensitivity_html(found: Sensitivity) -> str:
    """A row for each uncertain parameter, the most important first; or why nothing is said."""
    of = f"variance of {found.headline.label}, {found.replications} replications"
    if found.epistemic is None:
        return html_table(f"Nothing is said of the {of}: {found.reason}", [], [])
    unit = found.headline.unit
    rows = [
        [
            each.path,
            _format_variance_share(each.first_order),
            format_value(each.low_mean, unit),
            format_value(each.high_mean, unit),
            each.grade or "–",
        ]
        for each in found.parameters
    ]
    caption = f"{_format_variance_share(found.epistemic)} of the {of}, comes from these; the rest is chance"
    head = ["", "share by it alone", "mean where lowest", "mean where highest", "grade"]
    return html_table(caption, head, rows)


def _format_variance_share(found: VarianceShare) -> str:
    """`30.1% (24.0%–36.2%)`."""
    return f"{format_share(found.value)} ({format_share(found.low)}–{format_share(found.high)})"
