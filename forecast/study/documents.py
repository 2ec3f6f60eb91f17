"""What stands in the documents of a folder: manifest.json, summary.json and comparison.json, field by field.

The one place that says so to whoever reads them: they may be of another program, or changed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forecast.analysis.key_metrics import DECISIVE, reported_months
from forecast.analysis.statistics import Statistics
from forecast.analysis.survival import TRIAL_MONTHS, TRIAL_QUANTILES
from forecast.analysis.team_path_summary import STEP_NAMES
from forecast.engines import engine_names
from forecast.errors import RunError
from forecast.model.metrics import FIXED, FLOWS
from forecast.model.team_sizes import sells_team_plans
from forecast.scenario import Scenario
from forecast.study.document_forms import (
    ANYTHING,
    DATE,
    NUMBER,
    TEXT,
    Fields,
    Form,
    Items,
    Named,
    Optional,
    Value,
    check_document,
    one_of,
    parse_document,
    whole_number_in,
)

# What files of a run are called; a manifest from anywhere may name anything else.
LISTED_FILE_NAME = re.compile(r"(?:[a-z0-9][a-z0-9_.-]{0,99}/){0,3}[a-z0-9][a-z0-9_.-]{0,99}")
MOST_MONTHS, MOST_REPLICATIONS, MOST_SCENARIOS, MOST_COUNT = 1_200, 10_000_000, 20, 2**63 - 1

_COUNT, _MONTHS = whole_number_in(0, MOST_COUNT), whole_number_in(1, MOST_MONTHS)
_REPLICATIONS = whole_number_in(1, MOST_REPLICATIONS)
_FIGURE = Fields(dict.fromkeys(Statistics._fields, Optional(NUMBER)))  # of statistics_at
_FILES = Named(TEXT, lambda name: LISTED_FILE_NAME.fullmatch(name) is not None)
_ANY_MANIFEST: Mapping[str, Form] = {
    "command": TEXT,
    "seed": _COUNT,
    "replications": _REPLICATIONS,
    "seconds": NUMBER,
    "ended": TEXT,
    "precision_wanted": Optional(NUMBER),
    "versions": Named(Optional(TEXT)),
    "files": _FILES,
}
_RUN_MANIFEST = Fields(
    {
        **_ANY_MANIFEST,
        "scenario": TEXT,
        "scenario_sha256": TEXT,
        "engine": one_of(engine_names()),
        "events": _COUNT,
        "processes": Items(TEXT),
    }
)
_COMPARISON_MANIFEST = Fields({**_ANY_MANIFEST, "scenarios": Items(TEXT, 2), "runs": Named(TEXT)})
_FILES_MANIFEST = Fields({name: _ANY_MANIFEST[name] for name in ("versions", "files")})
MANIFEST_FORMS = {
    "forecast run": _RUN_MANIFEST,
    "forecast comparison": _COMPARISON_MANIFEST,
    **dict.fromkeys(("forecast fit", "forecast backtest"), _FILES_MANIFEST),
}

_FLAG = Fields(
    {
        **dict.fromkeys(("figure", "grade", "source"), TEXT),
        "segment": Optional(TEXT),
        **dict.fromkeys(("value", "low", "high"), Optional(NUMBER)),
        "inputs": Items(TEXT),
    }
)
_COMPARISON_FIELDS: Mapping[str, Form] = {
    "scenarios": Items(TEXT, 2),
    "seed": _COUNT,
    "replications": _REPLICATIONS,
    "start": DATE,
    "months": _MONTHS,
    "currency": TEXT,
    "indifference": Value("a share from 0 to below 1", lambda each: type(each) in (int, float) and 0 <= each < 1),
    "changes": Named(Items(Fields(dict.fromkeys(("path", "base", "here"), TEXT), {"in_force": TEXT}))),
}
_COMPARISON = Fields(_COMPARISON_FIELDS, {"warnings": Named(Items(Named(ANYTHING)))})


def read_summary(path: Path, scenario: Scenario, remedy: str) -> dict[str, Any]:
    """The summary of a run of this scenario; raises RunError, or InputError with the fields that are wrong."""
    return _read_checked(path, remedy, lambda document: _summary_form(document, scenario))


def read_comparison(path: Path, remedy: str) -> dict[str, Any]:
    """A comparison's document; raises RunError, or InputError with the fields that are wrong."""
    return _read_checked(path, remedy, lambda _: _COMPARISON)


