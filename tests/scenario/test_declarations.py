"""Is every path that anybody reads declared, and is a misspelt one an error before anything is simulated?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forecast.model.tables import SEGMENT_BLOCKS
from forecast.scenario import block_path, declared, load
from forecast.scenario.format.declarations import COLUMN_TYPES, Block, DeclarationError, block, column, value
from forecast.scenario.format.field_types import CONTAGION_FORM, SHARE
from forecast.scenario.format.schema import IfMissingBlock, RequirementRules, ScenarioFile, StageRules

PACKAGE = Path(__file__).parents[2] / "forecast"


@pytest.mark.parametrize(
    "path",
    [
        "renewal.uplift",
        "adoption.imitation.rate",
        "adoption.contagion.threshold",
        "procurement.requirements.{}.if_missing.waive",
        "vendor.resources.{}.count",
        "ban.reduced_by.{}",
    ],
)
def test_a_declared_path_is_given_back(path: str) -> None:
    assert declared(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "renewal.upliftt",
        "renewal",
        "renewal.uplift.more",
        "adoption.imitation",
        "adoption.imitation.rates",
        "procurement.stages.{}",
        "procurement.stages.{}.gates",
        "vendor.resources.count",
        "timeline.{}.at",
        "",
    ],
)
def test_a_path_that_no_key_declares_is_refused(path: str) -> None:
    with pytest.raises(DeclarationError, match="no key of the format declares the path"):
        declared(path)


@pytest.mark.parametrize("path", ["upliftt", "contagion", "contagion.exponents", "if_missing", "if_missing.waived"])
def test_a_column_of_a_path_that_its_block_does_not_declare_is_refused(path: str) -> None:
    with pytest.raises(DeclarationError, match="which nobody declares"):

        class _Rules(Block):
            uplift = value(SHARE, "0%")
            contagion = value(CONTAGION_FORM, "simple")
            if_missing = block(IfMissingBlock, {})
            read: float = column(path)


def test_a_column_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(DeclarationError, match="of that type"):

        class _Rules(Block):
            uplift: complex = value(SHARE, "0%")


def test_a_block_stands_at_one_path() -> None:
    assert block_path(StageRules) == "procurement.stages.{}"
    assert block_path(RequirementRules) == "procurement.requirements.{}"
    with pytest.raises(DeclarationError):
        block_path(Block)


def blocks(model: type[Block]) -> Iterator[type[Block]]:
    """A block and all below it."""
    yield model
    for entry in model.keys.values():
        if entry.block:
            yield from blocks(entry.block)


def test_every_column_is_a_number_that_a_key_of_its_block_declares(whole: Path) -> None:
    parameters = load(whole).parameters
    for name, model in SEGMENT_BLOCKS.items():
        assert model.columns
        for found in model.columns.values():
            assert found.sort in COLUMN_TYPES
            assert all(f"{name}.{path}" in parameters for path in found.paths)


def test_every_block_stands_once_in_the_format() -> None:
    found = list(blocks(ScenarioFile))
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("model/traits.py", "pricing.discount", "pricing.discont"),
        ("model/vendor.py", "vendor.resources.{}.cost", "vendor.resource.{}.cost"),
        ("model/assembly.py", "ban.reduced_by.{}", "ban.reducedby.{}"),
        (
            "scenario/format/schema.py",
            '    threshold: float = column("contagion.threshold")',
            "    x: float = column('y')",
        ),
        ("model/tables.py", "    plans: PlansRules\n", ""),
    ],
)
def test_a_misspelt_path_fails_at_import(file: str, right: str, wrong: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "forecast", ignore=shutil.ignore_patterns("__pycache__"))
    text = (tmp_path / "forecast" / file).read_text()
    assert right in text
    (tmp_path / "forecast" / file).write_text(text.replace(right, wrong))
    command = [
        sys.executable,
        "-P",
        "-c",
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import forecast.model.parameters",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "DeclarationError" in done.stderr
