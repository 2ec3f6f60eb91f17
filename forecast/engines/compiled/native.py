"""What is a World to Numba?  A pointer to its header, whose attributes are arrays.  Imported where rules are compiled.

The type stands in a module of its own, at its top: compiled code is kept under the names of the types it was made for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from forecast.engines.compiled.records import ARRAYS
from forecast.engines.compiled.world import WORDS, World

types: Any = import_module("numba.types")
extending: Any = import_module("numba.extending")
carray: Any = import_module("numba").carray


class WorldType(types.Type):  # type: ignore[misc]
    """The type of a World in compiled code."""

    def __init__(self) -> None:
        super().__init__(name="forecast.World")


WORLD = WorldType()
extending.register_model(WorldType)(extending.models.OpaqueModel)
extending.typeof_impl.register(World)(lambda _value, _context: WORLD)


@extending.unbox(WorldType)  # type: ignore[untyped-decorator]
def take_header(_kind: Any, value: Any, c: Any) -> Any:
    """The address of a World's header as a pointer."""
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_longlong(number)
    c.pyapi.decref(number)
    return extending.NativeValue(c.builder.inttoptr(address, c.context.get_value_type(WORLD)))


def _loaded(context: Any, builder: Any, args: Any) -> Any:
    words = builder.bitcast(args[0], context.get_value_type(types.int64).as_pointer())
    return builder.load(builder.gep(words, [args[1]]))


def _word(_typing: Any, world: Any, _place: Any) -> Any:
    """A word of the header."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return _loaded(context, builder, args)

    return types.int64(world, types.int64), generate


def _pointer(_typing: Any, world: Any, _place: Any) -> Any:
    """A word of the header as a pointer."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.inttoptr(_loaded(context, builder, args), context.get_value_type(types.voidptr))

    return types.voidptr(world, types.int64), generate


word: Any = extending.intrinsic(_word)
pointer: Any = extending.intrinsic(_pointer)


def _one(world: Any, place: int) -> Any:
    return (word(world, place + 1),)


def _two(world: Any, place: int) -> Any:
    return word(world, place + 1), word(world, place + 2)


def _three(world: Any, place: int) -> Any:
    return word(world, place + 1), word(world, place + 2), word(world, place + 3)


SHAPES = [extending.register_jitable(shape) for shape in (_one, _two, _three)]


# Numba compares the signatures of a typing function and of what it returns, annotations included: lambdas have none.
def _attribute(place: int, dtype: Any, dimensions: int) -> Any:
    shape = SHAPES[dimensions - 1]
    return lambda _world: lambda _world: carray(pointer(_world, place), shape(_world, place), dtype)


for _number, (_name, (_dtype, _dimensions)) in enumerate(ARRAYS.items()):
    extending.overload_attribute(WorldType, _name)(_attribute(WORDS * _number, _dtype, _dimensions))
