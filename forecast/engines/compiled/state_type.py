"""The type of a World in compiled code: a pointer to its header, whose attributes are tables and arrays.

Imported before rules are compiled.  The type stands at the top of this module: compiled code is kept under its name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from forecast.compiling.numba_names import LACKS_LINKING
from forecast.compiling.record_table import TableType, packed, table_at
from forecast.engines.compiled.records import ARRAYS
from forecast.engines.compiled.world import WORDS, World

numba: Any = import_module("numba")
types: Any = import_module("numba.types")
extending: Any = import_module("numba.extending")


class WorldType(types.Type):  # type: ignore[misc]
    """The type of a World in compiled code."""

    def __init__(self) -> None:
        super().__init__(name="forecast.World")


_WORLD = WorldType()
_INLINED = {} if LACKS_LINKING else {"forceinline": True}  # saves a tenth of the compiling and changes no result
extending.register_model(WorldType)(extending.models.OpaqueModel)
World._numba_type_ = _WORLD  # what today's Numba asks first, at every call; the next function is the documented way


@extending.typeof_impl.register(World)  # type: ignore[untyped-decorator]
def _type_of_world(_value: World, _context: Any) -> WorldType:
    return _WORLD


@extending.unbox(WorldType)  # type: ignore[untyped-decorator]
def _unbox_world(_kind: Any, value: Any, c: Any) -> Any:
    """The address of a World's header as a pointer."""
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_longlong(number)
    c.pyapi.decref(number)
    return extending.NativeValue(c.builder.inttoptr(address, c.context.get_value_type(_WORLD)))


def _header_words(context: Any, builder: Any, world: Any, name: str) -> tuple[Any, list[Any]]:
    """The address of an array, and its shape, as they stand in the header."""
    place, (_, dimensions) = WORDS * list(ARRAYS).index(name), ARRAYS[name]
    words = builder.bitcast(world, context.get_value_type(types.intp).as_pointer())
    address, *shape = (
        builder.load(builder.gep(words, [context.get_constant(types.intp, place + word)]))
        for word in range(1 + dimensions)
    )
    return address, shape


def _table_getter(name: str, record: Any) -> Callable[[Any], Any]:
    """A function that gives compiled code a table of records."""
    kind = TableType(name, record, ARRAYS[name][1])

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def table_of(_typing: Any, world: Any) -> Any:
        def load(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            address, shape = _header_words(context, builder, args[0], name)
            return table_at(
                context, builder, kind, builder.inttoptr(address, context.get_value_type(types.voidptr)), shape
            )

        return kind(world), load

    return lambda world: table_of(world)  # noqa: PLW0108  # an overload returns a function with the same parameter


def _array_getter(name: str, element: Any) -> Callable[[Any], Any]:
    """A function that gives compiled code an array of numbers, which nothing owns there."""
    shape_type = types.UniTuple(types.intp, ARRAYS[name][1])

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def pointer_of(_typing: Any, world: Any) -> Any:
        def load(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            address, _ = _header_words(context, builder, args[0], name)
            return builder.inttoptr(address, context.get_value_type(types.CPointer(element)))

        return types.CPointer(element)(world), load

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def shape_of(_typing: Any, world: Any) -> Any:
        def load(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return packed(context, builder, shape_type, _header_words(context, builder, args[0], name)[1])

        return shape_type(world), load

    return lambda world: numba.carray(pointer_of(world), shape_of(world))


def _define_attribute(name: str) -> None:
    element = numba.from_dtype(ARRAYS[name][0])
    getter = _table_getter(name, element) if isinstance(element, types.Record) else _array_getter(name, element)
    extending.overload_attribute(WorldType, name, jit_options=_INLINED)(lambda world: getter)  # noqa: ARG005  # its name counts


# Nothing in compiled code owns these arrays: the World keeps them alive, and after `World.replace` a table read
# before is stale, so buffers grow between two calls only.
for _name in ARRAYS:
    _define_attribute(_name)
