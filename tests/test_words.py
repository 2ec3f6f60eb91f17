"""Do code, documents and notebooks use plain modern words, those of docs/glossary.md? A list of others stays out."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BANNED = {  # as a whole word or a part of a name, in any case -> what to write instead
    r"told": "format, describe, label, write: what is done",
    r"nought": "zero, 0",
    r"crew": "executor, workers",
    r"strangers?": "what it is: an unknown job, a foreign build",
    r"deaf": "with SIGINT blocked",
    r"swept": "removed, cleaned up",
    r"one's own": "custom",
    r"at one blow": "atomically",
    r"of no account": "undefined, ignored",
    r"is no (?:yaml|json|number)": "is not",
    r"does not do": "is not supported",
    r"a defect of forecast": "internal error, please report",
    r"in vain": "what comes of it: `never answered`, `not available`",
    r"(?:under|on|with) the same chance": "with common random numbers",
    r"nobody knows": "parameter uncertainty, uncertain",
    r"in hand": "current, pending, available",
    r"too little to matter": "inside the indifference zone",
    r"deepest so far": "cumulative minimum",
    r"starts anew": "starts over",
}
BREAK = r"\s+(?:#\s+)?"  # what stands for a space: also the end of a line, in a comment too
PATTERNS = {
    re.compile("(?<![a-z])" + words.replace(" ", BREAK) + "(?![a-z])", re.IGNORECASE): better
    for words, better in BANNED.items()
}
BANNED_NAMES = {"meant", "asked", "asked_for", "lived", "means"}  # as the name of a variable, a field or a function
MEANS = ("forecast/analysis", "forecast/study", "forecast/finance", "forecast/charts")  # where it is a plural of `mean`
PLACES = ("forecast/**/*.py", "forecast/**/*.j2", "docs/*.md", "docs/*.py", "notebooks/*.*", "scenarios/*.yaml")
FILES = [
    *sorted(path.relative_to(ROOT).as_posix() for place in PLACES for path in ROOT.glob(place)),
    *("README.md", "Makefile"),
]


def found_words(text: str) -> list[str]:
    """The banned words of a text, each with its line and what to write instead."""
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}; better: {better}"
        for words, better in PATTERNS.items()
        for match in words.finditer(text)
    ]


def found_names(text: str, banned: set[str]) -> list[str]:
    """The banned names that Python sources use."""
    names = (
        (node.lineno, getattr(node, field))
        for node in ast.walk(ast.parse(text))
        for field in ("id", "arg", "attr", "name")
        if hasattr(node, "lineno") and isinstance(getattr(node, field, None), str)
    )
    return [f"line {line}: the name {name!r}" for line, name in names if name in banned]


def found_docstrings(text: str) -> list[str]:
    """The docstrings that say `Nothing` instead of what is done."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
    return [
        f"line {node.body[0].lineno}: a docstring begins with `Nothing`; better: the imperative"
        for node in nodes
        if (ast.get_docstring(node) or "").startswith("Nothing")
    ]


def notebook_text(text: str) -> str:
    """What a notebook says: its cells, and what they printed."""
    return "\n".join(_texts(json.loads(text)["cells"]))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        if part and all(isinstance(each, str) for each in part):
            yield "".join(part)
        else:
            for each in part:
                yield from _texts(each)
    elif isinstance(part, dict):
        for key, each in part.items():
            if not key.startswith("image/"):
                yield from _texts(each)


def findings(file: str) -> list[str]:
    """All that is wrong with the words of a file."""
    text = (ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".ipynb"):
        return found_words(notebook_text(text))
    if not file.startswith("forecast/") or not file.endswith(".py"):
        return found_words(text)
    names = BANNED_NAMES - ({"means"} if file.startswith(MEANS) else set())
    return found_words(text) + found_names(text, names) + found_docstrings(text)


@pytest.mark.parametrize("file", FILES)
def test_words_are_plain(file: str) -> None:
    assert findings(file) == []


@pytest.mark.parametrize(
    "text",
    ["They are told so.", "told_of = 1", "class _Told: ...", "custom processes of one's\n    # own", "Exactly nought"],
)
def test_a_banned_word_is_found(text: str) -> None:
    assert len(found_words(text)) == 1


@pytest.mark.parametrize("text", ["a golden default", "ondeafness", "bold_text = 1", "one's owner"])
def test_a_word_that_only_contains_one_is_fine(text: str) -> None:
    assert found_words(text) == []


def test_banned_names_and_docstrings_are_found() -> None:
    text = 'def f(meant):\n    """Nothing; it is there."""\n    asked.lived = meant\n'
    assert sorted(each.split("'")[1] for each in found_names(text, BANNED_NAMES)) == [
        "asked",
        "lived",
        "meant",
        "meant",
    ]
    assert len(found_docstrings(text)) == 1
    assert found_docstrings('def f():\n    """What is left: nothing."""') == []
