"""Is every uncertain scalar drawn, wherever in a scenario it stands?"""

from __future__ import annotations

import pytest

from forecast.model.parameters import Parameters
from forecast.scenario import load

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
