"""Runs at the edges of what has to fit, each made once; and two scenarios compared."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from examples import CASES, LONG, NOW, other  # type: ignore[import-not-found]  # it stands beside this file

from forecast.analysis.comparison import Comparison
from forecast.study.compare import compare
from forecast.study.finished_run import Run
from forecast.study.run import run


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> dict[str, Run]:
    """The run of each case."""
    folder = tmp_path_factory.mktemp("cases")
    (folder / "now.csv").write_text(NOW)
    found = {}
    for name, text in CASES.items():
        path = folder / f"{name}.yaml"
        path.write_text(f"schema: 1\n{text}", encoding="utf-8")
        found[name] = run(path, folder=folder / name, workers=1)
    return found


@pytest.fixture(scope="session")
def usual(runs) -> Run:
    """The run in which everything happens."""
    found: Run = runs["usual"]
    return found


@pytest.fixture(scope="session")
def comparison(tmp_path_factory) -> Comparison:
    """A scenario, a better one, the same again under a name too long, and one in which nothing happens."""
    folder = tmp_path_factory.mktemp("compared")
    usual = CASES["usual"]
    texts = [
        usual,
        usual.replace("name: usual", "name: dearer").replace("enterprise: 30 USD", "enterprise: 45 USD"),
        usual.replace("name: usual", f"name: {'the same once more, ' * 9}"),
        usual.replace("name: usual", "name: $x$ and <b>nobody</b>").replace("organic: 6%", "organic: 0%"),
    ]
    for place, text in enumerate(texts):
        (folder / f"{place}.yaml").write_text(f"schema: 1\n{text}", encoding="utf-8")
    files = [folder / f"{place}.yaml" for place in range(len(texts))]
    return compare(*files, folder=folder / "comparison", workers=1)


@pytest.fixture(scope="session")
def twenty(tmp_path_factory) -> Comparison:
    """As many scenarios as can be compared, their names long and different at their ends only."""
    folder = tmp_path_factory.mktemp("twenty")
    files = [folder / f"{place}.yaml" for place in range(20)]
    for place, file in enumerate(files):
        text = other(f"{LONG} and again {LONG} {place}", ("organic: 6%", f"organic: {6 + place / 2}%"))
        file.write_text(f"schema: 1\n{text}", encoding="utf-8")
    return compare(*files, folder=folder / "comparison", workers=1, replications=2)


@pytest.fixture(scope="session")
def alike(tmp_path_factory) -> Comparison:
    """Two scenarios in which nothing happens."""
    folder = tmp_path_factory.mktemp("alike")
    files = [folder / f"{name}.yaml" for name in ("nothing", "nothing_again")]
    for file in files:
        text = CASES["nothing"].replace("nothing is signed", file.stem)
        file.write_text(f"schema: 1\n{text}", encoding="utf-8")
    return compare(*files, folder=folder / "comparison", workers=1)
