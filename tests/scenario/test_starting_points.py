"""Does a scenario of a few lines make somebody's own company of any shipped one, and are its mistakes its own?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from forecast.engines import engine
from forecast.errors import InputError, InputWarning, Problem
from forecast.model.parameters import Parameters
from forecast.scenario import Capability, Change, Scenario, json_schema, load, shipped

OWN_SEGMENTS = "{startup: {like: smb}, scaleup: {like: mid_market}, corporate: {like: enterprise}}"
DROPPED = "smb: none, mid_market: none, enterprise: none"
SIX_LINES = f"""\
extends: %s
name: Six lines
clock: {{start: 2027-02-01}}
currency: EUR
market:
  segments: {OWN_SEGMENTS[:-1]}, {DROPPED}}}
"""

Own = Callable[..., Any]


def notes_of(scenario: Scenario) -> list[str]:
    """The messages of the notes of a scenario."""
    return [each.message for each in scenario.warnings]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """Loads a file that extends `bottom_up`, or another one."""

    def of(text: str, sets: Any = (), extends: str = "bottom_up") -> Scenario:
        path = tmp_path / "own.yaml"
        path.write_text(f"extends: {extends}\n{text}", encoding="utf-8")
        return load(path, sets)

    return of


@pytest.fixture
def problem(own: Own) -> Callable[..., Problem]:
    """The one problem of a file that extends `bottom_up`, which is told on its line 2."""

    def of(text: str, sets: Any = ()) -> Problem:
        with pytest.raises(InputError) as caught:
            own(text, sets)
        (found,) = caught.value.problems
        assert sets or (str(found.file).endswith("own.yaml") and found.line == 2)
        return found

    return of


@pytest.mark.parametrize("preset", shipped())
@pytest.mark.parametrize("fx", ["", "fx: 0.92 EUR per USD\n"])
def test_six_lines_fit_every_shipped_scenario(preset: str, fx: str, tmp_path: Path) -> None:
    path = tmp_path / "six.yaml"
    path.write_text(SIX_LINES % preset + fx, encoding="utf-8")
    base, scenario = load(preset), load(path)
    assert scenario.segments == ("startup", "scaleup", "corporate")
    assert (scenario.accounts, scenario.currency, str(scenario.start)) == (base.accounts, "EUR", "2027-02-01")
    assert scenario.parameters["awareness.min_users"] == base.parameters["awareness.min_users"]
    assert len(scenario.correlations) == len(base.correlations)
    assert not any(
        word in scenario.resolved for word in ("USD", "smb", "mid_market", "enterprise:\n      accounts", "like", "fx:")
    )
    again = tmp_path / "resolved.yaml"
    again.write_text(scenario.resolved, encoding="utf-8")
    assert load(again) == scenario
    few = scenario.replace({f"market.segments.{name}.accounts": 2 for name in scenario.segments})
    assert engine("compiled").run(Parameters(few), 1, 0).events > 0


def test_the_schema_takes_the_six_lines() -> None:
    schema = jsonschema.Draft202012Validator(json_schema())
    plain = YAML(typ="safe", pure=True)
    text = SIX_LINES.replace("2027-02-01", '"2027-02-01"') % "bottom_up" + "fx: 0.92 EUR per USD\n"
    months = "vendor: {resources: {counsel: {hires: [{at: month 9, add: 1}]}}, capabilities: {sso: month 3}}"
    assert schema.is_valid(plain.load(text + months))
    for wrong in ("fx: 0.92", "market: {segments: {smb: never}}", "clock: {start: month 2}"):
        assert not schema.is_valid(plain.load(f"extends: bottom_up\n{wrong}"))
    assert not schema.is_valid(plain.load(text + months.replace("month 9", "month 0")))


def test_prices_per_unit_keep_their_fractions_of_a_cent(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "extends: bottom_up\nusage: {units: {paid: 100}}\ncosts: {usage: 0.006 USD}\n"
        "pricing: {usage: {price: {by_segment: {smb: 1.25 USD, other: 0.0123456789 USD}}}}\n"
        "timeline: [{at: 2026-06-01, set: {pricing.usage.price: 0.5 USD, pricing.paid: 1.11 USD}}]\n",
        encoding="utf-8",
    )
    path = tmp_path / "own.yaml"
    path.write_text("extends: base.yaml\ncurrency: EUR\nfx: 0.9 EUR per USD\n", encoding="utf-8")
    scenario = load(path)
    assert scenario.parameters["costs.usage"] == (0.54,) * 3
    assert scenario.parameters["pricing.usage.price"] == (112.5, 1.11111, 1.11111)
    assert scenario.changes[0].values == (45.0,) * 3
    assert scenario.changes[1].values == (100,) * 3
    assert any("whole cents, prices per unit to six digits" in str(each) for each in scenario.warnings)


# segments
def test_a_segment_like_another_takes_everything_that_is_not_said_of_it(own: Own) -> None:
    scenario = own(
        "market: {segments: {startup: {like: smb, accounts: 20}}}\n"
        "awareness: {min_users: {by_segment: {smb: 3}}}\n"
        "contract: {min_seats: {by_segment: {startup: 7}}}\n"
    )
    assert scenario.segments == ("smb", "mid_market", "enterprise", "startup")
    assert scenario.accounts == (600, 300, 100, 20)
    assert scenario.parameters["awareness.min_users"] == (3, 4, 10, 3)
    assert scenario.parameters["contract.min_seats"] == (5, 20, 25, 7)


def test_like_holds_in_the_timeline_and_of_one_that_is_like_another(tmp_path: Path, own: Own) -> None:
    step = "timeline: [{at: 2026-06-01, set: {trial.activation: {by_segment: {smb: 1%, other: 2%}}}}]\n"
    (tmp_path / "base.yaml").write_text(f"extends: bottom_up\n{step}", encoding="utf-8")
    segments = "market: {segments: {two: {like: one}, one: {like: smb}, smb: none}}"
    scenario = own(segments, extends="base.yaml")
    assert scenario.segments == ("mid_market", "enterprise", "one", "two")
    assert scenario.changes == (Change(151, "trial.activation", (0.02, 0.02, 0.01, 0.01)),)


def test_like_works_without_a_base_and_leaves_the_label(loaded: Any, small: str) -> None:
    text = small.replace("eligible_users: 9}", "eligible_users: 9, label: Small}\n    micro: {like: smb, accounts: 5}")
    scenario = load({**YAML(typ="safe", pure=True).load(text), "clock": {"start": "2026-01-01", "horizon": "2 months"}})
    assert scenario.segments == ("smb", "micro", "enterprise")
    assert scenario.accounts == (30, 5, 10)
    assert scenario.labels.segments == {"smb": "Small"}


def test_a_segment_of_the_base_may_become_like_another(own: Own) -> None:
    scenario = own("market: {segments: {smb: {like: enterprise, accounts: 5}}}")
    assert scenario.parameters["awareness.min_users"] == (10, 4, 10)
    assert scenario.accounts == (5, 300, 100)


@pytest.mark.parametrize("sets", [["market.segments.smb=none"], {"market.segments.smb": "none"}])
def test_a_segment_is_dropped_by_an_override(sets: Any) -> None:
    scenario = load("bottom_up", sets)
    assert scenario.segments == ("mid_market", "enterprise")
    assert scenario.parameters["awareness.min_users"] == (4, 10)
    assert load("bottom_up").replace({"market.segments.smb": "none"}) == scenario


@pytest.mark.parametrize("block", ["{like: mid_market}", "{like: mid_market, accounts: 7}"])
def test_a_segment_like_another_is_set_by_its_path(block: str) -> None:
    short, long = f"market.segments.scaleup={block}", f"market.segments={{scaleup: {block}}}"
    assert load("bottom_up", [short]) == load("bottom_up", [long])
    assert load("bottom_up", [short]).segments[-1] == "scaleup"


@pytest.mark.parametrize("wrong", ["market.segments.mid-market={accounts: 7}", "market.segments.smbb.accounts=7"])
def test_a_misspelled_segment_is_none_that_is_set_by_its_path(wrong: str) -> None:
    with pytest.raises(InputError, match=r"did you mean `(market\.segments\.)?(mid_market|smb)`"):
        load("bottom_up", [wrong])


def test_a_correlation_of_a_dropped_segment_goes_on_with_its_heir_or_falls_away(own: Own) -> None:
    path = "procurement.requirements.soc2.needed.by_segment"
    heir = own("market: {segments: {scaleup: {like: mid_market}, other_one: {like: mid_market}, mid_market: none}}")
    assert heir.correlations == ((f"{path}.enterprise", f"{path}.scaleup", 0.7),)
    assert own("market: {segments: {mid_market: none}}").correlations == ()


def test_other_is_the_part_of_all_segments_without_one(own: Own) -> None:
    scenario = own(
        "trial: {activation: {by_segment: {smb: 3%, other: 50%}}}\nrenewal: {base: {by_segment: {other: 9%}}}"
    )
    assert scenario.parameters["trial.activation"] == (0.03, 0.5, 0.5)
    assert scenario.parameters["renewal.base"] == (0.09,) * 3  # it stands for the parts of the base as well
    assert "other" not in scenario.resolved
    changed = scenario.replace({"trial.activation": {"by_segment": {"enterprise": "9%", "other": "8%"}}})
    assert changed.parameters["trial.activation"] == (0.08, 0.08, 0.09)


MISTAKES = [
    ("market: {segments: {mid-market: {accounts: 50}}}", "unknown segment `mid-market`; did you mean `mid_market`?"),
    ("awareness: {min_users: {by_segment: {mid-market: 5}}}", "did you mean `mid_market`?"),
    (
        "market: {segments: {startup: {accounts: 5, eligible_users: 9}}}",
        "such as `awareness.min_users`; expected `like:` one of smb, mid_market, enterprise",
    ),
    ("market: {segments: {startup: {like: smbs}}}", "unknown segment `smbs`; did you mean `smb`?"),
    ("market: {segments: {startup: {like: startup}}}", "`startup` like itself is not allowed here"),
    ("market: {segments: {a: {like: b}, b: {like: a}}}", "a circle of segments: `a` like `b` like `a`"),
    ("market: {segments: {a: {like: [smb]}}}", "expected the name of a segment"),
    ("market: {segments: {smbb: none}}", "unknown segment `smbb`; did you mean `smb`?"),
    ("market: {segments: {smb: none, mid_market: none, enterprise: none}}", "at least one segment"),
    ("market: {segments: {other: {like: smb}}}", "the name `other` is not allowed here"),
    ("currency: eur", "three capital letters"),
    ("fx: 0.92 EUR per USD", "all amounts are in `USD`"),
    ("vendor: {resources: {counsel: {hires: [{at: month 0, add: 1}]}}}", "(`month 1` begins at the start)"),
    ("vendor: {resources: {counsel: {hires: [{at: Month9, add: 1}]}}}", "did you mean `month 9`?"),
    ("vendor: {capabilities: {sso: month 9.5}}", "(`month 1` begins at the start)"),
    ("timeline: [{at: month 9999, set: {pricing.paid: 3 USD}}]", "`month 9999`"),
    ("clock: {start: month 3}", "expected a date that begins a month, such as `2026-01-01`"),
]


@pytest.mark.parametrize(("text", "fragment"), MISTAKES, ids=[text[:60] for text, _ in MISTAKES])
def test_a_mistake_is_one_sentence_in_the_own_file(problem: Any, text: str, fragment: str) -> None:
    assert fragment in str(problem(text))


@pytest.mark.parametrize("rate", ["0.92", "{USD: 0.92}", "0.92 GBP per USD", "-1 EUR per USD", "0 EUR per USD"])
def test_a_rate_that_says_too_little_is_shown_the_form(problem: Any, rate: str) -> None:
    assert "what one USD is worth, such as `0.9 EUR per USD`" in str(problem(f"fx: {rate}\ncurrency: EUR"))


@pytest.mark.parametrize("rate", ["1e999 EUR per USD", "1e-30 EUR per USD", "1000000.1 USD per EUR"])
def test_a_rate_is_one_of_money(problem: Any, rate: str) -> None:
    assert "at least 0.000001, at most 1000000" in str(problem(f"fx: {rate}\ncurrency: EUR"))


@pytest.mark.parametrize("rate", ["0,92 EUR per USD", "0.92 eur per usd"])
def test_a_rate_is_offered_as_it_is_written_here(problem: Any, rate: str) -> None:
    assert problem(f"fx: {rate}\ncurrency: EUR").nearest == "0.92 EUR per USD"
    assert problem("fx: 1.087 EUR/USD\ncurrency: EUR").nearest is None  # USD per EUR, to who trades them


def test_an_amount_beyond_all_range_is_a_problem_of_the_base(tmp_path: Path, own: Own) -> None:
    (tmp_path / "base.yaml").write_text("extends: bottom_up\npricing: {paid: 1e999 USD}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"pricing\.paid: `1e999 EUR` is out of range"):
        own("fx: 0.92 EUR per USD\ncurrency: EUR", extends="base.yaml")


def test_a_segment_that_a_base_has_dropped_is_not_known(tmp_path: Path, own: Own) -> None:
    (tmp_path / "base.yaml").write_text("extends: bottom_up\nmarket: {segments: {smb: none}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"own\.yaml:2: market\.segments\.a\.like: unknown segment `smb`"):
        own("market: {segments: {a: {like: smb}}}", extends="base.yaml")


# the start
TIMED = """\
timeline:
  - {at: 2026-07-01, set: {pricing.paid: 25 USD, vendor.capabilities.scim: true}}
  - {at: 2026-03-01, set: {pricing.paid: 22 USD}}
  - {at: month 20, set: {pricing.paid: 28 USD}}
