"""What may a user set? The scenario format, its reading, checks and defaults; knows no model.

`text` reads and writes YAML, `values` reads quantities and distributions, `format` declares the keys, `checks` looks at
what values cannot know of each other, `builder` and `loader` put a scenario together.  Each imports from those before.
"""

from forecast.scenario.checks.correlations import uncertain_in
from forecast.scenario.checks.default_values import defaults_in
from forecast.scenario.format.overrides import Overrides
from forecast.scenario.format.paths import (
    ELIGIBLE_USERS_PATH,
    ENTERS_PATH,
    SEGMENT_TRAIT_PATHS,
    TEAM_SIZE_PATH,
    block_path,
    declared,
)
from forecast.scenario.loader import json_schema
from forecast.scenario.presets import shipped
from forecast.scenario.records import (
    Capability,
    Change,
    Cohort,
    Distribution,
    Event,
    Evidence,
    Hire,
    Labels,
    Multiplied,
    PresentAccount,
    Scalar,
    ScenarioWarning,
    Uncertain,
    Value,
    is_label_path,
    is_within,
    recorded_warnings,
)
from forecast.scenario.scenario import Scenario, load, load_recorded
from forecast.scenario.text.draws_file import DRAWS_FILE
from forecast.scenario.text.evidence import evidence_at
from forecast.scenario.text.yaml_tree import Raw
from forecast.scenario.values.families import DRAWN, drawn_values

__all__ = [
    "DRAWN",
    "DRAWS_FILE",
    "ELIGIBLE_USERS_PATH",
    "ENTERS_PATH",
    "SEGMENT_TRAIT_PATHS",
    "TEAM_SIZE_PATH",
    "Capability",
    "Change",
    "Cohort",
    "Distribution",
    "Event",
    "Evidence",
    "Hire",
    "Labels",
    "Multiplied",
    "Overrides",
    "PresentAccount",
    "Raw",
    "Scalar",
    "Scenario",
    "ScenarioWarning",
    "Uncertain",
    "Value",
    "block_path",
    "declared",
    "defaults_in",
    "drawn_values",
    "evidence_at",
    "is_label_path",
    "is_within",
    "json_schema",
    "load",
    "load_recorded",
    "recorded_warnings",
    "shipped",
    "uncertain_in",
]
