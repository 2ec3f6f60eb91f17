"""Is what was held fixed counted: numbers only, without what is uncertain, by their grades?"""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.analysis.held_fixed import HeldFixed, held_fixed
from forecast.scenario import load

ONLY = """\
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 30, eligible_users: 9}}}
"""
GRADED = """\
pricing:  # [A1] B
  paid: 20 USD
  enterprise: 40 USD  # guessed U
trial:
  activation: {uncertain: {uniform: {low: 10%, high: 20%}}}  # U
  to_paid: 10%  # U
contract: {billing: monthly, true_up: never}  # U
procurement: {stages: {legal: {gate: month, loss: 5%}}}
vendor: {capabilities: {sso: 2026-05-01}, resources: {counsel: {count: 2, hires: [{at: 2026-05-01, add: 1}]}}}
timeline:
  - at: 2026-07-01
    set: {pricing.paid: 25 USD, trial.to_paid: {uncertain: {uniform: {low: 10%, high: 20%}}}}  # U
  - {at: 2026-08-01, set: {contract.billing: annual}}
"""


def counted(tmp_path: Path, text: str) -> HeldFixed:
    """What is held fixed in a scenario, beyond the market of the smallest one."""
    (tmp_path / "only.yaml").write_text(ONLY, encoding="utf-8")
    (tmp_path / "more.yaml").write_text(ONLY + text, encoding="utf-8")
    least, found = held_fixed(load(tmp_path / "only.yaml")), held_fixed(load(tmp_path / "more.yaml"))
    return HeldFixed(*(here - there for here, there in zip(found, least, strict=True)))


def test_words_dates_and_the_time_are_no_numbers(tmp_path: Path) -> None:
    assert counted(tmp_path, "trial: {activation: 30%}") == HeldFixed(1, 0, 1)
    assert counted(tmp_path, "contract: {billing: monthly, true_up: never}") == HeldFixed(0, 0, 0)
    assert counted(tmp_path, "vendor: {capabilities: {sso: 2026-05-01}}") == HeldFixed(0, 0, 0)


def test_defaults_that_nobody_graded_are_no_numbers_however_they_are_written(tmp_path: Path) -> None:
    off = "usage: {growth: 0%}\nadoption: {organic: 0 per month, seasonality: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.0]}\n"
    assert counted(tmp_path, off) == HeldFixed(0, 0, 0)
    assert counted(tmp_path, "usage: {growth: 1% per month}\n") == HeldFixed(1, 0, 1)
    assert counted(tmp_path, "usage:\n  growth: 0%  # U\n") == HeldFixed(1, 1, 0)


def test_numbers_are_counted_by_grade_and_uncertain_ones_are_not(tmp_path: Path) -> None:
    # Ungraded: loss of the stage, count and hires of the resource. Graded: two prices (B, U), to_paid and the entry of
    # the timeline (U). Not counted: activation (uncertain), and the defaults of the stage and of the resource.
    assert counted(tmp_path, GRADED) == HeldFixed(values=7, unverified=3, ungraded=3)


@pytest.mark.parametrize("name", ["bottom_up", "top_down_sales"])
def test_most_of_what_a_preset_holds_fixed_is_unverified(name: str) -> None:
    found = held_fixed(load(name))
    assert found.values > 100
    assert found.unverified > found.values / 2


def test_the_sentence_says_how_many_and_how_weak() -> None:
    assert HeldFixed(118, 94, 9).condition() == (
        "given the 118 other numbers of the scenario (94 unverified, 9 without a grade) as they are"
    )
    assert HeldFixed(1, 0, 0).condition() == "given the 1 other number of the scenario as they are"
