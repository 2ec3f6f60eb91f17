"""YAML as a tree of texts with their lines and comments. Knows nothing of what a scenario may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ruamel.yaml import YAML, events
from ruamel.yaml.error import YAMLError
from ruamel.yaml.reader import ReaderError

from forecast.errors import NOTHING, Problem, ProblemKind, ReportProblem, quoted
from forecast.scenario.text.draws_file import DrawnColumn
from forecast.scenario.text.read_file import LARGEST_FILE

MOST_NODES = 20_000
DEEPEST = 30
DRAWN_WORD = "drawn"  # what a resolved scenario has where a column of draws stands
INVALID = "\0"  # a text that no tree of a file has: stands for what was reported already
COMMENT = re.compile(r"(?:^|(?<=\s))#(.*)")
SURROGATE = re.compile(r"[\ud800-\udfff]")
# Characters that YAML forbids; here they come from escapes in a text.
UNPRINTABLE = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
MEANINGS = {  # what the words of the YAML parser mean to somebody who does not know it
    "'\\t' that cannot start any token": "a tab; write spaces in its place",
    "mapping values are not allowed": (
        "a `:` where none can stand; is one missing on the line above, a bracket, or quotes around a text with `: `?"
    ),
}
NULLS = ("", "~", "null", "Null", "NULL")

Raw: TypeAlias = "str | int | float | bool | Mapping[str, Raw] | Sequence[Raw] | None"


class Drawn(NamedTuple):
    """The column of joint draws that stands at a path, and what the file has there (None: nothing)."""

    column: DrawnColumn
    below: Node | None


class _Comment(NamedTuple):
    """The text behind a `#`, and whether nothing else stands on the line."""

    text: str
    alone: bool


@dataclass(frozen=True)
class Source:
    """Where a tree comes from: the name to show in messages, and the folder that relative paths start at.

    `comments` has the comment of each line that has one, filled when the file is read; `column` is the one of a table
    that the value comes from; `layer` is higher than that of what it overrides: 0 for a file, below 0 for what that
    extends.
    """

    label: str
    folder: Path
    column: str = ""
    comments: dict[int, _Comment] = field(default_factory=dict, compare=False, repr=False)
    layer: int = 0


@dataclass(frozen=True)
class Node:
    """A text, a mapping or a list, and where it stands (a mapping's value: the line of its key).

    `remark` says what the value rests on, as its comment does (forecast.scenario.text.evidence); `drawn` is the column
    that takes the value's place (forecast.scenario.format.draws).
    """

    value: str | dict[str, Node] | list[Node]
    source: Source
    line: int | None = None
    plain: bool = field(default=True, compare=False)
    remark: str = field(default="", compare=False)
    drawn: Drawn | None = field(default=None, compare=False)

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return self.plain and isinstance(self.value, str) and self.value in NULLS

    @property
    def mapping(self) -> dict[str, Node]:
        """The node's entries; none when it is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The node's items; none when it is no list."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str | None:
        """The node's text; None for a mapping, a list and nothing."""
        return self.value if isinstance(self.value, str) and not self.is_null else None

    @property
    def found(self) -> str:
        """What was found, for a message."""
        if self.is_null:
            return NOTHING
        if isinstance(self.value, str):
            return quoted(self.value) if self.value else "an empty text"
        if isinstance(self.value, dict):
            return (
                f"a block with {', '.join(quoted(key) for key in list(self.value)[:5])}"
                if self.value
                else "an empty block"
            )
        return f"a list of {len(self.value)}" if self.value else "an empty list"

    @property
    def place(self) -> str:
        """Where it stands, for a message: `base.yaml:12`."""
        return f"{self.source.label}:{self.line}" if self.line else self.source.label

    def with_value(self, value: str | dict[str, Node] | list[Node]) -> Node:
        """Another value at the same place."""
        return Node(value, self.source, self.line, remark=self.remark)


def node_from(raw: Raw, source: Source, line: int | None = None) -> Node:
    """The tree of Python texts, numbers, mappings and lists; None is an empty value."""
    if raw is None:
        return Node("null", source, line)
    if isinstance(raw, Mapping):
        return Node({key: node_from(value, source, line) for key, value in raw.items()}, source, line)
    if isinstance(raw, str):
        return Node(raw, source, line, plain=False)
    if isinstance(raw, Sequence):
        return Node([node_from(item, source, line) for item in raw], source, line)
    return Node(str(raw).lower(), source, line)


class _InvalidYamlError(Exception):
    """YAML that is wrong, or more than a scenario needs."""

    def __init__(
        self, line: int | None, found: str, allowed: str, kind: ProblemKind = ProblemKind.NOT_SUPPORTED
    ) -> None:
        """Keep the parts of the message."""
        super().__init__(found)
        self.line, self.found, self.allowed, self.kind = line, found, allowed, kind


def _printable_text(text: str, line: int) -> str:
    """The text of a scalar, surrogate pairs (JSON has them) joined; raises where a character cannot be printed."""
    if SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    found = UNPRINTABLE.search(text)
    if found:
        raise _InvalidYamlError(line, f"the character U+{ord(found[0]):04X}", "write printable text")
    return text


class _Composer:
    """Makes the tree from YAML events, stopping at the first thing that is not supported."""

    def __init__(self, text: str, source: Source) -> None:
        """Start at the beginning of the text."""
        self.source = source
        self.events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self.nodes = 0
        self.ends: dict[int, int] = {}  # the column behind the last value on each line: only later is `#` a comment
        self.duplicates: list[_InvalidYamlError] = []

    def document(self) -> Node:
        """The file's one document."""
        root: Node | None = None
        for event in self.events:
            if isinstance(event, events.DocumentStartEvent):
                if root is not None:
                    raise _InvalidYamlError(
                        event.start_mark.line + 1, "a second document", "write one document to a file"
                    )
                if event.tags:
                    raise _InvalidYamlError(
                        event.start_mark.line + 1, "a %TAG directive", "write plain YAML without tags"
                    )
                root = self.node(next(self.events), None, 1)
        return root if root is not None else Node({}, self.source, 1)

    def node(self, event: events.Event, line: int | None, depth: int) -> Node:
        """The node that begins with this event."""
        here = event.start_mark.line + 1
        self.check(event, here, depth)
        at = here if line is None else line
        if isinstance(event, events.ScalarEvent):
            return Node(_printable_text(event.value, here), self.source, at, plain=event.style is None)
        if isinstance(event, events.SequenceStartEvent):
            return Node(list(self.items(depth)), self.source, at)
        return Node(self.entries(depth, flow=bool(getattr(event, "flow_style", None))), self.source, at)

    def check(self, event: events.Event, line: int, depth: int) -> None:
        """Refuse what is too deep, too much, shared or tagged."""
        self.nodes += 1
        if isinstance(event, events.ScalarEvent):
            self.mark_scalar_end(event.start_mark, event.end_mark)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, events.AliasEvent):
            raise _InvalidYamlError(line, f"the alias {quoted('*' + str(anchor))}", "write the value itself again")
        if anchor is not None:
            raise _InvalidYamlError(
                line, f"the anchor {quoted('&' + str(anchor))}", "write plain values without anchors"
            )
        if tag is not None:
            raise _InvalidYamlError(line, f"the tag {quoted(str(tag))}", "write plain values without tags")
        if depth > DEEPEST:
            raise _InvalidYamlError(line, "blocks nested too deeply", f"{DEEPEST} levels", ProblemKind.OVER_LIMIT)
        if self.nodes > MOST_NODES:
            raise _InvalidYamlError(line, "too many keys and values", f"{MOST_NODES} in a file", ProblemKind.OVER_LIMIT)

    def mark_scalar_end(self, start: Any, end: Any) -> None:
        """Note where a scalar ends: only what follows on its last line can be a comment."""
        for line in range(start.line, end.line):
            self.ends[line + 1] = LARGEST_FILE
        self.ends[end.line + 1] = max(self.ends.get(end.line + 1, 0), end.column)

    def comments(self, text: str) -> Iterator[tuple[int, _Comment]]:
        """The comment of each line that has one."""
        for number, line in enumerate(text.split("\n"), 1):
            before = self.ends.get(number, 0)
            found = COMMENT.search(line, before) if "#" in line else None
            if found:
                yield number, _Comment(found[1].strip(), not line[: found.start()].strip())

    def items(self, depth: int) -> Iterator[Node]:
        """The items of a list."""
        while not isinstance(event := next(self.events), events.SequenceEndEvent):
            yield self.node(event, None, depth + 1)

    def entries(self, depth: int, *, flow: bool = False) -> dict[str, Node]:
        """The entries of a mapping; a key that stands twice is noted, and its first value kept.

        In `{paid: 1,200 USD}` the comma divides two entries of YAML, and of nobody else: the number is put together.
        """
        entries: dict[str, Node] = {}
        last: tuple[str, events.Event] | None = None  # the entry before, and the event of its value or of what goes on
        while not isinstance(event := next(self.events), events.MappingEndEvent):
            key, behind = self.node(event, None, depth + 1), next(self.events)
            if not isinstance(key.value, str):
                raise _InvalidYamlError(key.line, "a block or a list as a key", "a name", ProblemKind.WRONG_VALUE)
            value = self.node(behind, key.line, depth + 1)
            if flow and last and _goes_on(last[1], event, behind):
                before = entries[last[0]]
                entries[last[0]] = before.with_value(f"{before.value},{key.value}")
                last = (last[0], event)
                continue
            last = (key.value, behind)
            if key.value in entries:
                first = entries[key.value].line
                found, already = f"key {quoted(key.value)}", f"it stands on line {first} already"
                self.duplicates.append(_InvalidYamlError(key.line, found, already, ProblemKind.DUPLICATE))
            entries.setdefault(key.value, value)
        return entries


