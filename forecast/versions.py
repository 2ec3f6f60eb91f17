"""The versions of the package and of what it computes with, and a hash of the package's own sources.

Two installations may share what they computed only when both agree: half a run is never finished by other rules.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
COMPUTING_PACKAGES = ("numpy", "scipy", "numba", "simpy", "pyarrow")


def version_of(package: str = "forecast") -> str:
    """The version of an installed package, or `not installed`: there may be only its sources, or nothing.

    Manifests and checkpoints hold the text; nothing else looks a version up (tests/cli/test_commands.py).
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def software_versions() -> dict[str, str]:
    """The versions of the package, Python, what it computes with, and the platform, as a manifest names them."""
    found = {"forecast": version_of("forecast"), "python": platform.python_version()}
    return {**found, **{name: version_of(name) for name in COMPUTING_PACKAGES}, "platform": platform.platform()}


@cache
def package_hash(package: Path = PACKAGE) -> str:
    """A hash of every source file of the package, 16 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix()):
        text = file.read_bytes()
        digest.update(f"{file.relative_to(package).as_posix()} {len(text)}\n".encode() + text)
    return digest.hexdigest()
