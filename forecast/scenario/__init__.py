"""What may the reader set? The scenario format: reading, checking, defaults. Knows nothing of what happens then."""

from forecast.scenario.checks.correlations import uncertain_in
from forecast.scenario.format.overrides import Overrides
from forecast.scenario.format.paths import ELIGIBLE_USERS_PATH, block_path, declared
from forecast.scenario.loader import json_schema
from forecast.scenario.presets import shipped
from forecast.scenario.records import (
    Capability,
    Change,
    Distribution,
    Evidence,
    Labels,
    PresentAccount,
    Scalar,
    Uncertain,
    Value,
    is_label_path,
)
from forecast.scenario.scenario import Scenario, load
from forecast.scenario.text.evidence import evidence_at
from forecast.scenario.text.yaml_tree import Raw

__all__ = [
    "ELIGIBLE_USERS_PATH",
    "Capability",
    "Change",
    "Distribution",
    "Evidence",
    "Labels",
    "Overrides",
    "PresentAccount",
    "Raw",
    "Scalar",
    "Scenario",
    "Uncertain",
    "Value",
    "block_path",
    "declared",
    "evidence_at",
    "is_label_path",
    "json_schema",
    "load",
    "shipped",
    "uncertain_in",
]
