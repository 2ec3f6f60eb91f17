"""The scenarios of a comparison: files and finished runs, named, and checked to be comparable in pairs.

All reasons against it come at once, before anything is simulated.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError, InputWarning, Problem, printable, quoted
from forecast.receiving_tools import merge_key, merging
from forecast.scenario import Scenario, load, shipped
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import folder_name
from forecast.user_paths import user_path

MIN_SCENARIOS, MAX_SCENARIOS = 2, 20


@dataclass(frozen=True)
class ComparedScenario:
    """One of the scenarios: its source, the scenario, its run if that is finished, its name and its folder's."""

    source: str
    scenario: Scenario
    run: Run | None
    name: str = ""
    slug: str = ""


def compared_scenarios(
    sources: Sequence[Scenario | Run | str | Path], replications: int | None, seed: int | None, precision: float | None
) -> list[ComparedScenario]:
    """The scenarios with names of their own and one number of replications; raises InputError with all reasons."""
    if not MIN_SCENARIOS <= len(sources) <= MAX_SCENARIOS:
        allowed = f"{MIN_SCENARIOS} to {MAX_SCENARIOS} scenarios or folders of runs"
        raise InputError([Problem(None, None, "FILE", f"`{len(sources)}`", allowed)])
    found: list[ComparedScenario] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            found.append(_compared_scenario(source, seed))
        except InputError as error:
            problems.extend(error.problems)
    if found:
        problems += [problem for each in found[1:] for problem in _pairing_problems(found[0], each)]
    problems += list(_merging_name_problems(found))
    problems += list(_finished_run_problems(found, replications, precision))
    if problems:
        raise InputError(dict.fromkeys(problems))
    return _with_distinct_names(
        [_with_replications(each, _replications_to_compare(found, replications)) for each in found]
    )


def _compared_scenario(source: Scenario | Run | str | Path, seed: int | None) -> ComparedScenario:
    """A scenario or a finished run; a folder is that of a run unless a shipped scenario has its name."""
    if isinstance(source, Scenario):
        return ComparedScenario(source.name, source.replace(seed=seed), None)
    if isinstance(source, Run) or (user_path(source).is_dir() and str(source) not in shipped()):
        run = source if isinstance(source, Run) else open_run(source)
        for each in run.warnings:
            if each.kind == "warning":
                warnings.warn(str(each), InputWarning, stacklevel=2)
        return ComparedScenario(str(run.folder), run.require_same_version().scenario, run)
    return ComparedScenario(str(source), load(source, seed=seed), None)


def _pairing_problems(base: ComparedScenario, other: ComparedScenario) -> Iterator[Problem]:
    """Why two scenarios cannot share random numbers, month by month and segment by segment."""
    aspects: dict[str, Callable[[Scenario], Any]] = {
        "clock.start": lambda scenario: scenario.start.isoformat(),
        "clock.horizon": lambda scenario: f"{scenario.months} months",
        "currency": lambda scenario: scenario.currency,
        "run.seed": lambda scenario: scenario.seed,
        "market.segments": lambda scenario: ", ".join(sorted(scenario.segments)),
    }
    for path, aspect in aspects.items():
        ours, theirs = (quoted(str(aspect(each.scenario))) for each in (base, other))
        if ours != theirs:
            allowed = f"{ours} as in {base.source}, or there is nothing to pair"
            yield Problem(other.source, None, path, theirs, allowed)


def _merging_name_problems(found: Sequence[ComparedScenario]) -> Iterator[Problem]:
    """Names that differ and that receiving tools merge; equal ones get the names of their files later."""
    first: dict[str, ComparedScenario] = {}
    for each in found:
        name = each.scenario.name
        earlier = first.setdefault(merge_key(name), each)
        if earlier.scenario.name != name:
            why = merging(name, earlier.scenario.name)
            allowed = f"a name that does not merge with {quoted(earlier.scenario.name)} of {earlier.source}: {why}"
            yield Problem(each.source, None, "name", quoted(name), allowed)


def _finished_run_problems(
    found: Iterable[ComparedScenario], replications: int | None, precision: float | None
) -> Iterator[Problem]:
    """What finished runs do not allow."""
    for each in found:
        if each.run is None:
            continue
        count = each.run.manifest["replications"]
        if replications is not None and replications > count:
            allowed = f"at most {count}, the replications of {each.source}"
            yield Problem(None, None, "--replications", f"`{replications}`", allowed)
        if precision is not None:
            yield Problem(None, None, "--precision", f"the finished run {each.source}", "scenario files only")


def _replications_to_compare(found: Sequence[ComparedScenario], replications: int | None) -> int:
    """The replications to compare: those of the option, else as many as all of them have."""
    own = [each.run.manifest["replications"] if each.run else each.scenario.replications for each in found]
    finished = [count for each, count in zip(found, own, strict=True) if each.run]
    return replications or min(finished or own)


def _with_replications(each: ComparedScenario, replications: int) -> ComparedScenario:
    """The scenario, to be simulated so many times."""
    return each if each.run else replace(each, scenario=each.scenario.replace(replications=replications))


def _with_distinct_names(found: Sequence[ComparedScenario]) -> list[ComparedScenario]:
    """The scenarios with names and folders that differ: by the file where scenarios share their name, else numbered."""
    names = [each.scenario.name for each in found]
    stems = [printable(Path(each.source).stem) for each in found]
    shown = [
        f"{name} ({stem})" if names.count(name) > 1 and stem != name else name
        for name, stem in zip(names, stems, strict=True)
    ]
    slugs = [folder_name(Path(each.source).stem, "scenario") for each in found]
    both = zip(found, _numbered_apart(shown, " ({})"), _numbered_apart(slugs, "-{}"), strict=True)
    return [replace(each, name=name, slug=slug) for each, name, slug in both]


def _numbered_apart(texts: Sequence[str], form: str) -> list[str]:
    """The texts, made distinct by a number."""
    out: list[str] = []
    for text in texts:
        number, candidate = 1, text
        while merge_key(candidate) in map(merge_key, out):
            number += 1
            candidate = text + form.format(number)
        out.append(candidate)
    return out
