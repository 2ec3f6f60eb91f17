"""How does a scenario come of a completed tree? Reads every value, has everything checked, and writes it out again."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forecast.months import first_of_month
from forecast.scenario.checks import accounts, consistency, correlations, labels, stages, timeline
from forecast.scenario.format.defaults import leaves
from forecast.scenario.format.merging import ROOT
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.paths import ELIGIBLE_USERS_PATH
from forecast.scenario.format.schema import StageRules
from forecast.scenario.records import (
    LABELED_BLOCKS,
    Change,
    Labels,
    PresentAccount,
    ScenarioRecord,
    Value,
    is_label_path,
)
from forecast.scenario.text.emit import yaml_text
from forecast.scenario.text.evidence import evidence_by_path, without_remarks
from forecast.scenario.text.yaml_tree import Node, read_bytes, read_text
from forecast.scenario.values.value_types import SchemaOnlyType

ACCOUNTS_FILE = "accounts.csv"
LONGEST_HORIZON = 1200  # months, where the file names none
LONGEST_TEXT = {"name": 200, "description": 10_000}
NOT_PARAMETERS = ("schema", "clock.", "run.", "market.segments.", "correlations.", "timeline.")
Files = Mapping[str, bytes]


def build_scenario(draft: PartialScenario, stem: str) -> ScenarioRecord | None:
    """The scenario of a draft; None when there are problems."""
    _fill_in_names(draft, stem)
    _complete_capabilities(draft)
    _fill_context(draft)
    _read_values(draft)
    changes = timeline.timeline_changes(draft.tree, draft.place("timeline"), _horizon_end(draft))
    consistency.check_consistency(draft, changes)
    after = stages.stage_order(draft.node("procurement.stages"), draft.place("procurement.stages"))
    hires = tuple(_read_hires(draft, name) for name in draft.names("vendor.resources"))
    together = _read_correlations(draft, changes)
    present, files = _load_present_accounts(draft)
    texts = labels.read_labels(draft)
    if draft.context.problems:
        return None
    read = {"changes": changes, "after": after, "hires": hires, "correlations": together, "present": present}
    return _scenario_record(draft, read, files, texts)


def _fill_in_names(draft: PartialScenario, stem: str) -> None:
    """Name what has no name: the scenario after its file, a stage's reason after the stage."""
    top = dict(draft.tree.mapping)
    usable = re.sub(r"[^\x20-\x7e]", "", stem).lstrip("=+-@ ")[: LONGEST_TEXT["name"]].strip()
    top.setdefault("name", draft.tree.with_value(usable or "scenario"))
    top["name"], top["description"] = (_checked_text(top[key], draft, key) for key in ("name", "description"))
    order = [key for key in ("schema", "name", "description") if key in top]
    draft.tree = draft.tree.with_value({key: top[key] for key in [*order, *(key for key in top if key not in order)]})
    for name, stage in draft.node("procurement.stages").mapping.items():
        given = {"reason": stage.with_value(name), **stage.mapping}
        stage.mapping.clear()
        stage.mapping.update({key: given[key] for key in StageRules.keys if key in given})


def _complete_capabilities(draft: PartialScenario) -> None:
    """Write down as `false` what is named somewhere, but not among the vendor's capabilities."""
    own = draft.node("vendor.capabilities")
    for path in ("procurement.requirements", "ban.reduced_by", "costs.capabilities"):
        for name in draft.names(path):
            own.mapping.setdefault(name, own.with_value("false"))


def _checked_text(node: Node, draft: PartialScenario, key: str) -> Node:
    """The node of a text for people, after a complaint when it is none."""
    text, place = node.text if not (node.is_null and key == "description") else "", draft.place(key)
    if text is None or len(text) > LONGEST_TEXT[key]:
        place.wrong_value(node, f"a text of at most {LONGEST_TEXT[key]} characters")
    elif key == "name" and (not text.strip() or not text.isprintable() or text.startswith(accounts.FORMULA_PREFIXES)):
        place.wrong_value(node, "a printable name in one line that starts with no = + - @")
    return Node(text or "", node.source, node.line, plain=False)


def _fill_context(draft: PartialScenario) -> None:
    """Read what other values depend on: the segments, the currency, the start."""
    facts = draft.context
    facts.segments = draft.names("market.segments")
    currency = draft.node("currency")
    if currency.text and re.fullmatch("[A-Z]{3}", currency.text):
        facts.currency = currency.text
    else:
        draft.place("currency").wrong_value(currency, "three capital letters such as `USD`")
    start = draft.node("clock").mapping.get("start")
    found = timeline.read_date(start, draft.place("clock.start")) if start else None
    if found and found.day != 1 and start:
        draft.place("clock.start").wrong_value(start, "the first day of a month", str(found.replace(day=1)))
    elif found:
        facts.start, facts.start_known = found, True


def _read_values(draft: PartialScenario) -> None:
    """Read every leaf of the tree into the draft's values."""
    for path, leaf, node in leaves(draft.tree, ROOT):
        if not isinstance(leaf, SchemaOnlyType):
            for rest, values in timeline.read_by_segment(leaf, node, draft.place(path)).items():
                draft.values[path + rest] = values


def _horizon_end(draft: PartialScenario) -> date:
    """The day on which nothing happens any more."""
    return first_of_month(draft.context.start, draft.number("clock.horizon") or LONGEST_HORIZON)


