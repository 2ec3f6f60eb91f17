"""How does a rule become fast? One decorator, one cache; nothing here knows what the rules say.

Compiled code is kept in the user's cache folder, in a folder named by a hash of every source of the package: Numba by
itself does not notice that a function called from ANOTHER file has changed, and would go on playing the old rule.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import pickle
import struct
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias, TypeVar, cast, overload

F = TypeVar("F", bound=Callable[..., Any])
Numba: TypeAlias = Any  # objects of Numba, which have no types

try:
    numba: Numba = import_module("numba")
    extending: Numba = import_module("numba.extending")
    caching: Numba = import_module("numba.core.caching")
    sigutils: Numba = import_module("numba.core.sigutils")
    linking: Numba = import_module("forecast.compiling.linking")
except ImportError as reason:
    MISSING = str(reason)
else:
    MISSING = ""

PACKAGE: Final = Path(__file__).resolve().parents[1]
COMPILED_FLOORS: Final = ("compiling", "model", "engines")  # beside the package's own files
_LAYOUTS: Final = ("scenario/format",)  # declares the columns of records that compiled code reads
UNREADABLE: Final = (OSError, EOFError, pickle.UnpicklingError, ValueError, AttributeError, ImportError, LookupError)
OPTIONS: Final = {"nogil": True, "error_model": "numpy", "fastmath": False}
NO_WRAPPERS: Final = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_warned: list[str] = []  # why the cache does not work, once it was told


class _NotCompiledWarning(UserWarning):
    """Numba cannot be imported: the same events, slowly."""


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


def source_hash(package: Path = PACKAGE) -> str:
    """A hash of the sources that hold compiled code and of the versions of Numba and Python, 16 hexadecimal digits.

    Rules stand in the lowest floors, the model and the engines; what lies above them compiles nothing.
    """
    version = "none" if MISSING else numba.__version__
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


if not MISSING:

    class _Places(caching.CompileResultCacheImpl):  # type: ignore[misc]
        """The one place for compiled code; Numba's own second choice, beside the sources, may hold an old rule."""

        _locator_classes: ClassVar = [caching.UserProvidedCacheLocator]

    class _Cache(caching.FunctionCache):  # type: ignore[misc]
        """A cache that never stops a run: what cannot be read is compiled again, what cannot be written is not kept."""

        _impl_class = _Places

        def load_overload(self, sig: Numba, target_context: Numba) -> Numba:
            """The kept compilation of this signature, or None."""
            try:
                found = super().load_overload(sig, target_context)
            except UNREADABLE:
                self._start_afresh()
                return None
            # Two processes that save two signatures at once may both call their file number 1.
            if found is not None and tuple(found.signature.args) != tuple(sigutils.normalize_signature(sig)[0]):
                self._start_afresh()
                return None
            return found

        def save_overload(self, sig: Numba, data: Numba) -> None:
            """Nothing; the compilation is kept if the disk allows."""
            try:
                super().save_overload(sig, data)
            except UNREADABLE as reason:
                self.disable()
                _warn_cache(str(reason))

        def _start_afresh(self) -> None:
            try:
                self.flush()
            except OSError as reason:
                self.disable()
                _warn_cache(str(reason))


@functools.cache
def _compiles() -> bool:
    """Whether rules are compiled here; warns once where they cannot be."""
    if MISSING:
        text = f"numba cannot be imported ({MISSING}): the same results, but a hundred times slower"
        warnings.warn(text, _NotCompiledWarning, stacklevel=2)
        return False
    return not numba.config.DISABLE_JIT


def _compile(function: F, **options: bool) -> F:
    """The function with a way in from Python; compiled code calls its part, for which the options are."""
    if not _compiles():
        return function
    dispatcher = numba.njit(pipeline_class=linking.LinkedCompiler, no_cfunc_wrapper=True, **OPTIONS)(function)
    part = _callee(function, **options)
    dispatcher.get_call_template, dispatcher.get_overload = part.get_call_template, part.get_overload
    folder = cache_folder()
    if folder is not None:
        before = numba.config.CACHE_DIR  # other users of Numba in this process keep their own folder
        numba.config.CACHE_DIR = str(folder)
        try:
            dispatcher._cache = _Cache(function)
        except (OSError, RuntimeError) as reason:  # RuntimeError: Numba found no place for it
            _warn_cache(str(reason))
        finally:
            numba.config.CACHE_DIR = before
    return cast(F, dispatcher)


