"""One word, one figure: the same run on the screen, in the report, workbook, flat files, charts and JSON, by name."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import pandas as pd
import pytest
from factories import run_figure_counts

import forecast
from forecast import charts
from forecast.analysis.figure_estimates import run_estimates
from forecast.analysis.formatting import format_cell, format_money, format_number, format_share
from forecast.cli import main
from forecast.finance.sample_paths import choose_sample_paths
from forecast.html_report.report import report
from forecast.model.arr_parts import ARR_MOVEMENTS, TOTAL_COLUMNS, movement_label
from forecast.study.finished_run import Run
from forecast.study.run import run

SCENARIO = """
schema: 1
name: one figure
clock: {start: 2026-01-01, horizon: 24 months}
run: {replications: 8, seed: 5}
market:
  segments:
    small: {accounts: 60, eligible_users: 12}
    big: {accounts: 12, eligible_users: 60}
adoption: {organic: 8% per month, imitation: 0.3 per month}
trial: {length: 14 days, activation: 60%, to_paid: 20%, keep_free: 70%}
churn: {free: 18 months, paid: 24 months, seated: 30 months}
awareness: {base: 4% per month, sponsor: 80%, ban: 5%}
procurement:
  cool_down: 60 days
  stages:
    review: {resource: engineer, touch: 6 days, duration: 9 days, loss: 35%, patience: 90 days}
    signature: {after: [review], duration: 20 days}
contract: {min_seats: 3, land_multiple: 1.2, rollout: 5% per month, term: 12 months, billing: quarterly}
renewal: {base: 85%, uplift: 4%}
pricing: {paid: 20 USD, enterprise: 30 USD}
vendor: {resources: {engineer: {count: 1, cost: 90000 USD per year}}}
costs: {paid_user: 2 USD per month, seated_user: 2 USD per month, organic_trial: 4 USD}
"""


class Outputs(NamedTuple):
    """All that one run is shown by."""

    run: Run
    screen: str
    page: str
    facts: dict[tuple[str, str, str], float]  # version, metric, month end: summed as a pivot table does
    totals: dict[tuple[str, str, str], float]
    sheets: dict[str, dict[str, list[Any]]]  # the workbook: sheet, label, months 1..; of several the first
    monthly: pd.DataFrame  # sums over segments and vendor, by replication and month


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """The outputs of one run."""
    folder = tmp_path_factory.mktemp("one_figure")
    (folder / "one.yaml").write_text(SCENARIO, encoding="utf-8")
    done = run(folder / "one.yaml", folder=folder / "run", workers=1)
    forecast.export(done)
    page = report(done).read_text(encoding="utf-8")
    tables = {name: read_facts(folder / "run" / "finance" / f"{name}.csv") for name in ("facts", "totals")}
    months = pd.read_parquet(folder / "run" / "monthly.parquet").drop(columns="segment")
    return Outputs(
        done,
        screen_of(folder / "run"),
        re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page))),
        tables["facts"],
        tables["totals"],
        read_workbook(folder / "run" / "finance" / "plan.xlsx"),
        months.groupby(["replication", "month"]).sum(),
    )


def screen_of(folder: Path) -> str:
    """What `forecast show` prints, in one line."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        assert main(["show", str(folder)]) == 0
    return re.sub(r"\s+", " ", text.getvalue())


def read_facts(path: Path) -> dict[tuple[str, str, str], float]:
    """The sums of a flat file."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            sums[row["version"], row["metric_code"], row["period_end"]] += float(row["value"])
    return sums


def read_workbook(path: Path) -> dict[str, dict[str, list[Any]]]:
    """The stored values of the workbook's statements."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheets: dict[str, dict[str, list[Any]]] = {}
    for name in ("ARR bridge", "Revenue and deferred", "Cash", "Unit economics", "Headcount"):
        lines: dict[str, list[Any]] = sheets.setdefault(name, {})
        for row in book[name].iter_rows(min_row=10, values_only=True):
            if isinstance(row[0], str) and row[0] not in lines and isinstance(row[29], int | float):
                lines[row[0]] = list(row[6:30])
    return sheets


def mean_at_horizon(shown: Outputs, metric: str) -> float:
    """A stock's mean over replications at the horizon."""
    return float(shown.monthly[metric].xs(24, level="month").mean())