def _goes_on(before: events.Event, key: events.Event, value: events.Event) -> bool:
    """Whether a key without a value is the rest of a number: digits, a comma, and digits without a space."""
    texts = [event.value for event in (before, key, value) if isinstance(event, events.ScalarEvent) and not event.style]
    if len(texts) < 3 or before.end_mark.index + 1 != key.start_mark.index:
        return False
    return texts[0][-1:].isdigit() and texts[1][:1].isdigit() and not texts[2]


def read_tree(text: str, source: Source, report: ReportProblem) -> Node | None:
    """The tree of a YAML text, or None after a problem."""
    composer = _Composer(text, source)
    root, refused = None, composer.duplicates
    try:
        root = composer.document()
        source.comments.update(composer.comments(text))
    except _InvalidYamlError as error:
        refused.append(error)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        refused.append(_InvalidYamlError(line, f"the character U+{code:04X}", "write printable text"))
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = " ".join(str(getattr(error, "problem", None) or error).split())[:120]
        what = next((meaning for words, meaning in MEANINGS.items() if words in what), what)
        refused.append(_InvalidYamlError(mark.line + 1 if mark else None, what, "YAML", ProblemKind.INVALID_TEXT))
    for each in refused:
        report(Problem(source.label, each.line, None, each.found, each.allowed, kind=each.kind))
    return root
