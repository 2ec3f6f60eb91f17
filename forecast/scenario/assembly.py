"""How does a scenario come of a completed tree? Reads every value, has everything checked, and writes it out again."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forecast.scenario import accounts, checks, correlations, stages, timeline
from forecast.scenario.draft import Draft
from forecast.scenario.emit import yaml_text
from forecast.scenario.evidence import evidence_of, without_remarks
from forecast.scenario.leaves import Written
from forecast.scenario.merging import ROOT
from forecast.scenario.records import Change, PresentAccount, Scenario, Value
from forecast.scenario.schema import Stage
from forecast.scenario.shape import entries, leaves
from forecast.scenario.source import Node, read_bytes, read_text

ACCOUNTS_FILE = "accounts.csv"
LONGEST = {"name": 200, "description": 10_000}
ELSEWHERE = ("schema", "clock.", "run.", "market.segments.", "correlations.", "timeline.")
Files = Mapping[str, bytes]


def built(draft: Draft, stem: str) -> Scenario | None:
    """The scenario of a draft; None when there are problems."""
    name_all(draft, stem)
    complete_capabilities(draft)
    settle(draft)
    read_values(draft)
    changes = timeline.changes(draft.tree, draft.place("timeline"), horizon(draft))
    checks.check(draft, changes)
    after = stages.order(draft.node("procurement.stages"), draft.place("procurement.stages"))
    hires = tuple(hires_of(draft, name) for name in draft.names("vendor.resources"))
    together = correlated(draft, changes)
    present, files = present_accounts(draft)
    if draft.facts.problems:
        return None
    return scenario_of(
        draft, {"changes": changes, "after": after, "hires": hires, "correlations": together, "present": present}, files
    )


def name_all(draft: Draft, stem: str) -> None:
    """Name what has no name: the scenario after its file, a stage's reason after the stage."""
    top = dict(draft.tree.mapping)
    usable = re.sub(r"[^\x20-\x7e]", "", stem).lstrip("=+-@ ")[: LONGEST["name"]].strip()
    top.setdefault("name", draft.tree.holding(usable or "scenario"))
    top["name"], top["description"] = (told(top[key], draft, key) for key in ("name", "description"))
    order = [key for key in ("schema", "name", "description") if key in top]
    draft.tree = draft.tree.holding({key: top[key] for key in [*order, *(key for key in top if key not in order)]})
    for name, stage in draft.node("procurement.stages").mapping.items():
        given = {"reason": stage.holding(name), **stage.mapping}
        stage.mapping.clear()
        stage.mapping.update({key: given[key] for key in entries(Stage) if key in given})


def complete_capabilities(draft: Draft) -> None:
    """Write down as `false` what is named somewhere, but not among the vendor's capabilities."""
    own = draft.node("vendor.capabilities")
    for path in ("procurement.requirements", "ban.reduced_by", "costs.capabilities"):
        for name in draft.names(path):
            own.mapping.setdefault(name, own.holding("false"))


def told(node: Node, draft: Draft, key: str) -> Node:
    """The node of a text for people, after a complaint when it is none."""
    text, place = node.text if not (node.is_null and key == "description") else "", draft.place(key)
    if text is None or len(text) > LONGEST[key]:
        place.wrong(node, f"a text of at most {LONGEST[key]} characters")
    elif key == "name" and (not text.strip() or not text.isprintable() or text.startswith(accounts.FORMULA)):
        place.wrong(node, "a printable name in one line that starts with no = + - @")
    return Node(text or "", node.source, node.line, plain=False)


def settle(draft: Draft) -> None:
    """Read what other values depend on: the segments, the currency, the start."""
    facts = draft.facts
    facts.segments = draft.names("market.segments")
    currency = draft.node("currency")
    if currency.text and re.fullmatch("[A-Z]{3}", currency.text):
        facts.currency = currency.text
    else:
        draft.place("currency").wrong(currency, "three capital letters such as `USD`")
    start = draft.node("clock").mapping.get("start")
    found = timeline.date_of(start, draft.place("clock.start")) if start else None
    if found and found.day != 1 and start:
        draft.place("clock.start").wrong(start, "the first day of a month", str(found.replace(day=1)))
    elif found:
        facts.start, facts.dated = found, True


def read_values(draft: Draft) -> None:
    """Read every leaf of the tree into the draft's values."""
    for path, leaf, node in leaves(draft.tree, ROOT):
        if not isinstance(leaf, Written):
            for rest, values in timeline.read_leaf(leaf, node, draft.place(path)).items():
                draft.values[path + rest] = values


def horizon(draft: Draft) -> date:
    """The day on which nothing happens any more."""
    start = draft.facts.start
    years, month = divmod(start.month - 1 + (draft.number("clock.horizon") or 1200), 12)
    return date(start.year + years, month + 1, start.day)


