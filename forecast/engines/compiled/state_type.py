"""The type of a World in Numba: a pointer to its header, whose attributes are arrays.  Imported where rules compile.

The type stands in a module of its own, at its top: compiled code is kept under the names of the types it was made for.
"""

from __future__ import annotations

import operator
from importlib import import_module
from typing import Any

from forecast.engines.compiled.records import ARRAYS
from forecast.engines.compiled.world import WORDS, World

types: Any = import_module("numba.types")
extending: Any = import_module("numba.extending")
cgutils: Any = import_module("numba.core.cgutils")
templates: Any = import_module("numba.core.typing.templates")
numpy_support: Any = import_module("numba.np.numpy_support")
arrayobj: Any = import_module("numba.np.arrayobj")


class WorldType(types.Type):  # type: ignore[misc]
    """The type of a World in compiled code."""

    def __init__(self) -> None:
        super().__init__(name="forecast.World")


WORLD = WorldType()
extending.register_model(WorldType)(extending.models.OpaqueModel)
World._numba_type_ = WORLD  # what Numba asks first, at every call


@extending.unbox(WorldType)  # type: ignore[untyped-decorator]
def unbox_world(_kind: Any, value: Any, c: Any) -> Any:
    """The address of a World's header as a pointer."""
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_longlong(number)
    c.pyapi.decref(number)
    return extending.NativeValue(c.builder.inttoptr(address, c.context.get_value_type(WORLD)))


class TableType(types.Type):  # type: ignore[misc]
    """Records in a row, or in rows: an array without an owner, whose indices are not negative.

    Numba counts who holds an array, and lets indices count from the end: both cost more than the work on a record.
    """

    def __init__(self, table: str, record: Any, dimensions: int) -> None:
        self.table, self.record, self.dimensions = table, record, dimensions
        super().__init__(name=f"forecast.Table({table}, {dimensions})")


@extending.register_model(TableType)
class TableModel(extending.models.StructModel):  # type: ignore[misc]
    """Where the first record lies, and how many there are."""

    def __init__(self, manager: Any, kind: TableType) -> None:
        shape = types.UniTuple(types.intp, kind.dimensions)
        super().__init__(manager, kind, [("data", types.voidptr), ("shape", shape)])


extending.make_attribute_wrapper(TableType, "shape", "shape")


@templates.infer_global(len)
class TableLength(templates.AbstractTemplate):  # type: ignore[misc]
    """A table has a length."""

    def generic(self, args: Any, _keywords: Any) -> Any:
        """The signature, None for other types."""
        (table,) = args
        return templates.signature(types.intp, table) if isinstance(table, TableType) else None


