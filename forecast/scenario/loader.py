"""From a file, a preset's name or a mapping to the record of a scenario, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem, ProblemKind, listed, nearest
from forecast.scenario.builder import build_scenario
from forecast.scenario.checks.idle_levers import note_unchanged
from forecast.scenario.format.adapting import without_settled_correlations
from forecast.scenario.format.defaults import ROOT, with_defaults
from forecast.scenario.format.draws import drawn_file, joint_draws, note_on_replaced_columns
from forecast.scenario.format.file_schema import scenario_file_schema
from forecast.scenario.format.merging import read_extended_tree, with_base
from forecast.scenario.format.overrides import Overrides, overridden, override_paths
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.schema import ScenarioFile
from forecast.scenario.format.start_date import with_real_dates
from forecast.scenario.presets import shipped
from forecast.scenario.records import Origin, ScenarioRecord
from forecast.scenario.text.empirical import with_empirical_values
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.origins import origins_in
from forecast.scenario.text.yaml_tree import Node, Raw, Source, node_from
from forecast.user_paths import user_path

FILE_ENDINGS = (".yaml", ".yml", ".json")  # of files that are suggested for one that is missing
RUN_SCENARIO = "scenario.yaml"  # in the folder of a run


def read_scenario(
    source: str | Path | Mapping[str, Raw],
    overrides: Overrides,
    run_values: Mapping[str, int | None],
    written: tuple[str, Mapping[str, Origin]] | None = None,
) -> ScenarioRecord:
    """Read and check a scenario; raises InputError with all problems at once.

    `run_values` are the keys of the block `run` that an option sets (None: not set); `written` is what messages call
    the file, and where its values were written, of a resolved scenario.
    """
    context = ReadContext()
    if isinstance(source, Mapping):
        tree, stem = _mapping_tree(source, context), "scenario"
    else:
        path = _scenario_path(source)
        shown = written[0] if written else str(source) if path == user_path(source) else path.name
        tree, stem = read_extended_tree(path, shown, context), path.stem
    if tree is not None:
        before = tree
        tree = overridden(tree, overrides, context)
        options = [f"run.{key}={value}" for key, value in run_values.items() if value is not None]
        tree = with_empirical_values(overridden(tree, options, context), context.report)
        tree = without_settled_correlations(with_real_dates(tree), context)
        note_on_replaced_columns(tree, context)
        origins, files = origins_in(tree, written[1] if written else None), drawn_file(tree)
        whole = with_defaults(tree, ROOT, Location(context, ""))
        partial = PartialScenario(whole, context, origins=origins, files=files)
        built = build_scenario(partial, stem)
        scenario = built and replace(built, joint_draws=joint_draws(tree, context))
        if scenario is not None and overrides:
            note_unchanged(partial, before, *override_paths(overrides))
            return replace(scenario, warnings=tuple(context.warnings))
        if scenario is not None:
            return scenario
    raise InputError(_sorted_problems(_problems_of_own_file(context)))


def _mapping_tree(source: Mapping[str, Raw], context: ReadContext) -> Node | None:
    """The tree of a mapping; the files that it names lie in the working folder."""
    return with_base(node_from(source, Source("scenario", Path(), layer=1)), (), context)


def _problems_of_own_file(context: ReadContext) -> list[Problem]:
    """The problems, without those that a base has only because of the file on top of it.

    They follow from what is wrong with that file, else they are one problem of it, where it names the base.
    """
    found = list(context.problems)
    if not any(problem.file in context.bases for problem in found):
        return found
    if any(problem.path == "extends" for problem in found):
        return found  # of a circle of files no base can be read alone
    label, (path, extends) = next(iter(context.bases.items()))
    alone: tuple[Problem, ...] = ()
    try:
        read_scenario(path, (), {}, (label, {}))
    except InputError as error:
        alone = error.problems
    following = [problem for problem in found if problem.file in context.bases and problem not in alone]
    rest = [problem for problem in found if problem not in following]
    if rest or not following:
        return rest
    first, more = following[0], len(following) - 1
    what = f"line {first.line}: {first.path}: {first.message}" + (f" (and {more} more)" if more else "")
    kind = ProblemKind.DOES_NOT_FIT
    return [Problem(extends.source.label, extends.line, "extends", extends.found, what, kind=kind)]


def _sorted_problems(problems: Iterable[Problem]) -> list[Problem]:
    """The problems file by file, in the order of their lines."""
    kept = list(problems)
    files = list(dict.fromkeys(problem.file for problem in kept))
    return sorted(kept, key=lambda problem: (files.index(problem.file), problem.line or 0))


def _scenario_path(source: str | Path) -> Path:
    """The file that exists, else the shipped scenario of that name; raises InputError when there is neither."""
    path, known = user_path(source), shipped()
    try:
        if path.exists() and not (path.is_dir() and str(source) in known):
            if path.is_dir():
                raise InputError([_folder_problem(str(source), path)])
            return path
    except (OSError, ValueError):
        return path
    if str(source) not in known:
        name, advice = str(source), f"give a file or a preset ({listed(known) or 'none is here'})"
        near = nearest(name.strip(), [*_files_beside(path), *known])
        raise InputError([Problem(name, None, None, name, advice, near, ProblemKind.NOT_FOUND)])
    return known[str(source)]


def _files_beside(path: Path) -> list[str]:
    """The YAML files in the folder of a path, as they would be written to be found there."""
    folder = path.parent
    try:
        return sorted(str(folder / each.name) for each in folder.iterdir() if each.suffix in FILE_ENDINGS)
    except OSError:
        return []


def _folder_problem(name: str, path: Path) -> Problem:
    """A folder where a file is wanted; a run's folder has the scenario that was run."""
    inside = path / RUN_SCENARIO
    if not name.strip():
        return Problem(None, None, "FILE", "an empty name", "a scenario file or a preset")
    near = str(Path(name) / RUN_SCENARIO) if inside.is_file() else None
    found = "the folder of a run" if near else "a folder"
    return Problem(name, None, None, found, "a scenario file or a preset", near)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, for editors."""
    return scenario_file_schema(ScenarioFile, "Scenario")
