"""Is the entry of accounts into the market read with their segment, and refused where it cannot be?"""

from __future__ import annotations

from typing import Any

import pytest

from forecast.errors import InputError
from forecast.model.parameters import Parameters
from forecast.scenario import ENTERS_PATH, Distribution, Scenario, load

BASE: dict[str, Any] = {
    "clock": {"start": "2026-01-01", "horizon": "24 months"},
    "market": {
        "segments": {"smb": {"accounts": 200, "eligible_users": 9}, "big": {"accounts": 10, "eligible_users": 5}}
    },
    "adoption": {"organic": "3% per month"},
}
SMB = "market.segments.smb.enters"


def entries(scenario: Scenario, replication: int = 0) -> Any:
    return Parameters(scenario).inputs(1, replication).traits.entry


def test_an_entry_is_a_trait_of_a_segment_s_accounts() -> None:
    found = entries(load(BASE, [f"{SMB}={{uniform: {{low: 10 days, high: 2 years}}}}"]))
    assert not found[200:].any()
    assert (found[:200] > 10).all()
    assert (found[:200] < 2 * 365.25).all()
    assert len(set(found[:200].tolist())) == 200
    assert not entries(load(BASE)).any()
    # Its draws are its own: whoever is eager or large without it is so with it.
    with_entry, without = (
        Parameters(load(BASE, sets)).inputs(1, 0).traits for sets in ([f"{SMB}={{exponential: {{mean: 90 days}}}}"], [])
    )
    assert (with_entry.frailty == without.frailty).all()


def test_an_uncertain_entry_is_drawn_anew_and_like_copies_it() -> None:
    mean = {"uncertain": {"uniform": {"low": "30 days", "high": "300 days"}}}
    segments: dict[str, Any] = {
        "smb": {"accounts": 200, "eligible_users": 9, "enters": {"gamma": {"mean": mean, "cv": 0.5}}},
        "big": {"accounts": 10, "eligible_users": 5},
        "late": {"like": "smb", "accounts": 5},
    }
    scenario = load({**BASE, "market": {"segments": segments}})
    kept = scenario.parameters[ENTERS_PATH]
    assert isinstance(kept[0], Distribution)
    assert isinstance(kept[2], Distribution)
    assert kept[0].family == kept[2].family == "gamma"
    assert (entries(scenario, 0)[:200] != entries(scenario, 1)[:200]).all()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (f"{SMB}=never", "a duration"),
        (f"{SMB}=-3 days", "at least 0"),
        (f"{SMB}=6", "needs a unit"),
        (f"timeline.2026-05-01.{SMB}=3 days", "cannot change"),
    ],
)
def test_what_is_no_entry_is_refused(override: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(BASE, [override])
    [problem] = caught.value.problems
    assert words in str(problem)
