"""Does "did you mean" offer only what means the same, worked out, and nothing where that is not certain?"""

from __future__ import annotations

from typing import Any

import pytest

from forecast.errors import InputError
from forecast.scenario import load
from forecast.scenario.values import units
from forecast.scenario.values.suggestions import same_date, same_value, same_word
from forecast.scenario.values.units import ValueKind

SAME = [
    (units.PRICE, "240 USD per year", "20 USD per month"),
    (units.PRICE, "1,200 USD", "1200 USD"),
    (units.PRICE, "1.200,50 USD", "1200.5 USD"),
    (units.PRICE, "$20", "20 USD"),
    (units.PRICE, "USD 20 a month", "20 USD per month"),
    (units.MONEY_PER_YEAR, "25000 USD per month", "300000 USD per year"),
    (units.MONEY_PER_YEAR, "300k USD p.a.", "300000 USD per year"),
    (units.MONEY_PER_YEAR, "300,000 USD/year", "300000 USD per year"),
    (units.RATE, "12% per annum", "12% per year"),
    (units.RATE, "0,4 per month", "0.4 per month"),
    (units.RATE, "0.6 per mont", "0.6 per month"),
    (units.RATE, "6% monthly", "6% per month"),
    (units.RATE, "6% p.m.", "6% per month"),
    (units.RATE, "0.3 per quarter", "0.1 per month"),
    (units.DURATION, "14 dasy", "14 days"),
    (units.DURATION, "48 hours", "2 days"),
    (units.DURATION, "1 yr", "1 year"),
    (units.SHARE, "0,4", "40%"),
    (units.SHARE, "12,5%", "12.5%"),
    (units.FACTOR, "1,1", "1.1"),
    (units.FACTOR, "110%", "1.1"),
    (units.COUNT, "1,200", "1200"),
    (units.MONTHS, "1 quarter", "3 months"),
]
UNCERTAIN = [
    (units.PRICE, "250 USD per year"),  # no whole cents a month
    (units.PRICE, "300.000 USD"),
    (units.PRICE, "20 EUR"),
    (units.PRICE, "20 UDS"),
    (units.MONEY, "20 USD per month"),
    (units.RATE, "6%"),
    (units.RATE, "6% per quarter"),
    (units.RATE, "5 months"),
    (units.DURATION, "2*7 days"),
    (units.DURATION, "1,200 days"),
    (units.DURATION, "2 weekdays"),
    (units.SHARE, "5% per month"),
    (units.FACTOR, "1,200"),
    (units.COUNT, "1.5"),
    (units.COUNT, "1.000"),  # one to some, a thousand to others
    (units.COUNT, "12.000 k"),
    (units.MONTHS, "30 days"),
]


@pytest.mark.parametrize(("kind", "text", "same"), SAME, ids=[text for _, text, _ in SAME])
def test_what_means_the_same_is_offered(kind: ValueKind, text: str, same: str) -> None:
    assert same_value(text, kind, "USD") == same


@pytest.mark.parametrize(("kind", "text"), UNCERTAIN, ids=[f"{kind.name} {text}" for kind, text in UNCERTAIN])
def test_what_may_mean_something_else_is_not_offered(kind: ValueKind, text: str) -> None:
    assert same_value(text, kind, "USD") is None


def test_a_day_is_offered_where_day_and_month_can_not_be_exchanged() -> None:
    assert same_date("2026/10/01") == same_date("01.10.2026") == same_date("Oct 1, 2026") == "2026-10-01"
    assert same_date("13/10/2026") == "2026-10-13"
    assert same_date("10/01/2026") is same_date("October 2026") is same_date("2026-02-30") is None


def test_a_word_is_offered_for_its_synonym_or_its_misspelling() -> None:
    billing = ("annual", "quarterly", "monthly")
    assert same_word("yearly", billing, {"yearly": "annual"}) == "annual"
    assert same_word("yearly", billing, {}) is None  # it looks like `quarterly`
    assert same_word("quaterly", billing, {}) == "quarterly"


SENTENCES = [
    ("contract: {billing: yearly}", "did you mean `annual`?"),
    ("contract: {true_up: quarterly}", "expected `never`, or a whole number of calendar months"),
    ("contract: {true_up: quarterly}", "did you mean `3 months`?"),
    ("contract: {true_up: none}", "did you mean `never`?"),
    ("procurement: {stages: {legal: {requirements: yes}}}", "did you mean `true`?"),
    ("vendor: {capabilities: {soc2: 01.10.2026}}", "did you mean `2026-10-01`?"),
    ("timeline: [{at: 2026/10/01, set: {trial.activation: 5%}}]", "did you mean `2026-10-01`?"),
    ("trial: {activation: '0,4'}", "did you mean `40%`?"),
    ("vendor: {resources: {seller: {count: 2, cost: 300.000 USD per year}}}", "no separator of thousands"),
    ("contract: {min_seats: 1.000}", "no separator of thousands"),
    ("contract: {true_up: Never}", "expected `never`, or a whole number of calendar months such as `12 months`"),
    ("contract: {true_up: none}", "did you mean `never`?"),
    ("churn: {paid: Never}", "did you mean `never`?"),
    ("churn: {paid: {by_segment: {smb: no, other: never}}}", "did you mean `never`?"),
    ("churn: {paid: 0.05}", "`0.05` needs a unit, such as `14 days` or `5% per month`"),
    ("churn: {paid: {lognormal: {median: Never, sigma: 1}}}", "expected a duration such as `14 days`, above 0 days"),
    ("procurement: {stages: {legal: {patience: never}}}", "did you mean `none`?"),
    ("currency: eur", "did you mean `EUR`?"),
    ("currency: €", "did you mean `EUR`?"),
    ("vendor: {resources: {seller: {cuont: 2}}}", "did you mean `count`?"),
    ("trial: {activation: {by_segment: {SMB: 5%, enterprise: 6%}}}", "did you mean `smb`?"),
    ("trial: {activation: {by_segment: {smb: 5%, enterprize: 6%}}}", "did you mean `enterprise`?"),
    ("pricing: {paid: 1,200 USD}", "pricing.paid: wrong unit in `1,200 USD`"),
    ("pricing: {paid: 12,345,678 USD}", "pricing.paid: wrong unit in `12,345,678 USD`"),
    ("trial: {activation: 12,5%, to_paid: 3%}", "did you mean `12.5%`?"),
]