STOCKS = [  # metric, its line in facts, and where the workbook has it
    ("arr_cents", "arr", ("ARR bridge", "Closing ARR")),
    ("self_serve_arr_cents", "self_serve_arr", ("ARR bridge", "Closing, self-serve")),
    ("enterprise_arr_cents", "enterprise_arr", ("ARR bridge", "Closing, contracts")),
    ("contracts", "contracts", ("ARR bridge", "Closing contracts")),
    ("seats", "seats", ("ARR bridge", "Seats under contract")),
    ("free_users", "free_users", ("ARR bridge", "Free")),
    ("paid_users", "paid_users", ("ARR bridge", "Paid, self-serve")),
    ("seated_users", "seated_users", ("ARR bridge", "Seated, under contract")),
]


@pytest.mark.parametrize(("metric", "line", "cell"), STOCKS)
def test_what_stands_at_the_horizon_is_one_figure(shown, metric, line, cell):
    mean, money = mean_at_horizon(shown, metric), metric.endswith("_cents")
    assert mean > 0
    stored = shown.run.summary["monthly"][metric]["24"]
    assert stored["mean"] == pytest.approx(mean)
    text = format_cell(stored, format_money if money else format_number)
    assert text in shown.screen
    assert text in shown.page
    close, scale = 0.02 if money else 1e-9, 100 if money else 1
    assert shown.facts["mean", line, "2027-12-31"] == pytest.approx(mean / scale, abs=close)
    assert shown.totals["mean", line, "2027-12-31"] == pytest.approx(mean / scale, abs=close)
    assert shown.sheets[cell[0]][cell[1]][-1] == pytest.approx(mean / scale, abs=close)
    assert shown.run.quantiles(metric)["mean"].iloc[-1] == pytest.approx(mean / scale)


@pytest.mark.parametrize(
    ("metric", "line", "label"),
    [("revenue_cents", "revenue", "Revenue"), ("cash_cents", "cash_collected", "Cash collected")],
)
def test_what_came_to_date_is_one_figure(shown, metric, line, label):
    mean = float(shown.monthly[metric].groupby("replication").sum().mean())
    cell = shown.run.summary["to_date"][metric]["24"]
    assert cell["mean"] == pytest.approx(mean)
    assert format_cell(cell, format_money) in shown.screen
    assert format_cell(cell, format_money) in shown.page
    assert sum(value for (version, code, _), value in shown.facts.items() if (version, code) == ("mean", line)) == (
        pytest.approx(mean / 100, abs=0.02)
    )
    sheet = "Cash" if line == "cash_collected" else "Revenue and deferred"
    found = shown.sheets[sheet][label]
    assert sum(abs(value) for value in found) == pytest.approx(mean / 100, abs=0.02)


def test_there_is_one_win_rate(shown):
    deals = pd.read_parquet(shown.run.folder / "opportunities.parquet")
    closed = deals[deals.outcome != "open"]
    assert len(closed) > 100
    assert (deals.outcome == "open").sum() > 10  # so that a share of all that were opened is something else
    for name, own in (("total", closed), *closed.groupby("segment", observed=True)):
        rate = float((own.outcome == "won").mean())
        assert shown.run.summary["deals"][name]["win_rate"]["mean"] == pytest.approx(rate)
        assert format_share(rate) in shown.screen
        if name != "total":
            place = shown.run.parameters.segments.index(name)
            counts = run_figure_counts(shown.run)
            found = {(each.figure, each.segment): each.value for each in run_estimates(shown.run.parameters, counts)}
            assert found["win_rate", place] == pytest.approx(rate)
    rate = float((closed.outcome == "won").mean())
    assert f"win rate is {format_share(rate)}" in shown.page
    shares = re.findall(r"win rate[^.%]*?(\d+\.\d%)", shown.page)
    assert set(shares) == {format_share(rate)}


def test_there_is_one_wait_and_one_utilization(shown):
    table = pd.read_parquet(shown.run.folder / "resources.parquet")
    wait = float(table.wait_days.sum() / table.requests.sum())
    busy = float(table.busy_days.sum() / table.capacity_days.sum())
    cell = shown.run.summary["resources"]["engineer"]
    assert cell["mean_wait_days"]["mean"] == pytest.approx(wait)
    assert cell["utilization"]["mean"] == pytest.approx(busy)
    for text in (format_cell(cell["mean_wait_days"], format_number), format_cell(cell["utilization"], format_share)):
        assert text in shown.screen
    assert f"engineer: utilization {format_share(busy)}, mean wait {format_number(wait)} days" in shown.page

    def total(code: str) -> float:
        return float(
            sum(value for (version, line, _), value in shown.facts.items() if (version, line) == ("mean", code))
        )

    assert total("engineer_wait") / total("engineer_requests") == pytest.approx(wait)
    assert total("engineer_busy") / total("engineer_capacity") == pytest.approx(busy)


