"""Worlds to be exported and replayed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from exported import FOLDERS, SHIPPED, World  # type: ignore[import-not-found]  # it stands beside this file

from forecast.scenario import Scenario, load

COUNTS = {"smb": 20, "mid_market": 8, "enterprise": 0}
FEWER = [f"market.segments.{name}.accounts={count}" for name, count in COUNTS.items()]


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory) -> dict[str, Scenario]:
    """Scenarios by name: some shipped ones, much at one instant, and accounts in the midst of everything."""
    folder = tmp_path_factory.mktemp("scenarios")
    found = {name: load(name, [*FEWER, "clock.horizon=18 months"]) for name in SHIPPED}
    shutil.copy(FOLDERS["ties"] / "ties.csv", folder / "accounts.csv")
    for name in ("ties.yaml", "present.yaml", "present.csv"):
        shutil.copy(FOLDERS[name.split(".")[0]] / name, folder / name)
    return found | {name: load(folder / f"{name}.yaml") for name in FOLDERS}


@pytest.fixture(scope="session")
def world(scenarios, tmp_path_factory) -> Callable[..., World]:
    """A replication of a scenario, played once."""

    @cache
    def played(name: str, replication: int = 0) -> World:
        return World(scenarios[name], replication, tmp_path_factory.mktemp(name))

    return played
