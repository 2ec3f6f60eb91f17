"""Does the JSON Schema that editors use take what the loader takes, and refuse what is plainly wrong?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from forecast.scenario import json_schema, load

SCHEMA = jsonschema.Draft202012Validator(json_schema())


def plain(part: Any) -> Any:
    """The part with texts for dates and for keys, as JSON has it."""
    if isinstance(part, dict):
        return {str(key): plain(value) for key, value in part.items()}
    if isinstance(part, list):
        return [plain(item) for item in part]
    return part.isoformat() if hasattr(part, "isoformat") else part


def valid(text: str) -> bool:
    """Whether the schema takes the text."""
    return SCHEMA.is_valid(plain(YAML(typ="safe", pure=True).load(text)))


def test_the_schema_is_a_schema_and_is_json() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_the_schema_takes_whole_scenarios(whole: Path, small: str) -> None:
    assert valid(whole.read_text(encoding="utf-8"))
    assert valid(small)
    assert valid(load(whole).resolved)


@pytest.mark.parametrize(
    "more",
    [
        "trial: {length: 3 days, activation: {by_segment: {smb: 3%, enterprise: 4%}}}",
        "churn: {free: {hazard: 9% per month, heterogeneity_cv: 1}, paid: never}",
        "adoption: {imitation: {uncertain: {uniform: {low: 1 per day, high: 2 per day}}}}",
        "awareness: {min_users: {by_segment: {smb: 2, enterprise: {uncertain: {discrete: {2: 1, 3: 1}}}}}}",
        "trial: {length: {empirical: a.csv:b}}",
        "pricing: {paid: 0}",
        "vendor: {resources: {counsel: {count: 1, label: Legal counsel}}}",
        "plausibility: {gross_margin: Low, win_rate: {by_segment: {smb: Few deals}}}",
    ],
)
def test_the_schema_takes_what_the_loader_takes(small: str, more: str) -> None:
    assert valid(small + more)


@pytest.mark.parametrize(
    "more",
    [
        "trail: {length: 3 days}",
        "trial: {lenght: 3 days}",
        "trial: {length: 3}",
        "trial: {length: 3 moons}",
        "trial: {length: {lognormal: {median: 3 days}}}",
        "trial: {length: {lognormal: {median: 3 days, sigma: 1, mean: 2 days}}}",
        "trial: {length: {pert: {low: 1 days, mode: 2 days, high: 3 days}}}",
        "trial: {activation: 0.5}",
        "adoption: {organic: 6%}",
        "adoption: {contagion: complicated}",
        "pricing: {paid: 20}",
        "contract: {billing: weekly}",
        "contract: {term: 30 days}",
        "vendor: {capabilities: {sso: maybe}}",
        "vendor: {resources: {counsel: {count: {by_segment: {smb: 1}}}}}",
        "vendor: {resources: {counsel: {count: 1, label: [Legal]}}}",
        "schema: 2",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(small: str, problems: Any, more: str) -> None:
    small = small.replace("schema: 1\n", "") if more.startswith("schema") else small
    assert not valid(small + more)
    assert problems(more)


def test_a_file_that_extends_another_may_leave_anything_out() -> None:
    assert valid("extends: base.yaml\ntrial: {length: 3 days}")
    assert not valid("trial: {length: 3 days}")
