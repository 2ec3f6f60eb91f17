"""The rows that reading left out, counted by rule: `problems.csv`.  It never holds who somebody is.

A value is written only where its column says nothing of a person: those with users and addresses are left empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forecast.errors import Problem, ProblemKind
from forecast.exports.reading_rules import RULES
from forecast.foreign.duckdb_session import DuckDBSession, literal
from forecast.spreadsheet_text import FORMULA_PREFIXES

_LONGEST_VALUE = 80


@dataclass
class ReadingProblems:
    """What was left out, and how many of which whole each rule touched."""

    session: DuckDBSession
    folder: str = ""  # of the data file, as messages have it: files are named as seen from there
    touched: dict[str, int] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the table of the rows."""
        columns = "file VARCHAR, line BIGINT, rule VARCHAR, value VARCHAR"
        self.session.run(f"CREATE TABLE IF NOT EXISTS problems ({columns})", "problems")

    def add(self, rule: str, rows: str, value: str = "NULL") -> int:
        """Note the rows that a rule touched: SQL with columns `file` and `line`, and of a value that may be shown."""
        before = self.session.value("SELECT count(*) FROM problems")
        shown = f"left(CAST({value} AS VARCHAR), {_LONGEST_VALUE})"
        sql = f"INSERT INTO problems SELECT file, line, {literal(rule)}, {shown} FROM ({rows})"
        self.session.run(sql, "problems")
        count = int(self.session.value("SELECT count(*) FROM problems")) - int(before)
        self.count(rule, count)
        return count

    def count(self, rule: str, touched: int) -> None:
        """Count what a rule touched, in the unit of its limit."""
        self.touched[rule] = self.touched.get(rule, 0) + touched

    def excesses(self, label: str, names: Mapping[str, int], allow: Mapping[str, float]) -> list[Problem]:
        """The rules that touched more than their limit, each with the line of the data file that would allow it.

        `names` has how many there are in all, by rule; of the rules that are not there nothing is said.
        """
        found = []
        for rule in RULES:
            if rule.name not in names or rule.limit is None:
                continue
            touched, whole = self.touched.get(rule.name, 0), names[rule.name]
            self.whole[rule.name] = whole
            limit = max(rule.limit, allow.get(rule.name, 0.0))
            if touched > limit * whole:
                share = touched / max(1, whole)
                what = f"{rule.found}: {touched:,} of {whole:,} {rule.share_of} ({share:.1%})"
                allowed = f"{limit:.0%}; if that is right: `allow: {{{rule.name}: {_above(share)}}}` in the data file"
                found.append(Problem(label, None, rule.name, what, allowed, kind=ProblemKind.OVER_LIMIT))
        return found

    def write(self, path: Path) -> None:
        """Write the rows as CSV, in the order of files and lines; an apostrophe stands before what looks a formula."""
        marks = ", ".join(map(literal, FORMULA_PREFIXES))
        value = "regexp_replace(value, '[\\x00-\\x1f\\x7f]', ' ', 'g')"
        number = "regexp_matches(value, '^-?[0-9]+(\\.[0-9]+)?$')"
        safe = (
            f"CASE WHEN NOT {number} AND list_contains([{marks}], left(value, 1)) THEN '''' || {value} ELSE {value} END"
        )
        start = f"starts_with(file, {literal(self.folder)})"
        name = f"CASE WHEN {start} THEN substr(file, {len(self.folder) + 1}) ELSE file END"
        rows = f"SELECT {name} AS file, line, rule, {safe} AS value FROM problems ORDER BY file, line, rule"
        self.session.run(f"COPY ({rows}) TO {literal(str(path))} (HEADER, DELIMITER ',')", str(path))


def _above(share: float) -> str:
    """The next whole percentage above a share."""
    return f"{min(100, int(share * 100) + 1)}%"
