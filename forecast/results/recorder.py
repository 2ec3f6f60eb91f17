"""How do results get to disk while a run goes on?  By groups of replications, so that memory does not grow with N.

The size of a group depends on the scenario alone: not on batches, workers or the engine, so neither do the bytes.
"""

from __future__ import annotations

from pathlib import Path

from forecast.engines.result import ReplicationResult
from forecast.files import ParquetSink
from forecast.model.parameters import Parameters
from forecast.results.tables import TABLES, Numbered, Texts, encoded, table

GROUP_ROWS, MOST_IN_GROUP = 100_000, 500  # rows of the larger tables in a row group, and replications


def group_size(parameters: Parameters) -> int:
    """The replications of a row group, at least 1."""
    rows = max(len(parameters.account_segment), (parameters.months + 1) * len(parameters.rows))
    return max(1, min(MOST_IN_GROUP, GROUP_ROWS // rows))


class Recorder:
    """The four tables of a run, while they grow."""

    def __init__(self, folder: Path, parameters: Parameters) -> None:
        self.folder, self.parameters = folder, parameters
        self.texts, self.size = Texts(parameters), group_size(parameters)
        self.waiting: list[Numbered] = []
        self.sinks: dict[str, ParquetSink] = {}
        self.replications, self.events = 0, 0

    def add(self, result: ReplicationResult) -> None:
        """Nothing; the next replication is recorded."""
        self.waiting.append((self.replications, result))
        self.replications += 1
        self.events += result.events
        if len(self.waiting) == self.size:
            self.write()

    def write(self) -> None:
        """Nothing; what was waiting is one row group of each table."""
        for name, columns_of in TABLES.items():
            rows = table(columns_of(self.parameters, self.texts, self.waiting))
            if name not in self.sinks:
                path = self.folder / f"{name}.parquet"
                self.sinks[name] = ParquetSink(path, rows.schema, encoded(rows.schema))
            if rows.num_rows:
                self.sinks[name].write(rows)
        self.waiting.clear()

    def close(self) -> None:
        """Nothing; the tables are complete and have their names."""
        if self.waiting:
            self.write()
        for sink in self.sinks.values():
            sink.close()

    def abandon(self) -> None:
        """Nothing; no table is left."""
        for sink in self.sinks.values():
            sink.abandon()
