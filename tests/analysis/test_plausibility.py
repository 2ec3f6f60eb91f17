"""Figures outside of published ranges: which are flagged and where it is said, and that noise is not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.compute as pc
import pytest
from factories import run_figure_counts, tables_of

from forecast import export, load, validate
from forecast.analysis.figure_counts import (
    CYCLE_BOUNDS,
    FigureCounts,
    PartCounts,
    Ratio,
    count_figures,
    run_counts,
)
from forecast.analysis.figure_estimates import known_estimates, run_estimates
from forecast.analysis.plausibility import is_outside, known_flags, range_of
from forecast.analysis.plausibility_text import FLAGS_HEADING, plausibility_sentences
from forecast.analysis.published_ranges import (
    FIGURES,
    PUBLISHED_RANGES,
    SIZES,
    SOURCE_NAMES,
    published_range,
    range_text,
)
from forecast.cli import main
from forecast.html_report.report import report_html
from forecast.model.parameters import Parameters
from forecast.scenario.format.document_blocks import PlausibilityBlock
from forecast.study.finished_run import Run
from forecast.study.run import run

DOCS = Path(__file__).parents[2] / "docs"
KEYS = ["figure", "segment", "value", "low", "high", "grade", "source", "inputs", "because"]

# The invented company: its CRM's column "Employees" stands where the people belong who could use the product.
COMPANY = {
    "extends": "bottom_up",
    "clock": {"horizon": "12 months"},
    "market": {
        "accounts_file": "crm.csv",
        "segments": {
            "smb": {"accounts": 400, "eligible_users": {"lognormal": {"median": 60, "p90": 160}}},
            "mid_market": {"accounts": 120, "eligible_users": {"lognormal": {"median": 2000, "p90": 5000}}},
            "enterprise": {"accounts": 13, "eligible_users": {"lognormal": {"median": 60000, "p90": 100000}}},
        },
    },
    "plausibility": {"eligible_users": {"by_segment": {"mid_market": "All employees are engineers"}}},
}
CUSTOMERS = "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end"
CUSTOMERS += ",opportunity_stage,months_of_use\n"
CUSTOMERS += "".join(f"Customer {n},enterprise,60000,200,0,0,400,30,2026-{n % 9 + 4:02d}-01,,12\n" for n in range(12))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the invented company, three replications."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "crm.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "company.yaml").write_text(json.dumps(COMPANY), encoding="utf-8")
    return run(folder / "company.yaml", replications=3, workers=1, folder=folder / "run")


def flagged(flags: list[dict[str, Any]]) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The flags by figure and segment."""
    return {(flag["figure"], flag["segment"]): flag for flag in flags}


# ----------------------------------------------------------------------------------------------------------- the table


def test_every_figure_has_a_range_an_input_and_a_place_for_its_explanation() -> None:
    assert list(FIGURES) == list(PlausibilityBlock.keys)
    assert {row.figure for row in PUBLISHED_RANGES} == set(FIGURES)
    assert all(figure.inputs for figure in FIGURES.values())
    for figure in FIGURES:
        sizes = [row.size for row in PUBLISHED_RANGES if row.figure == figure]
        assert sizes in ([""], list(SIZES))


def test_every_source_has_a_name_and_is_listed() -> None:
    listed = (DOCS / "sources.md").read_text(encoding="utf-8")
    named = {key for row in PUBLISHED_RANGES for key in row.sources}
    assert named == set(SOURCE_NAMES)
    assert [key for key in named if f"**[{key}]**" not in listed] == []
    assert [row for row in PUBLISHED_RANGES if row.grade == "U" and row.sources] == []


def test_the_page_shows_the_table_of_the_package() -> None:
    page = (DOCS / "plausibility.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    expected = [
        f"| `{row.figure}`{f', {row.size}' if row.size else ''} | {FIGURES[row.figure].label} | {range_text(row)} "
        f"| {row.grade} | {' '.join(f'[{key}]' for key in row.sources) or 'none'} | {row.applies} |"
        for row in PUBLISHED_RANGES
    ]
    assert rows == expected


