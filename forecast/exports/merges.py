"""Which ids became which: people and accounts that were merged, applied before everything else."""

from __future__ import annotations

from forecast.errors import Problem, ReportProblem
from forecast.exports.data_records import DataFile
from forecast.foreign.duckdb_session import DuckDBSession
from forecast.foreign.large_tables import fill_table, open_source

_MOST_STEPS = 100  # from an id to the one that it is at last


def read_merges(plan: DataFile, session: DuckDBSession, report: ReportProblem) -> None:
    """Make the table `merges` (source, target), each source with its last target; empty without a file."""
    session.run("CREATE OR REPLACE TABLE merges (source VARCHAR, target VARCHAR)", "merge")
    block = plan.merge
    if block is None:
        return
    scans = open_source(block.source, session, report)
    needed = [block.columns["from"], block.columns["into"]]
    filled = fill_table(
        "pairs",
        scans,
        lambda scan: {"source": scan.text(block.columns["from"]), "target": scan.text(block.columns["into"])},
        session,
        needed=needed,
        report=report,
    )
    if not filled:
        return
    for file, line in session.rows("SELECT file, line FROM pairs WHERE source IS NULL OR target IS NULL LIMIT 3"):
        report(Problem(file, line, None, "an empty cell", "an id that was merged, and the one that it became"))
    several = (
        "SELECT file, min(line), source FROM pairs GROUP BY file, source HAVING count(DISTINCT target) > 1 LIMIT 3"
    )
    for file, line, _ in session.rows(several):
        report(Problem(file, line, block.columns["from"], "an id that became two", "one id that it became"))
    session.run("INSERT INTO merges SELECT DISTINCT source, target FROM pairs WHERE source <> target", "merge")
    for _ in range(_MOST_STEPS):
        further = "FROM merges m JOIN merges n ON n.source = m.target"
        if not session.value(f"SELECT count(*) {further}"):
            return
        session.run(
            "CREATE OR REPLACE TABLE merges AS SELECT m.source, coalesce(n.target, m.target) AS target "
            "FROM merges m LEFT JOIN merges n ON n.source = m.target",
            "merge",
        )
    report(
        Problem(block.label, None, None, "ids that became each other in a circle", "one id at the end of each chain")
    )


def after_merges(name: str, merges: str) -> str:
    """SQL of an id after the merges that were joined under a name."""
    return f"coalesce({merges}.target, {name})"
