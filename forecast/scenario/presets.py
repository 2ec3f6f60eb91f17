"""The scenarios that come with the package, and their files. Reads none of them."""

from __future__ import annotations

from pathlib import Path

PACKAGED = Path(__file__).parent / "shipped"  # in a wheel
BESIDE = Path(__file__).parents[2] / "scenarios"  # in the repository, where the wheel takes them from


def shipped() -> dict[str, Path]:
    """The shipped scenarios' files by name, sorted."""
    folder = PACKAGED if PACKAGED.is_dir() else BESIDE
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
