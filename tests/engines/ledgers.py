"""One replication read by name, for tests: months, rows and metrics as a reader would name them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.engines import engine
from forecast.engines.result import ReplicationResult
from forecast.model.parameters import Parameters
from forecast.scenario import load

Tree = dict[str, Any]
HEADER = (
    "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,"
    "opportunity_stage,months_of_use\n"
)


@dataclass(frozen=True)
class Books:
    """One replication with the names of its rows and columns, and its log."""

    parameters: Parameters
    result: ReplicationResult
    log: list[Any]

    def months(self, metric: str, row: str = "total") -> list[int]:
        """A metric by month, 0 first; of one segment, of the vendor, or summed over all."""
        column = self.result.monthly[:, :, self.parameters.metrics.index(metric)]
        values = column.sum(axis=1) if row == "total" else column[:, self.parameters.rows.index(row)]
        return [int(value) for value in values]

    def flows(self, metric: str) -> dict[int, int]:
        """A metric by month, the months without any left out."""
        return {month: value for month, value in enumerate(self.months(metric)) if value}

    def events(self, kind: int) -> list[tuple[float, int, float]]:
        """(time, who, value) of each event of a kind, in order."""
        return [(row[0], row[4], row[5]) for row in self.log if row[3] == kind]


def parameters_of(tree: Tree, accounts: str | None, folder: Path) -> Parameters:
    """The parameters of a scenario given as a tree, its accounts file as the rows below the header, or with another."""
    if accounts is not None:
        header = "" if accounts.startswith("account,") else HEADER
        (folder / "accounts.csv").write_text(header + accounts, encoding="utf-8")
        tree = tree | {"market": tree["market"] | {"accounts_file": "accounts.csv"}}
    path = folder / "scenario.yaml"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return Parameters(load(path))


def books_of(tree: Tree, accounts: str | None, folder: Path, run: tuple[str, int, int]) -> Books:
    """One replication of a scenario; run: (engine, seed, replication)."""
    name, seed, replication = run
    parameters = parameters_of(tree, accounts, folder)
    log: list[Any] = []
    return Books(parameters, engine(name).run(parameters, seed, replication, log), log)
