"""Does `forecast export --events` write one simulated future as a company's own exports, and refuse what it cannot?"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from forecast.cli import main
from forecast.observed.table_files import read_folder

TABLES = {"events", "opportunities", "contracts", "accounts", "teams"}


@pytest.fixture
def done(tiny: Path) -> Path:
    """A run, in the current folder."""
    assert main(["run", "tiny.yaml", "--engine", "simpy", "--workers", "1", "-o", "done"]) == 0
    return tiny.with_name("done")


def test_the_tables_of_a_replication_are_listed_and_can_be_read(done: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["export", "done", "--events", "--replication", "2"]) == 0
    shown = capsys.readouterr()
    assert {path.name for path in (done / "events").iterdir()} == {f"{name}.csv" for name in TABLES}
    assert "events.csv           what each user did" in shown.out
    assert shown.err == "Everything is in done/events\n"
    first = (done / "events" / "events.csv").read_text().splitlines()[:2]
    assert first[0] == "time,account,user,event,by,team"
    assert first[1].startswith("2026-01-")
    assert len(read_folder(done / "events").accounts.names) == 8


def test_each_quirk_is_there_and_the_same_each_time(done: Path) -> None:
    ask = ["export", "done", "--events", "--to", "parquet"]
    for name, quirks in (("plain", []), ("odd", ["duplicates,late,missing,time_zone"]), ("again", ["late"])):
        assert main([*ask, "-o", name, *(["--quirks", *quirks] if quirks else [])]) == 0
    plain, odd, late = (pq.read_table(f"{name}/events.parquet") for name in ("plain", "odd", "again"))
    users = [set(table["user"].to_pylist()) for table in (plain, odd, late)]
    assert users[1] < users[0]
    rows = odd.to_pylist()
    assert len({tuple(row.values()) for row in rows}) < len(rows)
    assert odd.schema.field("time").type.tz is None
    delays = [row["received"] - row["time"] for row in late.to_pylist()]
    assert min(delays).total_seconds() >= 0
    assert 0.01 < sum(delay.days >= 1 for delay in delays) / len(delays) < 0.1
    assert main([*ask, "-o", "repeated", "--quirks", "duplicates,late,missing,time_zone"]) == 0
    assert Path("repeated/events.parquet").read_bytes() == Path("odd/events.parquet").read_bytes()
    read_folder(Path("odd"), time_zone="America/New_York")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("--events --to xlsx", "--to: unknown format of events `xlsx` (known: csv, parquet)"),
        ("--events --quirks lates", "--quirks: unknown quirk `lates`; did you mean `late`?"),
        ("--events --replication 3", "--replication: `3` is out of range: 0 to 2, the replications of this run"),
        ("--events --headline npv", "--headline: found `npv`; expected this option only without --events"),
        ("--quirks late", "--quirks: found `late`; expected this option only with --events"),
        ("--replication 1", "--replication: found `1`; expected this option only with --events"),
        ("--events -o tiny.yaml", "tiny.yaml: found a file; expected a folder, new or not"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(done: Path, capsys, asked: str, sentence: str) -> None:
    capsys.readouterr()
    assert main(["export", "done", *asked.split()]) == 2
    assert sentence in capsys.readouterr().err
    assert not (done / "events").exists()
