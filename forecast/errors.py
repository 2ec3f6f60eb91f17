"""Errors of the package and the sentences that report them; knows no YAML, no model, no exit of the program."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TypeAlias

LONGEST_QUOTE = 80
MOST_LISTED = 30
LONGEST_LOCATION = 1000
NOTHING = "nothing"  # what is found where a value is empty
FEW_EQUAL, FEW_ALIKE = 3, 10  # so many problems of one place, or of one sentence, are still listed one by one
PLACES_SHOWN = 10  # of problems that share a line
LINES_SHOWN = 60


class ForecastError(Exception):
    """Anything this package reports to its user; `exit_status` is what the command line ends with.

    Examples
    --------
    >>> import forecast
    >>> try:
    ...     forecast.open_run("nowhere")
    ... except forecast.ForecastError as error:
    ...     print(type(error).__name__, error.exit_status)
    InputError 2
    """

    exit_status = 1


class InputWarning(UserWarning):
    """Input that can be used, and of which the user should know something: probably not what was meant.

    Examples
    --------
    >>> import warnings
    >>> import forecast
    >>> warnings.simplefilter("ignore", forecast.InputWarning)
    """


class RunError(ForecastError):
    """A run that was well described but could not be carried to its end."""


class Interrupted(ForecastError):
    """Work that was stopped from outside before its end."""

    def __init__(self, sentence: str, exit_status: int = 130) -> None:
        super().__init__(sentence)
        self.exit_status = exit_status


class Terminated(KeyboardInterrupt):
    """The system's request to end, by SIGTERM; as urgent as a second Ctrl-C."""

    exit_status = 143


