"""A data file to start from, written from the exports: it asks nothing, and what it cannot know says FILL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError, Problem, ProblemKind, listed
from forecast.exports.known_exports import RecognisedExport, recognised
from forecast.exports.read_opportunities import stage_columns
from forecast.foreign.duckdb_session import DuckDBSession, duckdb_session
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import ExportSource, open_source
from forecast.imports.map_file import FILL
from forecast.imports.systems import plain_word
from forecast.scenario.text.emit import scalar_text

_MOST_VALUES = 40
_HEAD = f"""\
# What `forecast fit` learns from: which exports, and what their columns and values mean.
# {FILL} is left to you; everything else is a guess from the columns: read it through.
# until: 2026-10-31          # the last day that the exports hold completely; without it the day before the newest event
# since: 2025-04-01          # the first, where the tracking changed
# leave_out: {{domains: [our-company.com], accounts: [demo]}}
# merge: merge.csv           # from, into: people and accounts that became another
"""
_MEANINGS = {
    "start": r"sign.?(ed)?.?up|regist|account.?created|user.?created|invit\w* accepted|joined",
    "activate": r"activat|onboarding.?(completed|finished)|first",
    "pay": r"subscri|paid|payment|purchas|checkout.?completed",
}
_WON, _LOST = ("closedwon", "won"), ("closedlost", "lost")
_ALL_COLUMNS = {
    "events": ("time", "user", "account", "event"),
    "opportunities": ("opportunity", "account", "stage"),
    "contracts": ("account", "start"),
    "monthly": ("account", "month", "eligible", "active", "starts", "stops"),
    "history": ("opportunity", "stage", "entered"),
}
_ORDER = ("accounts", "events", "opportunities", "history", "contracts", "monthly")


@dataclass(frozen=True)
class _File:
    """A file that was recognised."""

    path: Path
    written: str  # as the data file names it
    export: RecognisedExport
    scan: Scan
    header: tuple[str, ...]


def initial_data_file(paths: Sequence[Path], folder: Path | None = None) -> str:
    """The text of a data file for these exports.

    Parameters
    ----------
    paths
        The exports: files of Segment, Amplitude, Mixpanel, PostHog, Stripe, Chargebee, Salesforce, HubSpot, our own
        tables, or a panel of monthly counts.
    folder
        Where the data file will stand, from which it names them; that of the first export when None.

    Raises
    ------
    InputError
        Where a file cannot be read or is not known, and where two hold the same.
    """
    folder = paths[0].parent if folder is None else folder
    with duckdb_session() as session:
        problems: list[Problem] = []
        files: dict[str, _File] = {}
        for path in paths:
            found = _recognise(path, folder, session, problems)
            if found is None:
                continue
            block = found.export.block
            if block in files:
                allowed = f"one such file (or a list in `file`): {files[block].path.name} is one"
                problems.append(Problem(str(path), None, None, f"a file of {block}", allowed))
            files.setdefault(block, found)
        if problems:
            raise InputError(problems)
        lines = [_HEAD.rstrip("\n")]
        for block in _ORDER:
            if block in files and block != "history":
                lines += ["", *_block_lines(files[block], files.get("history"), session)]
            elif block == "accounts" and "monthly" not in files:
                lines += ["", *_no_accounts()]
        return "\n".join(lines) + "\n"


def _recognise(path: Path, folder: Path, session: DuckDBSession, problems: list[Problem]) -> _File | None:
    """What a file is; None after a problem."""
    scans = open_source(ExportSource.at(str(path)), session, problems.append)
    if not scans:
        return None
    scan = scans[0]
    header = tuple(name for name in scan.header or scan.columns if name)
    nested = [
        f"{name}.{key}"
        for name in ("properties", "groups", "user_properties")
        if name in header
        for key in _keys(scan, name, session)
    ]
    export = recognised(header, nested)
    if export is None:
        known = "Segment, Amplitude, Mixpanel, PostHog, Stripe, Chargebee, Salesforce, HubSpot, or our own tables"
        what = f"the columns {listed(header)}"
        problems.append(Problem(str(path), None, None, what, f"an export of {known}", kind=ProblemKind.WRONG_VALUE))
        return None
    return _File(path, _seen_from(folder, path), export, scan, (*header, *nested))


def _seen_from(folder: Path, path: Path) -> str:
    """The path as the data file in a folder names it; one that lies elsewhere by its whole path."""
    there, here = path.resolve(), folder.resolve()
    return there.relative_to(here).as_posix() if there.is_relative_to(here) else str(there)


def _keys(scan: Scan, name: str, session: DuckDBSession) -> list[str]:
    """The keys of the objects in a column's first rows."""
    sql = (
        f"SELECT DISTINCT unnest(json_keys(try_cast({scan.text(name)} AS JSON))) AS k "
        f"FROM (SELECT * FROM {scan.relation} LIMIT 1000) ORDER BY k"
    )
    return [key for (key,) in session.rows(sql)]


def _no_accounts() -> Iterator[str]:
    """The block of the accounts where there is no file of them."""
    yield "accounts:  # the whole market, accounts without a user too: no export of a product holds it"
    yield f"  file: {FILL}"
    yield f"  account: {FILL}  # the column with the account, as the events name it"
    yield f"  segment: {FILL}"
    yield f"  eligible_users: {FILL}  # people who could use it, such as `employees * 15%`"


