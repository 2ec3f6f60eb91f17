"""Is a value that something else overrules told, with both places, and is a plan of one file left in peace?"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError, InputWarning
from forecast.scenario import Scenario, load

BASE = """\
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 30, eligible_users: 9}, enterprise: {accounts: 10, eligible_users: 950}}}
trial: {activation: 30%, to_paid: 10%}
awareness: {base: 1% per month}
procurement: {stages: {legal: {gate: month, loss: 5%}}}
vendor: {capabilities: {sso: false, audit: true}}
pricing: {paid: 20 USD, enterprise: 40 USD}
timeline:
  - at: 2026-07-01
    set:
      pricing.paid: 25 USD
      vendor.capabilities.sso: true
"""
Read = Callable[..., tuple[Scenario, list[str]]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Loads a file, or one that extends it: the scenario and the sentences that were issued."""
    monkeypatch.chdir(tmp_path)

    def of(base: str = BASE, over: str = "", sets: Any = ()) -> tuple[Scenario, list[str]]:
        Path("base.yaml").write_text(base, encoding="utf-8")
        Path("over.yaml").write_text("extends: base.yaml\n" + over, encoding="utf-8")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scenario = load("over.yaml" if over else "base.yaml", sets)
        assert all(each.category is InputWarning for each in caught)
        told = [str(each.message) for each in caught]
        assert told == [str(each) for each in scenario.warnings if each.kind == "warning"]
        return scenario, told

    return of


def test_a_value_that_the_file_has_already_and_takes_back_is_the_warning_alone(read: Read) -> None:
    scenario, told = read(sets=["pricing.paid=20 USD"])
    assert [each.kind for each in scenario.warnings] == ["warning"]
    assert "`20 USD` holds until 2026-06-30 only" in told[0]


def test_a_price_of_the_command_line_that_the_timeline_takes_back_is_one_warning_with_both_places(read: Read) -> None:
    scenario, told = read(sets=["pricing.paid=60 USD"])
    sentence = (
        "--set: pricing.paid: `60 USD` holds until 2026-06-30 only: from 2026-07-01 on base.yaml:11 "
        "(`timeline.2026-07-01.pricing.paid`) sets `25 USD`; set that path too, or remove it with `none`"
    )
    assert told == [sentence]
    [warning] = scenario.warnings
    assert (warning.path, warning.places) == ("pricing.paid", ("--set", "base.yaml:11"))
    assert warning.document()["places"] == ["--set", "base.yaml:11"]


def test_a_value_of_a_file_that_the_timeline_of_its_base_takes_back_is_told_with_both_lines(read: Read) -> None:
    _, told = read(over="name: over\npricing: {paid: 60 USD}")
    assert len(told) == 1
    assert told[0].startswith("over.yaml:3: pricing.paid: `60 USD` holds until 2026-06-30 only")
    assert "base.yaml:11" in told[0]


@pytest.mark.parametrize(
    "change", ["pricing={paid: 60 USD}", "pricing.paid={by_segment: {smb: 60 USD, enterprise: 60 USD}}"]
)
def test_blocks_around_the_path_and_parts_below_it_are_the_same_lever(read: Read, change: str) -> None:
    assert all("`60 USD` holds until 2026-06-30 only" in each for each in read(sets=[change])[1])
    assert read(sets=[change])[1]


def test_a_part_of_one_segment_is_told_for_that_segment(read: Read) -> None:
    _, told = read(sets=["pricing.paid.smb=60 USD"])
    assert len(told) == 1
    assert told[0].startswith("--set: pricing.paid.by_segment.smb: `60 USD` holds until")


def test_a_part_that_the_timeline_changes_for_the_other_segment_only_is_not_overruled(read: Read) -> None:
    parts = "pricing.paid: {by_segment: {smb: 60 USD, enterprise: 25 USD}}"
    base = BASE.replace("pricing.paid: 25 USD", parts)
    assert read(base, sets=["pricing.paid.smb=60 USD"])[1] == []
    assert "by_segment.enterprise" in read(base, sets=["pricing.paid.enterprise=60 USD"])[1][0]


def test_a_plan_of_one_file_is_normal(read: Read) -> None:
    assert read()[1] == []
    both = {"pricing.paid": "60 USD", "timeline.2026-07-01.pricing.paid": "70 USD"}
    assert read(sets=both)[1] == []
    assert read(over="pricing: {paid: 60 USD}\ntimeline: [{at: 2026-09-01, set: {pricing.paid: 70 USD}}]")[1] == []