def test_retention_is_one_figure(shown):
    months, names = shown.monthly.xs(24, level="month").sum(), ("contract_nrr", "contract_grr", "logo_retention")
    for name in names:
        unit = "" if name == "logo_retention" else "_cents"
        rate = months[f"{name}_numerator{unit}"] / months[f"{name}_denominator{unit}"]
        assert shown.facts["mean", name, "2027-12-31"] == pytest.approx(rate, abs=1e-6)
        label = {"contract_nrr": "NRR, contract", "contract_grr": "GRR, contract"}.get(name, "Logo retention")
        assert shown.sheets["Unit economics"][label][-1] == pytest.approx(rate, abs=1e-6)
    counts = run_figure_counts(shown.run)
    estimates = {(each.figure, each.segment): each.value for each in run_estimates(shown.run.parameters, counts)}
    own = pd.read_parquet(shown.run.folder / "monthly.parquet")
    small = own[(own.segment == "small") & (own.month == 24)].sum(numeric_only=True)
    rate = small.contract_nrr_numerator_cents / small.contract_nrr_denominator_cents
    assert estimates["contract_nrr", 0] == pytest.approx(rate)


def test_the_bridge_is_one(shown):
    means = shown.monthly.groupby("month").mean()
    data = charts.arr_bridge(shown.run).data
    assert data is not None
    book = shown.sheets["ARR bridge"]
    paths = choose_sample_paths(shown.run)
    seen = 0
    for movement in ARR_MOVEMENTS:
        code, column = movement.column.removesuffix("_cents"), means[movement.column].to_numpy()[1:]
        seen += bool(column.any())
        months = [shown.facts["mean", code, f"{day:%Y-%m-%d}"] for day in ends()]
        assert months == pytest.approx(movement.sign * column / 100, abs=0.02), code
        assert months == pytest.approx([shown.totals["mean", code, f"{day:%Y-%m-%d}"] for day in ends()]), code
        label = next(line.label for each in paths.statements for line in each.lines if line.code == code)
        assert book[label] == pytest.approx(months), code
        year = movement.sign * column[:12].sum() + 0.0
        assert next(row[1] for row in data.rows if row[0] == movement_label(movement)) == format_money(year)
    assert seen > 8
    # Every month closes to the cent, in what is exported and in the tables.
    for version in ("mean", "P10", "P50", "P90"):
        arr = [round(100 * shown.facts[version, "arr", f"{day:%Y-%m-%d}"]) for day in (opening(), *ends())]
        for names in ([each.column for each in ARR_MOVEMENTS], TOTAL_COLUMNS.values()):
            moved = [
                sum(round(100 * shown.facts[version, name.removesuffix("_cents"), f"{day:%Y-%m-%d}"]) for name in names)
                for day in ends()
            ]
            assert np.diff(arr).tolist() == moved


def test_users_are_one_count(shown):
    accounts = pd.read_parquet(shown.run.folder / "accounts.parquet")
    people = accounts.groupby("replication").eligible_users.sum()
    months = shown.monthly
    states = ["not_using", "in_trial", "free_users", "paid_users", "seated_users", "lapsed_users"]
    assert (months.eligible_users == months[states].sum(axis=1)).all()
    assert (months.eligible_users.xs(24, level="month") == people).all()
    assert sum(each.users for each in forecast.validate(shown.run.folder / "scenario.yaml").segments) == people[0]
    by_segment = pd.read_parquet(
        shown.run.folder / "monthly.parquet", columns=["replication", "segment", "month", "eligible_users"]
    )
    own = by_segment[(by_segment.month == 0) & (by_segment.segment == "big")].set_index("replication").eligible_users
    assert (own == accounts[accounts.segment == "big"].groupby("replication").eligible_users.sum()).all()


def test_names_of_columns_have_one_meaning_in_all_tables(shown):
    """A column that two tables have is the same: accounts add up to the months."""
    tables = {name: pd.read_parquet(shown.run.folder / f"{name}.parquet") for name in ("monthly", "accounts")}
    common = {str(name) for name in tables["monthly"]} & {str(name) for name in tables["accounts"]}
    common -= {"replication", "segment"}
    assert common == {"eligible_users", "seats", "arr_cents"}
    sums = tables["accounts"].groupby("replication")[sorted(common)].sum()
    assert (shown.monthly.xs(24, level="month")[sorted(common)] == sums).all().all()
    document = json.loads((shown.run.folder / "summary.json").read_text(encoding="utf-8"))
    for name in common:
        assert document["monthly"][name]["24"]["mean"] == pytest.approx(float(sums[name].mean()))


def opening() -> Any:
    """The day before the first month."""
    return pd.Timestamp("2025-12-31")


def ends() -> list[Any]:
    """The last day of each month."""
    return list(pd.date_range("2026-01-31", periods=24, freq="ME"))