@pytest.mark.parametrize(("more", "fragment"), SENTENCES)
def test_the_sentence_offers_it(problems: Any, more: str, fragment: str) -> None:
    (problem,) = problems(more)
    assert fragment in str(problem)


@pytest.mark.parametrize("text", ["0", "0.0", " 0"])
@pytest.mark.parametrize("value", ["churn: {{paid: '{}'}}", "procurement: {{stages: {{legal: {{patience: '{}'}}}}}}"])
def test_a_bare_zero_may_be_at_once_or_never(problems: Any, value: str, text: str) -> None:
    (problem,) = problems(value.format(text))
    assert "or `0 days` (`0` alone may mean either)" in str(problem)


@pytest.mark.parametrize("text", ["Jan 2026", "2026-01", "01/2026", "1 January 2026", "01/01/2026"])
def test_the_first_day_of_a_month_is_offered_for_the_month(problems: Any, text: str) -> None:
    (problem,) = problems("", [f"clock.start={text}"])
    assert problem.nearest == "2026-01-01"


def test_no_day_is_offered_that_begins_no_month(problems: Any) -> None:
    (problem,) = problems("", ["clock.start=31/01/2026"])
    assert problem.nearest is None
    assert "expected a date that begins a month" in str(problem)


def test_a_comma_and_a_space_divide_entries(problems: Any) -> None:
    assert any("unknown key `200 USD`" in str(problem) for problem in problems("pricing: {paid: 1 USD, 200 USD}"))


def test_prices_of_accounts_have_cents_at_most(problems: Any) -> None:
    header = "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,"
    row = "Acme,smb,20,0,0,0,10,1.200,2026-09-01,,\n"
    text = f"{header}contract_end,opportunity_stage,months_of_use\n{row}"
    base = "accounts.csv"
    (problem,) = problems("", ["market.accounts_file=accounts.csv"], {base: text})
    assert "`1.200`" in str(problem)
    assert "no separator of thousands" in str(problem)


def test_a_rate_of_churn_is_an_exponential_tenure(loaded: Any) -> None:
    same = "{hazard: 5% per month, heterogeneity_cv: 0}"
    for text in ("5% per month", "{hazard: 5% per month}"):
        assert loaded(f"churn: {{paid: {text}}}").parameters == loaded(f"churn: {{paid: {same}}}").parameters
    parts = "{by_segment: {smb: 5% per month, enterprise: 2 years}}"
    values = loaded(f"churn: {{paid: {parts}}}").parameters["churn.paid"]
    assert [value.family for value in values] == ["lomax", "fixed"]
    assert loaded("churn: {paid: 0% per month}").parameters["churn.paid"][0].family == "never"


def test_a_rate_for_any_time_is_the_rate_of_its_end(loaded: Any) -> None:
    stage = "{duration: 20% per month, patience: {uncertain: {uniform: {low: 1% per month, high: 2% per month}}}}"
    scenario = loaded(f"procurement: {{stages: {{legal: {stage}}}}}")
    duration = scenario.parameters["procurement.stages.legal.duration"][0]
    assert (duration.family, duration.parameters["heterogeneity_cv"]) == ("lomax", 0.0)
    patience = scenario.parameters["procurement.stages.legal.patience"][0]
    assert patience.parameters["hazard"].path == "procurement.stages.legal.patience"


@pytest.mark.parametrize("text", ["sizes.csv", "sizes.csv:", ":users", "{file: sizes.csv, column: users}"])
def test_an_empirical_column_without_its_form_is_shown_the_form(problems: Any, text: str) -> None:
    (problem,) = problems(f"trial: {{length: {{empirical: '{text}'}}}}".replace("'{", "{").replace("}'", "}"))
    assert "`file.csv:column`" in str(problem)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "null\n", "~", "{}", '""'])
@pytest.mark.parametrize("sets", [(), ("pricing.paid=3 USD",)])
def test_an_empty_file_is_named(tmp_path: Any, text: str, sets: tuple[str, ...]) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path, sets, seed=1)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{path}:1: found an empty file; expected")


def test_what_a_file_lacks_is_not_blamed_on_an_override(tmp_path: Any) -> None:
    path = tmp_path / "half.yaml"
    path.write_text("name: half\nclock: {start: 2026-01-01}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path, ["clock.fiscal_year_start=may"], seed=1)
    assert {problem.file for problem in caught.value.problems} == {str(path)}