vendor: {resources: {counsel: {hires: [{at: 2026-02-01, add: 2}, {at: 2026-05-01, add: -1}, {at: 2028-01-01, add: 1}]}}}
"""


@pytest.fixture
def later(tmp_path: Path, own: Own) -> Own:
    """A base with a timeline and hires, from February 2027 on."""
    (tmp_path / "base.yaml").write_text(f"extends: bottom_up\n{TIMED}", encoding="utf-8")
    return lambda text="", sets=(): own(f"clock: {{start: 2027-02-01}}\n{text}", sets, extends="base.yaml")


def test_what_began_before_another_start_is_in_force_there(later: Any) -> None:
    scenario = later()
    assert scenario.parameters["pricing.paid"] == (2500,) * 3
    assert scenario.parameters["vendor.capabilities.scim"] == (Capability(0.0, None),)
    assert scenario.changes == (Change(578, "pricing.paid", (2800,) * 3),)  # month 20 of the new start: September 2028
    assert scenario.parameters["vendor.resources.counsel.count"] == (2,)
    assert scenario.hires == ((), (), ((334, 1, 0),))
    assert [str(each).partition(": ")[2] for each in scenario.warnings if each.path == "clock.start"] == [
        "clock.start: what began before this day holds from the start: 3 changes of the timeline and 3 hires"
    ]


def test_the_own_value_wins_over_what_the_base_had_changed(later: Any) -> None:
    with pytest.warns(InputWarning, match="`31 USD` holds until 2028-08-31 only"):
        assert later("pricing: {paid: 31 USD}").parameters["pricing.paid"] == (3100,) * 3
    assert later("vendor: {resources: {counsel: {count: 7}}}").parameters["vendor.resources.counsel.count"] == (7,)


def test_the_start_is_moved_by_an_override_too(tmp_path: Path, own: Own, later: Any) -> None:
    moved = own("", ["clock.start=2027-02-01"], extends="base.yaml")
    assert moved.parameters == later().parameters
    assert moved.hires == later().hires


def test_people_of_whom_the_count_changes_later_join_on_the_first_day(tmp_path: Path, own: Own) -> None:
    counted = TIMED.replace("pricing.paid: 28 USD", "vendor.resources.counsel.count: 4")
    (tmp_path / "base.yaml").write_text(f"extends: bottom_up\n{counted}", encoding="utf-8")
    scenario = own("clock: {start: 2027-02-01}", extends="base.yaml")
    assert scenario.hires == ((), (), ((0, 2, 0), (0, -1, 0), (334, 1, 0)))


def test_a_month_is_counted_from_the_start(own: Own) -> None:
    scenario = own(
        "clock: {start: 2027-02-01}\n"
        "vendor: {resources: {counsel: {hires: [{at: month 9, add: 1}]}},\n"
        "  capabilities: {sso: month 1, soc2: {at: month 13}, scim: false}}\n"
        "timeline: [{at: month 2, set: {vendor.capabilities.scim: month 3}}]\n"
    )
    assert scenario.hires[2] == ((242, 1, 0),)  # 1 October 2027
    assert scenario.parameters["vendor.capabilities.sso"][0].day == 0.0
    assert scenario.parameters["vendor.capabilities.soc2"][0].day == 365.0
    assert scenario.changes == (Change(28, "vendor.capabilities.scim", (Capability(59.0, None),)),)
    assert "at: 2027-10-01" in scenario.resolved
    assert "month 9" not in scenario.resolved


# the currency
def test_amounts_are_converted_to_whole_cents(own: Own) -> None:
    for rate in ("0.925 EUR per USD", "1.081081081081081 USD per EUR"):
        scenario = own(f"currency: EUR\nfx: {rate}\n")
        assert scenario.parameters["pricing.paid"] == (1850,) * 3
        assert scenario.parameters["costs.free_user"] == (28,) * 3  # 27.75
        (note,) = [str(each) for each in scenario.warnings if each.path == "currency"]
        assert (
            f"converted with {rate} and rounded to whole cents, prices per unit to six digits, `40 USD` as `37 EUR`"
            in note
        )


def test_amounts_are_taken_over_without_a_rate(own: Own) -> None:
    scenario = own("currency: EUR\n")
    assert scenario.parameters["pricing.paid"] == (2000,) * 3
    (note,) = [str(each) for each in scenario.warnings if each.path == "currency"]
    assert "taken over as they are, `40 USD` as `40 EUR`; give a rate with `fx: 0.9 EUR per USD`" in note


def test_amounts_in_distributions_and_the_timeline_are_converted_too(tmp_path: Path, own: Own) -> None:
    prices = "{uncertain: {discrete: {10 USD: 1, 20 USD: 3}}}"
    text = (
        f"extends: bottom_up\npricing: {{paid: {prices}}}\ntimeline: {{2026-05-01: {{pricing.enterprise: 50 USD}}}}\n"
    )
    (tmp_path / "base.yaml").write_text(text, encoding="utf-8")
    scenario = own("currency: EUR\nfx: 0.5 EUR per USD", extends="base.yaml")
    drawn = scenario.parameters["pricing.paid"][0].distribution.parameters
    assert (drawn["values"], drawn["weights"]) == ((500, 1000), (0.25, 0.75))
    assert scenario.changes == (Change(120, "pricing.enterprise", (2500,) * 3),)


@pytest.mark.parametrize("sets", [["fx=0.5 EUR per USD", "currency=EUR"], {"currency": "EUR", "fx": "0.5 EUR per USD"}])
def test_the_currency_is_changed_by_overrides(sets: Any) -> None:
    assert load("bottom_up", sets).parameters["pricing.paid"] == (1000,) * 3


# what the base says
def test_a_correlation_falls_away_with_the_uncertainty_of_its_value(own: Own) -> None:
    for scenario in (
        own("procurement: {requirements: {soc2: {needed: 30%}}}"),
        load("bottom_up", ["procurement.requirements.soc2.needed=30%"]),
    ):
        assert scenario.correlations == ()
        assert any("its correlation" in str(each) for each in scenario.warnings)


def test_accounts_of_a_base_are_said_to_be_those_of_another_day(tmp_path: Path, own: Own) -> None:
    columns = "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,"
    (tmp_path / "a.csv").write_text(f"{columns}contract_end,opportunity_stage,months_of_use\nAcme,smb,9,,,,,,,,\n")
    (tmp_path / "base.yaml").write_text("extends: bottom_up\nmarket: {accounts_file: a.csv}\n", encoding="utf-8")
    (note,) = own("clock: {start: 2026-02-01}", extends="base.yaml").warnings
    assert "the accounts of `a.csv`, which are those of 2026-01-01, are taken for those of this day" in str(note)
    with pytest.raises(InputError, match="not converted: give an `accounts_file` of your own"):
        own("currency: EUR\nfx: 0.9 EUR per USD", extends="base.yaml")


SHAPES = ["market: 3", "market: {segments: 3}", "market: {segments: {smb: }}", "correlations: 3", "timeline: 3"]
SHAPES += ["vendor: {resources: 3}", "vendor: {resources: {counsel: {hires: 3}}}", "vendor: {capabilities: [1]}"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_block_of_another_shape_is_still_told(tmp_path: Path, own: Own, shape: str) -> None:
    with pytest.raises(InputError, match="expected"):
        own(f"{shape}\nclock: {{start: 2027-02-01}}")
    (tmp_path / "base.yaml").write_text(f"extends: bottom_up\n{shape}\n", encoding="utf-8")
    segments = "market: {segments: {a: {like: smb}, smb: none}}\n" if "market" not in shape else ""
    with pytest.raises(InputError, match="expected"):
        own(f"{segments}clock: {{start: 2027-02-01}}", extends="base.yaml")


def test_what_a_base_has_only_because_of_the_file_is_one_problem_of_the_file(own: Own) -> None:
    with pytest.raises(InputError) as caught:
        own("currency: KRW\nfx: 1000000 KRW per USD")
    (found,) = caught.value.problems
    assert (str(found.file).rpartition("/")[2], found.line, found.path) == ("own.yaml", 1, "extends")
    assert "`bottom_up` does not fit this file: line " in str(found)
    assert "is out of range: at least 0, at most 1000000 (and 8 more)" in str(found)


@pytest.mark.parametrize("wrong", ["{a: like smb}", "{a: }", "[startup, scaleup]", "none"])
def test_what_only_follows_in_the_base_is_not_told(own: Own, wrong: str) -> None:
    with pytest.raises(InputError) as caught:
        own(f"market: {{segments: {wrong}}}")
    assert [(str(each.file).rpartition("/")[2], each.line) for each in caught.value.problems] == [("own.yaml", 2)]


def test_a_market_that_is_there_twice_is_noted(own: Own) -> None:
    (note,) = notes_of(own(f"market: {{segments: {OWN_SEGMENTS}}}"))
    assert note.startswith(
        "`smb`, `mid_market`, `enterprise` of the base stay in the market, beside those that are like"
    )
    for other in (
        f"{OWN_SEGMENTS[:-1]}, {DROPPED}}}",
        f"{OWN_SEGMENTS[:-1]}, smb: {{accounts: 3}}}}",
        "{a: {like: smb}}",
    ):
        assert notes_of(own(f"market: {{segments: {other}}}")) == []


def test_what_began_before_a_later_start_is_all_counted(own: Own) -> None:
    (note,) = notes_of(own("clock: {start: 2027-02-01}"))
    assert note.endswith("holds from the start: 1 hire and 1 capability")  # a seller, and scim
    (note,) = notes_of(own("clock: {start: 2026-10-01}"))
    assert note.endswith("holds from the start: 1 hire")