def hires_of(draft: Draft, name: str) -> tuple[tuple[int, int], ...]:
    """The hires of a resource as (day, people), in order of their days."""
    path = f"vendor.resources.{name}.hires"
    found = []
    for number, hire in enumerate(draft.node(path).items, 1):
        place, at = draft.place(f"{path}.{number}"), hire.mapping.get("at")
        joined = timeline.date_of(at, place.at("at")) if at else None
        if at and joined and draft.facts.dated and joined < draft.facts.start:
            place.at("at").wrong(
                at, f"a date from the start {draft.facts.start}; who is there before belongs in `count`"
            )
        found.append(((joined - draft.facts.start).days if joined else 0, draft.number(f"{path}.{number}.add")))
    return tuple(sorted(found, key=lambda hire: hire[0]))


def correlated(draft: Draft, changes: tuple[Change, ...]) -> tuple[tuple[str, str, float], ...]:
    """The correlated pairs."""
    listed = draft.node("correlations").items
    ranks = [draft.values.get(f"correlations.{number}.rank", (0.0,))[0] for number in range(1, len(listed) + 1)]
    numbers = [rank if isinstance(rank, float) else math.nan for rank in ranks]
    values = [*draft.values.values(), *(change.values for change in changes)]
    return correlations.pairs(draft.tree, numbers, values, draft.place("correlations"))


def present_accounts(draft: Draft) -> tuple[tuple[PresentAccount, ...], Files]:
    """The accounts of the accounts file, and the file itself, to be written beside the resolved scenario."""
    node = draft.node("market").mapping.get("accounts_file")
    place = draft.place("market.accounts_file")
    if node is None or node.text in ("none", ""):
        return (), {}
    if node.text is None:
        place.wrong(node, "the name of a CSV file")
        return (), {}
    label = str(Path(node.source.label).parent / node.text)
    problems = draft.facts.complain
    data = read_bytes(node.source.folder / node.text, label, problems, accounts.LARGEST_ACCOUNTS_FILE)
    text = None if data is None else read_text(data, label, problems)
    if data is None or text is None:
        place.wrong(node, "a CSV file that can be read")
        return (), {}
    facts = draft.facts
    rows = accounts.Rows(label, facts.segments, draft.names("procurement.stages"), facts.currency, facts.start, [])
    found = accounts.present_accounts(text, rows)
    for problem in rows.problems:
        problems(problem)
    return found, {ACCOUNTS_FILE: data}


def scenario_of(draft: Draft, read: Mapping[str, tuple[object, ...]], files: Files) -> Scenario:
    """The record of a draft without problems."""
    resolved = resolved_text(draft.tree, files)
    segments = draft.facts.segments
    return Scenario(
        name=draft.node("name").text or "",
        description=str(draft.node("description").value),
        start=draft.facts.start,
        months=draft.number("clock.horizon"),
        fiscal_year_start=draft.number("clock.fiscal_year_start"),
        currency=draft.facts.currency,
        replications=draft.number("run.replications"),
        seed=draft.number("run.seed"),
        segments=segments,
        accounts=tuple(draft.number(f"market.segments.{name}.accounts") for name in segments),
        parameters=parameters_of(draft),
        stages=draft.names("procurement.stages"),
        requirements=draft.names("procurement.requirements"),
        capabilities=draft.names("vendor.capabilities"),
        resources=draft.names("vendor.resources"),
        resolved=resolved,
        files=files,
        sha256=digest(resolved, files),
        replication_sha256=digest(replication_text(draft.tree, files), files),
        evidence=evidence_of(leaves(draft.tree, ROOT)),
        **read,  # type: ignore[arg-type]
    )


def parameters_of(draft: Draft) -> dict[str, tuple[Value, ...]]:
    """The values by path, without those that have a field of their own."""
    eligible = tuple(draft.values[f"market.segments.{name}.eligible_users"][0] for name in draft.facts.segments)
    rest = {
        path: values
        for path, values in draft.values.items()
        if not path.startswith(ELSEWHERE) and ".hires." not in path
    }
    return {"market.segments.eligible_users": eligible, **rest}


def resolved_text(tree: Node, files: Files) -> str:
    """The scenario as YAML, with nothing left to look up except the files beside it."""
    top = {key: part for key, part in tree.mapping.items() if key != "extends"}
    if files:
        market = top["market"]
        top["market"] = market.holding({**market.mapping, "accounts_file": market.holding(ACCOUNTS_FILE)})
    return yaml_text(tree.holding(top))


def replication_text(tree: Node, files: Files) -> str:
    """The same without what no replication depends on: how they are called, and how many there are."""
    top = {key: part for key, part in tree.mapping.items() if key not in {"name", "description"}}
    run = top["run"]
    rest = {key: part for key, part in run.mapping.items() if key != "replications"}
    return resolved_text(tree.holding({**top, "run": run.holding(rest)}), files)


def digest(resolved: str, files: Files) -> str:
    """The SHA-256 of a resolved text, its comments left out, and of the files beside it."""
    found = hashlib.sha256(without_remarks(resolved).encode())
    for name, data in sorted(files.items()):
        found.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()
