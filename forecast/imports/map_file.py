"""The map of an import, read: which column of which file holds what, and what its values mean here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.errors import InputError, Problem, quoted
from forecast.foreign.cells import DATE_FORMATS, ISO
from forecast.foreign.table import FileForm
from forecast.imports.systems import ACCOUNTS, DEALS, SUBSCRIPTIONS
from forecast.scenario.checks.account_cells import REQUIRED_COLUMNS
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS
from forecast.scenario.text.location import Location, ReadContext, is_name
from forecast.scenario.text.read_file import read_bytes, read_text
from forecast.scenario.text.yaml_tree import Node, Source, read_tree
from forecast.scenario.values.units import SHARE, UnreadableError, date_or_none

FILL = "FILL"  # stands where the user has to write something
LEFT_OUT = "leave_out"  # the meaning of a value whose rows are not imported
NONE = "none"
KEYS = {
    ACCOUNTS: ("key", "only", *ACCOUNT_COLUMNS),
    DEALS: ("key", "only", "opportunity_stage", "opened", "stage_entered"),
    SUBSCRIPTIONS: ("key", "only", "plan", "quantity", "contract_end", "price_per_seat_month"),
}
REQUIRED = {
    ACCOUNTS: REQUIRED_COLUMNS,
    DEALS: ("key", "opportunity_stage"),
    SUBSCRIPTIONS: ("key", "plan", "quantity"),
}
FORM_KEYS = ("file", "sheet", "encoding")
TOP_KEYS = ("start", "date_format", "thousands", "ended_contracts", *KEYS)
PLANS = ("free_users", "paid_users", "team_users", "in_trial", "seats", LEFT_OUT)
THOUSANDS = (NONE, ",", ".", " ", "'")
ENDED = ("refuse", LEFT_OUT)
STAGE_WANTED = f"a stage of your scenario, or `{NONE}` where no purchase is open"
RULE_KEYS = ("column", "value", "share", "values", "sizes", "since", "empty")


@dataclass(frozen=True)
class Rule:
    """Where a value comes from: a column or a constant, and what is made of the cell."""

    column: str | None = None
    value: str = ""
    share: float | None = None
    values: Mapping[str, str] | None = None
    sizes: tuple[tuple[int, str], ...] = ()
    since: str | None = None  # a column with a date: the months from there to the start
    empty: str = ""  # what an empty cell of the column means


@dataclass(frozen=True)
class FileBlock:
    """What a map says of one file: its name and form, and a rule for each key."""

    name: str
    file: str
    form: FileForm
    rules: Mapping[str, Rule]
    only: tuple[str, tuple[str, ...]] | None = None  # the rows to take: a column, and its values

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rules read, each once."""
        named = [name for rule in self.rules.values() for name in (rule.column, rule.since) if name]
        return tuple(dict.fromkeys([*named, *([self.only[0]] if self.only else [])]))


@dataclass(frozen=True)
class ImportMap:
    """A whole map: how the files write dates and numbers, when the scenario starts, and a block for each file."""

    start: date
    date_format: str = ISO
    thousands: str = ""
    ended_contracts: str = ENDED[0]
    blocks: Mapping[str, FileBlock] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments that accounts may be given."""
        rule = self.blocks[ACCOUNTS].rules["segment"]
        meanings = [*(rule.values or {}).values(), *(name for _, name in rule.sizes), rule.value, rule.empty]
        return tuple(dict.fromkeys(name for name in meanings if name not in ("", NONE, LEFT_OUT)))

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that open opportunities may be at."""
        rules = [
            block.rules[key] for block in self.blocks.values() for key in block.rules if key == "opportunity_stage"
        ]
        meanings = [name for rule in rules for name in (*(rule.values or {}).values(), rule.value, rule.empty)]
        return tuple(dict.fromkeys(name for name in meanings if name not in ("", NONE, LEFT_OUT)))


