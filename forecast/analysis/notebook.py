"""Data frames, where pandas is installed, and small HTML tables.  Knows no result."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING

from forecast.errors import RunError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


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
