"""Opportunities, a row for each stage that one entered: from histories, columns of stages, or what stands there now.

What was entered out of order counts for losses and not for durations: the column `durations` says which.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forecast.errors import InputError, Problem, ProblemKind, ReportProblem, listed, nearest, quoted
from forecast.exports.data_records import OTHERS, DataFile, OpportunitiesBlock
from forecast.exports.reading_problems import ReadingProblems
from forecast.exports.text_columns import check_currency, text_column
from forecast.exports.times import check_times, time_columns
from forecast.foreign.duckdb_session import DuckDBSession
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import fill_table, open_source

# HubSpot has a column for each stage: by the id of the stage, or by its label in exports for people.
_STAGE_COLUMN = re.compile(r'hs_(?:v2_)?date_entered_(.+)|Date entered "(.+?)(?: \(.*\))?"(?: \(.*\))?')
_AT_ONCE = timedelta(minutes=1)
_TEXTS = ("opportunity", "account", "stage", "source", "outcome", "reason", "requirement", "currency")
_TIMES = ("entered", "created", "closed")
_WON, _LOST, _OPEN = "won", "lost", "open"


@dataclass
class ReadOpportunities:
    """What was read: a row for each stage, as columns of the native table and more, and counts of opportunities."""

    columns: dict[str, list[object]]
    won: int = 0
    lost: int = 0
    open: int = 0
    without_durations: int = 0


@dataclass
class _Deal:
    """An opportunity as its rows have it."""

    file: str
    line: int
    account: str
    source: str = "product"
    entries: list[tuple[datetime, str]] = field(default_factory=list)
    stage: str = ""  # theirs, where it stands now
    outcome: str = ""
    closed: datetime | None = None
    created: datetime | None = None
    reason: str = ""
    requirement: str = ""


def read_opportunities(
    plan: DataFile,
    end: datetime | None,
    listed_accounts: frozenset[str],
    session: DuckDBSession,
    problems: ReadingProblems,
) -> ReadOpportunities:
    """The opportunities as they were at the end; raises InputError with all that cannot be read."""
    block = plan.opportunities
    assert block is not None
    found: list[Problem] = []
    stage_columns = _fill(plan, block, session, found.append)
    if not found:
        check_currency(block.table, "deals", session, found.append)
    if found:
        raise InputError(found)
    deals = _deals(block, stage_columns, session, found.append)
    if block.history is not None:
        _add_history(plan, block, deals, session, found.append)
    _check_names(block, deals, found.append)
    if found:
        raise InputError(found)
    horizon = end or datetime.max  # noqa: DTZ901  # UTC, as all times here
    rows = _Rows(plan, block, horizon, session, problems)
    for number, deal in enumerate(deals.values(), 1):
        rows.add(number, deal, is_listed=deal.account in listed_accounts)
    rows.note()
    deals_rules = ("closed_later", "closed_early", "unlisted_deal", "no_entry")
    found += problems.excesses(block.table.label, dict.fromkeys(deals_rules, len(deals)), plan.allow)
    if found:
        raise InputError(found)
    return rows.result


def stage_columns(names: Sequence[str]) -> dict[str, str]:
    """The columns that say when each stage was entered, by the stage's id or label."""
    matches = {name: _STAGE_COLUMN.fullmatch(name) for name in names}
    return {match[1] or match[2]: name for name, match in matches.items() if match is not None}


def _fill(plan: DataFile, block: OpportunitiesBlock, session: DuckDBSession, report: ReportProblem) -> list[str]:
    """Make the table `deals`; the stages that have a column of their own."""
    table = block.table
    scans = open_source(table.source, session, report)
    stages = stage_columns([name for scan in scans for name in scan.columns])

    def picked(scan: Scan) -> dict[str, str]:
        sql = {name: text_column(name, scan, table) for name in _TEXTS}
        for name in _TIMES:
            sql |= time_columns(name, scan, table.columns.get(name), plan, table)
        for place, name in enumerate(stages.values()):
            sql |= time_columns(f"stage{place}", scan, name, plan, table)
        return sql

    needed = ["opportunity", "account", "stage"] if table.own else [*table.columns]
    if fill_table("deals", scans, picked, session, needed=[table.columns[name] for name in needed], report=report):
        check_times("deals", [*_TIMES, *(f"stage{place}" for place in range(len(stages)))], table, session, report)
    return list(stages)


