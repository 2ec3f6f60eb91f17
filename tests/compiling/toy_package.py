"""A package of one rule and one caller, played by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULE = "from forecast.compiling.decorators import compiled\n\n@compiled\ndef rule(x):\n    return x * {}\n"
CALLER = (
    "from forecast.compiling.decorators import compiled\n"
    "from forecast.rule import rule\n\n"
    "@compiled\ndef call(x):\n    return rule(x) + 1\n"
)
ASK = "from forecast.caller import call\nprint(call(10), call(0.5))"


def run_python(
    text: str, package: Path = ROOT, *options: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What another process of Python says to this text, in a folder, `package` (or that) first on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, *options, "-c", text]
    found = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder or package,
        env=kept | {"PYTHONPATH": str(package)} | environment,
    )
    assert found.returncode == 0, found.stderr
    return found