def test_a_change_over_the_base_is_normal(read: Read) -> None:
    assert read(over="timeline: {2026-09-01: {pricing.enterprise: 70 USD}}")[1] == []
    assert read(sets=["timeline.2026-09-01.pricing.paid=70 USD"])[1] == []


def test_the_value_that_the_timeline_sets_too_is_not_overruled(read: Read) -> None:
    assert read(sets=["pricing.paid=25.00 USD"])[1] == []


def test_an_entry_at_the_start_leaves_the_start_value_no_day_even_in_one_file(read: Read) -> None:
    _, told = read(BASE.replace("2026-07-01", "2026-01-01"))
    assert told[0].startswith("base.yaml:7: pricing.paid: `20 USD` is never in force: base.yaml:11 (")
    assert "vendor.capabilities.sso: `false` is never in force" in told[1]


def test_an_entry_at_or_after_the_end_does_nothing_and_is_told(read: Read) -> None:
    scenario, told = read(BASE.replace("2026-07-01", "2028-01-01"))
    assert told[0] == (
        "base.yaml:11: timeline.2028-01-01.pricing.paid: `25 USD` does nothing: the horizon ends before 2028-01-01"
    )
    assert scenario.changes == ()
    assert "2028-01-01" in scenario.resolved
    assert read(BASE.replace("2026-07-01", "2027-12-31"))[1] == []


def test_a_set_entry_that_a_later_one_takes_back_is_told(read: Read) -> None:
    _, told = read(sets=["timeline.2026-03-01.pricing.paid=60 USD"])
    assert told[0].startswith("--set: timeline.2026-03-01.pricing.paid: `60 USD` holds until 2026-06-30 only")


def test_a_capability_that_is_there_before_the_timeline_brings_it_is_not_overruled(read: Read) -> None:
    assert read(sets=["vendor.capabilities.sso=2026-03-01"])[1] == []
    assert "`2026-12-01` holds until 2026-06-30 only" in read(sets=["vendor.capabilities.sso=2026-12-01"])[1][0]


def test_warnings_outlive_a_change_of_something_else_and_end_with_their_cause(read: Read) -> None:
    scenario, told = read(sets=["pricing.paid=60 USD"])
    assert [str(each) for each in pickle.loads(pickle.dumps(scenario)).warnings] == told  # noqa: S301
    assert [str(each) for each in scenario.replace(replications=7).warnings] == told  # issued before: not again
    assert scenario.replace({"timeline.2026-07-01.pricing.paid": "60 USD"}).warnings == ()
    with pytest.warns(InputWarning, match="overrides: pricing.paid: `70 USD` holds until .* base.yaml:11"):
        assert len(scenario.replace({"pricing.paid": "70 USD"}).warnings) == 1


def test_a_default_that_the_timeline_changes_is_no_lever_also_after_a_change(read: Read) -> None:
    scenario, told = read(over="timeline: {2026-01-01: {trial.keep_free: 50%}}")
    assert told == []
    assert scenario.replace({"pricing.enterprise": "41 USD"}).warnings == ()


SETS = {
    "timeline.2026-07-01.pricing.paid=60 USD": [(181, (6000, 6000))],
    "timeline.2026-09-01.pricing.paid=60 USD": [(181, (2500, 2500)), (243, (6000, 6000))],
    "timeline.2026-09-01.pricing.paid.smb=60 USD": [(181, (2500, 2500)), (243, (6000, 2500))],
    "timeline.2026-03-01.pricing.paid.by_segment.smb=60 USD": [(59, (6000, 2000)), (181, (2500, 2500))],
    "timeline.2026-07-01.pricing.paid=none": [],
    "timeline.2026-07-01.pricing.paid=": [],
    "timeline.2026-07-01=none": [],
    "timeline.2026-07-01.pricing={paid: 9 USD}": [(181, (900, 900))],
    "timeline.2026-07-01={pricing.paid: 9 USD}": [(181, (900, 900))],
    "timeline={2026-07-01: {pricing: {paid: 9 USD}}}": [(181, (900, 900))],
}


def prices(scenario: Scenario) -> list[tuple[int, tuple[Any, ...]]]:
    """The changes of the paid price."""
    return [(each.day, each.values) for each in scenario.changes if each.path == "pricing.paid"]