def _block_lines(file: _File, history: _File | None, session: DuckDBSession) -> Iterator[str]:
    """The lines of a file's block."""
    export = file.export
    yield f"{export.block}:  # {export.system}" + (f": {export.remark}" if export.remark else "")
    yield f"  file: {scalar_text(file.written)}"
    if export.time_zone:
        yield f"  time_zone: {export.time_zone}"
    elif export.block in ("opportunities", "contracts") and not export.system.startswith(("our own", "Stripe")):
        yield f"  time_zone: {FILL}  # of times without one, such as Europe/Berlin: that of the account's settings"
    if export.block == "accounts":
        yield from _account_lines(file)
        return
    yield from _column_lines(file)
    if export.block == "events":
        yield from _meaning_lines(file, session)
    elif export.block == "opportunities" and export.system != "our own opportunities":
        yield from _stage_lines(file, session)
        if history is not None:
            yield "  history:"
            yield f"    file: {scalar_text(history.written)}  # {history.export.remark}"
            columns = ", ".join(f"{ours}: {scalar_text(name)}" for ours, name in history.export.columns.items())
            yield f"    columns: {{{columns}}}"


def _column_lines(file: _File) -> Iterator[str]:
    """Our names with the file's columns."""
    needed = _ALL_COLUMNS[file.export.block]
    yield "  columns:"
    for name in dict.fromkeys((*needed, *file.export.columns)):
        column = file.export.columns.get(name)
        if column is not None:
            yield f"    {name}: {scalar_text(column)}"
        else:
            yield f"    {name}: {FILL}  # one of {listed(map(scalar_text, file.header))}"
    if file.export.identity:
        yield f"    id: [{', '.join(map(scalar_text, file.export.identity))}]  # together they tell rows apart"


def _account_lines(file: _File) -> Iterator[str]:
    """The keys of the accounts: the share of employees is the user's to say."""
    columns = {name: name for name in ("account", "segment", "eligible_users")}
    columns = columns if file.export.system == "our own accounts" else dict(file.export.columns)
    others = f"one of {listed(map(scalar_text, file.header))}"
    account, segment = columns.get("account"), columns.get("segment")
    yield f"  account: {scalar_text(account) if account else FILL}  # as the events name it" + (
        "" if account else f": {others}"
    )
    yield f"  segment: {scalar_text(segment) if segment else FILL}" + ("" if segment else f"  # {others}")
    size = columns.get("eligible_users")
    if size == "eligible_users":
        yield "  eligible_users: eligible_users"
    else:
        example = f"`{size} * 15%`" if size else "`employees * 15%`"
        yield f"  eligible_users: {FILL}  # people who could use it, not everybody employed, such as {example}"


def _values(file: _File, column: str | None, session: DuckDBSession) -> list[tuple[str, int]]:
    """The values of a column with their rows, the most frequent first."""
    if column is None:
        return []
    sql = f"SELECT {file.scan.text(column)} AS v, count(*) FROM {file.scan.relation} GROUP BY v"
    found = [(value, rows) for value, rows in session.rows(sql) if value]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _meaning_lines(file: _File, session: DuckDBSession) -> Iterator[str]:
    """What the names of events mean: a guess by their words."""
    values = _values(file, file.export.columns.get("event"), session)
    if file.export.system == "our own events":
        yield "  # lapse_after: 30 days  # where nobody logs a lapse: so long without an event is one"
        return
    yield "  meaning:  # which events are a start, the end of a trial (activate), a payment; also upgrade, lapse"
    for meaning, words in _MEANINGS.items():
        names = [value for value, _ in values if re.search(words, value, re.IGNORECASE)]
        if names:
            yield f"    {meaning}: [{', '.join(map(scalar_text, names))}]"
        elif meaning == "start":
            yield f"    start: {FILL}  # a list of events such as [Signed Up]"
    yield "    active: any"
    yield "  lapse_after: 30 days  # so long without an event is a lapse"
    shown = [f"{scalar_text(value)} ({rows:,})" for value, rows in values[:_MOST_VALUES]]
    more = f" and {len(values) - _MOST_VALUES} more" if len(values) > _MOST_VALUES else ""
    yield f"  # events: {', '.join(shown)}{more}"


def _stage_lines(file: _File, session: DuckDBSession) -> Iterator[str]:
    """The stages: which is ours, which are won and lost."""
    values = _values(file, file.export.columns.get("stage"), session)
    closed = {value: plain_word(value) for value, _ in values}
    won = [value for value, word in closed.items() if word in _WON]
    lost = [value for value, word in closed.items() if word in _LOST]
    yield "  stages:  # in their order; several of theirs may be one of ours"
    own = [name for name in stage_columns(file.header) if plain_word(name) not in (*_WON, *_LOST)]
    names = list(dict.fromkeys([*own, *(value for value, _ in values if value not in (*won, *lost))]))
    for value in names:
        yield f"    {scalar_text(value)}: {FILL}"
    if not names:
        yield f"    {FILL}: {FILL}"
    yield f"  won: [{', '.join(map(scalar_text, won))}]" if won else f"  won: {FILL}"
    if not lost:
        yield f"  lost: {FILL}"
        return
    reasons = [value for value, _ in _values(file, file.export.columns.get("reason"), session)][:_MOST_VALUES]
    yield "  lost:  # our reason by theirs"
    for value in lost:
        reason_lines = "".join(f"{scalar_text(reason)}: {FILL}, " for reason in reasons)
        yield f'    {scalar_text(value)}: {{{reason_lines}"*": no_decision}}'
