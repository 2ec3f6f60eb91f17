"""Is the share of chance that all accounts share the true one, where the true one is known?

The figures are made: innovations of a path, a function of them, and noise.  Seeds are fixed; a comparison allows four
standard errors, wrong in 1 of 16,000.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast import charts
from forecast.analysis.common_factors import blocks_of, innovations_of, path_means, path_share
from forecast.analysis.comparison import to_json_value
from forecast.analysis.sensitivity import jackknife
from forecast.cli import main
from forecast.model.market_level import LEVEL, PACE, monthly_innovations
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.study.finished_run import Run
from forecast.study.run import run

MONTHS = 36
SHARED = """
extends: small.yaml
name: good and bad months
market: {level: {sd: 40%}}   # [V3] C
"""


def drawn(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Innovations of months 1 to 35, and noise."""
    chance = np.random.default_rng(seed)
    return chance.standard_normal((count, MONTHS - 1)), chance.standard_normal(count)


def share_of(innovations: np.ndarray, values: np.ndarray):
    """The share of the variance that the path has, with its standard error."""
    return jackknife(path_share, blocks_of(innovations, len(values)), values, "")


@pytest.mark.parametrize("persistence", [1.0, 0.8])
def test_what_a_path_moves_is_its_share(persistence: float) -> None:
    """A sum over the path, and its exponential, each beside noise of the same variance."""
    innovations, noise = drawn(1, 2000)
    weights = np.array([sum(persistence**k for k in range(MONTHS - month)) for month in range(1, MONTHS)])
    weights /= np.sqrt((weights**2).sum())
    path = innovations @ weights  # standard normal
    found = share_of(innovations, path + noise)
    assert found.value == pytest.approx(0.5, abs=4 * found.se)
    assert found.se < 0.03
    variance = np.exp(0.25) * np.expm1(0.25)  # of exp(path / 2)
    found = share_of(innovations, np.exp(path / 2) + noise * np.sqrt(variance))
    assert 0.45 < found.value < 0.5 + 4 * found.se  # at least so much: what is not quadratic counts as noise


def test_a_path_that_moves_nothing_has_no_share() -> None:
    """Nor in few replications, nor in a figure that parameters move."""
    found = []
    for seed in range(40):
        innovations, noise = drawn(seed, 100)
        found.append(path_share(blocks_of(innovations, 100), noise))
    assert abs(np.mean(found)) < 4 * np.std(found) / np.sqrt(len(found))


@pytest.mark.parametrize(("replications", "months", "blocks"), [(2000, 35, 12), (100, 35, 4), (50, 35, 1), (60, 1, 1)])
def test_blocks_are_few_where_replications_are(replications: int, months: int, blocks: int) -> None:
    innovations = np.random.default_rng(2).standard_normal((replications, months))
    found = blocks_of(innovations, replications)
    assert found.shape == (replications, blocks)
    assert found.std() == pytest.approx(1, abs=4 / np.sqrt(2 * found.size))


def test_the_mean_of_a_path_is_that_of_its_months() -> None:
    innovations = np.array([[1.0, 2.0, -1.0]])
    assert path_means(innovations, 0.5) == pytest.approx([(1 + 2.5 + 0.25) / 3])


def test_the_innovations_are_those_of_the_engines(small_file: Path) -> None:
    found = innovations_of(PACE, 5, 3, np.array([0, 7]))
    assert found.tolist() == [monthly_innovations("procurement.pace", 5, 3, each)[1:] for each in (0, 7)]
    path = small_file.parent / "walk.yaml"
    path.write_text(SHARED, encoding="utf-8")
    parameters = Parameters(load(path))
    levels = np.log(parameters.inputs(3, 7).level)
    first = innovations_of(LEVEL, parameters.months, 3, np.array([7]))[0, 0]
    assert levels[1] == pytest.approx(0.4 * first - 0.08)


@pytest.fixture(scope="module")
def shared_run(tmp_path_factory: pytest.TempPathFactory, small_file: Path) -> Run:
    """Sixty replications of a scenario in which months are good or bad, and nothing is uncertain."""
    path = small_file.parent / "shared.yaml"
    path.write_text(SHARED, encoding="utf-8")
    return run(path, replications=60, folder=tmp_path_factory.mktemp("runs") / "shared", workers=1)


def test_the_level_is_a_third_kind_beside_parameters_and_chance(shared_run: Run, capsys) -> None:
    found = shared_run.sensitivity("arr")
    [level] = found.common_factors
    assert (level.path, level.grade, level.sources) == ("market.level", "C", ("V3",))
    assert (found.epistemic, found.parameters, found.reason) == (None, (), "nothing is uncertain")
    assert 0 <= level.first_order.value <= 1
    assert found.aleatory == 1 - level.first_order.value
    assert level.high_mean > level.low_mean
    assert level.rank_correlation.value is not None
    assert to_json_value(found)["common_factors"][0]["path"] == "market.level"
    assert found.frame().parameter.tolist() == ["market.level"]
    assert "by market.level: better evidence does not remove it" in found._repr_html_()
    assert main(["sensitivity", str(shared_run.folder)]) == 0
    screen = capsys.readouterr().out
    assert "market.level: chance that all accounts share, which neither better" in " ".join(screen.split())
    assert "cannot be computed" not in screen


def test_the_level_has_a_row_in_the_tornado(shared_run: Run) -> None:
    chart = charts.tornado(shared_run.sensitivity("arr"))
    assert [row[0] for row in chart.data.rows] == ["market.level"]
    assert "depends most on market.level, which all accounts share by chance" in chart.description


def test_months_that_are_alike_have_no_share(small_run: Run, uncertain_run: Run) -> None:
    assert small_run.sensitivity("arr").common_factors == ()
    assert uncertain_run.sensitivity("arr").common_factors == ()
