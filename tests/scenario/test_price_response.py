"""Is a response to prices read, refused and noted: references, elasticities, prices of 0, what is switched off?"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from forecast.analysis.price_response_text import money_only_sentence, price_notes
from forecast.errors import InputError, InputWarning
from forecast.scenario import Scenario, load

BASE = """\
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 30, eligible_users: 9}, big: {accounts: 10, eligible_users: 50}}}
adoption: {organic: 3% per month}
trial: {to_paid: 10%}
outbound: {rate: 1% per month}
procurement: {stages: {legal: {loss: 5%}}}
pricing: {paid: 20 USD, enterprise: 40 USD}
"""
PAID, ENTERPRISE = "pricing.response.paid", "pricing.response.enterprise"


@pytest.fixture(name="loaded")
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Loads the base, or a file that extends it, with overrides."""
    monkeypatch.chdir(tmp_path)

    def of(*sets: str, over: str = "") -> Scenario:
        Path("base.yaml").write_text(BASE, encoding="utf-8")
        Path("over.yaml").write_text("extends: base.yaml\n" + over, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            return load("over.yaml" if over else "base.yaml", sets)

    return of


def test_a_response_is_read_by_segment_uncertain_and_by_date(loaded: Any) -> None:
    found = loaded(
        f"{PAID}={{reference: 20 USD, elasticity: {{by_segment: {{smb: 0.8, other: 0}}}}}}",
        f"{ENTERPRISE}.reference=30 USD",
        f"{ENTERPRISE}.elasticity={{uncertain: {{uniform: {{low: 0.2, high: 1}}}}}}",
        f"timeline.2026-07-01.{PAID}.elasticity=1.5",
    )
    assert found.parameters[f"{PAID}.reference"] == (2000, 2000)
    assert found.parameters[f"{PAID}.elasticity"] == (0.8, 0)
    assert [each.values for each in found.changes] == [(1.5, 1.5)]
    assert found.warnings == ()


def test_a_reference_is_converted_with_all_other_amounts(loaded: Any) -> None:
    loaded()
    response = "pricing: {response: {paid: {reference: 30 USD, elasticity: 1}}}"
    Path("middle.yaml").write_text(f"extends: base.yaml\n{response}\n", encoding="utf-8")
    Path("own.yaml").write_text("extends: middle.yaml\ncurrency: EUR\nfx: 0.5 EUR per USD\n", encoding="utf-8")
    assert load("own.yaml").parameters[f"{PAID}.reference"] == (1500, 1500)


@pytest.mark.parametrize(
    ("sets", "path", "words"),
    [
        ([f"{PAID}.elasticity=0.8"], PAID, "missing key `reference`"),
        ([f"{PAID}={{reference: 0, elasticity: 0.8}}"], f"{PAID}.reference", "a price above 0"),
        ([f"{PAID}.reference=20 USD", f"{PAID}.elasticity=11"], f"{PAID}.elasticity", "at most 10"),
        ([f"{PAID}={{reference: 20, elasticity: 1}}"], f"{PAID}.reference", "needs a unit"),
        ([f"timeline.2026-05-01.{ENTERPRISE}.elasticity=1"], ENTERPRISE, "missing key `reference`"),
        (["pricing.response.prepaid={reference: 20 USD, elasticity: 1}"], "pricing.response.prepaid", "paid"),
    ],
)
def test_what_cannot_be_followed_is_refused(loaded: Any, sets: list[str], path: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        loaded(*sets)
    [problem] = caught.value.problems
    assert problem.path == path
    assert words in str(problem)


def test_a_price_of_nothing_counts_as_one_cent_and_says_so(loaded: Any) -> None:
    response = f"{PAID}={{reference: 20 USD, elasticity: 1}}"
    [found] = loaded(response, "pricing.paid=0").warnings
    assert (found.path, found.kind) == ("pricing.paid", "warning")
    assert "counts as one cent" in found.message
    assert loaded(response).warnings == loaded(response, "pricing.enterprise=0").warnings == ()


@pytest.mark.parametrize(
    ("over", "path", "because"),
    [
        ("pricing: {response: {paid: {reference: 30 USD}}}", f"{PAID}.reference", "demand does not follow that price"),
        (
            "procurement: {stages: {legal: {price_sensitive: true}}}",
            "procurement.stages.legal.price_sensitive",
            "demand does not follow the price, because `pricing.response.enterprise.elasticity` is 0",
        ),
        (
            "trial: {to_paid: 0%}\npricing: {response: {paid: {reference: 30 USD, elasticity: 1}}}",
            f"{PAID}.elasticity",
            "nobody can be on that plan",
        ),
        (
            "outbound: {rate: 0}\npricing: {response: {enterprise: {reference: 30 USD, elasticity: 1}}}",
            f"{ENTERPRISE}.elasticity",
            "no contract can come about",
        ),
    ],
)
def test_a_response_that_does_nothing_is_noted(loaded: Any, over: str, path: str, because: str) -> None:
    assert [because in each.message for each in loaded(over=over).warnings if each.path == path] == [True]


def test_prices_that_nobody_follows_are_told_in_a_sentence(loaded: Any) -> None:
    base = loaded()
    assert money_only_sentence(base) == (
        "Demand does not follow prices: a change of pricing.paid or pricing.enterprise moves money only "
        "(no pricing.response)."
    )
    both = [f"{plan}={{reference: 20 USD, elasticity: 1}}" for plan in (PAID, ENTERPRISE)]
    assert "a change of pricing.enterprise moves" in money_only_sentence(loaded(both[0]))
    assert (
        money_only_sentence(loaded(*both))
        == money_only_sentence(loaded("pricing.paid=0", "pricing.enterprise=0"))
        == ""
    )

    dearer = loaded("pricing.paid=25 USD")
    [note] = price_notes(base, dearer)
    assert str(note) == (
        "--set: pricing.paid: differs from base and moves money only: demand does not follow it without "
        "`pricing.response.paid`"
    )
    assert [each.path for each in price_notes(base, loaded("timeline.2026-05-01.pricing.enterprise=50 USD"))] == [
        "pricing.enterprise"
    ]
    assert list(price_notes(base, base)) == list(price_notes(base, loaded(both[0], "pricing.paid=25 USD"))) == []
