"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import ast
import doctest
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import forecast

PACKAGE = Path(__file__).parents[1] / "forecast"
LEAST_EXAMPLES = 40
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
PANEL = "account,month,eligible,active,starts,stops\n" + "".join(
    f"team {account},{2025 + month // 12}-{month % 12 + 1:02}-01,30,{month + account},{1 if month else account},0\n"
    for account in range(4)
    for month in range(15)
)
NUMPY_SECTIONS = ("Parameters\n---", "Returns\n---", "Examples\n---")


def documented(tree: ast.Module, module: str) -> Iterator[tuple[str, ast.AST]]:
    """The module, its classes, functions and methods by their full names."""
    yield module, tree
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield f"{module}.{node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from (
                (f"{module}.{node.name}.{each.name}", each) for each in node.body if isinstance(each, ast.FunctionDef)
            )


def examples() -> Iterator[doctest.DocTest]:
    """The docstrings of the package that hold an example."""
    parser = doctest.DocTestParser()
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for name, node in documented(ast.parse(path.read_text(encoding="utf-8")), module):
            text = ast.get_docstring(node) or ""  # type: ignore[arg-type]
            if ">>>" in text:
                yield parser.get_doctest(text, {"__name__": module}, name, str(path), getattr(node, "lineno", 0))


EXAMPLES = list(examples())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished work that examples open: a run of the base, and a comparison with another one."""
    folder = tmp_path_factory.mktemp("examples") / "runs"
    forecast.run("bottom_up", replications=20, folder=folder / "first", workers=1)
    others = ("bottom_up", "soc2_six_months_earlier")
    forecast.compare(*others, replications=20, folder=folder / "soc2", workers=1)
    return folder


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_prints_what_it_says(
    example: doctest.DocTest,
    runs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    (tmp_path / "data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    example.globs.update(vars(import_module(example.globs["__name__"])))
    failures = doctest.DocTestRunner(optionflags=OPTIONS).run(example).failed
    assert not failures, capsys.readouterr().out


def test_an_example_that_is_wrong_is_noticed() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", "here", 0)
    assert doctest.DocTestRunner(optionflags=OPTIONS).run(wrong, out=lambda _: None).failed == 1


def test_there_are_enough_examples() -> None:
    assert len(EXAMPLES) >= LEAST_EXAMPLES


@pytest.mark.parametrize("name", [name for name in forecast.__all__ if callable(getattr(forecast, name, None))])
def test_what_is_promised_is_documented_with_an_example(name: str) -> None:
    text = getattr(forecast, name).__doc__ or ""
    assert "Examples\n" in text
    assert ">>>" in text
