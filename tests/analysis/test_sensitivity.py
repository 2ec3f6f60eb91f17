"""Is the share of the variance the true one, where the true one is known?

The figures are made: uniform draws of parameters, a function of them, and noise.  Seeds are fixed; a comparison allows
four standard errors, wrong in 1 of 16,000.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from factories import UNCERTAIN_SCENARIO
from scipy import stats

from forecast.analysis.key_metrics import KeyMetric
from forecast.analysis.sensitivity import (
    Sensitivity,
    explained_share,
    first_order_index,
    jackknife,
    parameter_draws,
    rank_correlation,
    sensitivity,
    two_level_share,
)
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.scenario.draws import write_draws
from forecast.study.finished_run import Run

COUNT = 1000
ARR = KeyMetric("arr", "ARR", "cents", "higher")


def drawn(seed: int, parameters: int = 3, count: int = COUNT) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.random((count, parameters)), chance.standard_normal(count)


# Variances of the function, of all and of the single parameters: 4x has 16/12, 8(x - 1/2)^2 has 64/180, and
# 12(x - 1/2)(y - 1/2) has 1.  The noise adds 1 to each.
CASES: list[tuple[str, Callable[[np.ndarray], np.ndarray], float, tuple[float, float]]] = [
    ("linear", lambda x: 4 * x[:, 0] + 2 * x[:, 1], 20 / 12, (16 / 12, 4 / 12)),
    ("curved", lambda x: 8 * (x[:, 0] - 0.5) ** 2, 64 / 180, (64 / 180, 0.0)),
    ("together", lambda x: 12 * (x[:, 0] - 0.5) * (x[:, 1] - 0.5), 1.0, (0.0, 0.0)),
    ("nothing", lambda x: 0 * x[:, 0], 0.0, (0.0, 0.0)),
]


@pytest.mark.parametrize(("name", "function", "variance", "single"), CASES)
def test_shares_are_those_of_the_function(name, function, variance: float, single: tuple[float, float]) -> None:
    draws, noise = drawn(1)
    values = function(draws) + noise
    whole = jackknife(explained_share, draws, values, "")
    assert whole.value == pytest.approx(variance / (variance + 1), abs=4 * whole.se + 1e-9)
    assert whole.se < 0.05
    for place, part in enumerate(single):
        found = jackknife(lambda some, figures: first_order_index(some[:, 0], figures), draws[:, [place]], values, "")
        assert found.value == pytest.approx(part / (variance + 1), abs=4 * found.se + 0.01)


def test_the_standard_error_is_that_of_repeated_experiments() -> None:
    found = []
    for seed in range(60):
        draws, noise = drawn(seed, count=300)
        found.append(jackknife(explained_share, draws, 4 * draws[:, 0] + noise, ""))
    spread = np.std([each.value for each in found], ddof=1)
    assert np.mean([each.se for each in found]) == pytest.approx(
        spread, rel=0.4
    )  # four standard errors of a spread of 60


def test_many_parameters_and_few_replications_explain_nothing_by_accident() -> None:
    found = []
    for seed in range(40):
        draws, noise = drawn(seed, parameters=30, count=100)
        found.append((explained_share(draws, noise), first_order_index(draws[:, 0], noise)))
    for shares in zip(*found, strict=True):
        assert abs(np.mean(shares)) < 4 * np.std(shares) / np.sqrt(len(shares))


def test_rank_correlation_is_that_of_scipy_ties_included() -> None:
    draws, noise = drawn(2)
    values = np.round(2 * draws[:, 0] + noise)
    found = rank_correlation(draws[:, 0], values)
    assert found.value == pytest.approx(stats.spearmanr(draws[:, 0], values).statistic)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high  # the correlation of 2x and 2x + noise
    assert rank_correlation(draws[:, 0], np.ones(COUNT)).value is None


def test_pairs_with_the_same_parameters_have_their_share_in_common() -> None:
    draws, noise = drawn(3)
    _, other = drawn(4)
    known = 12 * (draws[:, 0] - 0.5) * (draws[:, 1] - 0.5)  # only together: the first-order shares are nought
    found = two_level_share(known + noise, known + other)
    assert found is not None
    assert found.value == pytest.approx(0.5, abs=4 * found.se)
    assert found.low < 0.5 < found.high
    none = two_level_share(noise, other)
    assert none is not None
    assert none.low == 0
    assert two_level_share(np.ones(COUNT), np.ones(COUNT)) is None


def test_a_run_tells_its_parameters_the_most_important_first_with_their_grade(uncertain_run: Run) -> None:
    found = uncertain_run.sensitivity("arr")
    assert found.reason == ""
    assert {each.path for each in found.parameters} == {"adoption.imitation", "pricing.enterprise"}
    shares = [each.first_order.value for each in found.parameters]
    assert shares == sorted(shares, reverse=True)
    grades = {each.path: (each.grade, each.sources) for each in found.parameters}
    assert grades == {"adoption.imitation": ("C", ("V3",)), "pricing.enterprise": (None, ())}
    assert found.epistemic is not None
    assert found.aleatory == 1 - found.epistemic.value
    assert 0 < found.epistemic.value < 1


def test_the_ends_of_the_tornado_are_means_of_the_lowest_and_highest_fifth(uncertain_run: Run) -> None:
    price = next(each for each in uncertain_run.sensitivity("arr").parameters if each.path == "pricing.enterprise")
    drawn_prices = [uncertain_run.parameters.uncertain_values(3, number)["pricing.enterprise"] for number in range(60)]
    arr = uncertain_run.headline_values[:, [each.code for each in uncertain_run.headlines].index("arr")]
    order = np.argsort(drawn_prices)
    assert price.low_mean == pytest.approx(arr[order[:12]].mean())
    assert price.high_mean == pytest.approx(arr[order[-12:]].mean())


def test_correlated_parameters_are_drawn_as_the_engines_draw_them(small_file: Path) -> None:
    text = "correlations: [{between: [adoption.imitation, pricing.enterprise], rank: 0.8}]\n"
    path = small_file.parent / "correlated.yaml"
    path.write_text(UNCERTAIN_SCENARIO + text, encoding="utf-8")
    parameters = Parameters(load(path))
    draws = parameter_draws(parameters, 3, 400)
    values = [parameters.uncertain_values(3, number) for number in range(400)]
    for place, each in enumerate(parameters.uncertain):
        assert rank_correlation(
            draws[:, place], np.array([value[each.path] for value in values])
        ).value == pytest.approx(1)
    assert rank_correlation(*draws.T).value == pytest.approx(0.8, abs=0.1)


def test_shares_of_joint_draws_overlap_and_their_joint_share_does_not(tmp_path: Path) -> None:
    """Two columns that are nearly one: each has the whole share of both, and so have both together.

    The figure is the first column's quantile, an uncertain value's and noise of twice the variance of each: 1/4, 1/4.
    """
    chance = np.random.default_rng(8)
    first = chance.random(2000)
    columns = {"trial.to_paid": first, "trial.activation": 0.5 * first + 0.001 * chance.random(2000)}
    file = write_draws(tmp_path / "fit.csv", columns)
    text = f"""