def _read_hires(draft: PartialScenario, name: str) -> tuple[tuple[int, int], ...]:
    """The hires of a resource as (day, people), in order of their days."""
    path = f"vendor.resources.{name}.hires"
    found = []
    for number, hire in enumerate(draft.node(path).items, 1):
        place, at = draft.place(f"{path}.{number}"), hire.mapping.get("at")
        joined = timeline.read_date(at, place.at("at")) if at else None
        if at and joined and draft.context.start_known and joined < draft.context.start:
            allowed = f"from the start {draft.context.start}; people who are there before it belong in `count`"
            place.at("at").out_of_range(at, allowed)
        found.append(((joined - draft.context.start).days if joined else 0, draft.number(f"{path}.{number}.add")))
    return tuple(sorted(found, key=lambda hire: hire[0]))


def _read_correlations(draft: PartialScenario, changes: tuple[Change, ...]) -> tuple[tuple[str, str, float], ...]:
    """The correlated pairs."""
    listed = draft.node("correlations").items
    ranks = [draft.values.get(f"correlations.{number}.rank", (0.0,))[0] for number in range(1, len(listed) + 1)]
    numbers = [rank if isinstance(rank, float) else math.nan for rank in ranks]
    values = [*draft.values.values(), *(change.values for change in changes)]
    return correlations.correlated_pairs(draft.tree, numbers, values, draft.place("correlations"))


def _load_present_accounts(draft: PartialScenario) -> tuple[tuple[PresentAccount, ...], Files]:
    """The accounts of the accounts file, and the file itself, to be written beside the resolved scenario."""
    node = draft.node("market").mapping.get("accounts_file")
    place = draft.place("market.accounts_file")
    if node is None or node.text in ("none", ""):
        return (), {}
    if node.text is None:
        place.wrong_value(node, "the name of a CSV file")
        return (), {}
    label = str(Path(node.source.label).parent / node.text)
    problems = draft.context.complain
    data = read_bytes(node.source.folder / node.text, label, problems, accounts.LARGEST_ACCOUNTS_FILE)
    text = None if data is None else read_text(data, label, problems)
    if data is None or text is None:
        place.wrong_value(node, "a CSV file that can be read")
        return (), {}
    facts = draft.context
    rows = accounts.AccountRows(
        label, facts.segments, draft.names("procurement.stages"), facts.currency, facts.start, []
    )
    found = accounts.read_present_accounts(text, rows)
    for problem in rows.problems:
        problems(problem)
    return found, {ACCOUNTS_FILE: data}


def _scenario_record(
    draft: PartialScenario, read: Mapping[str, tuple[object, ...]], files: Files, texts: Labels
) -> ScenarioRecord:
    """The record of a draft without problems."""
    resolved = _resolved_text(draft.tree, files)
    segments = draft.context.segments
    return ScenarioRecord(
        name=draft.node("name").text or "",
        description=str(draft.node("description").value),
        start=draft.context.start,
        months=draft.number("clock.horizon"),
        fiscal_year_start=draft.number("clock.fiscal_year_start"),
        currency=draft.context.currency,
        replications=draft.number("run.replications"),
        seed=draft.number("run.seed"),
        segments=segments,
        accounts=tuple(draft.number(f"market.segments.{name}.accounts") for name in segments),
        parameters=_parameters_by_path(draft),
        stages=draft.names("procurement.stages"),
        requirements=draft.names("procurement.requirements"),
        capabilities=draft.names("vendor.capabilities"),
        resources=draft.names("vendor.resources"),
        resolved=resolved,
        files=files,
        sha256=_digest(resolved, files),
        replication_sha256=_digest(_replication_text(draft.tree, files), files),
        evidence=evidence_by_path(leaf for leaf in leaves(draft.tree, ROOT) if not is_label_path(leaf[0])),
        labels=texts,
        **read,  # type: ignore[arg-type]
    )


def _parameters_by_path(draft: PartialScenario) -> dict[str, tuple[Value, ...]]:
    """The values by path, without those that have a field of their own."""
    eligible = tuple(draft.values[f"market.segments.{name}.eligible_users"][0] for name in draft.context.segments)
    rest = {
        path: values
        for path, values in draft.values.items()
        if not path.startswith(NOT_PARAMETERS) and ".hires." not in path
    }
    return {ELIGIBLE_USERS_PATH: eligible, **rest}


def _resolved_text(tree: Node, files: Files) -> str:
    """The scenario as YAML, with nothing left to look up except the files beside it."""
    top = {key: part for key, part in tree.mapping.items() if key != "extends"}
    if files:
        market = top["market"]
        top["market"] = market.with_value({**market.mapping, "accounts_file": market.with_value(ACCOUNTS_FILE)})
    return yaml_text(tree.with_value(top))


def _replication_text(tree: Node, files: Files) -> str:
    """The same without what no replication depends on: names and labels for people, and how many there are."""
    for path in ("name", "description", "run.replications"):
        tree = _without(tree, path.split("."))
    for block in LABELED_BLOCKS.values():
        tree = _without(tree, [*block.split("."), "*", "label"])
    return _resolved_text(tree, files)


def _without(node: Node, words: list[str]) -> Node:
    """The tree without what stands at the end of the words; `*` is every entry of a block."""
    first, *rest = words
    names = [name for name in node.mapping if first in (name, "*")]
    inner = {name: _without(node.mapping[name], rest) for name in names} if rest else {}
    kept = {key: inner.get(key, part) for key, part in node.mapping.items() if rest or key not in names}
    return node.with_value(kept)


def _digest(resolved: str, files: Files) -> str:
    """The SHA-256 of a resolved text, its comments left out, and of the files beside it."""
    found = hashlib.sha256(without_remarks(resolved).encode())
    for name, data in sorted(files.items()):
        found.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()
