"""Files that a scenario names: beside it, in the user's home folder (`~`), or anywhere."""

from __future__ import annotations

from pathlib import Path

from forecast.errors import InputError, Problem, ReportProblem
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
