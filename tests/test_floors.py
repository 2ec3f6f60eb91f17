"""Does every file stand on its floor, without circles of imports, and is it short enough to read in one go?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from forecast.compiling.cache import COMPILED_FLOORS

PACKAGE = Path(__file__).parents[1] / "forecast"
FLOORS = {
    **dict.fromkeys(
        [
            *("types", "errors", "versions", "files", "compiling", "months"),
            *("randomness", "elementary", "normal", "spreadsheet_text", "user_paths", "receiving_tools", "foreign"),
            *("parquet_groups", "observed"),
        ],
        0,
    ),
    "scenario": 1,
    "model": 2,
    "imports": 2,
    "learning": 2,
    "exports": 3,
    "engines": 3,
    "montecarlo": 4,
    "analysis": 5,
    "study": 6,
    "history": 7,
    "finance": 8,
    "charts": 8,
    "html_report": 9,
    "fitting": 9,
    "backtesting": 10,
    "watching": 10,
    "cli": 11,
    "__main__": 12,
    "": 12,  # forecast/__init__.py: the few verbs of a notebook
}
APART = {  # rooms that a room does without although they stand below it or beside it
    "analysis": ("engines", "montecarlo"),  # pure functions of tables: whoever analyses needs neither engine nor runner
    "charts": ("engines", "montecarlo"),  # what a picture needs is in the folder of the run
}
LONGEST_FILE = 350
LONGEST_ENGINE = 500  # one loop and its queues are one thing
LONGEST_TABLE = 700  # the format is one table of keys, and as long as it has keys
LONGEST_FUNCTION = 60
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imported_names(tree: ast.Module, module: list[str]) -> Iterator[str]:
    """The full names that a module imports, at its top or inside a function; `module` is its own name in parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = module[: len(module) - node.level + 1] if node.level else []
            base = [*start, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "import_module" and node.args:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def room(parts: list[str]) -> str:
    """The room of the house in which a module stands: what follows `forecast` in its name, empty for the package."""
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def too_high(text: str, file: str) -> list[str]:
    """The imports of a file that lead to a higher floor."""
    parts = ["forecast", *file.removesuffix(".py").removesuffix("__init__").strip("/").split("/")]
    here = room(parts)
    package = [part for part in parts if part] if file.endswith("__init__.py") else parts[:-1]
    names = (name.split(".") for name in imported_names(ast.parse(text), package))
    return [".".join(name) for name in names if name[0] == "forecast" and FLOORS[room(name)] > FLOORS[here]]


@pytest.mark.parametrize("file", FILES)
def test_imports_lead_only_to_lower_floors(file: str) -> None:
    top = file.split("/", maxsplit=1)[0].removesuffix(".py")
    assert file == "__init__.py" or top in FLOORS, f"{top} has no floor: give it one in {Path(__file__).name}"
    assert too_high((PACKAGE / file).read_text(encoding="utf-8"), file) == []


@pytest.mark.parametrize(
    "line",
    [
        "from forecast.cli import main",
        "import forecast.engines.log",
        "from forecast import engines",
        "from .. import engines",
        "from ..engines import log",
        "def late():\n    from forecast.html_report import page",
        "import importlib\nimportlib.import_module('forecast.results')",
        "from forecast import run",
    ],
)
def test_an_import_from_a_higher_floor_is_found_in_every_form(line: str) -> None:
    assert too_high(line, "model/users.py") != []
    assert too_high(line, "model/__init__.py") != []


@pytest.mark.parametrize("line", ["from forecast.errors import RunError", "from . import kinds", "import numpy"])
def test_an_import_from_the_same_or_a_lower_floor_is_fine(line: str) -> None:
    assert too_high(line, "model/users.py") == []


def module_name(file: str) -> str:
    """The full name of the module in a file of the package."""
    parts = ["forecast", *file.removesuffix(".py").split("/")]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_graph(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Which modules of the package each of them imports, also late and for types alone; files are given by text."""
    modules = {module_name(file) for file in files}
    graph: dict[str, set[str]] = {}
    for file, text in files.items():
        name = module_name(file)
        package = name.split(".") if file.endswith("__init__.py") else name.split(".")[:-1]
        imported = imported_names(ast.parse(text), package)
        graph[name] = {found if found in modules else found.rpartition(".")[0] for found in imported} & modules - {name}
    return graph


def circle(graph: Mapping[str, Set[str]]) -> list[str]:
    """The modules of one circle of imports; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = import_graph({file: (PACKAGE / file).read_text(encoding="utf-8") for file in FILES})
    assert circle(graph) == []


@pytest.mark.parametrize(
    "texts",
    [
        {"a.py": "from forecast import b", "b.py": "from forecast.a import name"},
        {"a.py": "from . import b", "b.py": "def late():\n    from forecast import a"},
        {"a.py": "import forecast.b.c", "b/c.py": "if TYPE_CHECKING:\n    from forecast.a import Name"},
        {
            "a.py": "from forecast.b import c",
            "b/__init__.py": "from forecast.b import c",
            "b/c.py": "import forecast.b",
        },
        {"a.py": "from forecast.b import name", "b.py": "import forecast.c", "c.py": "import forecast.a"},
    ],
)
def test_a_circle_of_imports_is_found_in_every_form(texts: dict[str, str]) -> None:
    assert circle(import_graph(texts)) != []


def test_two_files_that_import_a_third_make_no_circle() -> None:
    assert circle(import_graph({"a.py": "import forecast.c", "b.py": "from forecast import a, c", "c.py": ""})) == []


@pytest.mark.parametrize("file", [file for file in FILES if file.split("/")[0] in APART])
def test_a_room_does_without_the_rooms_it_needs_not(file: str) -> None:
    names = imported_names(ast.parse((PACKAGE / file).read_text(encoding="utf-8")), ["forecast", *file.split("/")[:-1]])
    rooms = {room(name.split(".")) for name in names if name.startswith("forecast.")}
    assert rooms.isdisjoint(APART[file.split("/", maxsplit=1)[0]])


def docstring_lines(node: ast.AST) -> int:
    """The lines of a docstring: what explains a function does not make it long."""
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) or ast.get_docstring(node) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


@pytest.mark.parametrize("file", FILES)
def test_files_and_functions_are_short(file: str) -> None:
    text = (PACKAGE / file).read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    most = LONGEST_ENGINE if file.startswith("engines/compiled") else LONGEST_FILE
    most = LONGEST_TABLE if file == "scenario/format/schema.py" else most
    assert text.count("\n") - sum(map(docstring_lines, nodes)) <= most
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {
        node.name: (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node) for node in functions
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("file", FILES)
def test_modules_open_with_a_docstring(file: str) -> None:
    text = (PACKAGE / file).read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_there_are_files_to_read() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES)
def test_only_what_the_cache_of_compiled_code_knows_compiles(file):
    parts = file.split("/")
    tree = ast.parse((PACKAGE / file).read_text())
    compiles = any(name.startswith("forecast.compiling") for name in imported_names(tree, ["forecast", *parts[:-1]]))
    assert not compiles or len(parts) == 1 or parts[0] in COMPILED_FLOORS
