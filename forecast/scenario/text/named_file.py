"""Files that a scenario names: beside it, in the user's home folder (`~`), or anywhere; their bytes.

One that an override names is looked for in the working folder.
"""

from __future__ import annotations

from pathlib import Path

from forecast.errors import InputError, Problem, ProblemKind, ReportProblem, nearest, quoted
from forecast.scenario.text.read_file import read_bytes
from forecast.scenario.text.yaml_tree import Node
from forecast.user_paths import user_path


def named_file(node: Node, text: str, path: str, report: ReportProblem) -> tuple[Path, str] | None:
    """Where the file lies that is named at a path, and what messages call it; None after a problem."""
    source = node.source
    try:
        found = user_path(text, source.folder)
    except InputError as error:
        for problem in error.problems:
            report(Problem(source.label, node.line, path, problem.found, problem.allowed))
        return None
    return found, str(found if text.startswith("~") else Path(source.label).parent / text)


def read_named_file(
    node: Node, text: str, path: str, report: ReportProblem, largest: int
) -> tuple[bytes, Path, str] | None:
    """The bytes of the file that is named at a path, where it lies and what messages call it; None after a problem.

    What is wrong with the file as such is said where it is named, in one sentence.
    """
    file = named_file(node, text, path, report)
    if file is None:
        return None
    found: list[Problem] = []
    data = read_bytes(*file, found.append, largest)
    for problem in found:
        missing = problem.kind is ProblemKind.NOT_FOUND
        what = quoted(text) if missing else f"{quoted(text)}: {problem.found}"
        near = _near_file(text, file[0]) if missing else None
        report(Problem(node.source.label, node.line, path, what, problem.allowed, near, problem.kind))
    return None if data is None else (data, *file)


def _near_file(text: str, file: Path) -> str | None:
    """How a file in the same folder would be named that has nearly the name of one that is missing."""
    try:
        there = [each.name for each in sorted(file.parent.iterdir()) if each.is_file()]
    except OSError:
        return None
    near = nearest(file.name, there, 0.75)
    return text.removesuffix(file.name) + near if near and text.endswith(file.name) else None