class ProblemKind(Enum):
    """What is wrong with an input, and the form of its sentence."""

    WRONG_VALUE = "found {found}; expected {allowed}{guess}"
    NO_VALUE = "no value; expected {allowed}{guess}"
    NEEDS_UNIT = "{found} needs a unit, such as {allowed}{guess}"
    WRONG_UNIT = "wrong unit in {found}; expected {allowed}{guess}"
    OUT_OF_RANGE = "{found} is out of range: {allowed}{guess}"
    OVER_LIMIT = "{found}; the limit is {allowed}{guess}"
    UNKNOWN = "unknown {found}{guess} (known: {allowed})"  # the guess first: the list may be long
    MISSING_KEY = "missing key {allowed}{guess}"
    MISSING_KEYS = "missing keys {allowed}{guess}"
    DUPLICATE = "duplicate {found}; {allowed}{guess}"
    NOT_ALLOWED = "{found} is not allowed here; {allowed}{guess}"
    NOT_SUPPORTED = "{found} is not supported; {allowed}{guess}"
    EXISTS = "already exists; {allowed}{guess}"
    FIXED = "{found} cannot change over time: {allowed}{guess}"
    NOT_FOUND = "file not found: {found}; {allowed}{guess}"
    DOES_NOT_FIT = "{found} does not fit this file: {allowed}{guess}"
    CANNOT_READ = "cannot read the file: {found}{guess}"
    INVALID_TEXT = "not valid {allowed}: {found}{guess}"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input; `str()` is the sentence that the user reads.

    `found` says what stands there and `allowed` what may stand there, each in the words that its kind's form needs;
    `nearest` is the text that was perhaps meant.
    """

    file: str | None
    line: int | None
    path: str | None
    found: str
    allowed: str
    nearest: str | None = None
    kind: ProblemKind = ProblemKind.WRONG_VALUE

    def __str__(self) -> str:
        """The sentence: where, what was found, what is allowed, and the nearest that is."""
        where = "".join([_clipped(self.file), f":{self.line}" if self.line else ""])
        if self.kind is ProblemKind.NOT_FOUND and self.found == self.file:
            where = ""  # the sentence names the file
        places = [part for part in (where, _clipped(self.path)) if part]
        return printable(": ".join([*places, self.message]))

    @property
    def message(self) -> str:
        """The sentence without its place."""
        kind = self.kind
        if kind is ProblemKind.WRONG_VALUE and self.found == NOTHING:
            kind = ProblemKind.NO_VALUE
        guess = f"; did you mean {quoted(self.nearest)}?" if self.nearest else ""
        return printable(kind.value.format(found=_clipped(self.found), allowed=self.allowed, guess=guess))


ReportProblem: TypeAlias = Callable[[Problem], None]


class InputError(ForecastError):
    """Wrong input: all of its problems at once, a sentence each.

    Attributes
    ----------
    problems : tuple of Problem
        Where each stands, what was found, what is allowed, and the nearest name.

    Examples
    --------
    >>> import forecast
    >>> try:
    ...     forecast.load("bottom_up", {"pricing.payd": "25 USD", "run.seed": "many"})
    ... except forecast.InputError as error:
    ...     print(len(error.problems), error.problems[0].nearest)
    2 pricing.paid
    """

    exit_status = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order they were found."""
        self.problems = tuple(problems)
        super().__init__("\n".join(_problem_lines(self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """What unpickling needs, so that a worker process can report an input error."""
        return InputError, (self.problems,)


def _problem_lines(problems: Iterable[Problem]) -> list[str]:
    """The problems as lines for people: equal ones are one line with their count and the first places.

    >>> wrong = [Problem("a.csv", line, "seats", "`x`", "a whole number") for line in range(2, 3002)]
    >>> _problem_lines(wrong)
    ['a.csv:2: seats: found `x`; expected a whole number (3,000 times: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...)']
    """
    groups = [[problem] for problem in problems]
    groups = _joined(groups, lambda each: (each.file, each.kind, each.allowed, each.path), FEW_EQUAL)
    groups = _joined(groups, lambda each: (each.file, each.kind, each.allowed), FEW_ALIKE)
    lines = [f"{group[0]}{printable(_repeats(group))}" for group in groups[:LINES_SHOWN]]
    if len(groups) > LINES_SHOWN:
        rest = sum(map(len, groups[LINES_SHOWN:]))
        lines.append(f"... and {rest:,} more problem{'s' if rest > 1 else ''}: mend these first")
    return lines


def _joined(groups: list[list[Problem]], key: Callable[[Problem], Hashable], few: int) -> list[list[Problem]]:
    """The groups in their order, those of one key as one where they are more than `few`."""
    alike: dict[Hashable, list[list[Problem]]] = defaultdict(list)
    for group in groups:
        alike[key(group[0])].append(group)
    joined = []
    for group in groups:
        same = alike[key(group[0])]
        if len(same) <= few:
            joined.append(group)
        elif group is same[0]:
            joined.append([problem for each in same for problem in each])
    return joined


def _repeats(group: list[Problem]) -> str:
    """How often a problem is repeated, with what else and where; empty for one alone."""
    if len(group) == 1:
        return ""
    found = list(dict.fromkeys(problem.found for problem in group))
    also = f", also {_first(found[1:], FEW_EQUAL)}" if len(found) > 1 else ""
    if len({problem.path for problem in group}) == 1:
        lines = list(dict.fromkeys(str(problem.line) for problem in group if problem.line))
        places = f": line{'s' if len(lines) > 1 else ''} {_first(lines, PLACES_SHOWN)}" if lines else ""
    else:
        named = (f"{problem.path}{f' (line {problem.line})' if problem.line else ''}" for problem in group)
        places = f": {_first(list(dict.fromkeys(named)), PLACES_SHOWN)}"
    return f" ({len(group):,} times{also}{places})"


def _first(texts: list[str], most: int) -> str:
    """The first of the texts, and dots where there are more."""
    return ", ".join([*(_clipped(text) for text in texts[:most]), *(["..."] if len(texts) > most else [])])


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that looks most like `name`, or None when none is `cutoff` alike (1: equal)."""
    lowered = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower()[:LONGEST_QUOTE], lowered, n=1, cutoff=cutoff)
    return lowered[close[0]] if close else None


def unknown(what: str, name: str, known: Iterable[str], path: str | None = None, cutoff: float = 0.6) -> Problem:
    """The problem of a name that is not known: `unknown("preset", "botom_up", presets, "PRESET")`."""
    names = list(known)
    near = nearest(name, names, cutoff)
    return Problem(None, None, path, f"{what} {quoted(name)}", listed(names) or "none", near, ProblemKind.UNKNOWN)


def out_of_range(found: str, allowed: str, path: str | None = None) -> Problem:
    """The problem of a number that is too small or too large: `out_of_range("-3", "at least 0", "--seed")`."""
    return Problem(None, None, path, quoted(found), allowed, kind=ProblemKind.OUT_OF_RANGE)


def _clipped(name: str | None) -> str:
    """The name of a file, or a path in it, cut where it is far too long to be one."""
    text = name or ""
    return f"{text[:LONGEST_LOCATION]}..." if len(text) > LONGEST_LOCATION else text


def listed(names: Iterable[str]) -> str:
    """The names with commas between them; of very many only the first ones, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    return ", ".join(name[:LONGEST_QUOTE] for name in known[:MOST_LISTED]) + more


def quoted(text: str) -> str:
    """The text between backquotes: printable, in one line, and cut when it is long."""
    flat = printable(text[:LONGEST_QUOTE])
    return f"`{flat}...`" if len(text) > LONGEST_QUOTE else f"`{flat}`"


def unprintable(text: str) -> str | None:
    """The first character of the text that a terminal would not show, by number and name; None without one.

    >>> unprintable("North\\u00a0Ltd")
    'U+00A0 (no-break space)'
    """
    if text.isprintable():
        return None
    letter = next(letter for letter in text if not letter.isprintable())
    name = {"\n": "line break", "\r": "line break", "\t": "tab"}.get(letter) or unicodedata.name(letter, "").lower()
    return f"U+{ord(letter):04X}{f' ({name})' if name else ''}"


def printable(text: str) -> str:
    """The text in one line, with a space for each character that a terminal would not show."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
