"""Records in a row, or in rows, as compiled code reads them: an array without an owner, whose indices are not negative.

Numba's own arrays count who holds them and let indices count from the end: both cost more than the work on a record.
Only the documented part of Numba's extension interface is used, so that no new version takes the engine away.  The
classes stand at the top of this module: compiled code is kept under their qualified names.  Knows no engine.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

types: Any = import_module("numba.types")
extending: Any = import_module("numba.extending")
ir: Any = import_module("llvmlite.ir")

_DATA, _SHAPE = 0, 1  # the members of a table


class TableType(types.Type):  # type: ignore[misc]
    """The type of a table in compiled code: its name, the type of its records, and one dimension or two."""

    def __init__(self, table: str, record: Any, dimensions: int) -> None:
        self.table, self.record, self.dimensions = table, record, dimensions
        super().__init__(name=f"forecast.Table({table}, {dimensions})")


@extending.register_model(TableType)
class _TableModel(extending.models.StructModel):  # type: ignore[misc]
    """The address of the first record, and how many there are."""

    def __init__(self, manager: Any, kind: TableType) -> None:
        shape = types.UniTuple(types.intp, kind.dimensions)
        super().__init__(manager, kind, [("data", types.voidptr), ("shape", shape)])


extending.make_attribute_wrapper(TableType, "shape", "shape")


def packed(context: Any, builder: Any, kind: Any, members: Sequence[Any]) -> Any:
    """A value of a type that consists of members: a tuple, or a table."""
    value = ir.Constant(context.get_value_type(kind), ir.Undefined)
    for place, member in enumerate(members):
        value = builder.insert_value(value, member, place)
    return value


def table_at(context: Any, builder: Any, kind: TableType, address: Any, shape: Sequence[Any]) -> Any:
    """The table of this type whose first record lies at an address."""
    pointer = builder.bitcast(address, context.get_value_type(types.voidptr))
    extent = packed(context, builder, types.UniTuple(types.intp, kind.dimensions), shape)
    return packed(context, builder, kind, [pointer, extent])


@extending.type_callable(len)  # type: ignore[untyped-decorator]
def _type_length(_context: Any) -> Callable[[Any], Any]:
    def length(table: Any) -> Any:
        return types.intp(table) if isinstance(table, TableType) else None

    return length


@extending.lower_builtin(len, TableType)  # type: ignore[untyped-decorator]
def _length(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
    return builder.extract_value(args[0], [_SHAPE, 0])


@extending.type_callable(operator.getitem)  # type: ignore[untyped-decorator]
def _type_item(_context: Any) -> Callable[[Any, Any], Any]:
    def item(table: Any, index: Any) -> Any:
        if not isinstance(table, TableType):
            return None
        if isinstance(index, types.BaseTuple):
            return table.record(table, types.UniTuple(types.intp, table.dimensions))
        row = table.record if table.dimensions == 1 else TableType(table.table, table.record, table.dimensions - 1)
        return row(table, types.intp)

    return item


@extending.type_callable(operator.setitem)  # type: ignore[untyped-decorator]
def _type_assignment(_context: Any) -> Callable[[Any, Any, Any], Any]:
    def assignment(table: Any, _index: Any, value: Any) -> Any:
        if isinstance(table, TableType) and table.dimensions == 1 and value == table.record:
            return types.none(table, types.intp, value)
        return None

    return assignment


def _address(context: Any, builder: Any, table: TableType, value: Any, number: Any) -> Any:
    """The address of the record of this number, counted from the first.

    Nothing checks it: an index out of range reads other memory.  With NUMBA_DISABLE_JIT=1 the same rules run on NumPy's
    arrays, which check (tests/engines/test_agreement.py).
    """
    size = context.get_constant(types.intp, table.record.size)
    return builder.gep(builder.extract_value(value, _DATA), [builder.mul(number, size)])


@extending.lower_builtin(operator.getitem, TableType, types.intp)  # type: ignore[untyped-decorator]
def _item(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """A record, or a row."""
    table, (value, number) = signature.args[0], args
    if table.dimensions == 1:
        place = _address(context, builder, table, value, number)
        return builder.bitcast(place, context.get_value_type(table.record))
    length = builder.extract_value(value, [_SHAPE, 1])
    place = _address(context, builder, table, value, builder.mul(number, length))
    return table_at(context, builder, signature.return_type, place, [length])


@extending.lower_builtin(operator.getitem, TableType, types.UniTuple)  # type: ignore[untyped-decorator]
def _item_of_row(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """A record of a row."""
    table, (value, index) = signature.args[0], args
    row, column = (builder.extract_value(index, place) for place in range(2))
    number = builder.add(builder.mul(row, builder.extract_value(value, [_SHAPE, 1])), column)
    place = _address(context, builder, table, value, number)
    return builder.bitcast(place, context.get_value_type(table.record))


@extending.lower_builtin(operator.setitem, TableType, types.intp, types.Record)  # type: ignore[untyped-decorator]
def _copy_record(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Copy a record to the index, all its bytes as one number: records that are copied have a few dozen."""
    table, (value, number, source) = signature.args[0], args
    whole = ir.IntType(8 * table.record.size).as_pointer()
    place = builder.bitcast(_address(context, builder, table, value, number), whole)
    builder.store(builder.load(builder.bitcast(source, whole), align=1), place, align=1)
    return context.get_dummy_value()