def test_an_unknown_size_is_compared_with_the_span_of_all() -> None:
    whole = published_range("win_rate", None)
    assert (whole.low, whole.high) == (0.08, 0.45)
    assert published_range("win_rate", "mid_market").high == 0.30
    assert published_range("discount", "smb").low == 0.15


# ------------------------------------------------------------------------------------------------------- before a run


def test_employees_for_eligible_people_are_flagged_before_a_run() -> None:
    found = flagged(
        validate({key: part for key, part in COMPANY.items() if key != "market"} | without_file()).plausibility
    )
    assert set(found) == {("eligible_users", "mid_market"), ("eligible_users", "enterprise")}
    flag = found["eligible_users", "enterprise"]
    assert list(flag) == KEYS
    assert flag["value"] == 60000
    assert flag["inputs"] == ["market.segments.enterprise.eligible_users"]
    assert flag["because"] is None
    assert found["eligible_users", "mid_market"]["because"] == "All employees are engineers"


def without_file() -> dict[str, Any]:
    """The market of the company, its accounts all generated."""
    return {"market": {"segments": COMPANY["market"]["segments"]}}  # type: ignore[index]


@pytest.mark.parametrize("name", ["bottom_up", "top_down_sales", "product_led_growth", "land_and_expand"])
def test_shipped_motions_are_plausible_before_a_run(name: str) -> None:
    assert [flag for flag in known_flags(Parameters(load(name))) if not flag["because"]] == []


def test_few_accounts_tell_nothing_and_a_lower_size_is_no_wonder() -> None:
    few = load(
        "bottom_up", {"market.segments.enterprise.accounts": 9, "market.segments.enterprise.eligible_users": 60_000}
    )
    assert known_flags(Parameters(few)) == []
    many = few.replace({"market.segments.enterprise.accounts": 10})
    assert [flag["figure"] for flag in known_flags(Parameters(many))] == ["eligible_users"]


@pytest.mark.parametrize(
    ("change", "figure"),
    [
        ({"adoption.imitation": "3 per month"}, "reproduction_number"),
        ({"churn.paid": "20 months"}, "self_serve_grr"),
        ({"pricing.discount": "60%"}, "discount"),
    ],
)
def test_what_the_values_say_is_flagged(change: dict[str, str], figure: str) -> None:
    found = known_flags(Parameters(load("bottom_up", change)))
    assert {flag["figure"] for flag in found} == {figure}


def test_segments_in_which_a_figure_is_the_same_share_a_sentence() -> None:
    parameters = Parameters(load("bottom_up", {"churn.paid": "20 months", "market.segments.smb.accounts": 0}))
    flags = known_flags(parameters)
    assert [flag["segment"] for flag in flags] == ["mid_market", "enterprise"]
    [sentence] = plausibility_sentences(flags, parameters.labels)
    assert sentence.startswith(
        "Users who pay by themselves and still do after a year, mid market and enterprise: 100%;"
    )


# --------------------------------------------------------------------------------------------------------- after a run


def test_retention_that_cannot_be_points_to_the_eligible_people(company: Run) -> None:
    found = flagged(company.plausibility)
    assert ("eligible_users", "enterprise") in found
    flag = found["contract_nrr", "enterprise"]
    assert flag["value"] > 5
    assert (flag["low"], flag["high"], flag["grade"]) == (1.05, 1.36, "B")
    assert flag["inputs"][:2] == ["market.segments.enterprise.eligible_users", "market.accounts_file"]
    assert "Digital Applied 2026 [BM3]" in flag["source"]
    [sentence] = plausibility_sentences([flag], company.scenario.labels)
    assert sentence.startswith("Net revenue retention of contracts over 12 months, enterprise: ")
    assert "published: 105 to 136% (grade B: " in sentence
    assert "moved most by `market.segments.enterprise.eligible_users`, `market.accounts_file` (column" in sentence


