"""Read a data file: which exports a fit learns from, and what their columns and values mean.

All that is wrong is reported at once, each with its line, what was found, what is allowed and the nearest name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

from forecast.errors import InputError, Problem, listed, quoted
from forecast.exports.data_blocks import (
    accounts_block,
    columns_block,
    events_block,
    merge_block,
    opportunities_block,
    texts_of,
)
from forecast.exports.data_records import DataFile, LeftOut
from forecast.exports.reading_rules import RULES
from forecast.foreign.cells import DATE_FORMATS, ISO
from forecast.imports.map_file import FILL, fills
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.read_file import read_bytes, read_text
from forecast.scenario.text.yaml_tree import Node, Source, read_tree
from forecast.scenario.values.units import SHARE, UnreadableError, date_or_none

_TABLES = ("accounts", "events", "opportunities", "contracts", "monthly")
_TOP_KEYS = (
    *("until", "since", "time_zone", "date_format", "prior"),
    *_TABLES,
    *("merge", "leave_out", "allow", "monthly_active"),
)
_LEFT_OUT_KEYS = ("domains", "accounts", "users")


def read_data_file(path: Path, until: date | None = None) -> DataFile:
    """Read and check a data file.

    Parameters
    ----------
    path
        Of the file; paths in it are seen from its folder.
    until
        Look at nothing after this day, whatever the file says.

    Raises
    ------
    InputError
        With all that is wrong with it.
    """
    context = ReadContext()
    data = read_bytes(path, str(path), context.report)
    text = None if data is None else read_text(data, str(path), context.report)
    tree = None if text is None else read_tree(text, Source(str(path), path.parent), context.report)
    found = None
    if tree is not None and not context.problems:
        for node, place in fills(tree, ""):
            context.report(Problem(str(path), node.line, place, quoted(FILL), "what the comment there asks for"))
        found = _data_file(path, tree, Location(context, ""))
    if context.problems or found is None:
        raise InputError(context.problems)
    if until is None:
        return found
    return replace(found, until=until, cut=found.until is None or until < found.until)


def _data_file(path: Path, tree: Node, location: Location) -> DataFile:
    """The records of a tree; what is wrong is reported."""
    nodes = tree.mapping
    for key, node in nodes.items():
        if key not in _TOP_KEYS:
            location.unknown_key(node, key, _TOP_KEYS)
    if not any(key in nodes for key in _TABLES):
        location.missing_keys(tree, ["events"], " (or `monthly`, or another of " + listed(_TABLES) + ")")
    _check_company(tree, location)

    def place(key: str) -> Location:
        return location.at(key)

    return DataFile(
        path=path,
        until=_day(nodes["until"], place("until")) if "until" in nodes else None,
        since=_day(nodes["since"], place("since")) if "since" in nodes else None,
        time_zone=_time_zone(nodes["time_zone"], place("time_zone")) if "time_zone" in nodes else None,
        date_format=_date_format(nodes["date_format"], place("date_format")) if "date_format" in nodes else ISO,
        prior=_text(nodes["prior"], place("prior")) if "prior" in nodes else None,
        accounts=accounts_block(nodes["accounts"], place("accounts")) if "accounts" in nodes else None,
        events=events_block(nodes["events"], place("events")) if "events" in nodes else None,
        opportunities=(
            opportunities_block(nodes["opportunities"], place("opportunities")) if "opportunities" in nodes else None
        ),
        contracts=columns_block("contracts", nodes["contracts"], place("contracts")) if "contracts" in nodes else None,
        monthly=columns_block("monthly", nodes["monthly"], place("monthly")) if "monthly" in nodes else None,
        merge=merge_block(nodes["merge"], place("merge")) if "merge" in nodes else None,
        leave_out=_left_out(nodes["leave_out"], place("leave_out")) if "leave_out" in nodes else LeftOut(),
        allow=_allowed(nodes["allow"], place("allow")) if "allow" in nodes else {},
        monthly_active=_counts(nodes["monthly_active"], place("monthly_active")) if "monthly_active" in nodes else {},
    )


def _check_company(tree: Node, location: Location) -> None:
    """Report tables that need the list of accounts, and a panel that stands beside events."""
    nodes = tree.mapping
    if "accounts" not in nodes and any(key in nodes for key in ("events", "opportunities", "contracts")):
        advice = ": the whole market, accounts without a user too, which no export of a product holds"
        location.missing_keys(tree, ["accounts"], advice)
    if "monthly" in nodes and "events" in nodes:
        location.not_allowed(nodes["monthly"], "`monthly` beside `events`", "both say who started: leave out one")
    since, until = (date_or_none(nodes[key].text) if key in nodes else None for key in ("since", "until"))
    if since and until and since > until:
        location.at("since").out_of_range(nodes["since"], f"a day before `until`, {until}")


def _day(node: Node, location: Location) -> date | None:
    """A day."""
    found = date_or_none(node.text)
    if found is None:
        location.wrong_value(node, "a day such as `2026-10-31`")
    return found


def _text(node: Node, location: Location) -> str | None:
    """A text."""
    if not node.text:
        location.wrong_value(node, "a text")
    return node.text


def _time_zone(node: Node, location: Location) -> str | None:
    """The name of a time zone."""
    zones = available_timezones()
    if node.text not in zones:
        near = location.nearest(node.text or "", zones)
        location.wrong_value(node, "a time zone such as `Europe/Berlin` or `UTC`", near)
    return node.text


def _date_format(node: Node, location: Location) -> str:
    """How dates are written."""
    if node.text not in DATE_FORMATS:
        near = location.nearest(node.text or "", DATE_FORMATS)
        location.wrong_value(node, f"one of {', '.join(map(quoted, DATE_FORMATS))}", near)
        return ISO
    return node.text


def _left_out(node: Node, location: Location) -> LeftOut:
    """Who is no part of the market."""
    for key, part in node.mapping.items():
        if key not in _LEFT_OUT_KEYS:
            location.unknown_key(part, key, _LEFT_OUT_KEYS)
    if not node.mapping:
        location.wrong_value(node, f"a block with {listed(map(quoted, _LEFT_OUT_KEYS))}")
    lists = {
        key: texts_of(node.mapping[key], location.at(key)) if key in node.mapping else () for key in _LEFT_OUT_KEYS
    }
    domains = tuple(domain.casefold().removeprefix("@") for domain in lists["domains"])
    return LeftOut(domains, lists["accounts"], lists["users"])


def _allowed(node: Node, location: Location) -> dict[str, float]:
    """The share of each rule above which it is an error."""
    names = [rule.name for rule in RULES if rule.limit is not None]
    found = {}
    for key, part in node.mapping.items():
        if key not in names:
            location.unknown_key(part, key, names, "rule")
            continue
        try:
            found[key] = float(SHARE.read(part.text or "", ""))
        except UnreadableError:
            location.at(key).wrong_value(part, "a share such as `10%`")
    return found


def _counts(node: Node, location: Location) -> dict[str, int]:
    """The people active in each month, as the user knows it from elsewhere."""
    found = {}
    for key, part in node.mapping.items():
        text = part.text or ""
        if date_or_none(f"{key}-01") is None:
            location.at(key).wrong_value(part, "a month such as `2026-10`", None, quoted(key))
        elif not (text.isdecimal() and text.isascii()):
            location.at(key).wrong_value(part, "a whole number of people")
        else:
            found[key] = int(text)
    if not node.mapping:
        location.wrong_value(node, "a block of MONTH: PEOPLE, such as `{2026-01: 812}`")
    return found
