"""Is everything that is wrong with a file told at once, in its place, whatever the bytes are?"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.scenario import load
from forecast.scenario.values import readers

STAGE = "procurement: {stages: {legal: {%s}}}"
CHANGE = "timeline: [{at: 2026-07-01, set: {%s}}]"
SPREAD = "{uncertain: {uniform: {low: 1%, high: 2%}}}"
UNCERTAIN = f"trial: {{activation: {SPREAD}, to_paid: {SPREAD}}}\n"

# the text on line 8, the path and a part of the sentence
VALUES: list[tuple[str, str | None, str]] = [
    ("trial: {length: 14}", "trial.length", "`14` needs a unit, such as `14 days`"),
    ("trial: {length: 14 dasy}", "trial.length", "wrong unit in `14 dasy`; expected a duration such as `14 days`"),
    ("trial: {length: -1 days}", "trial.length", "`-1 days` is out of range: at least 0 days"),
    ("trial: {length: .nan}", "trial.length", "found `.nan`"),
    ("trial: {length: .inf}", "trial.length", "found `.inf`"),
    ("trial: {length: 1e999 days}", "trial.length", "at most 36525 days"),
    ("trial: {length: 1e30 days}", "trial.length", "at most 36525 days"),
    ("trial: {length: never}", "trial.length", "found `never`"),
    ("trial: {length: [1, 2]}", "trial.length", "found a list of 2"),
    ("trial: {length: }", "trial.length", "no value; expected a duration"),
    ("trial: {length: ٣ days}", "trial.length", "a duration"),
    ("trial: {activation: 0.55}", "trial.activation", "`0.55` needs a unit, such as `55%`"),
    ("trial: {activation: 155%}", "trial.activation", "at most 100%"),
    ("trial: {activation: yes}", "trial.activation", "a share"),
    ("trial: {lenght: 3 days}", "trial.lenght", "unknown key `lenght`; did you mean `length`? (known: length,"),
    ("trail: {length: 3 days}", "trail", "did you mean `trial`"),
    ("trial: 3", "trial", "a block of keys"),
    ("trial:", "trial", "no value"),
    ("adoption: {organic: 0.6 per mont}", "adoption.organic", "did you mean `0.6 per month`"),
    ("adoption: {organic: 100% per month}", "adoption.organic", "write a rate"),
    ("adoption: {organic: 6%}", "adoption.organic", "a rate such as"),
    (
        "adoption: {organic: {lognormal: {median: 1 per day, sigma: 1}}}",
        "adoption.organic",
        "`lognormal` is not allowed here; give a rate such as",
    ),
    ("adoption: {imitation: {invites: 1 per day}}", "adoption.imitation", "missing key `acceptance`"),
    ("adoption: {imitation: {}}", "adoption.imitation", "missing keys `invites`, `acceptance`"),
    ("adoption: {imitation: {lognormal: {}}}", "adoption.imitation", "`lognormal` is not allowed here"),
    (
        "adoption: {imitation: {invites: 1 per day, accept: 3%}}",
        "adoption.imitation.accept",
        "did you mean `acceptance`",
    ),
    ("adoption: {contagion: complicated}", "adoption.contagion", "`simple` or"),
    (
        "adoption: {contagion: {complex: {exponent: 0.5, threshold: 5%}}}",
        "adoption.contagion.complex.exponent",
        "at least 1",
    ),
    ("adoption: {seasonality: [1, 2]}", "adoption.seasonality", "12 plain numbers"),
    ("adoption: {seasonality: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, x]}", "adoption.seasonality.12", "found `x`"),
    ("awareness: {min_users: 1.5}", "awareness.min_users", "a whole number"),
    ("awareness: {half_share: 0%}", "awareness.half_share", "above 0%"),
    ("awareness: {min_users: {by_segment: {smb: 1}}}", "awareness.min_users.by_segment", "missing key `enterprise`"),
    (
        "awareness: {min_users: {by_segment: {smb: 1, enterprise: 2, smbs: 3}}}",
        "awareness.min_users.by_segment.smbs",
        "`smb`",
    ),
    ("awareness: {min_users: {by_segment: 3}}", "awareness.min_users.by_segment", "a value for each of"),
    ("churn: {free: 9% per moon}", "churn.free", "a rate such as"),
    ("churn: {free: often}", "churn.free", "never, a rate, {hazard: RATE"),
    ("churn: {free: {hazard: 0 per day, heterogeneity_cv: 1}}", "churn.free.hazard", "above 0"),
    ("churn: {free: {heterogeneity_cv: 1}}", "churn.free", "missing key `hazard`"),
    ("market: {frailty_cv: 0}", None, "duplicate key `market`; it stands on line 4 already"),
    ("currency: usd", "currency", "three capital letters"),
    ("schema: 2", None, "duplicate"),
    ("run: {replications: 0}", "run.replications", "at least 1"),
    ("run: {seed: 99999999999999999999}", "run.seed", "is out of range: at least 0"),
    ("run: {seed: {uncertain: 3}}", "run.seed", "a certain number"),
    ("pricing: {paid: 20}", "pricing.paid", "`20` needs a unit, such as `20 USD`"),
    ("pricing: {paid: 1e30 USD}", "pricing.paid", "is out of range: at least 0, at most 1000000"),
    ("pricing: {paid: 20.005 USD}", "pricing.paid", "whole cents"),
    ("pricing: {paid: 20 EUR}", "pricing.paid", "USD"),
    ("pricing: {paid: 99999999 USD}", "pricing.paid", "at most 1000000"),
    ("usage: {units: {free: many}}", "usage.units.free", "a plain number"),
    ("usage: {units: {paid: -1}}", "usage.units.paid", "at least 0"),
    ("usage: {units: {seated: 1e12}}", "usage.units.seated", "at most 1000000000"),
    ("usage: {units: {team: 3 units}}", "usage.units.team", "a plain number"),
    ("usage: {units: {seats: 3}}", "usage.units.seats", "did you mean `seated`"),
    ("usage: {units: 40}", "usage.units", "a block of keys"),
    ("usage: {intensity_cv: 80%}", "usage.intensity_cv", "did you mean `0.8`"),
    ("usage: {intensity_cv: -1}", "usage.intensity_cv", "at least 0"),
    ("usage: {growth: 0.01}", "usage.growth", "`0.01` needs a unit, such as"),
    ("usage: {growth: 12% per year}", "usage.growth", "wrong unit in `12% per year`; expected a growth"),
    ("usage: {growth: -60%}", "usage.growth", "at least -50% per month"),
    ("usage: {growth: {uncertain: {normal: {mean: 1%, sd: 1%}}}}", "usage.growth.uncertain.normal", "bound it"),
    ("usage: {units: {by_segment: {smb: 1, enterprise: 2}}}", "usage.units.by_segment", "unknown key `by_segment`"),
    ("pricing: {usage: {price: 0.02}}", "pricing.usage.price", "`0.02` needs a unit, such as `0.02 USD`"),
    ("pricing: {usage: {price: 1.000 USD}}", "pricing.usage.price", "and a fraction of a cent is `1.0000`"),
    ("pricing: {usage: {price: 0.02 EUR}}", "pricing.usage.price", "USD"),
    ("pricing: {usage: {price: -0.02 USD}}", "pricing.usage.price", "at least 0"),
    ("pricing: {usage: {price: 20000 USD}}", "pricing.usage.price", "at most 10000"),
    ("pricing: {usage: {price: 0.02 USD per month}}", "pricing.usage.price", "wrong unit"),
    ("pricing: {usage: 0.02 USD}", "pricing.usage", "a block of keys"),
    ("pricing: {usage: {included: {paid: 3 USD}}}", "pricing.usage.included.paid", "a plain number"),
    ("costs: {usage: 6}", "costs.usage", "`6` needs a unit, such as `6 USD`"),
    ("costs: {usage: {beta: {mean: 1 USD, cv: 1}}}", "costs.usage", "`beta` is not allowed here"),
    ("costs: {paid_user: 5 USD}", "costs.paid_user", "did you mean `5 USD per month`"),
    ("costs: {discount_rate: {by_segment: {smb: 1%, enterprise: 2%}}}", "costs.discount_rate.by_segment", "one value"),
    ("contract: {term: 1.5 months}", "contract.term", "calendar months"),
    ("contract: {term: 30 days}", "contract.term", "calendar months"),
    ("contract: {term: 0 months}", "contract.term", "at least 1 month,"),
    ("contract: {term: 36}", "contract.term", "`36` needs a unit, such as `36 months`"),
    ("contract: {billing: yearly}", "contract.billing", "annual, quarterly, monthly"),
    ("contract: {true_up: {uncertain: {discrete: {3 months: 1}}}}", "contract.true_up", "a certain number of months"),
    ("vendor: {capabilities: {soc2: soon}}", "vendor.capabilities.soc2", "a date"),
    ("vendor: {capabilities: {soc2: 2026-02-30}}", "vendor.capabilities.soc2", "a date"),
    ("vendor: {capabilities: {soc2: {slip: 3 days}}}", "vendor.capabilities.soc2", "a date"),
    ("vendor: {capabilities: {soc2: {at: true}}}", "vendor.capabilities.soc2.at", "a date"),
    (
        "vendor: {capabilities: {soc2: {at: 2026-05-01, slip: {normal: {mean: 3 days, sd: 9 days}}}}}",
        "vendor.capabilities.soc2.slip.normal",
        "bound it",
    ),
    ("vendor: {resources: {counsel: {cost: 0}}}", "vendor.resources.counsel", "missing key `count`"),
    ("vendor: {resources: {counsel: {count: -1}}}", "vendor.resources.counsel.count", "at least 0"),
    ("vendor: {resources: {counsel: {count: 1, hires: {at: 2026-05-01}}}}", "vendor.resources.counsel.hires", "a list"),
    (
        "vendor: {resources: {counsel: {count: 1, hires: [{at: 2025-05-01, add: 1}]}}}",
        "vendor.resources.counsel.hires.1.at",
        "`count`",
    ),
]
TOGETHER: list[tuple[str, str | None, str]] = [
    (STAGE % "after: [legal]", "procurement.stages.legal.after", "a circle of stages: `legal` after `legal`"),
    (STAGE % "after: [leagl]", "procurement.stages.legal.after", "unknown stage `leagl`; did you mean `legal`?"),
    (STAGE % "after: legal", "procurement.stages.legal.after", "a list of stages"),
    (STAGE % "resource: counsel", "procurement.stages.legal.resource", "unknown resource `counsel` (known: none)"),
    (STAGE % "reason: no budget", "procurement.stages.legal.reason", "letters, digits"),
    (STAGE % "gate: week", "procurement.stages.legal.gate", "fiscal_quarter"),
    (STAGE % "requirements: yes", "procurement.stages.legal.requirements", "true, false"),
    (
        STAGE % "touch: {beta: {mean: 1 days, cv: 1}}",
        "procurement.stages.legal.touch",
        "drawn while the simulation runs",
    ),
    ("procurement: {stages: {=legal: {}}}", "procurement.stages", "letters, digits"),
    ("procurement: {stages: {le gal: {}}}", "procurement.stages", "letters, digits"),
    (
        "procurement: {requirements: {sso: {if_missing: {wait: 90%}}}}",
        "procurement.requirements.sso.if_missing",
        "a sum of 90%",
    ),
    ("procurement: {requirements: {'@sso': {}}}", "procurement.requirements", "letters, digits"),
    (CHANGE % "usage.intensity_cv: 1", "timeline.2026-07-01.usage.intensity_cv", "trait"),
    ("procurement: {seasonality: [1, 1]}", "procurement.seasonality", "a list of 12"),
    ("renewal: {seasonality: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]}", "renewal.seasonality.12", "above 0"),
    (
        "vendor: {resources: {counsel: {count: 1, hires: [{at: 2026-05-01, add: -1, ramp: 2 months}]}}}",
        "vendor.resources.counsel.hires.1.ramp",
        "people who leave",
    ),
    (
        "vendor: {resources: {counsel: {count: 1, ramp_touch: 90%}}}",
        "vendor.resources.counsel.ramp_touch",
        "at least 100%",
    ),
    ("pricing: {tiers: 5%}", "pricing.tiers", "a list such as"),
    ("pricing: {tiers: [5%]}", "pricing.tiers.1", "a block with `from_seats` and `discount`"),
    ("pricing: {tiers: [{from_seats: 5}]}", "pricing.tiers.1", "missing key `discount`"),
    ("pricing: {tiers: [{from_seats: 5, discount: 1%, x: 1}]}", "pricing.tiers.1.x", "unknown key"),
    ("pricing: {tiers: [{from_seats: 0, discount: 1%}]}", "pricing.tiers.1.from_seats", "at least 1"),
    ("pricing: {tiers: [{from_seats: 5, discount: 101%}]}", "pricing.tiers.1.discount", "at most 100%"),
    (
        "pricing: {tiers: [{from_seats: 5, discount: 1%}, {from_seats: 5, discount: 2%}]}",
        "pricing.tiers",
        "ascending order",
    ),
    (CHANGE % "clock.start: 2026-02-01", "timeline.2026-07-01.clock.start", "shape"),
    (CHANGE % "market.frailty_cv: 1", "timeline.2026-07-01.market.frailty_cv", "trait"),
    (CHANGE % "market.level.sd: 3%", "timeline.2026-07-01.market.level.sd", "the whole horizon"),
    (CHANGE % "procurement.pace.sd: 3%", "timeline.2026-07-01.procurement.pace.sd", "the whole horizon"),
    (CHANGE % "pricing.discount: 5%", "timeline.2026-07-01.pricing.discount", "trait"),
    (
        CHANGE % "procurement.stages.legal.loss: 5%",
        "timeline.2026-07-01.procurement.stages.legal.loss",
        "unknown name `legal`",
    ),
    (CHANGE % "trial.activaton: 5%", "timeline.2026-07-01.trial.activaton", "did you mean `trial.activation`"),
    (CHANGE % "trial: {length: 3 days}", "timeline.2026-07-01.trial", "ends at a value"),
    (CHANGE % "trial.activation.smb: 3%", "timeline.2026-07-01.trial.activation.smb", "by_segment"),
    (CHANGE % "vendor.capabilities.soc2: true", "timeline.2026-07-01.vendor.capabilities.soc2", "unknown name"),
    (CHANGE % "trial.activation: 5", "timeline.2026-07-01.trial.activation", "needs a unit"),
    ("timeline: [{at: 2025-12-31, set: {trial.activation: 5%}}]", "timeline.1.at", "on or after the start 2026-01-01"),
    ("timeline: [{at: 2026-07-01, sets: {}}]", "timeline.1.sets", "did you mean `set`"),
    ("timeline: [{at: 2026-07-01, set: []}]", "timeline.1.set", "a block of `PATH: value`"),
    ("correlations: [{between: [a, b], rank: 0.5}]", "correlations.1.between", "an uncertain parameter: none"),
    (
        UNCERTAIN + "correlations: [{between: [trial.activation, trial.to_pay], rank: 0.5}]",
        "correlations.1.between",
        "did you mean `trial.to_paid`",
    ),
    (
        UNCERTAIN + "correlations: [{between: [trial.activation, trial.activation], rank: 0.5}]",
        "correlations.1.between",
        "two different",
    ),
    (
        UNCERTAIN + "correlations: [{between: [trial.activation, trial.to_paid], rank: 1.5}]",
        "correlations.1.rank",
        "at most 1",
    ),
    (UNCERTAIN + "correlations: [{between: [trial.activation, trial.to_paid], rank: 1}]", "correlations", "contradict"),
]
DISTRIBUTIONS = [
    ("{lognormal: {median: 3 days}}", "lognormal", "median and sigma, or median and p90"),
    ("{lognormal: {median: 3 days, sigma: 0}}", "lognormal.sigma", "above 0"),
    ("{lognormal: {median: 3 days, p90: 2 days}}", "lognormal", "a p90 above the median"),
    ("{lognormal: {median: 3 days, p90: 4 days, sigma: 1}}", "lognormal", "not both"),
    ("{lognormal: {median: 3 days, sigma: 1, mean: 2 days}}", "lognormal.mean", "unknown key `mean`"),
    ("{lognormal: 3 days}", "lognormal", "a block with"),
    ("{lognormale: {median: 3 days, sigma: 1}}", "lognormale", "did you mean `lognormal`"),
    ("{exponential: {mean: 0 days}}", "exponential.mean", "above 0 days"),
    ("{uniform: {low: 3 days, high: 2 days}}", "uniform", "a low below the high"),
    ("{loguniform: {low: 0 days, high: 2 days}}", "loguniform.low", "above 0 days"),
    ("{triangular: {low: 1 days, mode: 5 days, high: 2 days}}", "triangular", "a mode between"),
    ("{normal: {mean: 3 days, sd: 1 days}}", "normal", "bound it"),
    ("{normal: {mean: 3 days, sd: 1 days, low: 90 days}}", "normal", "leave some of the distribution"),
    ("{discrete: {10: 1}}", "discrete", "`10` needs a unit, such as `10 days`"),
    ("{discrete: {10 days: -1}}", "discrete.10 days", "at least 0"),
    ("{discrete: {10 days: 0}}", "discrete", "above 0"),
    ("{discrete: {}}", "discrete", "an empty block"),
    ("{uncertain: {uniform: {low: {uncertain: 1 days}, high: 3 days}}}", "uncertain.uniform.low", "certain numbers"),
    ("{uncertain: {uniform: {low: -1 days, high: 3 days}}}", "uncertain.uniform.low", "at least 0"),
    ("{exponential: {mean: 3 days}, uniform: {low: 0 days, high: 1 days}}", "", "or one distribution of"),
    ("{fixed: {value: 3 days}}", "fixed", "unknown distribution `fixed`"),
]
SHAPES = [
    ("x: &a 1", "the anchor `&a`"),
    ("x: *a", "the alias `*a`"),
    ("x: !!python/object:os.system 1", "the tag"),
    ("trial: {}\ntrial: {}", "duplicate key `trial`; it stands on line 8 already"),
    ("? [1, 2]\n: 3", "as a key"),
    ("---\nx: 1", "a second document"),
    ("x: [", "not valid YAML: "),
    ("\tx: 1", "not valid YAML: "),
    ("x: \0", "the character U+0000"),
    ("x: " + "[" * 40 + "]" * 40, "blocks nested too deeply; the limit is 30 levels"),
    ("x: [" + "1," * 30_000 + "]", "too many keys and values; the limit is 20000 in a file"),
    ("# " + "x" * (1 << 20), "too large; the limit is 1048576 bytes"),
    ("<<: {a: 1}", "unknown key `<<`"),
]


@pytest.mark.parametrize(
    ("more", "path", "fragment"), VALUES + TOGETHER, ids=[more[:70] for more, _, _ in VALUES + TOGETHER]
)
def test_a_wrong_value_is_told_in_its_place(problems: Any, more: str, path: str, fragment: str) -> None:
    found = [problem for problem in problems(more) if problem.path == path and fragment in str(problem)]
    assert found
    assert found[0].line == 8 + more.count("\n")
    assert str(found[0].file).endswith("small.yaml")


@pytest.mark.parametrize(("text", "path", "fragment"), DISTRIBUTIONS, ids=[text for text, _, _ in DISTRIBUTIONS])
def test_a_wrong_distribution_is_told_in_its_place(problems: Any, text: str, path: str, fragment: str) -> None:
    found = problems(f"trial:\n  length:\n    {text}")
    assert [
        problem for problem in found if problem.path == f"trial.length.{path}".strip(".") and fragment in str(problem)
    ]


@pytest.mark.parametrize(("more", "fragment"), SHAPES, ids=[more[:20] for more, _ in SHAPES])
def test_a_wrong_shape_is_told(problems: Any, more: str, fragment: str) -> None:
    assert any(fragment in str(problem) for problem in problems(more))


@pytest.mark.parametrize("escape", [r"\0", r"\x07", r"\e", r"\x7f", r"\x9b", r"\ud83d", r"\uffff"])
@pytest.mark.parametrize(
    "more",
    [
        'trial: {activation: "%s"}',
        'churn: {free: "%s"}',
        'adoption: {contagion: "%s"}',
        'adoption: {seasonality: "%s"}',
        'run: {seed: "%s"}',
        'procurement: {stages: {a: {reason: "%s"}}}',
        'description: "in a text%s"',
        'trial: {"%s": 1}',
        'market: {accounts_file: "%s"}',
    ],
)
def test_a_character_that_no_text_may_have_is_refused_also_as_an_escape(problems: Any, more: str, escape: str) -> None:
    found = problems(more % escape)
    assert any("the character U+" in str(problem) and problem.line == 8 for problem in found)


@pytest.mark.parametrize(
    "length",
    [
        "{by_segment: {smb: 1 day, enterprise: {by_segment: {smb: 1 day}}}}",
        "{by_segment: {smb: 1 day, enterprise: {exponential: {mean: {by_segment: {smb: 1 day}}}}}}",
    ],
)
def test_a_part_for_a_segment_may_not_leave_that_segment_out(problems: Any, length: str) -> None:
    (problem,) = problems(f"trial: {{length: {length}}}")
    assert str(problem.path).startswith("trial.length.by_segment.enterprise.")
    assert "missing key `enterprise`" in str(problem)


def test_a_pair_of_surrogates_is_one_character_as_in_json(loaded: Any) -> None:
    assert loaded(r'description: "\ud83d\ude00"').description == "\N{GRINNING FACE}"


@pytest.mark.parametrize("stage", ["budget_cents: {}", "budget: {reason: gone_to_date}"])
def test_a_reason_is_not_named_as_money_or_as_a_sum(problems: Any, stage: str) -> None:
    (problem,) = problems(f"procurement: {{stages: {{{stage}}}}}")
    assert str(problem.path).endswith("reason")
    assert "does not end in _cents or _to_date" in str(problem)


def test_a_long_list_of_what_is_allowed_is_cut(problems: Any) -> None:
    drawn = "{uncertain: {uniform: {low: 1 day, high: 2 days}}}"
    stages = ", ".join(f"{'s' * 50}{i}: {{touch: {drawn}, duration: {drawn}}}" for i in range(60))
    between = ", ".join(f"{{between: [a{i}, b{i}], rank: 0}}" for i in range(900))
    found = problems(f"procurement: {{stages: {{{stages}}}}}\ncorrelations: [{between}]")
    assert len(found) == 1802  # two of each pair, and two in all
    assert len(str(InputError(found)).splitlines()) < 10
    assert any("and 90 more" in str(problem) for problem in found)
    assert max(len(str(problem)) for problem in found) < 4000


@pytest.mark.parametrize("more", ["extends: %s", "market: {accounts_file: %s}", "trial: {length: {empirical: '%s:a'}}"])
def test_a_long_name_of_a_file_is_not_told_in_full(problems: Any, more: str) -> None:
    assert max(len(str(problem)) for problem in problems(more % ("x" * 100_000))) < 4000


def test_a_wide_csv_is_not_told_in_full(problems: Any) -> None:
    header = ",".join(["x" * 100_000] * 100)
    found = problems("trial: {length: {empirical: 'a.csv:days'}}", files={"a.csv": header + "\n"})
    assert max(len(str(problem)) for problem in found) < 4000


def test_a_path_of_a_date_that_is_none_is_told_by_its_number(problems: Any) -> None:
    uncertain = "{uncertain: {uniform: {low: 1%, high: 2%}}}"
    found = problems(
        f"timeline: [{{at: [], set: {{trial.activation: {uncertain}}}}}]\n"
        "correlations: [{between: [trial.length, churn.free], rank: 0.1}]"
    )
    assert any("timeline.1.trial.activation" in str(problem) for problem in found)
    assert not any("None" in str(problem) for problem in found)


def test_a_pipe_that_has_nothing_yet_is_refused_with_a_sentence(problems: Any) -> None:
    reading, writing = os.pipe()
    try:
        found = problems(f"extends: /dev/fd/{reading}")
    finally:
        os.close(reading)
        os.close(writing)
    assert "cannot read the file: an open pipe that is empty" in str(found[0])


SEGMENTS = [
    ("smb: {accounts: 3}", "segments.smb", "missing key `eligible_users`"),
    ("smb: {accounts: 3, eligible_users: 0}", "eligible_users", "above 0"),
    ("smb: {accounts: 3, eligible_users: 20000000}", "eligible_users", "at most 10000000"),
    ("smb: {accounts: 3, eligible_users: -3}", "eligible_users", "above 0"),
    ("smb: {accounts: 1.5, eligible_users: 3}", "accounts", "a whole number"),
    ("smb: {accounts: 1, eligible_users: 3, team_size: 1}", "team_size", "at least 2 people who work together"),
    ("total: {accounts: 3, eligible_users: 3}", "total", "other than vendor and total"),
    ("vendor: {accounts: 3, eligible_users: 3}", "vendor", "other than vendor and total"),
    ("=x: {accounts: 3, eligible_users: 3}", "segments", "letters, digits"),
    ("+x: {accounts: 3, eligible_users: 3}", "segments", "letters, digits"),
    ("'-x': {accounts: 3, eligible_users: 3}", "segments", "letters, digits"),
    ("'@x': {accounts: 3, eligible_users: 3}", "segments", "letters, digits"),
    ("a.b: {accounts: 3, eligible_users: 3}", "segments", "letters, digits"),
    (
        "a: {accounts: 9000000, eligible_users: 3}, b: {accounts: 9000000, eligible_users: 3}",
        "segments",
        "18000000 accounts",
    ),
    (", ".join(f"s{i}: {{accounts: 1, eligible_users: 3}}" for i in range(51)), "segments", "51 entries"),
    ("", "segments", "at least one segment"),
]


@pytest.mark.parametrize(("segments", "path", "fragment"), SEGMENTS, ids=[text[:50] for text, _, _ in SEGMENTS])
def test_a_wrong_segment_is_told(tmp_path: Path, segments: str, path: str, fragment: str) -> None:
    (tmp_path / "a.yaml").write_text(
        f"clock: {{start: 2026-01-01, horizon: 1 year}}\nmarket: {{segments: {{{segments}}}}}"
    )
    with pytest.raises(InputError) as caught:
        load(tmp_path / "a.yaml")
    assert [p for p in caught.value.problems if str(p.path).endswith(path) and p.line == 2 and fragment in str(p)]


CLOCKS = [
    ("start: 2026-01-02, horizon: 1 year", "the first day of a month, such as `2026-01-01`"),
    ("start: 1026-01-01, horizon: 1 year", "1990 to 2200"),
    ("start: tomorrow, horizon: 1 year", "a date"),
    ("start: 2026-01-01", "clock: missing key `horizon`"),
    ("start: 2026-01-01, horizon: 601 months", "at most 600 months"),
    ("start: 2026-01-01, horizon: 0 months", "at least 1"),
    ("start: 2026-01-01, horizon: {uncertain: 3 months}", "a certain number"),
    ("start: 2026-01-01, horizon: 1 year, fiscal_year_start: Febuary", "did you mean `february`"),
]


@pytest.mark.parametrize(("clock", "fragment"), CLOCKS, ids=[clock for clock, _ in CLOCKS])
def test_a_wrong_clock_is_told(tmp_path: Path, small: str, clock: str, fragment: str) -> None:
    (tmp_path / "a.yaml").write_text(small.replace("start: 2026-01-01, horizon: 24 months", clock))
    with pytest.raises(InputError, match=fragment) as caught:
        load(tmp_path / "a.yaml")
    assert all(problem.line == 3 for problem in caught.value.problems)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "'@x'", "'\ta'", '"a\\nb"', "''", "[1]", "x" * 300])
def test_a_name_that_a_spreadsheet_would_calculate_is_refused(tmp_path: Path, small: str, name: str) -> None:
    (tmp_path / "a.yaml").write_text(small.replace("name: small", f"name: {name}"))
    with pytest.raises(InputError, match=r"a\.yaml:2: name"):
        load(tmp_path / "a.yaml")


SETS = ["trial.length", "=3", "", "trial.lenght=3 days", "trial.length=3", "timeline.1.at=2026-05-01", "extends=x"]
SETS += ["trial.length.smbs=3 days", "trial.length=[", "trial.length=*a", "trial.length=", "seed=3"]


@pytest.mark.parametrize("override", SETS)
def test_a_wrong_set_is_told(problems: Any, override: str) -> None:
    (problem,) = problems("", [override])
    assert str(problem).startswith("--set: ")


TEN = """\
currency: USD
trial: {length: 14, activation: 1.5, to_pay: 3%}
churn: {free: 9%}
awareness: {peak: 120% per month}
procurement: {stages: {legal: {after: [security], loss: -1%}}}
pricing: {paid: 20 EUR}
vendor: {capabilities: {soc2: soon}}
timeline: [{at: 2026-07-01, set: {clock.start: 2026-02-01}}]
"""


def test_all_errors_of_a_file_are_told_at_once(problems: Any) -> None:
    found = problems(TEN)
    assert len(found) == 10
    assert sorted(problem.line for problem in found) == [9, 9, 9, 10, 11, 12, 12, 13, 14, 15]


def test_a_problem_in_a_value_for_all_segments_is_told_once(problems: Any) -> None:
    assert len(problems("trial: {activation: 3}")) == 1


HOSTILE = {
    "a long list": "a: [" + "1," * 400_000 + "]",
    "deep blocks": "a: " + "{a: " * 200_000,
    "deep keys": "? " * 400_000,
    "many unknown keys": "".join(f"key{i}: 1\n" for i in range(9_000)),
    "many segments": "market: {segments: {" + ", ".join(f"s{i}: {{}}" for i in range(6_000)) + "}}",
    "a long text": "name: " + "x " * 120_000,
    "comments": "# x\n" * 100_000,
    "a long number": "trial: {length: " + "9" * 900_000 + " days}",
    "many stages in a row": "procurement: {stages: {s0: {}, "
    + ", ".join(f"s{i}: {{after: [s{i - 1}]}}" for i in range(1, 3_200))
    + "}}",
    "many wrong correlations": "trial: {length: {uncertain: {uniform: {low: 1 day, high: 2 days}}}}\ntimeline: ["
    + ", ".join(
        f"{{at: 2026-{1 + i // 28:02}-{1 + i % 28:02}, set: {{trial.length: {SPREAD.replace('%', ' days')}}}}}"
        for i in range(330)
    )
    + "]\ncorrelations: ["
    + ", ".join(f"{{between: [timeline.a{i}, timeline.b{i}], rank: 0}}" for i in range(1_500))
    + "]",
    "a wide by_segment": "market: {segments: {"
    + ", ".join(f"s{i}: {{accounts: 1, eligible_users: 2}}" for i in range(50))
    + "}}\ntrial: {length: {discrete: {"
    + ", ".join(f"{i} days: {{by_segment: {{s0: 1}}}}" for i in range(3_000))
    + "}}}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_soon(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with counted_calls() as calls, pytest.raises(InputError):
        load(tmp_path / "a.yaml")
    assert len(calls) < 60_000_000  # a second or two; time itself would depend on what else the machine does


class Calls:
    """Counts calls and returns of functions, those of Python's own written in C too."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, *_: Any) -> None:
        self.count += 1

    def __len__(self) -> int:
        return self.count


