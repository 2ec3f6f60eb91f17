"""Numba, and the one list of those of its names that are used here though it does not promise to keep them.

Each new Numba may rename them (0.62 did).  They save time and nothing else: where one is missing or takes other
parameters, plain `njit` compiles the same rules to the same results, or what is compiled is not kept, with one warning.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeAlias

Numba: TypeAlias = Any  # objects of Numba, which have no types


class PrivateName(NamedTuple):
    """A name in a module of Numba: of a class, or of what a class or its instances have."""

    module: str
    path: str
    parameters: int | None = None  # of a function that is called or replaced here, `self` among them

    def __str__(self) -> str:
        return f"{self.module}.{self.path}"


# What `linking` and the decorators need to make machine code once for a rule and all that it calls.
LINKING: Final = (
    PrivateName("numba.core.codegen", "JITCodeLibrary.__init__", 3),
    PrivateName("numba.core.codegen", "JITCodeLibrary.finalize", 1),
    PrivateName("numba.core.codegen", "JITCodeLibrary.enable_object_caching", 1),
    PrivateName("numba.core.codegen", "JITCodeLibrary.get_pointer_to_function", 2),
    PrivateName("numba.core.codegen", "JITCodeLibrary.codegen"),
    PrivateName("numba.core.codegen", "JITCodeLibrary._raise_if_finalized", 1),
    PrivateName("numba.core.codegen", "JITCodeLibrary._finalized"),
    PrivateName("numba.core.codegen", "JITCodeLibrary._linking_libraries"),
    PrivateName("numba.core.codegen", "JITCPUCodegen.set_env", 3),
    PrivateName("numba.core.compiler", "Compiler.compile_extra", 2),
    PrivateName("numba.core.compiler", "Compiler.state"),
    PrivateName("numba.core.compiler", "Compiler.library"),  # of `state`
    PrivateName("numba.core.compiler", "Compiler.targetctx"),  # the same
    PrivateName("numba.core.dispatcher", "Dispatcher.get_call_template", 3),
    PrivateName("numba.core.dispatcher", "Dispatcher.get_overload", 2),
    PrivateName("numba.core.options", "DefaultOptions.no_cpython_wrapper"),
    PrivateName("numba.core.options", "DefaultOptions.no_cfunc_wrapper"),
    PrivateName("numba.core.options", "DefaultOptions.forceinline"),
)

# What `cache` needs to keep compiled code in a folder of ours, and never to stop a run for it.
CACHING: Final = (
    PrivateName("numba.core.caching", "FunctionCache.__init__", 2),
    PrivateName("numba.core.caching", "FunctionCache.load_overload", 3),
    PrivateName("numba.core.caching", "FunctionCache.save_overload", 3),
    PrivateName("numba.core.caching", "FunctionCache.flush", 1),
    PrivateName("numba.core.caching", "FunctionCache.disable", 1),
    PrivateName("numba.core.caching", "FunctionCache.cache_path"),
    PrivateName("numba.core.caching", "FunctionCache._cache_file"),
    PrivateName("numba.core.caching", "IndexDataCacheFile._index_path"),
    PrivateName("numba.core.dispatcher", "Dispatcher._cache"),
)

# The documented interface for other types: without it there is no compiled engine at all.
_DOCUMENTED: Final = (
    *("NativeValue", "intrinsic", "lower_builtin", "make_attribute_wrapper", "models", "overload"),
    *("overload_attribute", "register_model", "type_callable", "typeof_impl", "unbox"),
)


def is_there(name: PrivateName) -> bool:
    """Whether this Numba has a name, and its function takes as many parameters as are given or taken here."""
    owner_name, _, attribute = name.path.partition(".")
    try:
        owner = getattr(import_module(name.module), owner_name)
    except (ImportError, AttributeError):
        return False
    found = getattr(owner, attribute, None)
    if name.parameters is not None:
        return callable(found) and len(inspect.signature(found).parameters) == name.parameters
    return found is not None or attribute in _names_in_init(owner)


def _names_in_init(owner: type[Any]) -> set[str]:
    """The names in the code of a class's `__init__` and its bases': what only instances have is seen nowhere else."""
    codes = (getattr(vars(base).get("__init__"), "__code__", None) for base in owner.__mro__)
    return {name for code in codes if code is not None for name in code.co_names}


numba: Numba = None
extending: Numba = None
MISSING = ""  # why there is no compiled code at all
try:
    numba, extending = import_module("numba"), import_module("numba.extending")
except ImportError as reason:
    MISSING = f"numba cannot be imported ({reason})"
else:
    for _name in _DOCUMENTED:
        if not hasattr(extending, _name):
            MISSING = f"numba {numba.__version__} lacks numba.extending.{_name}"
LACKS_LINKING: Final = [] if MISSING else [name for name in LINKING if not is_there(name)]
LACKS_CACHING: Final = [] if MISSING else [name for name in CACHING if not is_there(name)]
