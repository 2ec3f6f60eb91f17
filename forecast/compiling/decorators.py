"""The decorators that compile rules; nothing here knows what the rules say.

Without Numba the rules are plain Python; with a Numba that lacks what `numba_names` lists, `njit` compiles each of them
alone.  The results are the same, bit for bit (tests/compiling).
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, TypeVar, cast, overload

from forecast.compiling.cache import keep_compiled
from forecast.compiling.numba_names import LACKS_CACHING, LACKS_LINKING, MISSING, Numba, numba

F = TypeVar("F", bound=Callable[..., Any])

# "numpy": a division by zero is inf or NaN, as NumPy has it; fastmath would let the compiler rearrange sums, and the
# bits would differ between machines (test_decorators.py::test_plain_python_gives_the_same_bits).
_OPTIONS: Final = {"nogil": True, "error_model": "numpy", "fastmath": False}
_NO_WRAPPERS: Final = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class _NotCompiledWarning(UserWarning):
    """There is no Numba: the same events, slowly."""


class _SlowCompilingWarning(UserWarning):
    """Numba is another than the one known here: the same events, and it takes longer before they begin."""


@functools.cache
def _compiles() -> bool:
    """Whether rules are compiled here; warns once where they cannot be, or where that takes longer."""
    if MISSING:
        warnings.warn(f"{MISSING}: the same results, but a hundred times slower", _NotCompiledWarning, stacklevel=2)
        return False
    if numba.config.DISABLE_JIT:
        return False
    if lacking := [*LACKS_LINKING, *LACKS_CACHING]:
        effect = "every run compiles, for about a minute" if LACKS_CACHING else "compiling takes twice as long"
        others = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        text = f"numba {numba.__version__} lacks {lacking[0]}{others}: the same results, but {effect}"
        warnings.warn(text, _SlowCompilingWarning, stacklevel=2)
    return True


COMPILES: Final = _compiles()  # at import, so that the warning comes once and before any result
if COMPILES and not LACKS_LINKING:
    linking: Numba = import_module("forecast.compiling.linking")


def _compile(function: F, **options: bool) -> F:
    """The function with a way in from Python; compiled code calls its part, for which the options are."""
    if not COMPILES:
        return function
    if LACKS_LINKING:
        dispatcher = numba.njit(**_OPTIONS)(function)
    else:
        dispatcher = numba.njit(pipeline_class=linking.LinkedCompiler, no_cfunc_wrapper=True, **_OPTIONS)(function)
        # Compiled callers get the part: with this dispatcher Numba would make its machine code once more for each.
        part = _callee(function, **options)
        dispatcher.get_call_template, dispatcher.get_overload = part.get_call_template, part.get_overload
    keep_compiled(dispatcher, function)
    return cast(F, dispatcher)


def _callee(function: Callable[..., Any], **options: bool) -> Any:
    """The function as compiled code calls it: no way in from Python, and nothing to keep."""
    if LACKS_LINKING:
        return numba.njit(**_OPTIONS)(function)
    dispatcher = numba.njit(pipeline_class=linking.IntermediateCompiler, **_OPTIONS, **_NO_WRAPPERS, **options)(
        function
    )
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
    return cast(F, _callee(function)) if COMPILES else function


def inlined(function: F) -> F:
    """The same as `compiled`, and compiled code has it in place of every call: for what is done at every event."""
    return _compile(function, forceinline=True)


def _widen_calls(dispatcher: Any, function: Callable[..., Any]) -> None:
    """Compile one version for calls from compiled code: constants and narrow integers count as int64, and as float64
    where the parameter is annotated so.  Numba by itself makes a version for every constant."""
    original = dispatcher.get_call_template
    names = inspect.signature(function).parameters
    places = {place for place, name in enumerate(names) if function.__annotations__.get(name) == "float"}

    def widened(place: int, kind: Any) -> Any:
        kind = numba.types.unliteral(kind)
        if isinstance(kind, numba.types.Integer):
            return numba.types.float64 if place in places else numba.types.int64
        return kind

    def get_call_template(args: Any, kws: Any) -> Any:
        return original([widened(place, kind) for place, kind in enumerate(args)], kws)

    dispatcher.get_call_template = get_call_template
