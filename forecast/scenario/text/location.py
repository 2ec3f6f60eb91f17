"""The location that is being read, a path and a segment, and the problems that are reported there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.errors import Problem, ProblemKind, listed, nearest, quoted
from forecast.scenario.records import ScenarioWarning
from forecast.scenario.text.yaml_tree import Node

NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
NAME_ALLOWED = "a name of at most 64 letters, digits, _ and - that does not start with -"

MOST_PROBLEMS = 100_000
REST_NOT_LISTED = Problem(
    None, None, None, "too many problems, the rest is not listed", str(MOST_PROBLEMS), kind=ProblemKind.OVER_LIMIT
)
_MOST_GUESSES = 200  # guessing takes time


@dataclass
class ReadContext:
    """What reading a value may depend on: the segments, the currency, the start; and the problems found so far."""

    segments: tuple[str, ...] = ()
    currency: str = "USD"
    start: date = date(2026, 1, 1)
    start_known: bool = False  # whether `start` has been read
    problems: dict[Problem, None] = field(default_factory=dict)
    bases: dict[str, tuple[Path, Node]] = field(default_factory=dict)  # by label, the nearest first: file and `extends`
    warnings: dict[ScenarioWarning, None] = field(default_factory=dict)
    drawn: dict[str, Node] = field(default_factory=dict)  # the columns of draws by path, as they were put into the tree

    def warn(self, warning: ScenarioWarning) -> None:
        """Note what is allowed and probably not meant, once; as few as problems."""
        if len(self.warnings) < MOST_PROBLEMS:
            self.warnings.setdefault(warning)

    def note(self, node: Node, path: str, sentence: str) -> None:
        """Note what the user should know of a value that is in order, once."""
        self.warn(ScenarioWarning(path, sentence, (node.place,), "note"))

    def report(self, problem: Problem) -> None:
        """Note a problem, once; what is beyond the limit is said to be left out."""
        self.problems.setdefault(problem if len(self.problems) < MOST_PROBLEMS else REST_NOT_LISTED)


@dataclass
class Guesses:
    """The names that were perhaps meant in the cells of a table; guessing takes time, so only the first have one."""

    found: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def nearest(self, column: str, text: str, known: Iterable[str]) -> str | None:
        """The known name that looks most like the text of a column's cell; None where none does."""
        if (column, text) not in self.found and len(self.found) < _MOST_GUESSES:
            self.found[column, text] = nearest(text, known)
        return self.found.get((column, text))


@dataclass(frozen=True)
class Location:
    """A path in the scenario, and the segment it is read for (None: it has no segments)."""

    context: ReadContext
    path: str
    segment: str | None = None

    def at(self, *words: str) -> Location:
        """The location of an entry further in."""
        # Twice as fast as `replace`, and called for every value of a file.
        return Location(self.context, ".".join([part for part in (self.path, *words) if part]), self.segment)

    def wrong_value(self, node: Node, allowed: str, near: str | None = None, found: str | None = None) -> None:
        """Report a value of the wrong kind."""
        self.report(ProblemKind.WRONG_VALUE, node, found or node.found, allowed, near)

    def needs_unit(self, node: Node, example: str) -> None:
        """Report a number without its unit; the example has one."""
        self.report(ProblemKind.NEEDS_UNIT, node, node.found, quoted(example))

    def wrong_unit(self, node: Node, allowed: str, near: str | None) -> None:
        """Report a number with another unit than those allowed."""
        self.report(ProblemKind.WRONG_UNIT, node, node.found, allowed, near)

    def out_of_range(self, node: Node, allowed: str) -> None:
        """Report a value below or above what is allowed."""
        self.report(ProblemKind.OUT_OF_RANGE, node, node.found, allowed)

    def over_limit(self, node: Node, found: str, limit: str) -> None:
        """Report too many of something."""
        self.report(ProblemKind.OVER_LIMIT, node, found, limit)

    def unknown_key(self, node: Node, key: str, known: Sequence[str], what: str = "key") -> None:
        """Report a key of this block that is not known."""
        self.at(key[:64]).unknown_name(node, what, key, known)

    def unknown_name(self, node: Node, what: str, name: str, known: Sequence[str], near: str | None = None) -> None:
        """Report the name of a `what` (a stage, a path ...) that is not known."""
        near = near or self.nearest(name, known)
        self.report(ProblemKind.UNKNOWN, node, f"{what} {quoted(name)}", listed(known) or "none", near)

    def missing_keys(self, node: Node, keys: Sequence[str], advice: str = "") -> None:
        """Report keys that must be there, and what else would do."""
        kind = ProblemKind.MISSING_KEY if len(keys) == 1 else ProblemKind.MISSING_KEYS
        self.report(kind, node, node.found, listed(map(quoted, keys)) + advice)

    def duplicate(self, node: Node, found: str, allowed: str) -> None:
        """Report something that is there already."""
        self.report(ProblemKind.DUPLICATE, node, found, allowed)

    def not_allowed(self, node: Node, found: str, advice: str) -> None:
        """Report something that may stand elsewhere, but not here."""
        self.report(ProblemKind.NOT_ALLOWED, node, found, advice)

    def fixed(self, node: Node, found: str, reason: str) -> None:
        """Report a change of what cannot change during the horizon."""
        self.report(ProblemKind.FIXED, node, found, reason)

    def report(self, kind: ProblemKind, node: Node, found: str, allowed: str, near: str | None = None) -> None:
        """Report a problem of the node."""
        column = node.source.column
        path = f"{column}: {self.path.removesuffix('.discrete')}" if column else self.path  # it is written `empirical`
        self.context.report(Problem(node.source.label, node.line, path, found, allowed, near, kind))

    def nearest(self, text: str, known: Iterable[str]) -> str | None:
        """The known name that looks most like the text, as long as there is time for guesses."""
        return nearest(text, known) if len(self.context.problems) < _MOST_GUESSES else None


def is_name(text: str) -> bool:
    """Whether the text may name a segment, a stage, a requirement, a capability, a resource or a reason."""
    return re.fullmatch(NAME, text) is not None
