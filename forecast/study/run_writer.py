"""The files of a run while they grow: parts are added in order, and copied where they are whole row groups."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from forecast.analysis.summary_data import SummaryData
from forecast.model.parameters import Parameters
from forecast.parquet_groups import RowGroup, RowGroupSink, encode_row_group
from forecast.study.run_part import PartMaker, RunPart, rows_before

# As many as the compiled engine simulates in a batch (tests/study/test_run_writer.py): so its batches are copied whole.
GROUP_ACCOUNT_MONTHS, LARGEST_GROUP = 400_000, 200


def group_size(parameters: Parameters) -> int:
    """The replications of a row group, at least 1."""
    size = GROUP_ACCOUNT_MONTHS // max(1, len(parameters.account_segment) * parameters.months)
    return max(1, min(LARGEST_GROUP, size))


class RunWriter:
    """The four tables of a run and what its summary needs, while they grow."""

    def __init__(self, folder: Path, parameters: Parameters) -> None:
        self.maker, self.size = PartMaker(parameters), group_size(parameters)
        self.data = SummaryData(parameters, folder)
        self.sinks = {
            name: RowGroupSink(folder / f"{name}.parquet", schema, self.maker.encoded[name])
            for name, schema in self.maker.schemas.items()
        }
        self.waiting: dict[str, pa.Table] = {}  # rows of a row group that is not whole
        self.events, self.written = 0, 0  # replications that are written

    @property
    def replications(self) -> int:
        """How many were added."""
        return self.data.replications

    def add(self, part: RunPart) -> None:
        """Add the next replications."""
        assert part.replications[0] == self.replications
        self.data.add(len(part.replications), part.summary)
        self.events += sum(part.events)
        if not self.waiting and len(part.replications) == self.size:
            self._append(part.groups, self.size)
            return
        for name, schema in self.maker.schemas.items():
            before = self.waiting.get(name, schema.empty_table())
            self.waiting[name] = pa.concat_tables([before, self.maker.rows(part, name)])
        while self.replications - self.written >= self.size:
            self._write_waiting(self.size)

    def close(self) -> None:
        """Complete the tables and give them their names."""
        if self.replications > self.written:
            self._write_waiting(self.replications - self.written)
        for sink in self.sinks.values():
            sink.close()

    def abandon(self) -> None:
        """Delete tables that are not complete."""
        for sink in self.sinks.values():
            sink.abandon()

    def _write_waiting(self, replications: int) -> None:
        """Write the next replications of what is waiting as one row group of each table."""
        groups = {}
        for name, rows in self.waiting.items():
            now = rows_before(rows, self.written + replications)
            self.waiting[name] = rows.slice(now.num_rows)
            if now.num_rows:
                groups[name] = encode_row_group(now.combine_chunks(), self.maker.encoded[name])
        self._append(groups, replications)
        if self.written == self.replications:
            self.waiting.clear()

    def _append(self, groups: Mapping[str, RowGroup], replications: int) -> None:
        """Write row groups of so many replications."""
        for name, group in groups.items():
            self.sinks[name].append(group)
        self.written += replications