def read_map(path: Path) -> ImportMap:
    """Read and check a map; raises InputError with all that is wrong with it."""
    context = ReadContext()
    data = read_bytes(path, str(path), context.report)
    text = None if data is None else read_text(data, str(path), context.report)
    tree = None if text is None else read_tree(text, Source(str(path), path.parent), context.report)
    found = None
    if tree is not None:
        for node, place in fills(tree, ""):
            context.report(Problem(str(path), node.line, place, quoted(FILL), _wanted(place)))
        found = _map_of(tree, Location(context, "")) if not context.problems else None
    if context.problems or found is None:
        raise InputError(context.problems)
    return found


def _wanted(place: str) -> str:
    """What a place that is left to the user asks for."""
    meanings = {
        f"{ACCOUNTS}.segment.values": f"a segment of your scenario, or `{LEFT_OUT}` for no row",
        f"{ACCOUNTS}.opportunity_stage.values": STAGE_WANTED,
        f"{DEALS}.opportunity_stage.values": STAGE_WANTED,
        f"{SUBSCRIPTIONS}.plan.values": f"one of {', '.join(map(quoted, PLANS))}",
    }
    return next(
        (text for key, text in meanings.items() if place.startswith(f"{key}.")), "what the comment there asks for"
    )


def fills(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    """The values that are left to the user, with their paths."""
    if node.plain and node.text == FILL:
        yield node, path
    for key, part in node.mapping.items():
        yield from fills(part, f"{path}.{key}".lstrip("."))
    for number, part in enumerate(node.items, 1):
        yield from fills(part, f"{path}.{number}")


def _map_of(tree: Node, location: Location) -> ImportMap | None:
    """The map of a tree; None after a problem."""
    for key, node in tree.mapping.items():
        if key not in TOP_KEYS:
            location.unknown_key(node, key, TOP_KEYS)
    missing = [key for key in ("start", ACCOUNTS) if key not in tree.mapping]
    if missing:
        location.missing_keys(tree, missing)
        return None
    blocks = {name: _block(name, tree.mapping[name], location.at(name)) for name in KEYS if name in tree.mapping}
    start = _start(tree.mapping["start"], location.at("start"))
    choices = {"date_format": DATE_FORMATS, "thousands": THOUSANDS, "ended_contracts": ENDED}
    chosen = {
        key: _choice(tree.mapping[key], known, location.at(key)) if key in tree.mapping else known[0]
        for key, known in choices.items()
    }
    if location.context.problems or start is None:
        return None
    chosen["thousands"] = chosen["thousands"].replace(NONE, "")
    return ImportMap(start=start, blocks=blocks, **chosen)


def _choice(node: Node, known: tuple[str, ...], location: Location) -> str:
    """One of a few words."""
    if node.value not in known:
        location.wrong_value(node, f"one of {', '.join(map(quoted, known))}", location.nearest(node.text or "", known))
    return node.text or known[0]


def _start(node: Node, location: Location) -> date | None:
    """The day on which the scenario starts."""
    found = date_or_none(node.text)
    if found is None:
        location.wrong_value(node, "the scenario's clock.start, such as `2026-01-01`")
    return found


def _block(name: str, node: Node, location: Location) -> FileBlock:
    """What the map says of one file."""
    known = (*FORM_KEYS, *KEYS[name])
    for key, part in node.mapping.items():
        if key not in known:
            location.unknown_key(part, key, known)
    missing = [key for key in ("file", *REQUIRED[name]) if key not in node.mapping]
    if missing:
        location.missing_keys(node, missing)
    rules = {
        key: rule_of(node.mapping[key], location.at(key)) for key in KEYS[name] if key in node.mapping and key != "only"
    }
    _check_meanings(node, rules, location)
    texts = {key: node.mapping[key].text or "" for key in FORM_KEYS if key in node.mapping}
    only = _only(node.mapping["only"], location.at("only")) if "only" in node.mapping else None
    form = FileForm(texts.get("encoding") or None, texts.get("sheet") or None)
    return FileBlock(name, texts.get("file", ""), form, rules, only)


def _only(node: Node, location: Location) -> tuple[str, tuple[str, ...]] | None:
    """Which rows to take; None for all."""
    if node.text == NONE:
        return None
    column, values = node.mapping.get("column"), node.mapping.get("values")
    if len(node.mapping) != 2 or not column or not column.text or not values or not values.items:
        location.wrong_value(node, "`none`, or `{column: NAME, values: [VALUE, ...]}`")
        return None
    return column.text, tuple(str(item.value) for item in values.items)


def rule_of(node: Node, location: Location) -> Rule:
    """The rule of a key: `none`, the name of a column, or a block."""
    if isinstance(node.value, str):
        return Rule() if node.is_null or (node.plain and node.text == NONE) else Rule(column=node.text)
    for key, part in node.mapping.items():
        if key not in RULE_KEYS:
            location.unknown_key(part, key, RULE_KEYS)
    texts = {key: node.mapping[key].text for key in ("column", "value", "since") if key in node.mapping}
    if len(texts) != 1 or not all(texts.values()):
        location.wrong_value(node, "`none`, the name of a column, or a block with one of column, value, since")
        return Rule()
    values = node.mapping.get("values")
    return Rule(
        column=texts.get("column"),
        value=texts.get("value") or "",
        share=_share(node.mapping["share"], location.at("share")) if "share" in node.mapping else None,
        values={key: str(part.value) for key, part in values.mapping.items()} if values else None,
        sizes=_sizes(node.mapping["sizes"], location.at("sizes")) if "sizes" in node.mapping else (),
        since=texts.get("since"),
        empty=(node.mapping["empty"].text or "") if "empty" in node.mapping else "",
    )


def _share(node: Node, location: Location) -> float | None:
    """The share of a count that is taken."""
    try:
        found = float(SHARE.read(node.text or "", ""))
    except UnreadableError:
        found = -1.0
    if not 0.0 < found <= 1.0:
        location.wrong_value(node, "a share above 0% and at most 100%, such as `30%`")
    return found


def _sizes(node: Node, location: Location) -> tuple[tuple[int, str], ...]:
    """The names with the size from which on each holds, the largest first."""
    found = []
    for name, part in node.mapping.items():
        text = part.text or ""
        if not text.isdecimal() or not text.isascii():
            location.at(name).wrong_value(part, "the whole number from which on the segment begins")
        else:
            found.append((int(text), name))
    if not node.mapping:
        location.wrong_value(node, "a block of SEGMENT: SIZE, such as `{smb: 1, enterprise: 1000}`")
    return tuple(sorted(found, reverse=True))


def _check_meanings(node: Node, rules: Mapping[str, Rule], location: Location) -> None:
    """Report meanings of values that cannot be: no names, or no sort of user for a plan."""
    for key in ("segment", "opportunity_stage", "plan"):
        rule = rules.get(key)
        meanings = [*(rule.values or {}).values(), *(name for _, name in rule.sizes)] if rule else []
        meanings += [rule.empty] if rule and rule.empty else []
        for meaning in dict.fromkeys(meanings):
            if key == "plan" and meaning not in PLANS:
                allowed, near = f"one of {', '.join(PLANS)}", location.nearest(meaning, PLANS)
                location.at(key).wrong_value(node.mapping[key], allowed, near, quoted(meaning))
            elif not is_name(meaning):
                allowed = f"the name of a {key.removeprefix('opportunity_')}, or {LEFT_OUT}"
                location.at(key).wrong_value(node.mapping[key], allowed, None, quoted(meaning))
    if "plan" in rules and rules["plan"].column and rules["plan"].values is None:
        location.at("plan").missing_keys(node.mapping["plan"], ["values"])