def _deals(
    block: OpportunitiesBlock, stage_columns: Sequence[str], session: DuckDBSession, report: ReportProblem
) -> dict[str, _Deal]:
    """The opportunities by id, in the order of the file."""
    times = [f"{name}_time" for name in (*_TIMES, *(f"stage{place}" for place in range(len(stage_columns))))]
    sql = f"SELECT file, line, {', '.join(_TEXTS[:-1])}, {', '.join(times)} FROM deals ORDER BY rowid"
    found: dict[str, _Deal] = {}
    lost_ids = 0
    for file, line, *cells in session.rows(sql):
        key, account, stage, source, outcome, reason, requirement = (cell or "" for cell in cells[: len(_TEXTS) - 1])
        entered, created, closed, *by_stage = cells[len(_TEXTS) - 1 :]
        if not key:
            lost_ids += 1
            if lost_ids <= 3:
                report(Problem(file, line, block.table.columns["opportunity"], "nothing", "the opportunity's id"))
            continue
        deal = found.setdefault(key, _Deal(file, line, account))
        deal.source = source_of(block, source)
        deal.entries += [(time, name) for name, time in zip(stage_columns, by_stage, strict=True) if time is not None]
        if entered is not None and stage:
            deal.entries.append((entered, stage))
        deal.stage, deal.created = stage, created or deal.created
        deal.closed, deal.outcome = closed or deal.closed, outcome or deal.outcome
        deal.reason, deal.requirement = reason or deal.reason, requirement or deal.requirement
    return found


def source_of(block: OpportunitiesBlock, source: str | None) -> str:
    """Where an opportunity came from, in our words."""
    if source in block.outbound:
        return "outbound"
    return source if source in ("outbound", "present") else "product"


def _add_history(
    plan: DataFile, block: OpportunitiesBlock, deals: Mapping[str, _Deal], session: DuckDBSession, report: ReportProblem
) -> None:
    """Add the stages of a history: rows in which the stage did not change are not entries."""
    history = block.history
    assert history is not None
    scans = open_source(history.source, session, report)

    def picked(scan: Scan) -> dict[str, str]:
        texts = {name: scan.text(history.columns[name]) for name in ("opportunity", "stage")}
        return texts | time_columns("entered", scan, history.columns["entered"], plan, history)

    if not fill_table("history", scans, picked, session, needed=history.columns.values(), report=report):
        return
    check_times("history", ["entered"], history, session, report)
    short = {key[:15]: key for key in deals if len(key) == 18}  # ids of Salesforce have 15 or 18 characters
    last: dict[str, str] = {}
    order = "WHERE entered_time IS NOT NULL ORDER BY entered_time, rowid"
    sql = f"SELECT opportunity, stage, entered_time FROM history {order}"
    for key, stage, entered in session.rows(sql):
        of = key if key in deals else short.get(key, (key or "")[:15])
        if of in deals and stage and last.get(of) != stage:
            deals[of].entries.append((entered, stage))
            last[of] = stage


def _check_names(block: OpportunitiesBlock, deals: Mapping[str, _Deal], report: ReportProblem) -> None:
    """Report stages and reasons that the data file does not mention."""
    known = (*block.stages, *block.won, *block.lost)
    names: dict[str, _Deal] = {}
    for deal in deals.values():
        for name in (deal.stage, *(stage for _, stage in deal.entries)):
            if name and block.stages and name not in known:
                names.setdefault(name, deal)
    for name, deal in names.items():
        near = nearest(name, known)
        what = f"stage {quoted(name)}"
        report(Problem(deal.file, deal.line, "opportunities.stages", what, listed(known), near, ProblemKind.UNKNOWN))
    missing: dict[tuple[str, str], _Deal] = {}
    for deal in deals.values():
        reasons = block.lost.get(deal.stage)
        if reasons and deal.reason not in reasons and OTHERS not in reasons:
            missing.setdefault((deal.stage, deal.reason), deal)
    for (stage, reason), deal in missing.items():
        path, what = f"opportunities.lost.{stage}", f"reason {quoted(reason)}"
        allowed = f'{listed(block.lost[stage])}; or `"*"` for all others'
        report(
            Problem(deal.file, deal.line, path, what, allowed, nearest(reason, block.lost[stage]), ProblemKind.UNKNOWN)
        )


