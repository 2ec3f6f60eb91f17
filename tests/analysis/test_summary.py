"""The summary of a run, as a document and as a table for a spreadsheet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from forecast.spreadsheet_text import escape_formula
from forecast.study.finished_run import Run
from forecast.study.run import run


def test_the_summary_is_that_of_the_tables(small_run: Run) -> None:
    frame = small_run.monthly().to_pandas()
    arr = frame[frame["month"] == 14].groupby("replication")["arr_cents"].sum().to_numpy()
    told = small_run.summary["monthly"]["arr_cents"]["14"]
    assert told["mean"] == pytest.approx(arr.mean())
    assert told["se"] == pytest.approx(arr.std(ddof=1) / 2)
    assert told["p90"] == pytest.approx(np.percentile(arr, 90))
    revenue = frame[frame["month"].between(3, 14)].groupby("replication")["revenue_cents"].sum().to_numpy()
    assert small_run.summary["last_12_months"]["revenue_cents"]["14"]["mean"] == pytest.approx(revenue.mean())
    won = (small_run.opportunities().to_pandas()["outcome"] == "won").sum() / 4
    assert small_run.summary["deals"]["total"]["won"]["mean"] == pytest.approx(won)
    accounts = small_run.accounts().to_pandas()
    signed = accounts["contract_day"].notna().groupby(accounts["replication"]).mean()
    assert small_run.summary["total"]["contract_incidence"]["14"]["mean"] == pytest.approx(signed.mean())


def test_the_summary_holds_no_nan(small_run: Run) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(text)

    for name in ("summary.json", "manifest.json"):
        assert json.loads((small_run.folder / name).read_text(encoding="utf-8"), parse_constant=refuse)


def test_the_tidy_table_agrees_and_holds_no_formula(small_run: Run) -> None:
    import pandas as pd  # noqa: PLC0415

    tidy = pd.read_csv(small_run.folder / "summary.csv")
    assert list(tidy.columns) == ["scenario", "segment", "month", "metric", "unit", "statistic", "value"]
    assert set(tidy["scenario"]) == {"small, [and] odd"}
    row = tidy.query("segment == 'total' and month == 14 and metric == 'arr_cents' and statistic == 'mean'")
    assert row["value"].tolist() == [small_run.summary["monthly"]["arr_cents"]["14"]["mean"]]
    assert row["unit"].tolist() == ["USD cents"]
    assert set(tidy["statistic"]) == {"mean", "se", "p10", "p50", "p90"}


def test_a_market_without_accounts_has_a_summary_without_shares(small_file: Path, tmp_path: Path) -> None:
    none = [f"market.segments.{segment}.accounts=0" for segment in ("smb", "enterprise")]
    empty = run(small_file, none, replications=2, folder=tmp_path / "run", workers=1, engine="simpy")
    assert set(empty.summary["total"]["contract_incidence"]["14"].values()) == {None}
    assert empty.summary["segments"]["smb"]["started_under_contract"] == 0
    assert empty.summary["monthly"]["arr_cents"]["14"]["mean"] == 0
    assert (empty.accounts().num_rows, empty.opportunities().num_rows) == (0, 0)


@pytest.mark.parametrize(
    ("text", "kept"), [("=1+1", "'=1+1"), ("+a", "'+a"), ("-a", "'-a"), ("@a", "'@a"), ("a=1", "a=1")]
)
def test_no_text_of_the_tidy_table_is_a_formula(text: str, kept: str) -> None:
    assert escape_formula(text) == kept
