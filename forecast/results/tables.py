"""How do replications become tables?  Columns and types of the four Parquet files, the same bytes for the same results.

Text is dictionary-encoded from lists that the scenario fixes; a day that did not come is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from forecast.engines.result import AccountTable, OpportunityTable, ReplicationResult
from forecast.model.kinds import OUTCOMES, SOURCES
from forecast.model.parameters import Parameters
from forecast.types import Integers

Columns: TypeAlias = dict[str, Any]
Numbered: TypeAlias = tuple[int, ReplicationResult]

STAGE_DAYS = ("entered", "queued", "served", "left")
RESOURCE_COLUMNS = ("requests", "wait_days", "busy_days", "capacity_days", "reneged")
COUNTED = ("requests", "reneged")
ENCODED = ("replication", "month", "segment", "account", "resource", "opportunity", "source", "outcome", "reason")


class Texts:
    """The lists of names that text columns point into."""

    def __init__(self, parameters: Parameters) -> None:
        self.rows = pa.array(parameters.rows, pa.string())
        self.segments = pa.array(parameters.segments, pa.string())
        self.accounts = pa.array(parameters.account_names, pa.string())
        self.resources = pa.array(parameters.resources, pa.string())
        self.reasons = pa.array(parameters.reasons, pa.string())
        self.sources = pa.array(SOURCES, pa.string())
        self.outcomes = pa.array(OUTCOMES, pa.string())


def named(places: Integers, names: pa.Array) -> pa.DictionaryArray:
    """A text column; the place -1 is null."""
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32), mask=places < 0), names)


def numbers_of(results: Sequence[Numbered], rows: int) -> Integers:
    """The replication of each row, `rows` rows each."""
    return np.repeat(np.array([number for number, _ in results], np.int32), rows)


def monthly(parameters: Parameters, texts: Texts, results: Sequence[Numbered]) -> Columns:
    """One row per (replication, month, segment): the metrics."""
    values = np.stack([result.monthly for _, result in results])
    count, months, rows, _ = values.shape
    columns: Columns = {
        "replication": numbers_of(results, months * rows),
        "month": np.tile(np.repeat(np.arange(months, dtype=np.int32), rows), count),
        "segment": named(np.tile(np.arange(rows), count * months), texts.rows),
    }
    columns.update((name, values[..., place].ravel()) for place, name in enumerate(parameters.metrics))
    return columns


def accounts(parameters: Parameters, texts: Texts, results: Sequence[Numbered]) -> Columns:
    """One row per (replication, account): what became of it by the horizon."""
    segments = parameters.account_segment
    columns: Columns = {
        "replication": numbers_of(results, len(segments)),
        "account": named(np.tile(np.arange(len(segments)), len(results)), texts.accounts),
        "segment": named(np.tile(segments, len(results)), texts.segments),
    }
    for name in AccountTable._fields:
        columns[name] = np.concatenate([getattr(result.accounts, name) for _, result in results])
    return columns


def opportunities(parameters: Parameters, texts: Texts, results: Sequence[Numbered]) -> Columns:
    """One row per opportunity, in the order of (replication, account, ordinal)."""
    tables = [result.opportunities for _, result in results]
    joined = OpportunityTable(*(np.concatenate(columns) for columns in zip(*tables, strict=True)))
    rows = [len(table.account) for table in tables]
    columns: Columns = {
        "replication": np.repeat(np.array([number for number, _ in results], np.int32), rows),
        "account": named(joined.account, texts.accounts),
        "segment": named(parameters.account_segment[joined.account], texts.segments),
        "opportunity": joined.ordinal.astype(np.int32),
        "source": named(joined.source, texts.sources),
        "opened_day": joined.opened_day,
        "closed_day": joined.closed_day,
        "outcome": named(joined.outcome, texts.outcomes),
        "reason": named(joined.reason, texts.reasons),
    }
    for place, stage in enumerate(parameters.stages):
        for step, word in enumerate(STAGE_DAYS):
            columns[f"{stage}_{word}_day"] = joined.stages[:, place, step]
    return columns


def resources(parameters: Parameters, texts: Texts, results: Sequence[Numbered]) -> Columns:
    """One row per (replication, month, resource); months from 1."""
    values = np.stack([result.resources for _, result in results])
    count, months, pools = len(results), parameters.months, len(parameters.resources)
    columns: Columns = {
        "replication": numbers_of(results, months * pools),
        "month": np.tile(np.repeat(np.arange(1, months + 1, dtype=np.int32), pools), count),
        "resource": named(np.tile(np.arange(pools), count * months), texts.resources),
    }
    for place, name in enumerate(RESOURCE_COLUMNS):
        column = values[..., place].ravel()
        columns[name] = np.rint(column).astype(np.int64) if name in COUNTED else column
    return columns


TABLES = {"monthly": monthly, "accounts": accounts, "opportunities": opportunities, "resources": resources}


def table(columns: Columns) -> pa.Table:
    """The columns as an Arrow table without metadata."""
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def encoded(schema: pa.Schema) -> list[str]:
    """The columns worth a dictionary: texts, and numbers that repeat; floats and amounts stay plain."""
    return [name for name in schema.names if name in ENCODED]
