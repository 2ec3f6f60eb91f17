"""The blocks of a data file, each describing an export; knows which columns each kind of table may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

from forecast.errors import quoted
from forecast.exports.data_records import (
    ACCOUNT_MEANINGS,
    ANY,
    OTHERS,
    AccountsBlock,
    EligibleRule,
    EventsBlock,
    OpportunitiesBlock,
    TableBlock,
)
from forecast.foreign.databases import is_address
from forecast.foreign.large_tables import ExportSource
from forecast.foreign.table import FileForm
from forecast.imports.map_file import Rule, rule_of
from forecast.scenario.text.location import NAME_ALLOWED, Location, is_name
from forecast.scenario.text.named_file import named_file
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.units import DURATION, UnreadableError

_FORM_KEYS = ("file", "table", "sheet", "encoding", "time_zone")
MEANINGS = ("start", "activate", "pay", "upgrade", "lapse", "active", *ACCOUNT_MEANINGS)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_SHARE_OF_COLUMN = re.compile(r"(.+?)\s*\*\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)")
_AT_LEAST_USERS = re.compile(r"(?:(.*?)[\s,]+|)at least\s+users(?:\s*\*\s*([0-9]+(?:\.[0-9]+)?))?")
_ELIGIBLE_FORMS = "a column, such as `employees * 15%`, a number of people, or `at least users * 1.2`, or both of them"


class _KnownColumns(NamedTuple):
    """The columns of ours that a kind of table has: those it needs, and those it may have."""

    needed: tuple[str, ...]
    further: tuple[str, ...] = ()


_COLUMNS: Mapping[str, _KnownColumns] = {
    "accounts": _KnownColumns(("account",), ("first_known",)),
    "events": _KnownColumns(("time", "user", "event"), ("account", "id", "email", "received", "first_seen", "by")),
    "opportunities": _KnownColumns(
        ("opportunity", "account", "stage"),
        ("source", "entered", "left", "created", "closed", "outcome", "reason", "requirement", "currency"),
    ),
    "contracts": _KnownColumns(
        ("account", "start"),
        (
            *("contract", "signed", "end", "period_end", "seats", "price_per_seat_month", "list_price"),
            *("renewed_from", "champion_left", "currency"),
        ),
    ),
    "history": _KnownColumns(("opportunity", "stage", "entered")),
    "monthly": _KnownColumns(("account", "month", "eligible", "active", "starts", "stops"), ("segment",)),
    "merge": _KnownColumns(("from", "into")),
}


def columns_block(name: str, node: Node, location: Location, further: tuple[str, ...] = ()) -> TableBlock:
    """The export of a block with `columns`; a column that is not named has our own name."""
    known = (*_FORM_KEYS, "columns", *further)
    _check_keys(node, known, location)
    names = _COLUMNS[name]
    given = node.mapping.get("columns")
    columns: dict[str, str] = {}
    identity: tuple[str, ...] = ()
    if given is not None:
        place = location.at("columns")
        if not given.mapping:
            place.wrong_value(given, f"a block with {', '.join(map(quoted, names.needed))}")
        for key, part in given.mapping.items():
            if key not in (*names.needed, *names.further):
                place.unknown_key(part, key, (*names.needed, *names.further), "column")
            elif key == "id" and part.items:
                identity = texts_of(part, place.at(key))
            elif not part.text:
                place.at(key).wrong_value(part, "the name of a column")
            else:
                columns[key] = part.text
        table = _table(name, node, location, {key: columns.get(key, key) for key in names.needed} | columns)
        return replace(table, identity=identity)
    return _table(name, node, location, {key: key for key in (*names.needed, *names.further)}, own=True)


def _table(name: str, node: Node, location: Location, columns: Mapping[str, str], *, own: bool = False) -> TableBlock:
    """The export that a block names; `own`: its columns are ours, and those that it need not have may be missing."""
    texts = {key: node.mapping[key].text or "" for key in _FORM_KEYS if key in node.mapping}
    form = FileForm(texts.get("encoding") or None, texts.get("sheet") or None)
    zone = texts.get("time_zone")
    if zone is not None and zone not in available_timezones():
        near = location.nearest(zone, available_timezones())
        location.at("time_zone").wrong_value(node.mapping["time_zone"], "a time zone such as `Europe/Berlin`", near)
    files: list[tuple[Path, str]] = []
    address = None
    given = node.mapping.get("file")
    if given is None:
        location.missing_keys(node, ["file"])
    else:
        place = location.at("file")
        for part in given.items or [given]:
            if not part.text:
                place.wrong_value(part, "a file, a list of files, or an address such as `postgres://host/database`")
            elif is_address(part.text):
                address = part.text
            else:
                files += [named] if (named := named_file(part, part.text, place.path, location.context.report)) else []
    source = ExportSource(tuple(files), address, texts.get("table") or None, form)
    return TableBlock(name, source, columns, zone, own=own)


def _check_keys(node: Node, known: tuple[str, ...], location: Location) -> None:
    """Report keys of a block that are not known, and what is no block."""
    if not node.mapping:
        location.wrong_value(node, f"a block with {', '.join(map(quoted, known[:1]))}")
    for key, part in node.mapping.items():
        if key not in known:
            location.unknown_key(part, key, known)


def accounts_block(node: Node, location: Location) -> AccountsBlock:
    """The list of accounts: its keys are ours, their values columns of the export."""
    keys = ("account", "segment", "eligible_users", "first_known")
    _check_keys(node, (*_FORM_KEYS, *keys), location)
    names = {key: node.mapping[key].text or key for key in ("account", "first_known") if key in node.mapping}
    table = _table("accounts", node, location, {"account": "account"} | names)
    segment = Rule(column="segment")
    if "segment" in node.mapping:
        segment = rule_of(node.mapping["segment"], location.at("segment"))
    eligible = EligibleRule(Rule(column="eligible_users"))
    if "eligible_users" in node.mapping:
        eligible = _eligible_rule(node.mapping["eligible_users"], location.at("eligible_users"))
    return AccountsBlock(table, segment, eligible)


def _eligible_rule(node: Node, location: Location) -> EligibleRule:
    """How many people of an account could use the product, as `employees * 15%, at least users * 1.2`."""
    if node.mapping:
        return EligibleRule(rule_of(node, location))
    text = node.text or ""
    least = _AT_LEAST_USERS.fullmatch(text)
    users = float(least[2] or 1.0) if least else None
    text = (least[1] or "").strip() if least else text.strip()
    if not text:
        if least is None:
            location.wrong_value(node, _ELIGIBLE_FORMS)
        return EligibleRule(None, users)
    if _WHOLE_NUMBER.fullmatch(text):
        return EligibleRule(Rule(value=text), users)
    share = _SHARE_OF_COLUMN.fullmatch(text)
    if share is None:
        return EligibleRule(Rule(column=text), users)
    factor = float(share[2]) / (100.0 if share[3] else 1.0)
    if not 0.0 < factor <= 1.0:
        location.wrong_value(node, "a share above 0% and at most 100%, such as `employees * 15%`")
    return EligibleRule(Rule(column=share[1], share=factor), users)


def events_block(node: Node, location: Location) -> EventsBlock:
    """Product events."""
    table = columns_block("events", node, location, ("meaning", "lapse_after"))
    meaning: dict[str, tuple[str, ...]] = {}
    given = node.mapping.get("meaning")
    if given is not None:
        place = location.at("meaning")
        for key, part in given.mapping.items():
            if key not in MEANINGS:
                place.unknown_key(part, key, MEANINGS, "meaning")
            else:
                meaning[key] = (ANY,) if part.plain and part.text == ANY else texts_of(part, place.at(key))
        if not given.mapping:
            place.wrong_value(given, f"a block with {', '.join(map(quoted, MEANINGS))}")
    else:
        meaning = {name: (name,) for name in MEANINGS}
    after = node.mapping.get("lapse_after")
    return EventsBlock(table, meaning, None if after is None else _days(after, location.at("lapse_after")))


def _days(node: Node, location: Location) -> float | None:
    """A duration in days."""
    try:
        found = float(DURATION.read(node.text or "", ""))
    except UnreadableError:
        found = 0.0
    if found <= 0.0:
        location.wrong_value(node, "a duration such as `30 days`")
        return None
    return found


def opportunities_block(node: Node, location: Location) -> OpportunitiesBlock:
    """Opportunities with their stages."""
    table = columns_block("opportunities", node, location, ("stages", "won", "lost", "outbound", "history"))
    parts = node.mapping
    stages = {key: part.text or "" for key, part in parts["stages"].mapping.items()} if "stages" in parts else {}
    for key, name in stages.items():
        if not is_name(name):
            location.at("stages", key).wrong_value(parts["stages"].mapping[key], f"a stage of ours: {NAME_ALLOWED}")
    if "stages" in parts and not stages:
        location.at("stages").wrong_value(parts["stages"], "a block of THEIR STAGE: our stage")
    won = texts_of(parts["won"], location.at("won")) if "won" in parts else ()
    outbound = texts_of(parts["outbound"], location.at("outbound")) if "outbound" in parts else ()
    lost = _lost(parts["lost"], location.at("lost")) if "lost" in parts else {}
    for name in (*won, *lost):
        if name in stages:
            said = f"stage {quoted(name)}"
            location.at("stages").not_allowed(parts["stages"], said, "it is closed: it stands in `won` or `lost`")
    history = columns_block("history", parts["history"], location.at("history")) if "history" in parts else None
    return OpportunitiesBlock(table, stages, won, lost, outbound, history)


def _lost(node: Node, location: Location) -> dict[str, dict[str, str]]:
    """The stages that are lost, each with our reason by theirs; a list of stages has no reasons."""
    if node.items or node.text:
        return {name: {} for name in texts_of(node, location)}
    found: dict[str, dict[str, str]] = {}
    for key, part in node.mapping.items():
        reasons = {OTHERS: part.text} if part.text else {their: each.text or "" for their, each in part.mapping.items()}
        for their, ours in reasons.items():
            if not is_name(ours):
                location.at(key, their).wrong_value(part, f"a reason of ours: {NAME_ALLOWED}", None, quoted(ours))
        found[key] = reasons
    if not found:
        location.wrong_value(node, 'a block of LOST STAGE: {THEIR REASON: our reason, "*": our reason}')
    return found


def merge_block(node: Node, location: Location) -> TableBlock:
    """Which people and accounts became which: a file, or a block with its columns."""
    if node.text:
        return columns_block("merge", node.with_value({"file": node}), location)
    return columns_block("merge", node, location)


def texts_of(node: Node, location: Location) -> tuple[str, ...]:
    """A list of texts, or one."""
    texts = [node.text] if node.text else [part.text for part in node.items]
    if not texts or not all(texts):
        location.wrong_value(node, "a list of texts, such as `[Signed Up, Invited]`")
    return tuple(text for text in texts if text)
