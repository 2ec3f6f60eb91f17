"""How do results show themselves in a notebook?  Data frames where pandas is installed, and small HTML tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from forecast.errors import RunError
from forecast.results.words import figure

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from forecast.results.comparison import Comparison
    from forecast.results.headlines import Headline
    from forecast.results.intervals import Interval


def framed(table: pa.Table) -> pd.DataFrame:
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
        + "".join(f"<td>{escape(text)}</td>" for text in row[1:])
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
    rows = [[title, *(spread(cells[month], unit) for month in months)] for title, unit, cells in lines]
    caption = (
        f"{summary['scenario']}: {summary['replications']} replications, seed {summary['seed']}; "
        f"mean (p10–p90), money in {summary['currency']}"
    )
    return html_table(caption, ["", *(f"month {month}" for month in months)], rows)


def spread(cell: Mapping[str, float | None], unit: str) -> str:
    """`11.1% (10.2%–12.0%)`."""
    return f"{figure(cell['mean'], unit)} ({figure(cell['p10'], unit)}–{figure(cell['p90'], unit)})"


def comparison_html(comparison: Comparison) -> str:
    """Means of all scenarios, then the differences with the base."""
    header = ["", *(headline.label for headline in comparison.headlines)]
    means = [
        [
            name,
            *(figure(comparison.distribution(each.code, name).mean.value, each.unit) for each in comparison.headlines),
        ]
        for name in comparison.names
    ]
    base = comparison.names[0]
    apart = [
        [name, *(difference(comparison.pair(each.code, base, name).mean, each) for each in comparison.headlines)]
        for name in comparison.names[1:]
    ]
    caption = f"Means of {comparison.replications} replications, money in {comparison.currency}"
    return html_table(caption, header, means) + html_table(f"Less {base}, with 95% intervals", header, apart)


def mean_of(found: Interval, headline: Headline) -> str:
    """`4.10M`."""
    return figure(found.value, headline.unit)


def difference(found: Interval, headline: Headline) -> str:
    """`+1.20M (1.10M to 1.30M)`."""
    low, high = figure(found.low, headline.unit), figure(found.high, headline.unit)
    return f"{figure(found.value, headline.unit)} ({low} to {high})"
