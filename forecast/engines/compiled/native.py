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
templates: Any = import_module("numba.core.typing.templates")
numpy_support: Any = import_module("numba.np.numpy_support")
arrayobj: Any = import_module("numba.np.arrayobj")


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


@extending.infer_getattr
class WorldAttributes(templates.AttributeTemplate):  # type: ignore[misc]
    """Which types a World's attributes have."""

    key = WorldType

    def generic_resolve(self, _world: Any, name: str) -> Any:
        """The type of an array."""
        dtype, dimensions = ARRAYS[name]
        return types.Array(numpy_support.from_dtype(dtype), dimensions, "C")


@extending.lower_getattr_generic(WorldType)
def make_array(context: Any, builder: Any, _kind: Any, world: Any, name: str) -> Any:
    """The array whose address and shape stand in the header; nothing owns it here."""
    dtype, dimensions = ARRAYS[name]
    kind = types.Array(numpy_support.from_dtype(dtype), dimensions, "C")
    words = builder.bitcast(world, context.get_value_type(types.intp).as_pointer())
    place = WORDS * list(ARRAYS).index(name)
    address, *shape = (
        builder.load(builder.gep(words, [context.get_constant(types.intp, place + word)]))
        for word in range(1 + dimensions)
    )
    steps = [context.get_constant(types.intp, dtype.itemsize)]
    for length in reversed(shape[1:]):
        steps.insert(0, builder.mul(steps[0], length))
    array = arrayobj.make_array(kind)(context, builder)
    data = builder.inttoptr(address, context.get_data_type(kind.dtype).as_pointer())
    arrayobj.populate_array(array, data=data, shape=shape, strides=steps, itemsize=dtype.itemsize, meminfo=None)
    return array._getvalue()