def _read_checked(path: Path, remedy: str, form_of: Callable[[Any], Form]) -> dict[str, Any]:
    """The document of a file, which has the form that belongs to it."""
    try:
        document = parse_document(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} cannot be read ({error}): {remedy}") from error
    check_document(document, form_of(document), path, remedy)
    assert isinstance(document, dict)
    return document


def _summary_form(document: Any, scenario: Scenario) -> Form:
    """The form of a summary of this scenario; the reasons of lost deals are those that its total names."""
    by_month = Fields({str(month): _FIGURE for month in reported_months(scenario.months)})
    trial = Fields(
        {
            **dict.fromkeys(map(str, TRIAL_MONTHS), _FIGURE),
            "quantile_days": Fields(dict.fromkeys(TRIAL_QUANTILES, Optional(NUMBER))),
        }
    )
    entry = Fields(
        {
            **dict.fromkeys(map(str, TRIAL_MONTHS), Optional(NUMBER)),
            "quantile_days": Fields(dict.fromkeys(TRIAL_QUANTILES, Optional(NUMBER))),
            "entered_later": NUMBER,
        }
    )
    segment = Fields(
        {
            "R": NUMBER,
            "contract_incidence": by_month,
            "first_trial_to_contract": trial,
            "started_under_contract": NUMBER,
        },
        {"entry_to_contract": entry},
    )
    resource = Fields(dict.fromkeys(("requests", "reneged", "mean_wait_days", "utilization"), _FIGURE))
    deals = Fields({"won": _FIGURE, "lost": Fields(dict.fromkeys(_reasons(document), _FIGURE)), "win_rate": _FIGURE})
    months = scenario.months
    return Fields(
        {
            **dict.fromkeys(("scenario", "engine", "quantiles"), TEXT),
            **dict.fromkeys(("seed", "events", "accounts"), _COUNT),
            "currency": TEXT,
            "replications": _REPLICATIONS,
            "start": DATE,
            "months": Value(f"{months}, as in scenario.yaml", lambda each: type(each) is int and each == months),
            "segments": Fields(dict.fromkeys(scenario.segments, segment)),
            "total": Fields({"contract_incidence": by_month}),
            **_team_path_form(scenario, by_month, trial),
            "monthly": Fields(dict.fromkeys(FIXED, by_month)),
            "to_date": Fields(dict.fromkeys(FLOWS, by_month)),
            "last_12_months": Fields(dict.fromkeys(FLOWS, by_month)),
            "deals": Fields(dict.fromkeys((*scenario.segments, "total"), deals)),
            "resources": Fields(dict.fromkeys(scenario.resources, resource)),
            "plausibility": Items(_FLAG),
            "precision": Fields(dict.fromkeys(DECISIVE, Optional(NUMBER))),
        }
    )


def _team_path_form(scenario: Scenario, by_month: Form, step: Form) -> dict[str, Form]:
    """The form of the block that a run has where teams can take a team plan."""
    if not sells_team_plans(scenario):
        return {}
    path = Fields({"team_plan_incidence": by_month, **dict.fromkeys(STEP_NAMES.values(), step)})
    return {"team_path": Fields(dict.fromkeys((*scenario.segments, "total"), path))}


def _reasons(document: Any) -> tuple[str, ...]:
    """The reasons of lost deals that the total of a summary names; none where it names none."""
    for key in ("deals", "total", "lost"):
        document = document.get(key) if isinstance(document, dict) else None
    return tuple(document) if isinstance(document, dict) else ()