@contextlib.contextmanager
def counted_calls() -> Iterator[Calls]:
    """What is called in the block: the same number on any machine, however busy."""
    calls, before = Calls(), sys.getprofile()
    sys.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def test_segments_that_no_part_names_are_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read, real = list[str](), readers.read_scalar

    def noted(node: Any, kind: Any, location: Any, *rest: Any) -> Any:
        read.append(location.path)
        return real(node, kind, location, *rest)

    monkeypatch.setattr(readers, "read_scalar", noted)
    segments = ", ".join(f"s{i}: {{accounts: 1, eligible_users: 2}}" for i in range(50))
    weights = "{1 day: 0.5, 2 days: {by_segment: {s3: 0.5}}}"
    (tmp_path / "a.yaml").write_text(
        f"market: {{segments: {{{segments}}}}}\ntrial: {{length: {{discrete: {weights}}}}}"
    )
    with pytest.raises(InputError, match="missing keys `s0`"):
        load(tmp_path / "a.yaml")
    assert read.count("trial.length.discrete.1 day") == 2  # for s3, and for all the others


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_give_problems_and_no_traceback(tmp_path: Path, data: Any) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    with pytest.raises(InputError) as caught:
        load(tmp_path / "a.yaml")
    assert all(str(problem).isprintable() for problem in caught.value.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_scenario_with_a_piece_replaced_is_read_or_refused(tmp_path: Path, whole: Path, data: Any) -> None:
    lines = whole.read_text(encoding="utf-8").splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    pieces = [
        "{}",
        "[]",
        "~",
        "by_segment",
        "{uncertain: 3}",
        "0",
        "-1",
        "{by_segment: {smb: 1}}",
        "none",
        "{empirical: a:b}",
    ]
    head, colon, _ = lines[row].partition(": ")
    lines[row] = head + colon + data.draw(st.sampled_from(pieces))
    (tmp_path / "a.yaml").write_text("\n".join(lines))
    with contextlib.suppress(InputError):
        scenario = load(tmp_path / "a.yaml")
        (tmp_path / "b.yaml").write_text(scenario.resolved)
        assert load(tmp_path / "b.yaml") == scenario