@pytest.mark.parametrize("override", SETS)
@pytest.mark.filterwarnings("ignore::forecast.errors.InputWarning")
def test_an_entry_is_set_by_the_path_that_messages_print(read: Read, override: str) -> None:
    scenario, _ = read(sets=[override])
    assert prices(scenario) == SETS[override]
    path, _, value = override.partition("=")
    assert load("base.yaml", {path: value or None}).sha256 == scenario.sha256
    assert load("base.yaml").replace({path: value or None}).sha256 == scenario.sha256


@pytest.mark.parametrize(
    "over",
    [
        "timeline.2026-07-01.pricing.paid: 60 USD",
        "timeline: {2026-07-01: {pricing.paid: 60 USD}}",
        "timeline:\n  2026-07-01:\n    pricing: {paid: 60 USD}",
        "timeline.2026-07-01: {pricing.paid: 60 USD}",
    ],
)
def test_a_file_that_extends_sets_an_entry_of_its_base_by_its_path(read: Read, over: str) -> None:
    scenario, told = read(over=over)
    assert told == []
    assert prices(scenario) == [(181, (6000, 6000))]
    assert [each.path for each in scenario.changes] == ["pricing.paid", "vendor.capabilities.sso"]  # the other stands


@pytest.mark.parametrize(
    "over", ["timeline.2026-07-01.pricing.paid: none", "timeline: {2026-07-01: {pricing.paid: none}}"]
)
def test_a_file_that_extends_removes_an_entry_of_its_base(read: Read, over: str) -> None:
    assert [each.path for each in read(over=over)[0].changes] == ["vendor.capabilities.sso"]


def test_a_list_in_place_of_a_timeline_says_what_it_drops_and_how_to_keep_it(read: Read) -> None:
    scenario, told = read(over="timeline: [{at: 2026-07-01, set: {pricing.paid: 30 USD}}]\n")
    assert told == []
    [note] = scenario.warnings
    assert note.sentence == (
        "note: over.yaml:2: timeline: this list replaces the base's timeline: 1 of its 2 entries is dropped, "
        "`timeline.2026-07-01.vendor.capabilities.sso`; to keep them, write yours under their dates, "
        "`timeline: {2026-07-01: {pricing.paid: ..}}`"
    )
    kept, _ = read(over="timeline: {2026-07-01: {pricing.paid: 30 USD}}\n")
    assert (len(scenario.changes), len(kept.changes)) == (1, 2)
    assert kept.warnings == ()


@pytest.mark.parametrize(
    "over",
    [
        "timeline: []\n",
        "timeline: [{at: 2026-07-01, set: {pricing.paid: 30 USD, vendor.capabilities.sso: true}}]\n",
    ],
)
def test_a_list_that_says_it_drops_nothing_or_all_is_not_told(read: Read, over: str) -> None:
    assert not any("replaces" in each.message for each in read(over=over)[0].warnings)


def test_entries_under_their_dates_need_no_base(read: Read) -> None:
    scenario, _ = read("timeline: {2026-05-01: {pricing.paid: 7 USD}}\n" + BASE.partition("timeline")[0])
    assert prices(scenario) == [(120, (700, 700))]


def test_none_is_the_value_of_a_path_that_takes_it(read: Read) -> None:
    scenario, _ = read(sets=["timeline.2026-07-01.procurement.stages.legal.gate=none"])
    assert [each.path for each in scenario.changes if "gate" in each.path] == ["procurement.stages.legal.gate"]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        (
            "timeline.2026-07-01.pricing.payd=6 USD",
            "timeline.2026-07-01.pricing.payd: unknown name `payd`; did you mean",
        ),
        ("timeline.2026-07-01.pricing.paid=6", "timeline.2026-07-01.pricing.paid: `6` needs a unit"),
        ("timeline.2026-07-1.pricing.paid=6 USD", "found `2026-07-1`; expected a date such as `2026-10-01`"),
        ("timeline.2026-08-01.pricing.paid=none", "unknown entry `timeline.2026-08-01.pricing.paid`; did you mean"),
        ("timeline.2026-07-01=3", "timeline.2026-07-01: found `3`; expected a block of `PATH: value`, or `none`"),
        ("timeline.2026-07-01.pricing.paid.mid=3 USD", "found `mid`; expected a part that the value has"),
        ("timeline.1.at=2026-07-01", "set the whole list"),
    ],
)
def test_an_entry_that_cannot_be_set_is_told(read: Read, override: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read(sets=[override])
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith("--set: ")
    assert sentence in str(caught.value)
