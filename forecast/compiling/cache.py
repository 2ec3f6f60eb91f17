"""Compiled code kept for the next process, in the user's cache folder.

The folder is named by a hash of every source that may hold compiled code: Numba by itself does not notice that a
function called from ANOTHER file has changed, and would go on playing the old rule
(tests/compiling/test_cache.py::test_an_edit_in_another_file_is_noticed).
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from forecast.compiling.numba_names import LACKS_CACHING, LACKS_LINKING, MISSING, Numba, numba

_PACKAGE: Final = Path(__file__).resolve().parents[1]
COMPILED_FLOORS: Final = ("compiling", "model", "engines")  # beside the package's own files
_LAYOUTS: Final = ("scenario/format",)  # declares the columns of records that compiled code reads
_UNREADABLE: Final = (OSError, EOFError, pickle.UnpicklingError, ValueError, AttributeError, ImportError, LookupError)
_warned: list[str] = []  # why the cache does not work, once it was said


class CacheWarning(UserWarning):
    """The compiled code cannot be kept: it is compiled again by every run."""


def user_cache_folder() -> Path:
    """The folder where this system's users expect caches; NUMBA_CACHE_DIR, when set, comes first."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def source_hash(package: Path = _PACKAGE) -> str:
    """A hash of the sources that hold compiled code and of the versions of Numba and Python, 16 hexadecimal digits.

    Rules stand in the lowest floors, the model and the engines; what lies above them compiles nothing
    (tests/test_floors.py).
    """
    version = "none" if MISSING else f"{numba.__version__}{' unlinked' * bool(LACKS_LINKING)}"
    digest = hashlib.blake2b(f"{version} {sys.implementation.cache_tag} {sys.version}".encode(), digest_size=8)
    folders = [package / floor for floor in (*COMPILED_FLOORS, *_LAYOUTS)]
    files = [*package.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    for file in sorted(files):
        text = file.read_bytes()
        digest.update(f"\n{file.relative_to(package).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()


@functools.cache
def cache_folder() -> Path | None:
    """The folder of compiled code, made on the first call and writable; None, with one warning, if there is none."""
    try:
        folder = user_cache_folder() / "forecast" / source_hash()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as reason:  # RuntimeError: there is no home folder
        _warn_cache(str(reason))
        return None


def _warn_cache(reason: str) -> None:
    if _warned:
        return
    _warned.append(reason)
    text = f"compiled code cannot be kept ({reason}), so every run compiles; set XDG_CACHE_HOME to a writable folder"
    warnings.warn(text, CacheWarning, stacklevel=2)


if not MISSING and not LACKS_CACHING:
    caching: Numba = import_module("numba.core.caching")

    class _Cache(caching.FunctionCache):  # type: ignore[misc]
        """A cache that never stops a run: what cannot be read is compiled again, what cannot be written is not kept."""

        def load_overload(self, sig: Numba, target_context: Numba) -> Numba:
            """The kept compilation of this signature, or None."""
            wanted: Numba = getattr(sig, "args", sig)  # types alone, or with what is returned
            try:
                found = super().load_overload(sig, target_context)
                # Two processes that save two signatures at once may both call their file number 1, and the index of the
                # one then leads to the code of the other (test_code_kept_under_another_signature_is_not_played).
                if found is None or tuple(found.signature.args) == tuple(wanted):
                    return found
            except _UNREADABLE:
                pass
            self._reset()
            return None

        def save_overload(self, sig: Numba, data: Numba) -> None:
            """Keep the compilation if the disk allows."""
            try:
                super().save_overload(sig, data)
            except (*_UNREADABLE, RuntimeError) as reason:
                # RuntimeError: there is no object code.  What a signal raised was lost in LLVM's call back to Python
                # (test_a_signal_while_llvm_calls_back_costs_only_what_is_kept).
                self.disable()
                _warn_cache(str(reason))

        def _reset(self) -> None:
            """Forget all that is kept of the function."""
            try:
                self.flush()
            except OSError as reason:
                self.disable()
                _warn_cache(str(reason))


def keep_compiled(dispatcher: Numba, function: Callable[..., Any]) -> None:
    """Let a dispatcher look for its machine code in the cache, and put it there."""
    folder = None if LACKS_CACHING else cache_folder()
    if folder is None:
        return
    config = numba.config
    before = config.CACHE_DIR, getattr(config, "CACHE_LOCATOR_CLASSES", "")
    config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), ""
    try:
        cache = _Cache(function)
    except (OSError, RuntimeError) as reason:  # RuntimeError: Numba found no place for it
        _warn_cache(str(reason))
        return
    finally:  # other users of Numba in this process keep their own folder
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before
    # Numba's second choice, when the folder cannot be written, lies beside the sources and may hold an old rule.
    if Path(cache.cache_path).is_relative_to(folder):
        dispatcher._cache = cache
    else:
        _warn_cache(f"{folder} is not writable")


def is_cached(function: Callable[..., Any]) -> bool:
    """Whether a compiled function need not be compiled again, here or because it is in the cache."""
    if getattr(function, "overloads", None):
        return True
    index = getattr(getattr(getattr(function, "_cache", None), "_cache_file", None), "_index_path", None)
    return index is not None and Path(index).exists()