clock: {{start: 2026-01-01, horizon: 6 months}}
market: {{segments: {{only: {{accounts: 1, eligible_users: 5}}}}}}
trial: {{keep_free: {{uncertain: {{uniform: {{low: 0%, high: 100%}}}}}}}}
draws: {{file: {file}}}
"""
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    parameters = Parameters(load(tmp_path / "a.yaml"))
    places = {each.path: place for place, each in enumerate(parameters.uncertain)}
    draws = parameter_draws(parameters, 3, COUNT)
    values = np.array([parameters.uncertain_values(3, number)["trial.to_paid"] for number in range(COUNT)])
    assert rank_correlation(draws[:, places["trial.to_paid"]], values).value == pytest.approx(1, abs=1e-4)
    noise = np.sqrt(2 / 12) * chance.standard_normal(COUNT)
    found = sensitivity(parameters, 3, ARR, values + draws[:, places["trial.keep_free"]] + noise)
    shares = {each.path: each.first_order for each in found.parameters}
    assert {each.path: each.drawn for each in found.parameters} == dict.fromkeys(columns, True) | {
        "trial.keep_free": False
    }
    assert found.draws is not None
    assert found.epistemic is not None
    for share in (*shares.values(), found.draws):
        assert share.value == pytest.approx(0.25, abs=4 * share.se + 0.01)
    assert found.epistemic.value == pytest.approx(0.5, abs=4 * found.epistemic.se)
    assert found.draws.value <= found.epistemic.value
    singles = sum(shares[path].value for path in columns)
    assert singles > 0.4  # which is not what both explain
    assert found.draws.value + shares["trial.keep_free"].value == pytest.approx(found.epistemic.value, abs=0.06)
    assert "2 columns of the joint draws have" in found.joint_share
    assert "do not add up" in found.joint_share


@pytest.mark.parametrize(
    ("count", "figures", "reason"),
    [(10, None, "too few replications: 10 of at least 50"), (60, 7.0, "it never varies")],
)
def test_where_nothing_can_be_said_it_is_said_why(uncertain_run: Run, count: int, figures, reason: str) -> None:
    values = np.full(count, figures) if figures else np.arange(float(count))
    found = sensitivity(uncertain_run.parameters, 3, ARR, values)
    assert (found.reason, found.epistemic, found.parameters, found.aleatory) == (reason, None, (), None)


def test_a_scenario_in_which_all_is_known_has_only_chance(small_run: Run) -> None:
    found: Sensitivity = small_run.sensitivity()
    assert found.reason == "nothing is uncertain"
