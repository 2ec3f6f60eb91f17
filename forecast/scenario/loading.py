"""Which scenario is in this file? From a file's name to a Scenario, or all that is wrong with it; the one way in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem, nearest
from forecast.scenario.assembly import built
from forecast.scenario.descriptions import described
from forecast.scenario.draft import Draft
from forecast.scenario.empirical import inlined
from forecast.scenario.merging import ROOT, tree_of
from forecast.scenario.overrides import overridden
from forecast.scenario.place import Facts, Place
from forecast.scenario.presets import shipped
from forecast.scenario.records import Scenario
from forecast.scenario.schema import ScenarioFile
from forecast.scenario.shape import completed


def load(
    source: str | Path, overrides: Sequence[str] = (), *, seed: int | None = None, replications: int | None = None
) -> Scenario:
    """The scenario of a file, or of a shipped scenario's name; raises InputError with all problems at once."""
    facts = Facts()
    sets = [*overrides]
    sets += [f"run.seed={seed}"] if seed is not None else []
    sets += [f"run.replications={replications}"] if replications is not None else []
    path = file_of(source)
    tree = tree_of(path, str(source) if path == Path(source) else path.name, facts.complain)
    if tree is not None:
        tree = inlined(overridden(tree, sets, facts.complain), facts.complain)
        draft = Draft(completed(tree, ROOT, Place(facts, "")), facts)
        scenario = built(draft, path.stem)
        if scenario is not None:
            return scenario
    raise InputError(in_order(facts.problems))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems file by file, in the order of their lines."""
    kept = list(problems)
    files = list(dict.fromkeys(problem.file for problem in kept))
    return sorted(kept, key=lambda problem: (files.index(problem.file), problem.line or 0))


def file_of(source: str | Path) -> Path:
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
    return described(ScenarioFile)
