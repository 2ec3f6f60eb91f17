"""What becomes machine code?  Whole programs, once, and not every function on the way; Numba's part of `jit`.

Numba makes machine code of every function, each with all that it calls: a chain of ten functions is optimized ten
times over.  Here a function that compiled code calls is a `Part`: its intermediate code is kept as it is, and made
into machine code once, together with whatever calls it, as a `Whole`, when Python calls that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

codegen: Any = import_module("numba.core.codegen")
compiler: Any = import_module("numba.core.compiler")


class _IntermediateLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """The code of one function, without what it calls and without a way in from Python."""

    def finalize(self) -> None:
        """Nothing; there is no machine code to be made."""
        self._raise_if_finalized()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """The address of nothing."""
        return 0

    @property
    def codegen(self) -> _IntermediateLibrary:
        """Itself, who is told of the environment for messages; see `set_env`."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Nothing; the environment belongs to machine code."""


class _LinkedLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """The machine code of a function and of all its parts, directly called or not."""

    _linking_libraries: list[Any]

    def finalize(self) -> None:
        """Nothing; the code is linked, optimized and made."""
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
            """The compiled function."""
            self.state.library = library(self.state.targetctx.codegen(), function.__qualname__)
            self.state.library.enable_object_caching()
            return super().compile_extra(function)

    return Compiler


IntermediateCompiler, LinkedCompiler = _compiler_for(_IntermediateLibrary), _compiler_for(_LinkedLibrary)