@extending.lower_builtin(len, TableType)  # type: ignore[untyped-decorator]
def length(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """How many records or rows there are."""
    value = cgutils.create_struct_proxy(signature.args[0])(context, builder, args[0])
    return builder.extract_value(value.shape, 0)


@templates.infer_global(operator.getitem)
class TableItem(templates.AbstractTemplate):  # type: ignore[misc]
    """What an index gives: a record, or a row of records."""

    def generic(self, args: Any, _keywords: Any) -> Any:
        """The signature, None for other types."""
        table, index = args
        if not isinstance(table, TableType):
            return None
        if isinstance(index, types.BaseTuple):
            return templates.signature(table.record, table, types.UniTuple(types.intp, table.dimensions))
        item = table.record if table.dimensions == 1 else TableType(table.table, table.record, table.dimensions - 1)
        return templates.signature(item, table, types.intp)


@templates.infer_global(operator.setitem)
class TableAssignment(templates.AbstractTemplate):  # type: ignore[misc]
    """A record may be copied into a row of records."""

    def generic(self, args: Any, _keywords: Any) -> Any:
        """The signature, None for other types."""
        table, _index, value = args
        if isinstance(table, TableType) and table.dimensions == 1 and value == table.record:
            return templates.signature(types.none, table, types.intp, value)
        return None


def _element_address(context: Any, builder: Any, table: Any, value: Any, index: Any) -> Any:
    """The address of what stands at an index of the first dimension."""
    number = builder.mul(index, context.get_constant(types.intp, table.record.size))
    if table.dimensions == 2:
        number = builder.mul(number, builder.extract_value(value.shape, 1))
    return builder.gep(value.data, [number])


@extending.lower_builtin(operator.getitem, TableType, types.intp)  # type: ignore[untyped-decorator]
def item_at(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """A record, or a row."""
    table = signature.args[0]
    value = cgutils.create_struct_proxy(table)(context, builder, args[0])
    place = _element_address(context, builder, table, value, args[1])
    if table.dimensions == 1:
        return builder.bitcast(place, context.get_value_type(table.record))
    row = cgutils.create_struct_proxy(signature.return_type)(context, builder)
    row.data = place
    row.shape = cgutils.pack_array(builder, [builder.extract_value(value.shape, 1)])
    return row._getvalue()


@extending.lower_builtin(operator.getitem, TableType, types.UniTuple)  # type: ignore[untyped-decorator]
def item_in_row(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """A record of a row."""
    table = signature.args[0]
    value = cgutils.create_struct_proxy(table)(context, builder, args[0])
    first, second = cgutils.unpack_tuple(builder, args[1])
    number = builder.add(builder.mul(first, builder.extract_value(value.shape, 1)), second)
    size = context.get_constant(types.intp, table.record.size)
    place = builder.gep(value.data, [builder.mul(number, size)])
    return builder.bitcast(place, context.get_value_type(table.record))


@extending.lower_builtin(operator.setitem, TableType, types.intp, types.Record)  # type: ignore[untyped-decorator]
def copy_record(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Copy a record to an index."""
    table = signature.args[0]
    value = cgutils.create_struct_proxy(table)(context, builder, args[0])
    place = _element_address(context, builder, table, value, args[1])
    source = builder.bitcast(args[2], place.type)
    cgutils.raw_memcpy(builder, place, source, context.get_constant(types.intp, table.record.size), 1)
    return context.get_dummy_value()


def _type_of(name: str) -> Any:
    """The type of a World's attribute."""
    dtype, dimensions = ARRAYS[name]
    element = numpy_support.from_dtype(dtype)
    if isinstance(element, types.Record):
        return TableType(name, element, dimensions)
    return types.Array(element, dimensions, "C")


@extending.infer_getattr
class WorldAttributes(templates.AttributeTemplate):  # type: ignore[misc]
    """Which types a World's attributes have."""

    key = WorldType

    def generic_resolve(self, _world: Any, name: str) -> Any:
        """The type of an attribute."""
        return _type_of(name)


@extending.lower_getattr_generic(WorldType)  # type: ignore[untyped-decorator]
def attribute(context: Any, builder: Any, _kind: Any, world: Any, name: str) -> Any:
    """The table or array whose address and shape stand in the header; nothing owns it here."""
    kind, (dtype, dimensions) = _type_of(name), ARRAYS[name]
    words = builder.bitcast(world, context.get_value_type(types.intp).as_pointer())
    place = WORDS * list(ARRAYS).index(name)
    address, *shape = (
        builder.load(builder.gep(words, [context.get_constant(types.intp, place + word)]))
        for word in range(1 + dimensions)
    )
    if isinstance(kind, TableType):
        table = cgutils.create_struct_proxy(kind)(context, builder)
        table.data = builder.inttoptr(address, context.get_value_type(types.voidptr))
        table.shape = cgutils.pack_array(builder, shape)
        return table._getvalue()
    steps = [context.get_constant(types.intp, dtype.itemsize)]
    for length in reversed(shape[1:]):
        steps.insert(0, builder.mul(steps[0], length))
    array = arrayobj.make_array(kind)(context, builder)
    data = builder.inttoptr(address, context.get_data_type(kind.dtype).as_pointer())
    arrayobj.populate_array(array, data=data, shape=shape, strides=steps, itemsize=dtype.itemsize, meminfo=None)
    return array._getvalue()
