"""Can these scenarios be compared replication by replication?  Files and finished runs, named, checked and settled.

All reasons against it come at once, before anything is simulated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem, printable, quoted
from forecast.results.opened import Run, open_run
from forecast.results.running import settled, versions
from forecast.scenario import Scenario, load, shipped

FEWEST, MOST = 2, 20


@dataclass(frozen=True)
class Side:
    """One of the scenarios: as it was asked for, as it is, its run if that is finished, its name and its folder's."""

    source: str
    scenario: Scenario
    run: Run | None
    name: str = ""
    slug: str = ""


def sides(
    sources: Sequence[Scenario | Run | str | Path], replications: int | None, seed: int | None, precision: float | None
) -> list[Side]:
    """The scenarios with names of their own and one number of replications; raises InputError with all reasons."""
    if not FEWEST <= len(sources) <= MOST:
        allowed = f"{FEWEST} to {MOST} scenarios or folders of runs"
        raise InputError([Problem(None, None, "FILE", f"`{len(sources)}`", allowed)])
    found: list[Side] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            found.append(side(source, seed))
        except InputError as error:
            problems.extend(error.problems)
    if found:
        problems += [problem for each in found[1:] for problem in unpaired(found[0], each)]
    problems += list(unfinished(found, replications, precision))
    if problems:
        raise InputError(dict.fromkeys(problems))
    return named([counted(each, number_of(found, replications)) for each in found])


def side(source: Scenario | Run | str | Path, seed: int | None) -> Side:
    """A scenario or a finished run; a folder is that of a run unless a shipped scenario has its name."""
    if isinstance(source, Scenario):
        return Side(source.name, settled(source, (), None, seed), None)
    if isinstance(source, Run) or (Path(source).is_dir() and str(source) not in shipped()):
        run = source if isinstance(source, Run) else open_run(source)
        return Side(str(run.folder), of_this_version(run).scenario, run)
    return Side(str(source), load(source, seed=seed), None)


def of_this_version(run: Run) -> Run:
    """The run; raises InputError when another version made it: its chance may be another."""
    made, ours = str(run.manifest.get("versions", {}).get("forecast")), versions()["forecast"]
    if made != ours:
        allowed = f"version {ours}, this one: run its scenario.yaml again"
        raise InputError([Problem(str(run.folder), None, None, f"a run of version {made}", allowed)])
    return run


def unpaired(base: Side, other: Side) -> Iterator[Problem]:
    """Why two scenarios do not share their chance, month by month and segment by segment."""
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


def unfinished(found: Iterable[Side], replications: int | None, precision: float | None) -> Iterator[Problem]:
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


def number_of(found: Sequence[Side], replications: int | None) -> int:
    """The replications to compare: as many as asked for, else as all of them have."""
    own = [each.run.manifest["replications"] if each.run else each.scenario.replications for each in found]
    finished = [count for each, count in zip(found, own, strict=True) if each.run]
    return replications or min(finished or own)


def counted(each: Side, replications: int) -> Side:
    """The side, to be simulated so many times."""
    return each if each.run else replace(each, scenario=settled(each.scenario, (), replications, None))


def named(found: Sequence[Side]) -> list[Side]:
    """The sides with names and folders that differ: by the file where scenarios share their name, else numbered."""
    names = [each.scenario.name for each in found]
    stems = [printable(Path(each.source).stem) for each in found]
    told = [
        f"{name} ({stem})" if names.count(name) > 1 and stem != name else name
        for name, stem in zip(names, stems, strict=True)
    ]
    slugs = [re.sub(r"[^a-z0-9]+", "-", Path(each.source).stem.lower()).strip("-")[:60] or "scenario" for each in found]
    both = zip(found, distinct(told, " ({})"), distinct(slugs, "-{}"), strict=True)
    return [replace(each, name=name, slug=slug) for each, name, slug in both]


def distinct(texts: Sequence[str], form: str) -> list[str]:
    """The texts, with a number behind each that stood before."""
    out: list[str] = []
    for text in texts:
        number, candidate = 1, text
        while candidate in out:
            number += 1
            candidate = text + form.format(number)
        out.append(candidate)
    return out
