"""Small worlds whose truth is known, as the exports that a company would have of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.exports.initial_data_file import initial_data_file
from forecast.history.event_export import export_events
from forecast.study.run import run

WORLD = """
extends: bottom_up
name: World
clock: {start: 2025-01-01, horizon: 16 months}
market:
  level: {sd: 0}
  segments:
    smb: {accounts: 80, eligible_users: {lognormal: {median: 20, p90: 40}}}
    mid_market: {accounts: 40}
    enterprise: none
adoption: {across_teams: 100%, imitation: 0.4 per month}
plans: {team: {rate: 0 per month}}
"""
PANEL = "account,month,eligible,active,starts,stops\n"


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data file with a panel of counts: twelve accounts, fourteen months; one of them left the market earlier."""
    folder: Path = tmp_path_factory.mktemp("panel")
    chance = np.random.default_rng(20260101)
    lines = []
    for account in range(12):
        active, size = 0, 20 + 5 * account
        for month in range(15 if account else 9):
            starts = stops = 0
            if month:
                starts = int(
                    min(chance.poisson(0.02 * (size - active) + 0.25 * active * (1 - active / size)), size - active)
                )
                stops = int(chance.binomial(active, 0.08))
            active += starts - stops
            lines.append(
                f"=team {account},{2025 + month // 12}-{month % 12 + 1:02}-01,{size},{active},{starts},{stops}\n"
            )
    (folder / "panel.csv").write_text(PANEL + "".join(lines), encoding="utf-8")
    (folder / "data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    return folder / "data.yaml"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a world that has been played, and its exports in `events`, with the data file that was guessed."""
    folder: Path = tmp_path_factory.mktemp("world")
    (folder / "world.yaml").write_text(WORLD, encoding="utf-8")
    done = run(folder / "world.yaml", replications=1, workers=1, folder=folder / "run")
    files = export_events(done, folder=folder / "events")
    names = [file.path for file in files if file.path.stem in ("events", "opportunities", "contracts", "accounts")]
    text = initial_data_file(names, folder)
    (folder / "data.yaml").write_text(f"since: 2025-01-01\nuntil: 2026-04-30\n{text}", encoding="utf-8")
    return folder
