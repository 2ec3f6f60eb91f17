"""Where in a scenario are we reading, and for whom? The path, the segment, and the list that problems go to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from forecast.errors import Problem, ProblemKind, listed, nearest, quoted
from forecast.scenario.text.yaml_tree import Node

NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
NAME_ALLOWED = "a name of at most 64 letters, digits, _ and - that does not start with -"

MOST_PROBLEMS = 1000
MOST_GUESSES = 200  # guessing takes time


@dataclass
class ReadContext:
    """What reading a value may depend on: the segments, the currency, the start; and the problems found so far."""

    segments: tuple[str, ...] = ()
    currency: str = "USD"
    start: date = date(2026, 1, 1)
    start_known: bool = False  # whether `start` has been read
    problems: dict[Problem, None] = field(default_factory=dict)

    def complain(self, problem: Problem) -> None:
        """Note a problem, once; beyond the first thousand it helps nobody."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.setdefault(problem)


@dataclass(frozen=True)
class Location:
    """A path in the scenario, and the segment it is read for (None: it has no segments)."""

    context: ReadContext
    path: str
    segment: str | None = None

    def at(self, *words: str) -> Location:
        """The place of an entry further in."""
        return replace(self, path=".".join([part for part in (self.path, *words) if part]))

    def wrong_value(self, node: Node, allowed: str, near: str | None = None, found: str | None = None) -> None:
        """Complain about what stands here."""
        self.complain(ProblemKind.WRONG_VALUE, node, found or node.found, allowed, near)

    def needs_unit(self, node: Node, example: str) -> None:
        """Complain about a number without its unit; the example has one."""
        self.complain(ProblemKind.NEEDS_UNIT, node, node.found, quoted(example))

    def wrong_unit(self, node: Node, allowed: str, near: str | None) -> None:
        """Complain about a number with another unit than those allowed."""
        self.complain(ProblemKind.WRONG_UNIT, node, node.found, allowed, near)

    def out_of_range(self, node: Node, allowed: str) -> None:
        """Complain about a value below or above what is allowed."""
        self.complain(ProblemKind.OUT_OF_RANGE, node, node.found, allowed)

    def over_limit(self, node: Node, found: str, limit: str) -> None:
        """Complain about too many of something."""
        self.complain(ProblemKind.OVER_LIMIT, node, found, limit)

    def unknown_key(self, node: Node, key: str, known: Sequence[str], what: str = "key") -> None:
        """Complain about a key of this block that is not known."""
        self.at(key[:64]).unknown_name(node, what, key, known)

    def unknown_name(self, node: Node, what: str, name: str, known: Sequence[str], near: str | None = None) -> None:
        """Complain about the name of a `what` (a stage, a path ...) that is not known."""
        near = near or self.nearest(name, known)
        self.complain(ProblemKind.UNKNOWN, node, f"{what} {quoted(name)}", listed(known) or "none", near)

    def missing_keys(self, node: Node, keys: Sequence[str]) -> None:
        """Complain about keys that must be there."""
        kind = ProblemKind.MISSING_KEY if len(keys) == 1 else ProblemKind.MISSING_KEYS
        self.complain(kind, node, node.found, listed(map(quoted, keys)))

    def duplicate(self, node: Node, found: str, allowed: str) -> None:
        """Complain about something that is there already."""
        self.complain(ProblemKind.DUPLICATE, node, found, allowed)

    def not_allowed(self, node: Node, found: str, advice: str) -> None:
        """Complain about something that may stand elsewhere, but not here."""
        self.complain(ProblemKind.NOT_ALLOWED, node, found, advice)

    def fixed(self, node: Node, found: str, reason: str) -> None:
        """Complain about a change of what cannot change during the horizon."""
        self.complain(ProblemKind.FIXED, node, found, reason)

    def complain(self, kind: ProblemKind, node: Node, found: str, allowed: str, near: str | None = None) -> None:
        """Note a problem of the node at this place."""
        self.context.complain(Problem(node.source.label, node.line, self.path, found, allowed, near, kind))

    def nearest(self, text: str, known: Iterable[str]) -> str | None:
        """The known name that looks most like the text, as long as there is time for guesses."""
        return nearest(text, known) if len(self.context.problems) < MOST_GUESSES else None


def is_name(text: str) -> bool:
    """Whether the text may name a segment, a stage, a requirement, a capability, a resource or a reason."""
    return re.fullmatch(NAME, text) is not None