def _callee(function: Callable[..., Any], **options: bool) -> Any:
    """The function as compiled code calls it: no way in from Python, and nothing to keep."""
    dispatcher = numba.njit(pipeline_class=linking.IntermediateCompiler, **OPTIONS, **NO_WRAPPERS, **options)(function)
    _widen_calls(dispatcher, function)
    return dispatcher


@overload
def compiled(function: F) -> F: ...
@overload
def compiled() -> Callable[[F], F]: ...
def compiled(function: F | None = None) -> F | Callable[[F], F]:
    """The function, compiled on its first call; itself where Numba is missing or NUMBA_DISABLE_JIT is set.

    No fastmath, no contraction, no exception for a division by zero: the same bits on every machine. A compiled
    function may call another one; small ones are inlined.
    """
    return _compile if function is None else _compile(function)


def inner(function: F) -> F:
    """The same for a function that only compiled ones call."""
    return cast(F, _callee(function)) if _compiles() else function


def inlined(function: F) -> F:
    """The same as `compiled`, and compiled code has it in place of every call: for what is done at every event."""
    return _compile(function, forceinline=True)


def _widen_calls(dispatcher: Any, function: Callable[..., Any]) -> None:
    """Compile one version for calls from compiled code: constants and narrow integers count as int64, and as float64
    where the parameter is annotated so.  Numba by itself makes a version for every constant."""
    original = dispatcher.get_call_template
    real = [name for name in inspect.signature(function).parameters if function.__annotations__.get(name) == "float"]
    places = {place for place, name in enumerate(inspect.signature(function).parameters) if name in real}

    def widened(place: int, kind: Any) -> Any:
        kind = numba.types.unliteral(kind)
        if isinstance(kind, numba.types.Integer):
            return numba.types.float64 if place in places else numba.types.int64
        return kind

    def get_call_template(args: Any, kws: Any) -> Any:
        return original([widened(place, kind) for place, kind in enumerate(args)], kws)

    dispatcher.get_call_template = get_call_template


def is_cached(function: Callable[..., Any]) -> bool:
    """Whether a compiled function need not be compiled again, here or because it is in the cache."""
    overloads, cache = getattr(function, "overloads", None), getattr(function, "_cache", None)
    index = getattr(getattr(cache, "_cache_file", None), "_index_path", None)
    return bool(overloads) or (index is not None and Path(index).exists())


COMPILES: Final = _compiles()


def float_bits(x: float) -> int:
    """The 64 bits of a float as a signed integer."""
    return cast(int, struct.unpack("<q", struct.pack("<d", x))[0])


def bits_float(bits: int) -> float:
    """The float with these 64 bits, given as a signed integer."""
    return cast(float, struct.unpack("<d", struct.pack("<q", bits))[0])


if not MISSING:

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def _bits_of_float(_typing: Numba, _x: Numba) -> Numba:
        def cast_bits(context: Numba, builder: Numba, _signature: Numba, values: Numba) -> Numba:
            return builder.bitcast(values[0], context.get_value_type(numba.int64))

        return numba.int64(numba.float64), cast_bits

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def _float_of_bits(_typing: Numba, _bits: Numba) -> Numba:
        def cast_bits(context: Numba, builder: Numba, _signature: Numba, values: Numba) -> Numba:
            return builder.bitcast(values[0], context.get_value_type(numba.float64))

        return numba.float64(numba.int64), cast_bits

    @extending.overload(float_bits)  # type: ignore[untyped-decorator]
    def _float_bits(x: Numba) -> Numba:  # noqa: ARG001
        def bits_of(x: Numba) -> Numba:
            return _bits_of_float(x)

        return bits_of

    @extending.overload(bits_float)  # type: ignore[untyped-decorator]
    def _bits_float(bits: Numba) -> Numba:  # noqa: ARG001
        def float_of(bits: Numba) -> Numba:
            return _float_of_bits(bits)

        return float_of
