"""The package's code in figures: files, functions, comments, docstrings, circles of imports, names with two meanings.

python benchmarks/readability.py [FOLDER]   # a line for the package, one for each room
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean, quantiles

ROOT = Path(__file__).parents[1] / "forecast"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COLUMNS = (
    "room",
    "files",
    "lines",
    "file med / p90 / max",
    "fn med / p95 / max",
    "args mean / p95 / max",
    "comments",
    "doc %",
    "fn with docstring %",
    ">>>",
)
PRAGMAS = ("# noqa", "# type:", "# ruff:", "# pragma")


def at_rank(values: list[int], percent: int) -> int:
    """A percentile of whole numbers, 0 where there are none."""
    return round(quantiles(values, n=100)[percent - 1]) if len(values) > 1 else sum(values)


def comment_lines(text: str) -> int:
    """The comments that speak to people."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(token.type == tokenize.COMMENT and not token.string.startswith(PRAGMAS) for token in tokens)


def docstrings(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each module, class and function with its docstring, empty where it has none."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)):
            yield node, ast.get_docstring(node) or ""


def measure(name: str, paths: Iterable[Path]) -> str:
    """One line of the table."""
    texts = [path.read_text(encoding="utf-8") for path in paths]
    trees = [ast.parse(text) for text in texts]
    lines = [text.count("\n") for text in texts]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    documented = [(node, text) for tree in trees for node, text in docstrings(tree)]
    doc_lines = sum(text.count("\n") + 1 for _, text in documented if text)
    sizes = [
        (node.end_lineno or 0) - node.lineno + 1 - (len((ast.get_docstring(node) or "").splitlines()))
        for node in functions
    ]
    arguments = [len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs) for node in functions]
    code = sum(lines) - doc_lines - sum(sum(not line.strip() for line in text.splitlines()) for text in texts)
    with_text = [bool(text) for node, text in documented if isinstance(node, FUNCTIONS)]
    columns = (
        name,
        len(texts),
        sum(lines),
        f"{at_rank(lines, 50)} / {at_rank(lines, 90)} / {max(lines, default=0)}",
        f"{at_rank(sizes, 50)} / {at_rank(sizes, 95)} / {max(sizes, default=0)}",
        f"{mean(arguments or [0]):.1f} / {at_rank(arguments, 95)} / {max(arguments, default=0)}",
        f"{100 * sum(map(comment_lines, texts)) / max(1, code):.1f}",
        f"{100 * doc_lines / max(1, sum(lines)):.0f}",
        f"{100 * sum(with_text) / max(1, len(with_text)):.0f}",
        sum(">>>" in text for _, text in documented),
    )
    return "| " + " | ".join(map(str, columns)) + " |"


def imports(root: Path) -> dict[str, set[str]]:
    """The modules that each module imports, at its top or inside; packages' own `__init__` left out."""
    trees = {
        ".".join(path.relative_to(root.parent).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in root.rglob("*.py")
        if path.name != "__init__.py"
    }
    found: dict[str, set[str]] = {module: set() for module in trees}
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
                found[module] |= {name for name in names if name in trees and name != module}
    return found


def circles(root: Path) -> list[str]:
    """The modules that lead back to themselves."""
    arrows = imports(root)
    reached: dict[str, set[str]] = {}
    for module in arrows:
        seen, todo = set[str](), [module]
        while todo:
            new = arrows[todo.pop()] - seen
            seen |= new
            todo += new
        reached[module] = seen
    return sorted(module for module in arrows if module in reached[module])


def names_with_two_meanings(root: Path) -> list[str]:
    """Public functions and classes that stand in two modules; the engines' wanted mirror is left out."""
    places = defaultdict[str, set[Path]](set)
    for path in root.rglob("*.py"):
        if "engines" not in path.relative_to(root).parts:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, (ast.ClassDef, *FUNCTIONS)) and not node.name.startswith("_"):
                    places[node.name].add(path)
    return sorted(name for name, paths in places.items() if len(paths) > 1)


def main(root: Path = ROOT) -> None:
    """Print the table."""
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    print(measure("**all**", sorted(root.rglob("*.py"))))
    engines = [root / "engines" / name for name in ("simpy_engine", "compiled")]
    rooms = [path for path in sorted(root.iterdir()) if path.name != "engines" and any(path.rglob("*.py"))]
    for room in [*rooms, *engines]:
        print(measure(room.relative_to(root).as_posix(), sorted(room.rglob("*.py"))))
    for title, found in (("circles", circles(root)), ("names with two meanings", names_with_two_meanings(root))):
        print(f"{title}: {len(found)} {' '.join(found)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
