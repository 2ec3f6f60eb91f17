"""Scenarios and runs to ask the command line about."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TINY = """
schema: 1
name: Tiny [market]
clock: {start: 2026-01-01, horizon: 13 months}
run: {replications: 3, seed: 5}
market:
  segments:
    smb: {accounts: 6, eligible_users: 12}
    enterprise: {accounts: 2, eligible_users: 40}
adoption: {organic: 10% per month, imitation: 0.6 per month}
trial: {length: 10 days, activation: 60%, to_paid: 30%, keep_free: 60%}
churn: {free: {hazard: 9% per month, heterogeneity_cv: 0}, paid: {hazard: 5% per month, heterogeneity_cv: 0}}
awareness: {base: 40% per month}
procurement: {stages: {review: {resource: engineer, touch: 10 days, duration: 5 days, loss: 30%}}}
contract: {min_seats: 5}
pricing: {paid: 10 USD, enterprise: 30 USD}
vendor: {resources: {engineer: {count: 1}}}
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small scenario, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def process() -> Callable[..., Any]:
    """Starts `forecast` as a process of its own."""

    def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "forecast", *arguments]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(command, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, **options)

    return start
