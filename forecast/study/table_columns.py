"""The four tables of a run: their columns and types, the same bytes for the same results.

Text is dictionary-encoded from lists that the scenario fixes; a day that did not come is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from forecast.engines.result import (
    LOST_OVER,
    REQUIREMENT_FLAGS,
    STAGE_DAYS,
    AccountTable,
    OpportunityTable,
    ReplicationResult,
)
from forecast.model.kinds import OUTCOMES, SOURCES
from forecast.model.metrics import FACTOR_COLUMNS, RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.types import Flags, Integers

Columns: TypeAlias = dict[str, Any]
NumberedResult: TypeAlias = tuple[int, ReplicationResult]

_NUMPY_TYPES = {"Integers": np.int64, "Floats": np.float64, "Flags": np.bool_}
WHOLE_NUMBERS = ("requests", "reneged")
DICTIONARY_ENCODED = (
    "replication",
    "month",
    "segment",
    "account",
    "resource",
    "opportunity",
    "source",
    "outcome",
    "reason",
    "lost_over",
)


class TextDictionaries:
    """The lists of names that text columns point into."""

    def __init__(self, parameters: Parameters) -> None:
        self.rows = pa.array(parameters.rows, pa.string())
        self.segments = pa.array(parameters.segments, pa.string())
        self.accounts = pa.array(parameters.account_names, pa.string())
        self.resources = pa.array(parameters.resources, pa.string())
        self.reasons = pa.array(parameters.reasons, pa.string())
        self.requirements = pa.array(parameters.requirements, pa.string())
        self.sources = pa.array(SOURCES, pa.string())
        self.outcomes = pa.array(OUTCOMES, pa.string())

    def list_of(self, table: str, column: str) -> pa.Array:
        """The list that a text column of a table points into."""
        lists = {
            "segment": self.rows if table == "monthly" else self.segments,
            "account": self.accounts,
            "resource": self.resources,
            "source": self.sources,
            "outcome": self.outcomes,
            "reason": self.reasons,
            "lost_over": self.requirements,
        }
        return lists[column]


def _text_column(places: Integers, names: pa.Array) -> pa.DictionaryArray:
    """A text column; the place -1 is null."""
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32), mask=places < 0), names)


def _first_place(flags: Flags) -> Integers:
    """The place of the first flag of each row that is set, -1 where none is."""
    if not flags.shape[1]:
        return np.full(len(flags), -1)
    found: Integers = np.where(flags.any(axis=1), flags.argmax(axis=1), -1)
    return found


def _replication_column(results: Sequence[NumberedResult], rows: int) -> Integers:
    """The replication of each row, `rows` rows each."""
    return np.repeat(np.array([number for number, _ in results], np.int32), rows)


def monthly(parameters: Parameters, texts: TextDictionaries, results: Sequence[NumberedResult]) -> Columns:
    """One row per (replication, month, segment): the metrics."""
    values = np.stack([result.monthly for _, result in results])
    count, months, rows, _ = values.shape
    columns: Columns = {
        "replication": _replication_column(results, months * rows),
        "month": np.tile(np.repeat(np.arange(months, dtype=np.int32), rows), count),
        "segment": _text_column(np.tile(np.arange(rows), count * months), texts.rows),
    }
    columns.update((name, values[..., place].ravel()) for place, name in enumerate(parameters.metrics))
    factors = np.repeat(np.concatenate([result.factors for _, result in results]), rows, axis=0)
    columns.update((name, factors[:, place]) for place, name in enumerate(FACTOR_COLUMNS))
    return columns


def accounts(parameters: Parameters, texts: TextDictionaries, results: Sequence[NumberedResult]) -> Columns:
    """One row per (replication, account): what became of it by the horizon."""
    segments = parameters.account_segment
    columns: Columns = {
        "replication": _replication_column(results, len(segments)),
        "account": _text_column(np.tile(np.arange(len(segments)), len(results)), texts.accounts),
        "segment": _text_column(np.tile(segments, len(results)), texts.segments),
    }
    for name in AccountTable._fields:
        columns[name] = np.concatenate([getattr(result.accounts, name) for _, result in results])
    return columns


def opportunities(parameters: Parameters, texts: TextDictionaries, results: Sequence[NumberedResult]) -> Columns:
    """One row per opportunity, in the order of (replication, account, ordinal)."""
    tables = [result.opportunities for _, result in results]
    joined = OpportunityTable(*(np.concatenate(columns) for columns in zip(*tables, strict=True)))
    rows = [len(table.account) for table in tables]
    columns: Columns = {
        "replication": np.repeat(np.array([number for number, _ in results], np.int32), rows),
        "account": _text_column(joined.account, texts.accounts),
        "segment": _text_column(parameters.account_segment[joined.account], texts.segments),
        "opportunity": joined.ordinal.astype(np.int32),
        "source": _text_column(joined.source, texts.sources),
        "opened_day": joined.opened_day,
        "closed_day": joined.closed_day,
        "outcome": _text_column(joined.outcome, texts.outcomes),
        "reason": _text_column(joined.reason, texts.reasons),
    }
    lost_over = joined.requirements[:, :, LOST_OVER]
    columns["lost_over"] = _text_column(_first_place(lost_over), texts.requirements)
    for place, stage in enumerate(parameters.stages):
        for step, word in enumerate(STAGE_DAYS):
            columns[f"{stage}_{word}_day"] = joined.stages[:, place, step]
    for place, requirement in enumerate(parameters.requirements):
        for flag, word in enumerate(REQUIREMENT_FLAGS):
            columns[f"{requirement}_{word}"] = joined.requirements[:, place, flag]
    return columns


def resources(parameters: Parameters, texts: TextDictionaries, results: Sequence[NumberedResult]) -> Columns:
    """One row per (replication, month, resource); months from 1."""
    values = np.stack([result.resources for _, result in results])
    count, months, pools = len(results), parameters.months, len(parameters.resources)
    columns: Columns = {
        "replication": _replication_column(results, months * pools),
        "month": np.tile(np.repeat(np.arange(1, months + 1, dtype=np.int32), pools), count),
        "resource": _text_column(np.tile(np.arange(pools), count * months), texts.resources),
    }
    for place, name in enumerate(RESOURCE_COLUMNS):
        column = values[..., place].ravel()
        columns[name] = np.rint(column).astype(np.int64) if name in WHOLE_NUMBERS else column
    return columns


TABLE_COLUMNS = {"monthly": monthly, "accounts": accounts, "opportunities": opportunities, "resources": resources}


def arrow_table(columns: Columns) -> pa.Table:
    """The columns as an Arrow table without metadata."""
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def arrow_tables(
    parameters: Parameters, texts: TextDictionaries, results: Sequence[NumberedResult]
) -> dict[str, pa.Table]:
    """The four tables of some replications."""
    return {name: arrow_table(columns_of(parameters, texts, results)) for name, columns_of in TABLE_COLUMNS.items()}


def table_schemas(parameters: Parameters, texts: TextDictionaries) -> dict[str, pa.Schema]:
    """The columns of the four tables and their types."""
    tables = arrow_tables(parameters, texts, [(0, _empty_result(parameters))])
    return {name: rows.schema for name, rows in tables.items()}


def _empty_result(parameters: Parameters) -> ReplicationResult:
    """A result of the right shapes in which nothing happened."""
    months, accounts = parameters.months, len(parameters.account_segment)
    shapes = {
        "stages": (0, len(parameters.stages), len(STAGE_DAYS)),
        "requirements": (0, len(parameters.requirements), len(REQUIREMENT_FLAGS)),
    }
    return ReplicationResult(
        np.zeros((months + 1, len(parameters.rows), len(parameters.metrics)), np.int64),
        np.zeros((months, len(parameters.resources), len(RESOURCE_COLUMNS))),
        AccountTable(*(np.zeros(accounts, kind) for kind in _numpy_types(AccountTable))),
        OpportunityTable(
            *(
                np.zeros(shapes.get(name, (0,)), kind)
                for name, kind in zip(OpportunityTable._fields, _numpy_types(OpportunityTable), strict=True)
            )
        ),
        0,
        np.ones((months + 1, len(FACTOR_COLUMNS))),
    )


def _numpy_types(table: type[Any]) -> list[Any]:
    """The types of a table's arrays, as its fields declare them."""
    return [_NUMPY_TYPES[table.__annotations__[name].__forward_arg__] for name in table._fields]


def dictionary_columns(schema: pa.Schema) -> list[str]:
    """The columns worth a dictionary: texts, and numbers that repeat; floats and amounts stay plain."""
    return [name for name in schema.names if name in DICTIONARY_ENCODED]


def with_lists(rows: pa.Table, table: str, texts: TextDictionaries) -> pa.Table:
    """The rows with every text column pointing into its list, as it does when it is made."""
    columns = {}
    for name in rows.schema.names:
        column = rows[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            names = texts.list_of(table, name)
            if not column.dictionary.equals(names):
                column = pa.DictionaryArray.from_arrays(pc.index_in(column.cast(pa.string()), names), names)
        columns[name] = column
    return pa.table(columns)
