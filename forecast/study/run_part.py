"""What a worker makes of a batch: its rows as finished row groups of the tables, and what the summary needs of it.

The process that writes the run copies these bytes into its files.  Where it must take a part to pieces, it makes from
the rows what a worker would have made: so the bytes of a run do not depend on its batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from forecast.analysis.summary_data import EncodedSummary, encode_summary
from forecast.analysis.summary_figures import summarize_part
from forecast.engines.result import ReplicationResult
from forecast.errors import ForecastError, RunError
from forecast.model.parameters import Parameters
from forecast.montecarlo import Batch
from forecast.montecarlo.batch_file import join_pieces, split_pieces
from forecast.montecarlo.batches import BatchSimulator, Buffer, simulate_replication, split_into_batches
from forecast.parquet_groups import RowGroup, encode_row_group, read_row_group
from forecast.scenario import Scenario
from forecast.study.table_columns import TextDictionaries, arrow_tables, dictionary_columns, table_schemas, with_lists
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.montecarlo.batches import Simulator


class RunPart(NamedTuple):
    """Some replications of one of the scenarios that are simulated."""

    scenario: int  # its place among them
    replications: range
    events: list[int]  # of each replication
    decisive: Floats  # [replication, figure], the figures that `--precision` watches
    groups: dict[str, RowGroup]  # by the name of the table
    summary: EncodedSummary


class PartMaker:
    """What makes parts of a scenario, and takes them to pieces."""

    def __init__(self, parameters: Parameters, scenario: int = 0) -> None:
        self.parameters, self.scenario = parameters, scenario
        self.texts = TextDictionaries(parameters)
        self.schemas = table_schemas(parameters, self.texts)
        self.encoded = {name: dictionary_columns(schema) for name, schema in self.schemas.items()}

    def part(self, first: int, results: Sequence[ReplicationResult]) -> RunPart:
        """The part of these results."""
        tables = arrow_tables(self.parameters, self.texts, [*enumerate(results, first)])
        decisive = np.stack([decisive_figures(result, self.parameters) for result in results])
        return self.part_of_rows(tables, first, [result.events for result in results], decisive)

    def part_of_rows(self, tables: Mapping[str, pa.Table], first: int, events: list[int], decisive: Floats) -> RunPart:
        """The part of these rows."""
        replications = range(first, first + len(events))
        groups = {name: encode_row_group(rows, self.encoded[name]) for name, rows in tables.items() if rows.num_rows}
        summary = encode_summary(summarize_part(tables, self.parameters, replications))
        return RunPart(self.scenario, replications, events, decisive, groups, summary)

    def rows(self, part: RunPart, name: str) -> pa.Table:
        """The rows of a table."""
        if name not in part.groups:
            return self.schemas[name].empty_table()
        rows = read_row_group(part.groups[name], self.schemas[name], self.encoded[name])
        return with_lists(rows, name, self.texts)

    def start_of(self, part: RunPart, count: int) -> RunPart:
        """The first replications of a part, as many as there are to be."""
        stop = part.replications[0] + count
        tables = {name: rows_before(self.rows(part, name), stop) for name in self.schemas}
        return self.part_of_rows(tables, part.replications[0], part.events[:count], part.decisive[:count])


def rows_before(rows: pa.Table, replication: int) -> pa.Table:
    """The rows of the replications in front of this one."""
    return rows.slice(0, int(np.searchsorted(rows["replication"].to_numpy(), replication)))


def decisive_figures(result: ReplicationResult, parameters: Parameters) -> Floats:
    """The figures of a replication that `--precision` watches, in the order of DECISIVE; money in cents."""
    candidates = ~result.accounts.started_under_contract & ~np.isnan(result.accounts.entry_day)
    signed = ~np.isnan(result.accounts.contract_day[candidates])
    arr, revenue = (parameters.metrics.index(name) for name in ("arr_cents", "revenue_cents"))
    total = result.monthly.sum(axis=1)
    return np.array([signed.sum() / max(1, len(signed)), total[-1, arr], total[1:, revenue].sum()], float)


def encode_part(part: RunPart) -> bytes:
    """A part as bytes."""
    head = {
        "scenario": part.scenario,
        "first": part.replications[0],
        "events": part.events,
        "rows": {name: group.rows for name, group in part.groups.items()},
    }
    pieces: list[Any] = [part.decisive.tobytes()]
    for group in part.groups.values():
        pieces += [group.pages, group.entry, group.places.tobytes()]
    return join_pieces(head, [*pieces, part.summary.places, part.summary.counts, *part.summary.figures])


def decode_part(data: Buffer) -> RunPart:
    """The part of such bytes."""
    head, pieces = split_pieces(data)
    decisive, *rest = pieces
    groups = {}
    for name, rows in head["rows"].items():
        pages, entry, places, *rest = rest
        groups[name] = RowGroup(rows, pages, bytes(entry), np.frombuffer(places, np.int64).reshape(-1, 3))
    places, counts, *figures = rest
    count = len(head["events"])
    return RunPart(
        head["scenario"],
        range(head["first"], head["first"] + count),
        head["events"],
        np.frombuffer(decisive).reshape(count, -1),
        groups,
        EncodedSummary(figures, places, counts),
    )


class Simulation(Protocol):
    """The replications of a scenario."""

    @property
    def scenario(self) -> Scenario:
        """What is simulated."""

    @property
    def seed(self) -> int:
        """The seed, to be named when a replication fails."""

    def prepare(self, say: Callable[[str], None]) -> None:
        """Do once, before any worker starts, what all of them need."""

    def simulator(self) -> Simulator:
        """A function that simulates a replication, given its number."""


@dataclass(frozen=True)
class PartsJob:
    """Scenarios simulated side by side into parts: `size` replications of each scenario in turn, then the next.

    A batch is of one scenario, and its numbers count through all of them; they do not depend on how many replications
    there are, so a run can be made longer.
    """

    simulations: tuple[Simulation, ...]
    size: int

    @property
    def seed(self) -> int:
        """The seed of all of them."""
        return self.simulations[0].seed

    def batches(self, replications: int) -> list[Batch]:
        """The batches of so many replications of each scenario."""
        count = len(self.simulations)
        return [
            Batch(start, start + batch.stop - batch.first)
            for batch in split_into_batches(replications, self.size)
            for start in range(batch.first * count, (batch.first + self.size) * count, self.size)
        ]

    def prepare(self, say: Callable[[str], None]) -> None:
        """Compile the engine, if it has to be."""
        self.simulations[0].prepare(say)

    def batch_simulator(self) -> BatchSimulator:
        """A function that simulates a batch into the bytes of a part."""
        simulators = [each.simulator() for each in self.simulations]
        makers = [PartMaker(Parameters(each.scenario), place) for place, each in enumerate(self.simulations)]

        def simulate(batch: Batch, begins: Callable[[int], None]) -> bytes:
            turn, scenario = divmod(batch.first // self.size, len(simulators))
            before = batch.first - batch.first % self.size - turn * self.size  # numbers that are not replications
            results = []
            for number in range(*batch):
                begins(number - before)
                try:
                    results.append(simulate_replication(simulators[scenario], number - before, self.seed))
                except ForecastError as error:
                    if len(simulators) == 1:
                        raise
                    raise RunError(f"{self.simulations[scenario].scenario.name}: {error}") from error
            return encode_part(makers[scenario].part(batch.first - before, results))

        return simulate
