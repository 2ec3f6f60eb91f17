"""Exports of worlds as files, and the time that these look at.  Not a test."""

from __future__ import annotations

from pathlib import Path

from forecast.history.event_tables import tables_of
from forecast.history.played_log import PlayedLog, microseconds
from forecast.model.parameters import Parameters
from forecast.observed.paths import Replay
from forecast.observed.replay import replay
from forecast.observed.table_files import read_folder, table_bytes
from forecast.observed.tables import Window
from forecast.scenario import Scenario

HERE = Path(__file__).parent
SHIPPED = ("bottom_up", "prices_and_seasons", "land_and_expand", "top_down_sales")
FOLDERS = {"ties": HERE.parent / "engines", "present": HERE}


class World:
    """A replication that was played once: its log, and its export in a folder."""

    def __init__(self, scenario: Scenario, replication: int, folder: Path) -> None:
        self.parameters = Parameters(scenario)
        self.log = PlayedLog(self.parameters, replication, "compiled")
        self.tables = tables_of(self.log)
        start = microseconds(self.parameters.shape.origin)
        self.window = Window(start, start + microseconds(float(self.parameters.month_days[-1])))
        self.folder = folder
        self.write("csv")

    def write(self, file_format: str) -> Path:
        """The tables as files of a format, each format in a folder of its own."""
        folder = self.folder / file_format
        folder.mkdir(exist_ok=True)
        for name, table in self.tables.items():
            (folder / f"{name}.{file_format}").write_bytes(table_bytes(table, file_format))
        return folder

    def replayed(self, file_format: str = "csv") -> tuple[Replay, list[str]]:
        """What is replayed from the files, and the accounts' names."""
        tables = read_folder(self.write(file_format))
        return replay(tables, self.window), list(tables.accounts.names)