class _Rows:
    """The rows of stages, opportunity by opportunity."""

    def __init__(
        self,
        plan: DataFile,
        block: OpportunitiesBlock,
        end: datetime,
        session: DuckDBSession,
        problems: ReadingProblems,
    ) -> None:
        names = ("opportunity", "account", "source", "stage", "entered", "left", "outcome", "reason", "requirement")
        self.result = ReadOpportunities({name: [] for name in (*names, "durations")})
        self.plan, self.block, self.end = plan, block, end
        self.session, self.problems = session, problems
        self.order = {ours: place for place, ours in enumerate(dict.fromkeys(block.stages.values()))}
        self.noted: dict[str, list[tuple[str, int]]] = defaultdict(list)

    def add(self, number: int, deal: _Deal, *, is_listed: bool) -> None:
        """Add the rows of an opportunity, or note why it is left out."""
        rule = None
        if deal.account in self.plan.leave_out.accounts:
            rule = "own_people"
        elif not is_listed:
            rule = "unlisted_deal"
        outcome, closed = self._outcome(deal)
        entries = self._entries(deal)
        if rule is None and not entries:
            rule = "no_entry"
        if rule is None and closed is not None and closed >= self.end:
            newest = max(time for time, _ in deal.entries)
            if not self.plan.cut and closed > max(newest, self.end) + timedelta(days=1) and deal.outcome != _OPEN:
                rule = "closed_later"
            outcome, closed = _OPEN, None  # it was open then
        if rule is None and closed is not None and closed.date() < entries[0][0].date():
            rule = "closed_early"
        if rule is not None:
            self.noted[rule].append((deal.file, deal.line))
            return
        entries = [entry for entry in entries if entry[0] < self.end]
        if not entries:
            return  # it came later
        self._write(number, deal, entries, outcome, closed)

    def _outcome(self, deal: _Deal) -> tuple[str, datetime | None]:
        """Whether an opportunity was won, lost or is open, and when it closed."""
        closing = {**dict.fromkeys(self.block.won, _WON), **dict.fromkeys(self.block.lost, _LOST)}
        outcome = deal.outcome if deal.outcome in (_WON, _LOST) else closing.get(deal.stage, _OPEN)
        if outcome == _OPEN:
            return outcome, None
        at = [time for time, stage in deal.entries if stage in closing]
        return outcome, max(at) if at else deal.closed

    def _entries(self, deal: _Deal) -> list[tuple[datetime, str]]:
        """The entries into stages of ours in the order of time; without any, that into the first one."""
        found = sorted((time, self._ours(stage)) for time, stage in deal.entries)
        entries = [(time, stage) for time, stage in found if stage]
        if not entries and deal.created is not None:
            now = self._ours(deal.stage) or next(iter(self.order), "")
            return [(deal.created, now)] if now else []
        return entries

    def _ours(self, stage: str) -> str:
        """Our name of a stage; empty for one that closes."""
        if not self.block.stages:
            return "" if stage in (*self.block.won, *self.block.lost) else stage
        return self.block.stages.get(stage, "")

    def _write(
        self, number: int, deal: _Deal, entries: list[tuple[datetime, str]], outcome: str, closed: datetime | None
    ) -> None:
        """Write the rows, out of order as the rules have it."""
        steps: list[tuple[datetime, str]] = []
        kinds = set()
        for time, stage in entries:
            if steps and steps[-1][1] == stage:
                continue  # several of their stages are one of ours
            place = self.order.get(stage, len(steps))
            last = self.order.get(steps[-1][1], len(steps) - 1) if steps else -1
            if closed is not None and time > closed:
                kinds.add("stage_reopened")
            elif place < last:
                kinds.add("stage_backwards")
            else:
                if steps and self.order and place > last + 1:
                    kinds.add("stage_skipped")
                steps.append((time, stage))
        if len(steps) > 1 and steps[-1][0] - steps[0][0] <= _AT_ONCE:
            kinds.add("stages_at_once")
        for kind in kinds:
            self.noted[kind].append((deal.file, deal.line))
        if not deal.entries:
            kinds.add("stages_at_once")  # nothing says when it came to its stage
        usable = not kinds - {"stage_backwards"}
        self.result.without_durations += not usable
        setattr(self.result, outcome, getattr(self.result, outcome) + 1)
        for place, (time, stage) in enumerate(steps):
            last = place == len(steps) - 1
            left = (None if closed is None else max(closed, time)) if last else steps[place + 1][0]
            reason = self._reason(deal) if last and outcome == _LOST else None
            row = (
                str(number),
                deal.account,
                deal.source,
                stage,
                time,
                left,
                outcome if last else None,
                reason,
                deal.requirement or None if last else None,
                usable,
            )
            for column, cell in zip(self.result.columns.values(), row, strict=True):
                column.append(cell)

    def _reason(self, deal: _Deal) -> str | None:
        """Our reason of a loss."""
        reasons = self.block.lost.get(deal.stage, {})
        return reasons.get(deal.reason, reasons.get(OTHERS, "" if reasons else deal.reason)) or None

    def note(self) -> None:
        """Write what the rules touched among the problems."""
        for rule, places in sorted(self.noted.items()):
            self.session.table("noted", {"file": [file for file, _ in places], "line": [line for _, line in places]})
            self.problems.add(rule, "SELECT * FROM noted")
