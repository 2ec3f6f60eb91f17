"""Has every public name one meaning, and does every module say what is in it?"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "forecast"
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
MODULES = [file for file in FILES if not file.endswith("__init__.py")]
MIRRORS = ("engines/compiled/", "engines/simpy_engine/")  # they name the same steps alike, on purpose
NOT_FOR_OTHERS = (
    "engines/",  # the mirror of names in both engines is for readers
    "cli/commands/",  # found by the name of the command
    "scenario/format/schema.py",  # one class a block of the file, named for it
)
RETURNED = {"AccountStory"}  # what a promised function returns
INTERFACE = ("engines/__init__.py", *(f"{mirror}__init__.py" for mirror in MIRRORS))  # what each engine offers: `run`


def public_names(text: str) -> list[str]:
    """The functions and classes that a module defines for others."""
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [node.name for node in ast.parse(text).body if isinstance(node, defined) and not node.name.startswith("_")]


def names_with_two_meanings(names: dict[str, list[str]]) -> dict[str, list[str]]:
    """The names that stand in several files, given those of each file; one in each engine is one meaning."""
    places = defaultdict(list)
    for file, defined in names.items():
        for name in dict.fromkeys(defined):
            places[name].append(file)
    return {name: files for name, files in places.items() if len(files) > 1 and not _is_mirror(files)}


def _is_mirror(files: list[str]) -> bool:
    engines = [mirror for file in files for mirror in MIRRORS if file.startswith(mirror)]
    return sorted(engines) == sorted(MIRRORS) and len(files) == len(MIRRORS)


def test_no_public_name_has_two_meanings() -> None:
    files = [file for file in FILES if file not in INTERFACE]
    names = {file: public_names((PACKAGE / file).read_text(encoding="utf-8")) for file in files}
    assert names_with_two_meanings(names) == {}


def test_a_name_with_two_meanings_is_found() -> None:
    text = "def run(): ...\nclass Run: ...\ndef _run(): ...\nif True:\n    def late(): ...\n"
    assert public_names(text) == ["run", "Run"]
    assert names_with_two_meanings({"a.py": ["run"], "b.py": ["run"]}) == {"run": ["a.py", "b.py"]}
    mirror = {"engines/compiled/a.py": ["sign"], "engines/simpy_engine/b.py": ["sign"]}
    assert names_with_two_meanings(mirror) == {}
    assert "sign" in names_with_two_meanings({**mirror, "model/c.py": ["sign"]})
    assert "sign" in names_with_two_meanings({**mirror, "engines/compiled/d.py": ["sign"]})


@pytest.mark.parametrize("file", MODULES)
def test_a_module_says_what_is_in_it_and_asks_nothing(file: str) -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / file).read_text(encoding="utf-8")))
    assert docstring
    assert "?" not in docstring.splitlines()[0]


def test_a_public_name_is_used_by_somebody_else() -> None:
    used = {path: set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) for path in readable_files()}
    alone = [
        f"{file}: {name}"
        for file in MODULES
        if not file.startswith(NOT_FOR_OTHERS)
        for name in public_names((PACKAGE / file).read_text(encoding="utf-8"))
        if name not in RETURNED and not any(name in words for path, words in used.items() if path != PACKAGE / file)
    ]
    assert alone == [], "a name for its own file alone begins with an underscore"


def readable_files() -> list[Path]:
    """The files in which a public name may be used."""
    places = ("forecast/**/*.py", "forecast/**/*.j2", "tests/**/*.py", "benchmarks/*.py", "docs/*", "notebooks/*.ipynb")
    return [
        path
        for place in places
        for path in PACKAGE.parent.glob(place)
        if path.suffix in {".py", ".md", ".j2", ".ipynb"}
    ]
