"""Which scenario is in this file? From a file's name to a Scenario, or all that is wrong with it; the one way in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem, nearest
from forecast.scenario.builder import build_scenario
from forecast.scenario.checks.empirical import with_empirical_values
from forecast.scenario.format.defaults import with_defaults
from forecast.scenario.format.merging import ROOT, read_extended_tree
from forecast.scenario.format.overrides import overridden
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.schema import ScenarioFile
from forecast.scenario.presets import shipped
from forecast.scenario.scenario import Scenario
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.values.json_schema import scenario_file_schema


def load(
    source: str | Path, overrides: Sequence[str] = (), *, seed: int | None = None, replications: int | None = None
) -> Scenario:
    """The scenario of a file, or of a shipped scenario's name; raises InputError with all problems at once."""
    facts = ReadContext()
    sets = [*overrides]
    sets += [f"run.seed={seed}"] if seed is not None else []
    sets += [f"run.replications={replications}"] if replications is not None else []
    path = _scenario_path(source)
    tree = read_extended_tree(path, str(source) if path == Path(source) else path.name, facts.complain)
    if tree is not None:
        tree = with_empirical_values(overridden(tree, sets, facts.complain), facts.complain)
        draft = PartialScenario(with_defaults(tree, ROOT, Location(facts, "")), facts)
        scenario = build_scenario(draft, path.stem)
        if scenario is not None:
            return scenario
    raise InputError(_sorted_problems(facts.problems))


def _sorted_problems(problems: Iterable[Problem]) -> list[Problem]:
    """The problems file by file, in the order of their lines."""
    kept = list(problems)
    files = list(dict.fromkeys(problem.file for problem in kept))
    return sorted(kept, key=lambda problem: (files.index(problem.file), problem.line or 0))


def _scenario_path(source: str | Path) -> Path:
    """The file that is meant: one that exists, else a shipped scenario; raises InputError when there is neither."""
    path, known = Path(source), shipped()
    try:
        if path.exists() and not (path.is_dir() and str(source) in known):
            return path
    except (OSError, ValueError):
        return path
    if str(source) not in known:
        allowed = f"a file that exists{', or one of ' if known else ''}{', '.join(known)}"
        raise InputError([Problem(str(source), None, None, "no such file", allowed, nearest(str(source), known))])
    return known[str(source)]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, for editors."""
    return scenario_file_schema(ScenarioFile)
