"""From cleaned events to what happened to each person in each account: starts, moves, lapses, returns, payments.

A lapse is an absence: nobody logs it.  With `lapse_after` it is dated at the last activity before a gap of that length,
and the newest days cannot show one yet: whoever counts lapses stops that long before the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from forecast.exports.data_records import ACCOUNT_MEANINGS, EventsBlock
from forecast.exports.read_events import EventWindow, is_one_of
from forecast.exports.reading_problems import ReadingProblems
from forecast.foreign.duckdb_session import DuckDBSession

_USUAL_GAP = timedelta(days=30)  # who is seen so early may have been there before the export begins
_ORDER = "['start', 'activate', 'pay', 'upgrade', 'lapse']"


def make_histories(block: EventsBlock, window: EventWindow, session: DuckDBSession, problems: ReadingProblems) -> int:
    """Make the table `native` (time, account, person, event, by_whom, moved, start_known); how many people there are.

    `account` is its number, and `person` a number in the order of first rows: nobody's name is kept.
    """
    session.run(
        "CREATE OR REPLACE TABLE people AS SELECT person, row_number() OVER (ORDER BY min(n)) AS number FROM kept "
        "GROUP BY person",
        "events",
    )
    _settle(session, problems)
    _activity(block, session)
    _starts(block, window, session, problems)
    _gaps(block, window, session)
    _collect(block, session)
    return int(session.value("SELECT count(*) FROM people"))


def _settle(session: DuckDBSession, problems: ReadingProblems) -> None:
    """Who is in several accounts: at once, only the first counts; in three or more and at once, none; else a move.

    Makes the table `stays` (person, account, first_time, last_time, place), and takes from `kept` what does not count.
    """
    session.run(
        "CREATE OR REPLACE TABLE stays AS SELECT *, row_number() OVER w AS place, count(*) OVER (PARTITION BY person) "
        "AS accounts, coalesce(first_time <= max(last_time) OVER (PARTITION BY person ORDER BY first_time, first_row "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS at_once FROM (SELECT person, account, "
        "min(happened) AS first_time, max(happened) AS last_time, min(n) AS first_row FROM kept GROUP BY ALL) "
        "WINDOW w AS (PARTITION BY person ORDER BY first_time, first_row)",
        "events",
    )
    session.run(
        "CREATE OR REPLACE TABLE unsettled AS SELECT person, max(accounts) AS accounts, "
        "arg_min(account, place) AS home FROM stays GROUP BY person HAVING bool_or(at_once)",
        "events",
    )
    consultants = "SELECT person FROM unsettled WHERE accounts >= 3"
    two = "SELECT person, home FROM unsettled WHERE accounts < 3"
    problems.add("consultant", f"SELECT k.file, k.line FROM kept k JOIN ({consultants}) c ON c.person = k.person")
    others = f"SELECT k.file, k.line FROM kept k JOIN ({two}) t ON t.person = k.person WHERE k.account <> t.home"
    problems.add("two_accounts", others)
    problems.touched["consultant"] = int(session.value(f"SELECT count(*) FROM ({consultants})"))
    problems.touched["two_accounts"] = int(session.value(f"SELECT count(*) FROM ({two})"))
    for table in ("kept", "stays") if problems.touched["consultant"] + problems.touched["two_accounts"] else ():
        session.run(
            f"DELETE FROM {table} WHERE person IN ({consultants}) OR EXISTS "
            f"(SELECT 1 FROM ({two}) t WHERE t.person = {table}.person AND t.home <> {table}.account)",
            "events",
        )
    session.run("DELETE FROM people WHERE person NOT IN (SELECT person FROM stays)", "events")


def _activity(block: EventsBlock, session: DuckDBSession) -> None:
    """The table `days`: when each person was first and last active on each day that they were."""
    counts = is_one_of([name for names in block.meaning.values() for name in names])
    session.run(
        "CREATE OR REPLACE TABLE days AS SELECT person, account, date_trunc('day', happened) AS of_day, "
        f"min(happened) AS first_time, max(happened) AS last_time FROM kept WHERE {counts} GROUP BY ALL",
        "events",
    )


def _starts(block: EventsBlock, window: EventWindow, session: DuckDBSession, problems: ReadingProblems) -> None:
    """The table `begun`: when each stay began, and whether that is known.

    A start that comes after other events of the stay is moved to the first of them.  Whoever has neither a start nor a
    day on which they were first seen, and is there when the export begins, was there before: since the last microsecond
    before it, which says that it is not known how long.
    """
    is_start = is_one_of(block.meaning.get("start", ()))
    early = (timedelta(days=block.lapse_after) if block.lapse_after else _USUAL_GAP) + window.begin
    picked = {"min(happened)": "start_time", "arg_min(file, happened)": "start_file"}
    picked |= {"arg_min(line, happened)": "start_line", "arg_min(by_whom, happened)": "by_whom"}
    columns = ", ".join(f"{sql} FILTER (WHERE {is_start}) AS {name}" for sql, name in picked.items())
    session.run(
        "CREATE OR REPLACE TABLE begun AS SELECT s.person, s.account, s.place, s.first_time, s.place > 1 AS moved, "
        "k.* EXCLUDE (person, account) FROM stays s JOIN (SELECT person, account, min(first_seen) AS first_seen, "
        f"{columns} FROM kept GROUP BY person, account) k USING (person, account)",
        "events",
    )
    moved = "SELECT start_file AS file, start_line AS line FROM begun WHERE start_time > first_time AND NOT moved"
    problems.add("before_start", moved)
    session.run(
        "CREATE OR REPLACE TABLE begun AS SELECT person, account, place, moved, by_whom, start_known, "
        f"CASE WHEN NOT start_known THEN TIMESTAMP '{window.begin}' - INTERVAL 1 MICROSECOND "
        "WHEN moved THEN first_time ELSE least(first_time, start_time, first_seen) END AS start_time FROM (SELECT *, "
        "moved OR start_time IS NOT NULL OR first_seen IS NOT NULL "
        f"OR first_time >= TIMESTAMP '{early}' AS start_known FROM begun)",
        "events",
    )


def _gaps(block: EventsBlock, window: EventWindow, session: DuckDBSession) -> None:
    """The table `absences`: when somebody lapsed, and when they came back (null: not yet)."""
    session.run(
        "CREATE OR REPLACE TABLE absences (person VARCHAR, account BIGINT, gone TIMESTAMP, back TIMESTAMP)", "events"
    )
    if block.lapse_after is not None:
        gap = f"INTERVAL {int(block.lapse_after * 86400)} SECOND"
        session.run(
            "INSERT INTO absences SELECT person, account, last_time, back FROM (SELECT person, account, last_time, "
            "lead(first_time) OVER (PARTITION BY person, account ORDER BY of_day) AS back FROM days) "
            f"WHERE coalesce(back, TIMESTAMP '{window.end}') - last_time > {gap}",
            "events",
        )
    is_lapse = is_one_of(block.meaning.get("lapse", ()))
    if is_lapse != "false":
        session.run(
            "INSERT INTO absences SELECT person, account, happened, back FROM (SELECT *, lead(happened) OVER "
            "(PARTITION BY person, account ORDER BY happened, n) AS back FROM (SELECT person, account, happened, n, "
            f"{is_lapse} AS lapses FROM kept SEMI JOIN (SELECT DISTINCT person, account FROM kept WHERE {is_lapse}) "
            "USING (person, account))) WHERE lapses",
            "events",
        )
    # Who moved away lapses in the account before, when they come to the next one.
    session.run(
        "INSERT INTO absences SELECT person, account, next_time, NULL FROM (SELECT person, account, lead(first_time) "
        "OVER (PARTITION BY person ORDER BY place) AS next_time FROM stays) WHERE next_time IS NOT NULL",
        "events",
    )
    # Of an absence that goes on until a move, the first end is the one that counts.
    session.run(
        "DELETE FROM absences a WHERE back IS NULL AND EXISTS (SELECT 1 FROM absences b WHERE b.person = a.person "
        "AND b.account = a.account AND b.back IS NULL AND b.gone < a.gone)",
        "events",
    )


def _collect(block: EventsBlock, session: DuckDBSession) -> None:
    """The table `native`, in the order of time."""
    parts = [
        "SELECT start_time AS happened, account, person, 'start' AS event, by_whom, moved, start_known FROM begun",
        "SELECT back, account, person, 'start', NULL, false, true FROM absences WHERE back IS NOT NULL",
        "SELECT gone, account, person, 'lapse', NULL, false, true FROM absences",
    ]
    is_activate = is_one_of(block.meaning.get("activate", ()))
    if is_activate == "false":  # nobody says when a trial ended well: it did at once
        parts += [
            "SELECT start_time, account, person, 'activate', NULL, false, true FROM begun",
            "SELECT back, account, person, 'activate', NULL, false, true FROM absences WHERE back IS NOT NULL",
        ]
    else:
        first = f"SELECT min(happened) AS happened, account, person FROM kept WHERE {is_activate} GROUP BY ALL"
        before = f"JOIN ({first}) f USING (person, account) WHERE a.back > f.happened"
        parts += [
            f"SELECT happened, account, person, 'activate', NULL, false, true FROM ({first})",
            "SELECT start_time, account, person, 'activate', NULL, false, true FROM begun WHERE NOT start_known",
            # Who had activated before needs no trial to be active again.
            f"SELECT a.back, account, person, 'activate', NULL, false, true FROM absences a {before}",
        ]
    for name in ("pay", "upgrade"):
        condition = is_one_of(block.meaning.get(name, ()))
        if condition != "false":
            parts.append(
                f"SELECT min(happened), account, person, '{name}', NULL, false, true FROM kept WHERE {condition} "
                "GROUP BY account, person, date_trunc('day', happened)"
            )
    session.run(
        "CREATE OR REPLACE TABLE native AS SELECT * FROM (SELECT n.happened, n.account, p.number AS person, n.event, "
        f"n.by_whom, n.moved, n.start_known FROM ({' UNION ALL '.join(parts)}) n JOIN people p USING (person) "
        f"{' '.join(f'UNION ALL {rows}' for rows in _of_accounts(block))}) "
        f"ORDER BY happened, person NULLS FIRST, list_position({_ORDER}, event)",
        "events",
    )


def _of_accounts(block: EventsBlock) -> Iterator[str]:
    """The events of accounts as a whole, which have no user."""
    for name in ACCOUNT_MEANINGS:
        condition = is_one_of(block.meaning.get(name, ()))
        if condition != "false":
            yield (f"SELECT happened, account, NULL, '{name}', NULL, false, true FROM account_rows WHERE {condition}")
