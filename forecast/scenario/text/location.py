"""Where in a scenario are we reading, and for whom? The path, the segment, and the list that problems go to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from forecast.errors import Problem, listed, nearest, quoted
from forecast.scenario.text.yaml_tree import Node

NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
NAME_ALLOWED = "a name of letters, digits, _ and - (at most 64, none of them - at the front)"

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

    def wrong(self, node: Node, allowed: str, near: str | None = None, found: str | None = None) -> None:
        """Complain about what stands here."""
        self.context.complain(Problem(node.source.label, node.line, self.path, found or node.found, allowed, near))

    def nearest(self, text: str, known: Iterable[str]) -> str | None:
        """The known name that looks most like the text, as long as there is time for guesses."""
        return nearest(text, known) if len(self.context.problems) < MOST_GUESSES else None

    def unknown(self, node: Node, key: str, known: tuple[str, ...], what: str = "one of") -> None:
        """Complain about a key that nothing is known of."""
        allowed = f"{what} {listed(known)}" if known else f"{what} nothing"
        near = self.nearest(key, known)
        found = f"the unknown key {quoted(key)}"
        self.context.complain(Problem(node.source.label, node.line, self.at(key[:64]).path, found, allowed, near))


def is_name(text: str) -> bool:
    """Whether the text may name a segment, a stage, a requirement, a capability, a resource or a reason."""
    return re.fullmatch(NAME, text) is not None
