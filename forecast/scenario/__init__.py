"""What may the reader set? The scenario format: reading, checking, defaults. Knows nothing of what happens then."""

from forecast.scenario.correlations import uncertain_in
from forecast.scenario.evidence import evidence_at
from forecast.scenario.loading import json_schema, load
from forecast.scenario.presets import shipped
from forecast.scenario.records import (
    Capability,
    Change,
    Distribution,
    Evidence,
    PresentAccount,
    Scalar,
    Scenario,
    Uncertain,
    Value,
)

__all__ = [
    "Capability",
    "Change",
    "Distribution",
    "Evidence",
    "PresentAccount",
    "Scalar",
    "Scenario",
    "Uncertain",
    "Value",
    "evidence_at",
    "json_schema",
    "load",
    "shipped",
    "uncertain_in",
]
