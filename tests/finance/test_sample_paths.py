"""Are the paths what they claim to be: the mean of all, and the replications in the middle of their rank windows?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.errors import InputError, RunError
from forecast.finance.percentiles import line_percentiles, percentiles_by_month
from forecast.finance.sample_paths import check_against_simulation, choose_sample_paths, replication_at_rank


def test_each_path_is_the_replication_at_its_rank(whole_run, whole_paths):
    table = whole_run.monthly().to_pandas()
    last = table[table["month"] == 17].groupby("replication")["arr_cents"].sum().to_numpy()
    order = np.argsort(last, kind="stable")
    chosen = {path.name: path for path in whole_paths.paths}
    for name, rank in (("P10", 1), ("P50", 4), ("P90", 7)):  # of nine: 0.8 -> 1, 4, 7.2 -> 7
        assert chosen[name].replication == order[rank]
        assert chosen[name].headline == last[order[rank]]
    assert chosen["mean"].headline == pytest.approx(last.mean())


def test_a_path_has_every_line_of_its_replication(whole_run, whole_paths):
    table = whole_run.monthly().to_pandas()
    for place, path in enumerate(whole_paths.paths[1:], 1):
        own = table[table["replication"] == path.replication]
        for metric in set(whole_paths.metrics) & set(table.columns):
            for row, name in enumerate(whole_paths.rows[:-1]):
                expected = own[own["segment"] == name].sort_values("month")[metric].to_numpy()
                assert np.array_equal(whole_paths.metrics[metric][:, place, row], expected), metric


def test_the_mean_is_that_of_the_summary_to_a_few_cents(whole_run, whole_paths):
    table = whole_run.monthly().to_pandas()
    for metric in set(whole_paths.metrics) & set(table.columns):
        mean = (
            table.groupby(["month", "segment"], observed=True)[metric].sum().unstack()[list(whole_paths.rows[:-1])] / 9
        )
        apart = np.abs(whole_paths.metrics[metric][:, 0, :-1] - mean.to_numpy())
        assert apart.max() <= (4 if metric.endswith("_cents") else 1e-9), metric


def test_one_replication_is_all_paths(whole_run):
    assert replication_at_rank(np.array([7.0]), 0.1) == replication_at_rank(np.array([7.0]), 0.9) == 0
    assert replication_at_rank(np.array([3.0, 3.0, 3.0]), 0.5) == 1  # of equal ones in their order


def test_a_flow_is_ranked_by_its_sum_and_npv_at_its_own_rate(whole_run):
    table = whole_run.monthly().to_pandas()
    paths = choose_sample_paths(whole_run, "revenue")
    sums = table.groupby("replication")["revenue_cents"].sum().to_numpy()
    assert [path.headline for path in paths.paths[1:]] == [np.sort(sums)[rank] for rank in (1, 4, 7)]
    places = [headline.code for headline in whole_run.headlines]
    npv = whole_run.headline_values[:, places.index("npv")]  # computed elsewhere, for comparisons
    own = choose_sample_paths(whole_run, "npv")
    for path in own.paths[1:]:
        assert path.headline == pytest.approx(npv[path.replication], rel=1e-12)
    assert 0.08 < own.paths[0].discount_rate < 0.16


def test_an_unknown_headline_is_refused_with_the_nearest(whole_run):
    with pytest.raises(InputError, match=r"--headline: unknown headline `revenu`; did you mean `revenue`\? \(known: "):
        choose_sample_paths(whole_run, "revenu")


def test_tables_that_do_not_tie_are_refused(whole_paths):
    right = {"arr_cents": np.ones((2, 1), np.int64)}
    check_against_simulation(right, right, "monthly.parquet")
    with pytest.raises(RunError, match="arr_cents does not follow"):
        check_against_simulation({"arr_cents": np.zeros((2, 1), np.int64)}, right, "monthly.parquet")


def test_percentiles_are_those_of_the_summary(whole_run):
    found = {each.line.code: each.values for each in line_percentiles(whole_run)}
    summary = whole_run.summary["monthly"]
    for code, metric in (("arr", "arr_cents"), ("revenue", "revenue_cents"), ("contracts", "contracts")):
        for month in ("12", "17"):
            cell = summary[metric][month]
            expected = [cell["p10"], cell["p50"], cell["p90"]]
            assert found[code][:, int(month) - 1].tolist() == pytest.approx(expected, rel=1e-12)


def test_a_percentile_of_a_ratio_is_blank_where_a_replication_has_none():
    values = np.array([[1.0, np.nan], [2.0, 5.0], [3.0, 6.0]])
    ranks = percentiles_by_month(values)
    assert ranks[1, 0] == 2.0
    assert np.isnan(ranks[:, 1]).all()