def test_all_places_say_the_same(company: Run, capsys: Any) -> None:
    sentences = plausibility_sentences(company.plausibility, company.scenario.labels)
    assert any("The scenario says why: All employees are engineers" in sentence for sentence in sentences)
    assert all(sentence.endswith(".") for sentence in sentences)
    assert (
        json.loads((company.folder / "summary.json").read_text(encoding="utf-8"))["plausibility"]
        == company.plausibility
    )
    assert main(["show", str(company.folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert main(["show", str(company.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["plausibility"] == company.plausibility
    page = re.sub("</?code>", "`", report_html(company.folder)).replace("&#39;", "'")
    export(company, to=["xlsx"])
    sheet = openpyxl.load_workbook(company.folder / "finance" / "plan.xlsx")["README"]
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert FLAGS_HEADING in shown
    assert FLAGS_HEADING in cells
    for sentence in sentences:
        assert sentence in shown
        assert f"<li>{sentence}</li>" in page
        assert sentence in cells


def test_validate_says_what_is_known_and_stays_valid(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "company.yaml"
    path.write_text(json.dumps({**COMPANY, **without_file()}), encoding="utf-8")
    assert main(["validate", str(path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "`market.segments.enterprise.eligible_users`" in shown
    assert main(["validate", "--json", str(path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [list(flag) for flag in document["plausibility"]] == [KEYS, KEYS]
    assert main(["validate", "--json", "bottom_up", "top_down_sales"]) == 0
    assert [each["plausibility"] for each in json.loads(capsys.readouterr().out)] == [[], []]


# ------------------------------------------------------------------------------------------------------------ sampling


def counts_of(parameters: Parameters, ratio: int, above: list[int], below: list[int]) -> FigureCounts:
    """Counts of the first segment, a pair for each replication; nothing else happened."""
    x, y = np.array(above, float), np.array(below, float)
    segments, days = len(parameters.segments), int(parameters.month_days[-1]) + 1
    moments = np.zeros((Ratio.SLOW + len(CYCLE_BOUNDS), segments + 1, 5))
    moments[ratio, [0, -1]] = [x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum()]
    return FigureCounts(len(x), moments, np.zeros((segments, 3), np.int64), np.zeros((segments, days), np.int64))


def is_flagged(parameters: Parameters, counts: FigureCounts) -> bool:
    """Whether the one figure of the counts is outside."""
    [estimate] = run_estimates(parameters, counts)
    return is_outside(estimate, range_of(estimate, parameters, counts))


def test_noise_is_not_flagged_and_certainty_is() -> None:
    parameters = Parameters(load("bottom_up"))
    noisy = counts_of(parameters, Ratio.WON, [9, 3, 8, 2, 9], [11, 11, 11, 11, 11])  # 56 %, above 45 %
    assert not is_flagged(parameters, noisy)
    assert is_flagged(parameters, counts_of(parameters, Ratio.WON, [6, 6, 7, 6, 6], [11, 11, 11, 11, 11]))
    alone = counts_of(parameters, Ratio.WON, [60], [100])
    assert list(run_estimates(parameters, alone)) == []
    few = counts_of(parameters, Ratio.WON, [3, 3, 3], [4, 4, 4])
    assert list(run_estimates(parameters, few)) == []


def test_the_standard_error_is_that_of_leaving_one_out() -> None:
    parameters = Parameters(load("bottom_up"))
    above, below = np.array([9, 3, 8, 2, 9, 5, 7, 4]), np.array([11, 9, 12, 10, 11, 8, 12, 11])
    [estimate] = run_estimates(parameters, counts_of(parameters, Ratio.WON, above.tolist(), below.tolist()))
    without = (above.sum() - above) / (below.sum() - below)
    jackknifed = np.sqrt((len(above) - 1) * without.var())
    assert estimate.error == pytest.approx(jackknifed, rel=0.03)  # they agree to the order of 1 / replications


def test_counts_of_parts_add_up(company: Run) -> None:
    parameters, tables = company.parameters, tables_of(company)
    count, parts = company.manifest["replications"], []
    for replications in (range(count // 2), range(count // 2, count)):
        number = pc.field("replication")
        inside = (number >= replications.start) & (number < replications.stop)
        own = {name: rows.filter(inside) for name, rows in tables.items()}
        parts.append(count_figures(own, parameters, replications))
    ratios = np.concatenate([part.ratios for part in parts])
    one, other = parts
    sizes, days = one.contract_sizes + other.contract_sizes, one.won_days + other.won_days
    joined = run_counts(PartCounts(ratios, sizes, days))
    for ours, theirs in zip(joined, run_figure_counts(company), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_figures_are_those_of_the_tables(company: Run) -> None:
    counts = FigureCounts(*(5 * each for each in run_figure_counts(company)))  # so that enough is counted
    found = {(each.figure, each.segment): each for each in run_estimates(company.parameters, counts)}
    months = company.frame()
    end = months[months["month"] == 12].groupby("segment", observed=True).sum(numeric_only=True).loc["enterprise"]
    nrr = end["contract_nrr_numerator_cents"] / end["contract_nrr_denominator_cents"]
    assert found["contract_nrr", 2].value == pytest.approx(nrr, rel=1e-12)
    deals = company.frame("opportunities")
    closed = deals[(deals["segment"] == "smb") & (deals["outcome"] != "open")]
    assert found["win_rate", 0].value == pytest.approx((closed["outcome"] == "won").mean(), rel=1e-12)
    won = closed[closed["outcome"] == "won"]
    days = np.sort(won["closed_day"] - won["opened_day"])
    assert found["cycle", 0].value == np.floor(days[(len(days) - 1) // 2])


def test_the_figures_of_teams_and_use_are_those_of_the_tables(company: Run) -> None:
    counts = FigureCounts(*(50 * each for each in run_figure_counts(company)))
    found = {each.figure: each.value for each in run_estimates(company.parameters, counts)}
    months = company.frame()
    by_month = months.groupby("month").sum(numeric_only=True)
    end, year = by_month.loc[12], by_month.loc[1:12].sum()
    retained = end["contract_nrr_with_usage_numerator_cents"] / end["contract_nrr_with_usage_denominator_cents"]
    assert found["nrr_with_usage"] == pytest.approx(retained, rel=1e-12)
    assert found["cost_of_use"] == pytest.approx(year["usage_cost_cents"] / year["revenue_cents"], rel=1e-12)
    assert found["users_per_paying_team"] == pytest.approx(end["team_users"] / end["paying_teams"], rel=1e-12)
    plan_months = by_month.loc[0:11, "paying_teams"].sum()
    assert found["team_plan_churn"] == pytest.approx(year["team_plans_ended"] / plan_months, rel=1e-12)


@pytest.mark.parametrize(
    ("file", "left"),
    [
        ("usage: {units: {free: 0, paid: 0, team: 0, seated: 0}}", {"team_plan_churn", "users_per_paying_team"}),
        ("plans: {team: {rate: 0}}", {"cost_of_use"}),
    ],
)
def test_figures_of_teams_and_use_are_there_only_where_these_are_on(file: str, left: set[str], tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"extends: bottom_up\n{file}\n", encoding="utf-8")
    small: dict[str, Any] = {"clock.horizon": "8 months", "market.segments.enterprise.accounts": 12}
    done = run(tmp_path / "mine.yaml", small, replications=2, workers=1, folder=tmp_path / "run")
    counts = FigureCounts(*(1_000 * each for each in run_figure_counts(done)))
    figures = {each.figure for each in run_estimates(done.parameters, counts)}
    figures -= {"nrr_with_usage"}  # nobody was under contract a year ago
    assert figures & {"team_plan_churn", "users_per_paying_team", "cost_of_use"} == left
    before = {each.figure for each in known_estimates(done.parameters)}
    assert ("usage_growth" in before) == ("cost_of_use" in left)
