"""Which file does an argument mean?  Scenarios to write and to check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from forecast.errors import InputError, Problem, nearest, quoted
from forecast.files import write_text
from forecast.scenario import Scenario, load, shipped

EXTENDS_LINE = re.compile(r"^extends: (\w+)\.yaml$", re.MULTILINE)  # beside the shipped file, by name anywhere else


def write_preset(preset: str, path: Path, *, force: bool) -> None:
    """Nothing; the shipped scenario is in the file."""
    known = shipped()
    if preset not in known:
        raise InputError([Problem(None, None, "PRESET", quoted(preset), ", ".join(known), nearest(preset, known))])
    if path.exists() and not (force and path.is_file()):
        allowed = "another name with -o, or --force to replace a file"
        raise InputError([Problem(str(path), None, None, "something of that name", allowed)])
    write_text(path, EXTENDS_LINE.sub(r"extends: \1", known[preset].read_text(encoding="utf-8")))


def load_scenarios(files: Iterable[str]) -> list[Scenario]:
    """The scenarios; raises InputError with the problems of all files."""
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for file in files:
        try:
            scenarios.append(load(file))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return scenarios
