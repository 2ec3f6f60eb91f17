"""Is every uncertain scalar drawn, wherever in a scenario it stands?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from forecast.model.parameters import Parameters
from forecast.randomness import PARAMETERS, key, stream_of, uniform
from forecast.scenario import load
from forecast.scenario.draws import write_draws

CLOCK: dict[str, Any] = {"start": "2026-01-01", "horizon": "6 months"}
DRAWN = "{uncertain: {uniform: {low: %s, high: %s}}}"
DAYS, FACTOR, SHARE = DRAWN % ("1 day", "2 days"), DRAWN % (1, 2), DRAWN % ("1%", "2%")
CHANGE = "timeline: [{at: 2026-02-01, set: {%s}}]"
PLACES = [
    (
        f"adoption: {{organic: 1% per month, seasonality: [{', '.join(['1'] * 11)}, {FACTOR}]}}",
        "adoption.seasonality.12",
    ),
    (f"vendor: {{capabilities: {{sso: {{at: 2026-02-01, slip: {DAYS}}}}}}}", "vendor.capabilities.sso.slip"),
    (
        f"vendor: {{capabilities: {{sso: {{at: 2026-02-01, slip: {{uniform: {{low: 0 days, high: {DAYS}}}}}}}}}}}",
        "vendor.capabilities.sso.slip.uniform.high",
    ),
    (f"trial: {{length: {{exponential: {{mean: {DAYS}}}}}}}", "trial.length.exponential.mean"),
    (f"trial: {{activation: {{by_segment: {{a: {SHARE}}}}}}}", "trial.activation.by_segment.a"),
    (CHANGE % f"trial.activation: {SHARE}", "timeline.2026-02-01.trial.activation"),
    (
        "vendor: {capabilities: {sso: false}}\n"
        + CHANGE % f"vendor.capabilities.sso: {{at: 2026-03-01, slip: {DAYS}}}",
        "timeline.2026-02-01.vendor.capabilities.sso.slip",
    ),
]


@pytest.mark.parametrize(("more", "path"), PLACES, ids=[path for _, path in PLACES])
def test_what_is_uncertain_is_drawn(tmp_path, more, path):
    (tmp_path / "a.yaml").write_text(
        "clock: {start: 2026-01-01, horizon: 6 months}\n"
        f"market: {{segments: {{a: {{accounts: 1, eligible_users: 5}}}}}}\n{more}\n"
    )
    parameters = Parameters(load(tmp_path / "a.yaml"))
    assert [each.path for each in parameters.uncertain] == [path]
    draws = [parameters.uncertain_values(1, replication)[path] for replication in range(3)]
    assert len(set(draws)) == 3
    assert parameters.inputs(1, 0).tables is not parameters.inputs(1, 1).tables


AROUND = "{uncertain: {uniform: {low: {by_segment: {a: 10%, b: 20%}}, high: {by_segment: {a: 30%, b: 60%}}}}}"
INSIDE = (
    "{by_segment: {a: {uncertain: {uniform: {low: 10%, high: 30%}}}, b: {uncertain: {uniform: {low: 20%, high: 60%}}}}}"
)


def activations(tmp_path, value):
    """The parameters, and each segment's activation in ten replications as a quantile of its own distribution."""
    (tmp_path / "a.yaml").write_text(
        "clock: {start: 2026-01-01, horizon: 6 months}\n"
        "market: {segments: {a: {accounts: 1, eligible_users: 5}, b: {accounts: 1, eligible_users: 5}}}\n"
        f"trial: {{activation: {value}}}\n"
    )
    parameters = Parameters(load(tmp_path / "a.yaml"))
    drawn: list[Any] = [parameters.inputs(1, replication).tables.rules.trial.activation for replication in range(10)]
    return parameters, [((a - 0.1) / 0.2, (b - 0.2) / 0.4) for [(a, b)] in drawn]


def test_uncertain_around_segments_is_one_draw_at_which_each_takes_its_own_quantile(tmp_path):
    parameters, quantiles = activations(tmp_path, AROUND)
    assert [each.path for each in parameters.uncertain] == ["trial.activation"]
    assert all(a == pytest.approx(b, abs=1e-8) for a, b in quantiles)  # values have 9 significant digits
    assert len({round(a, 6) for a, _ in quantiles}) == 10
    first = [parameters.uncertain_values(1, replication)["trial.activation"] for replication in range(10)]
    assert first == pytest.approx([0.1 + 0.2 * a for a, _ in quantiles])  # told as the first segment has it


def test_uncertain_inside_segments_is_a_draw_for_each(tmp_path):
    parameters, quantiles = activations(tmp_path, INSIDE)
    paths = ["trial.activation.by_segment.a", "trial.activation.by_segment.b"]
    assert [each.path for each in parameters.uncertain] == paths
    assert all(abs(a - b) > 1e-6 for a, b in quantiles)


def test_the_pages_on_the_format_and_on_the_model_say_the_same_of_uncertain_around_segments():
    root = Path(__file__).parents[2] / "docs"
    for page in ("scenario.md", "model.md"):
        text = " ".join((root / page).read_text(encoding="utf-8").split()).lower()
        assert "one draw for all segments" in text, page
        assert "one draw for each segment" not in text, page


def test_all_columns_of_joint_draws_take_one_row(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "trial.activation": [0.1, 0.2, 0.3, 0.4],
        "trial.to_paid": [0.5, 0.9, 0.6, 0.8],
        "churn.free": [9, 1, 5, 7],
    }
    file = write_draws(tmp_path / "fit.csv", columns)
    tree: dict[str, Any] = {"clock": CLOCK, "market": {"segments": {"only": {"accounts": 1, "eligible_users": 5}}}}
    more: dict[str, Any] = {
        "adoption": {"organic": {"uncertain": {"uniform": {"low": "0.1 per day", "high": "0.2 per day"}}}}
    }
    parameters = Parameters(load({**tree, **more, "draws": {"file": str(file)}}))
    rows = list(zip(*columns.values(), strict=True))
    taken = []
    for replication in range(2000):
        values = parameters.uncertain_values(3, replication)
        row = int(uniform(*key(3, PARAMETERS), replication, 0, stream_of("draws"), 0) * 4)
        assert tuple(values[path] for path in columns) == rows[row]
        taken.append(row)
    # chi-square with 3 degrees of freedom; the seed is fixed, a false alarm has a probability of 1e-5
    assert stats.chisquare(np.bincount(taken, minlength=4)).pvalue > 1e-5
    alone = Parameters(load({**tree, **more}))
    path = "adoption.organic"
    assert alone.uncertain_values(3, 7)[path] == parameters.uncertain_values(3, 7)[path]


def test_what_is_said_before_a_run_takes_the_median_of_each_column(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"adoption.imitation": [0.9, 0.1, 0.5, 0.3], "trial.activation": [0.2, 0.8, 0.6, 0.4]}
    file = write_draws(tmp_path / "fit.csv", columns)
    tree: dict[str, Any] = {"clock": CLOCK, "market": {"segments": {"only": {"accounts": 1, "eligible_users": 5}}}}
    parameters = Parameters(load({**tree, "churn": {"free": "30.4375 days"}, "draws": {"file": str(file)}}))
    assert parameters.reproduction_number(0) == pytest.approx(0.3 * 0.4)
