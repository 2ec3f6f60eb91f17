"""Machine code for whole programs, once, and not for every function on the way.

Numba makes machine code of every function, each with all that it calls: a chain of ten functions is optimized ten
times over.  Here a function that compiled code calls stays intermediate code, and is made into machine code once,
together with whatever calls it, when Python calls that.  It halves the time of compiling and changes no result.

Everything here rests on names that Numba does not promise: `numba_names.LINKING` lists them, and where one is missing
this module is not imported.  Trap: a function under plain `numba.njit` must not call a compiled one, whose parts have
no machine code that it could jump to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

codegen: Any = import_module("numba.core.codegen")
compiler: Any = import_module("numba.core.compiler")


class _IntermediateLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """The intermediate code of one function, without what it calls and without a way in from Python."""

    def finalize(self) -> None:
        """Close the library; no machine code is made."""
        self._raise_if_finalized()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """Return 0: Numba asks where the function lies, and stores that without jumping to it."""
        return 0

    @property
    def codegen(self) -> _IntermediateLibrary:
        """This library: Numba calls `set_env` on it."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Ignore the environment for messages, which belongs to machine code."""


class _LinkedLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """The machine code of a function and of all its parts, directly called or not."""

    _linking_libraries: list[Any]

    def finalize(self) -> None:
        """Link the parts, then optimize them and make machine code."""
        # Numba links what a function calls directly; the parts of parts are found here.
        self._linking_libraries = list(_with_callees(self._linking_libraries, set()))
        super().finalize()


def _with_callees(libraries: Iterable[Any], seen: set[int]) -> Iterator[Any]:
    """These libraries and what their parts need, each once."""
    for library in libraries:
        if id(library) not in seen:
            seen.add(id(library))
            yield library
            if isinstance(library, _IntermediateLibrary):
                yield from _with_callees(library._linking_libraries, seen)


def _compiler_for(library: type[Any]) -> type[Any]:
    """A compiler whose code goes into libraries of this class."""

    class Compiler(compiler.Compiler):  # type: ignore[misc]
        """Numba's compiler, with another library."""

        def compile_extra(self, function: Any) -> Any:
            """Compile a function into a library of the class."""
            # Where `state.library` is set already, Numba takes it in place of one of its own.
            self.state.library = library(self.state.targetctx.codegen(), function.__qualname__)
            self.state.library.enable_object_caching()
            return super().compile_extra(function)

    return Compiler


IntermediateCompiler, LinkedCompiler = _compiler_for(_IntermediateLibrary), _compiler_for(_LinkedLibrary)
