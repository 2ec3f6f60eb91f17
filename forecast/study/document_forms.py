"""Forms of JSON documents: what a field may hold, and a sentence for each field that holds something else.

For documents that this package wrote and anybody may have changed since.  Must not know what a document is about.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from forecast.errors import InputError, Problem, ProblemKind, listed, quoted

MOST_REPORTED = 5  # fields of one document: after that it is another document
LARGEST_NUMBER = 1e24  # money in cents and counts are far below; sums and products of what is larger overflow
FIRST_YEAR, LAST_YEAR = 1990, 2200


class Form(Protocol):
    """What a value may be."""

    def problems(self, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
        """What does not fit: the path of the field, what was found there, and what is expected."""


@dataclass(frozen=True)
class Value:
    """A value without parts, for which a condition holds."""

    expected: str
    holds: Callable[[Any], bool]

    def problems(self, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
        """The value itself, unless the condition holds."""
        if not self.holds(value):
            yield path, _shown(value), self.expected


@dataclass(frozen=True)
class Fields:
    """A block with these fields, each of its form, and perhaps with some others; more fields do no harm."""

    forms: Mapping[str, Form]
    perhaps: Mapping[str, Form] = field(default_factory=dict)

    def problems(self, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
        """Fields that are missing, and what does not fit in those that are there."""
        if not isinstance(value, dict):
            yield path, _shown(value), f"a block with {listed(map(quoted, self.forms))}"
            return
        for name, form in {**self.forms, **self.perhaps}.items():
            if name in value:
                yield from form.problems(value[name], _joined(path, name))
            elif name in self.forms:
                yield path, "", quoted(name)


@dataclass(frozen=True)
class Named:
    """A block whose names are free, or of the pattern `is_name`, all values of one form."""

    form: Form
    is_name: Callable[[str], bool] = lambda _: True

    def problems(self, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
        """Names that may not stand here, and what does not fit behind the others."""
        if not isinstance(value, dict):
            yield path, _shown(value), "a block of names and values"
            return
        for name, each in value.items():
            if self.is_name(name):
                yield from self.form.problems(each, _joined(path, name))
            else:
                yield path, f"the name {quoted(name)}", "a name as it was written"


@dataclass(frozen=True)
class Items:
    """A list of at least so many values of one form."""

    form: Form
    least: int = 0

    def problems(self, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
        """What does not fit in the list."""
        if not isinstance(value, list) or len(value) < self.least:
            yield path, _shown(value), f"a list of {self.least} or more" if self.least else "a list"
            return
        for place, each in enumerate(value):
            yield from self.form.problems(each, _joined(path, str(place)))


@dataclass(frozen=True)
class Optional:
    """Null, or a value of the form."""

    form: Form

    def problems(self, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
        """What does not fit where there is something."""
        if value is not None:
            yield from (
                (where, found, f"{allowed}, or null") for where, found, allowed in self.form.problems(value, path)
            )


def whole_number_in(low: int, high: int) -> Value:
    """A whole number in a range."""
    return Value(f"a whole number from {low} to {high}", lambda value: _is_whole(value) and low <= value <= high)


def one_of(words: Sequence[str]) -> Value:
    """One of these words."""
    return Value(listed(map(quoted, words)), lambda value: isinstance(value, str) and value in words)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and abs(value) <= LARGEST_NUMBER and math.isfinite(value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and FIRST_YEAR <= date.fromisoformat(value).year <= LAST_YEAR
    except ValueError:
        return False


ANYTHING = Value("anything", lambda _: True)
TEXT = Value("a text", lambda value: isinstance(value, str))
NUMBER = Value("a number", _is_number)
DATE = Value("a date such as `2026-01-01`", _is_date)


def _joined(path: str, name: str) -> str:
    """The path of a field of a block."""
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    """The value as the document has it, for a sentence."""
    return quoted(json.dumps(value, ensure_ascii=False))


def parse_document(text: str) -> Any:
    """The document of a text; raises ValueError where it is none, also for NaN, which JSON has not got."""

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is not JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("blocks nested too deeply") from error


def check_document(document: Any, form: Form, path: Path, remedy: str) -> None:
    """Raise InputError unless a document has its form: file and field of what does not fit, and what to do."""
    problems: list[Problem] = []
    for where, found, allowed in form.problems(document, ""):
        kind = ProblemKind.WRONG_VALUE if found else ProblemKind.MISSING_KEY
        problems.append(Problem(str(path), None, where or None, found, f"{allowed}: {remedy}", kind=kind))
        if len(problems) == MOST_REPORTED:
            break
    if problems:
        raise InputError(problems)
