"""Do the oldest and the newest versions that pyproject.toml allows give the same results?  `make test-versions`.

Two virtual environments are made in a folder: in one every direct dependency has its lower bound, in the other the
newest version that is allowed; what those depend on is the newest in both.  In each the tests below are run: the golden
hash of the events, the agreement of the engines, the bits of the elementary functions, run folders, workbook, report,
charts.  Needs a package index; about ten minutes on two cores.  The last result stands in docs/validation.md.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = (
    "tests/test_elementary.py",
    "tests/test_randomness.py",
    "tests/test_scenarios_shipped.py",
    "tests/charts/test_drawn.py",
    "tests/cli/test_commands.py",
    "tests/compiling",
    "tests/engines/test_agreement.py",
    "tests/finance/test_export.py",
    "tests/finance/test_workbook.py",
    "tests/report/test_report.py",
    "tests/scenario",
    "tests/study/test_run_folder.py",
    "tests/study/test_verify.py",
)
# An old package on a new one that it depends on is warned of what it should call by now; that is not about us.
WARNINGS = ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
SHOWN = ("numba", "numpy", "scipy", "pyarrow", "simpy", "matplotlib", "pandas")


def requirements() -> list[str]:
    """All direct dependencies, those of the extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]


def oldest(requirement: str) -> str:
    """The requirement with its lower bound as the only version: `numba==0.62` of `numba>=0.62,<0.69`."""
    found = re.fullmatch(r"([A-Za-z0-9._-]+)>=([0-9.]+),<[0-9.]+", requirement)
    if found is None:
        raise SystemExit(f"pyproject.toml: {requirement} has not the form NAME>=OLDEST,<TOO_NEW")
    return f"{found[1]}=={found[2]}"


def build(folder: Path, pins: list[str]) -> Path:
    """Make an environment with the package, its extras and these pins; the interpreter in it."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", constraints]
    subprocess.run([*install, "--editable", f"{ROOT}[test,notebooks,dask]"], check=True)
    return python


def versions(python: Path) -> str:
    """What is installed of the packages that compute, as a line."""
    ask = f"from importlib.metadata import version as v; print(', '.join(p + ' ' + v(p) for p in {SHOWN!r}))"
    return subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()


def run_tests(python: Path, folder: Path) -> tuple[int, str]:
    """The exit status of the tests in an environment, and pytest's last line."""
    ignored = [option for warning in WARNINGS for option in ("-W", f"ignore::{warning}")]
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto", "-m", "not slow", *ignored, *TESTS]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    sys.stdout.write(done.stdout)
    lines = done.stdout.strip().splitlines()
    return done.returncode, lines[-1] if lines else "no output"


def main() -> int:
    """Build and test both environments; the worse of their exit statuses."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / ".versions", help="where the environments go")
    folder = parser.parse_args().folder.resolve()
    results = []
    for name, pins in (("oldest", [oldest(each) for each in requirements()]), ("newest", [])):
        python = build(folder / name, pins)
        status, last = run_tests(python, folder / name)
        results.append((status, f"| {name} | {versions(python)} | {last.strip('= ')} |"))
    print("\n".join(line for _, line in results))
    return max(status for status, _ in results)


if __name__ == "__main__":
    sys.exit(main())
