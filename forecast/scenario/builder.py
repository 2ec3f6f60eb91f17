"""The record of a scenario from a tree with all defaults: every value read, checked, and written out again."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from datetime import date

from forecast.errors import nearest, unprintable
from forecast.foreign.cells import DATE_FORMATS, ISO
from forecast.foreign.encoding import is_plain_text
from forecast.foreign.table import ForeignTable, read_table
from forecast.months import first_of_month
from forecast.scenario.checks import (
    accounts,
    consistency,
    correlations,
    events,
    explanations,
    idle_levers,
    labels,
    levers,
    names,
    price_response,
    stages,
    timeline,
)
from forecast.scenario.format.defaults import ROOT, leaves
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.paths import SEGMENT_TRAIT_PATHS
from forecast.scenario.format.schema import StageRules
from forecast.scenario.records import (
    Change,
    Hire,
    Labels,
    PresentAccount,
    ScenarioRecord,
    Value,
    is_label_path,
)
from forecast.scenario.text.evidence import evidence_by_path
from forecast.scenario.text.named_file import read_named_file
from forecast.scenario.text.resolved import ACCOUNTS_FILE, Files, digest, replication_text, resolved_text
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.suggestions import same_currency
from forecast.scenario.values.value_types import SchemaOnlyType
from forecast.spreadsheet_text import FORMULA_PREFIXES

LONGEST_HORIZON = 1200  # months, where the file names none
LONGEST_TEXT = {"name": 200, "description": 10_000}
NOT_PARAMETERS = (
    "schema",
    "clock.",
    "run.",
    "market.segments.",
    "correlations.",
    "timeline.",
    "events.",
    "plausibility.",
)


def build_scenario(partial: PartialScenario, stem: str) -> ScenarioRecord | None:
    """The record of a partial scenario; None when there are problems."""
    _fill_in_names(partial, stem)
    names.check_names(partial)
    _complete_capabilities(partial)
    _fill_context(partial)
    _read_values(partial)
    end = _horizon_end(partial)
    entries = timeline.timeline_entries(partial.tree, partial.location("timeline"))
    changes = timeline.timeline_changes(entries, (end - partial.context.start).days)
    consistency.check_consistency(partial, changes)
    happening = events.read_events(partial)
    changed = events.changes_with_events(partial, happening, changes, (end - partial.context.start).days)
    price_response.check_references(partial, changed)
    after = stages.stage_order(partial.node("procurement.stages"), partial.location("procurement.stages"))
    hires = tuple(_read_hires(partial, name) for name in partial.names("vendor.resources"))
    together = _read_correlations(partial, changed)
    present, accounts_file = _load_present_accounts(partial)
    files = {**partial.files, **accounts_file}
    texts, reasons = labels.read_labels(partial), explanations.read_explanations(partial)
    if partial.context.problems:
        return None
    levers.check_levers(partial, entries, end)
    price_response.warn_of_zero_prices(partial, changed)
    idle_levers.check_switches(partial, changes, present)
    events.check_events(partial, happening, changed, end)
    read = {
        "changes": changed,
        "events": tuple(each.event for each in happening),
        "after": after,
        "hires": hires,
        "correlations": together,
        "present": present,
        "explanations": reasons,
    }
    return _scenario_record(partial, read, files, texts)


def _fill_in_names(partial: PartialScenario, stem: str) -> None:
    """Name what has no name: the scenario after its file, a stage's reason after the stage."""
    top = dict(partial.tree.mapping)
    top.setdefault("name", partial.tree.with_value(names.name_of_file(stem, LONGEST_TEXT["name"])))
    top["name"], top["description"] = (_checked_text(top[key], partial, key) for key in ("name", "description"))
    order = [key for key in ("schema", "name", "description") if key in top]
    partial.tree = partial.tree.with_value(
        {key: top[key] for key in [*order, *(key for key in top if key not in order)]}
    )
    for name, stage in partial.node("procurement.stages").mapping.items():
        given = {"reason": Node(name, stage.source, stage.line, plain=False), **stage.mapping}
        stage.mapping.clear()
        stage.mapping.update({key: given[key] for key in StageRules.keys if key in given})


def _complete_capabilities(partial: PartialScenario) -> None:
    """Write down as `false` what is named somewhere, but not among the vendor's capabilities."""
    own = partial.node("vendor.capabilities")
    for path in ("procurement.requirements", "ban.reduced_by", "costs.capabilities"):
        for name in partial.names(path):
            own.mapping.setdefault(name, own.with_value("false"))


def _checked_text(node: Node, partial: PartialScenario, key: str) -> Node:
    """The node of a text for people; reports a text that is too long, or a name that cannot be shown."""
    text, location = node.text if not (node.is_null and key == "description") else "", partial.location(key)
    if text is None or len(text) > LONGEST_TEXT[key]:
        location.wrong_value(node, f"a text of at most {LONGEST_TEXT[key]} characters")
    elif key == "name" and (not text.strip() or not text.isprintable() or text.startswith(FORMULA_PREFIXES)):
        letter = unprintable(text)
        found = f"{node.found} with the character {letter}" if letter else None
        location.wrong_value(node, "a printable name in one line that starts with no = + - @", found=found)
    elif key == "name":
        names.check_misreading("scenario", text, location, node)
    return Node(text or "", node.source, node.line, plain=False)


def _fill_context(partial: PartialScenario) -> None:
    """Read what other values depend on: the segments, the currency, the start."""
    context = partial.context
    context.segments = partial.names("market.segments")
    currency = partial.node("currency")
    if currency.text and re.fullmatch("[A-Z]{3}", currency.text):
        context.currency = currency.text
    else:
        near = same_currency(currency.text or "")
        partial.location("currency").wrong_value(currency, "three capital letters such as `USD`", near)
    start = partial.node("clock").mapping.get("start")
    found = timeline.read_date(start, partial.location("clock.start"), timeline.FIRST_OF_MONTH) if start else None
    if found and found.day != 1 and start:
        partial.location("clock.start").wrong_value(
            start, f"the first day of a month, such as `{found.replace(day=1)}`"
        )
    elif found:
        context.start, context.start_known = found, True


def _read_values(partial: PartialScenario) -> None:
    """Read every leaf of the tree into the values."""
    for path, value_type, node in leaves(partial.tree, ROOT):
        if not isinstance(value_type, SchemaOnlyType):
            for rest, values in timeline.read_by_segment(value_type, node, partial.location(path)).items():
                partial.values[path + rest] = values


def _horizon_end(partial: PartialScenario) -> date:
    """The day on which the simulation ends."""
    return first_of_month(partial.context.start, partial.number("clock.horizon") or LONGEST_HORIZON)


def _read_hires(partial: PartialScenario, name: str) -> tuple[Hire, ...]:
    """The hires of a resource, in order of their days."""
    path = f"vendor.resources.{name}.hires"
    found = []
    for number, hire in enumerate(partial.node(path).items, 1):
        location, at = partial.location(f"{path}.{number}"), hire.mapping.get("at")
        joined = timeline.read_date(at, location.at("at")) if at else None
        if at and joined and partial.context.start_known and joined < partial.context.start:
            allowed = f"from the start {partial.context.start}; people who are there before it belong in `count`"
            location.at("at").out_of_range(at, allowed)
        people, ramp = partial.number(f"{path}.{number}.add"), partial.values.get(f"{path}.{number}.ramp", (0.0,))[0]
        days = float(ramp) if isinstance(ramp, (int, float)) else 0.0
        if people < 0 and days > 0:
            location.at("ramp").not_allowed(hire.mapping["ramp"], "a ramp of people who leave", "give `add` above 0")
        found.append(Hire((joined - partial.context.start).days if joined else 0, people, days))
    return tuple(sorted(found, key=lambda hire: hire.day))


def _read_correlations(partial: PartialScenario, changes: tuple[Change, ...]) -> tuple[tuple[str, str, float], ...]:
    """The correlated pairs."""
    listed = partial.node("correlations").items
    ranks = [partial.values.get(f"correlations.{number}.rank", (0.0,))[0] for number in range(1, len(listed) + 1)]
    numbers = [rank if isinstance(rank, float) else math.nan for rank in ranks]
    values = [*partial.values.values(), *(change.values for change in changes)]
    return correlations.correlated_pairs(partial.tree, numbers, values, partial.location("correlations"))


def _load_present_accounts(partial: PartialScenario) -> tuple[tuple[PresentAccount, ...], Files]:
    """The accounts of the accounts file, and the file itself, to be written beside the resolved scenario."""
    node = partial.node("market").mapping.get("accounts_file")
    location = partial.location("market.accounts_file")
    date_format = _date_format(partial)
    if node is None or node.text in ("none", ""):
        return (), {}
    if node.text is None:
        location.wrong_value(node, "the name of a CSV file or of an Excel workbook (.xlsx)")
        return (), {}
    context = partial.context
    file = read_named_file(node, node.text, location.path, context.report, accounts.LARGEST_ACCOUNTS_FILE)
    if file is None:
        return (), {}
    data, _, label = file
    table = read_table(data, label, context.report)
    if table is None:
        return (), {}
    stages = partial.names("procurement.stages")
    rows = accounts.AccountRows(
        label, context.segments, stages, context.currency, context.start, context.report, date_format
    )
    found = accounts.read_present_accounts(table, rows)
    if context.problems:
        return (), {}
    plain = _is_plain(data, table) and date_format == ISO
    return found.accounts, {ACCOUNTS_FILE: data if plain else found.text().encode()}


def _date_format(partial: PartialScenario) -> str:
    """How the accounts file writes dates."""
    node = partial.node("market").mapping.get("date_format")
    if node is None or node.text in DATE_FORMATS:
        return (node and node.text) or ISO
    near = nearest(node.text, DATE_FORMATS) if node.text else None
    partial.location("market.date_format").wrong_value(node, f"one of {', '.join(DATE_FORMATS)}", near)
    return ISO


def _is_plain(data: bytes, table: ForeignTable) -> bool:
    """Whether a file is as this package writes it: it is kept as it is."""
    return accounts.is_as_written(table.header) and not table.decimal_comma and is_plain_text(data)


def _scenario_record(
    partial: PartialScenario, read: Mapping[str, Collection[object]], files: Files, texts: Labels
) -> ScenarioRecord:
    """The record of a partial scenario without problems."""
    resolved = resolved_text(partial.tree, files)
    segments = partial.context.segments
    return ScenarioRecord(
        name=partial.node("name").text or "",
        description=str(partial.node("description").value),
        start=partial.context.start,
        months=partial.number("clock.horizon"),
        fiscal_year_start=partial.number("clock.fiscal_year_start"),
        currency=partial.context.currency,
        replications=partial.number("run.replications"),
        seed=partial.number("run.seed"),
        segments=segments,
        accounts=tuple(partial.number(f"market.segments.{name}.accounts") for name in segments),
        parameters=_parameters_by_path(partial),
        stages=partial.names("procurement.stages"),
        requirements=partial.names("procurement.requirements"),
        capabilities=partial.names("vendor.capabilities"),
        resources=partial.names("vendor.resources"),
        resolved=resolved,
        files=files,
        sha256=digest(resolved, files),
        replication_sha256=digest(replication_text(partial.tree, files), files),
        evidence=evidence_by_path(leaf for leaf in leaves(partial.tree, ROOT) if not is_label_path(leaf[0])),
        labels=texts,
        warnings=tuple(partial.context.warnings),
        origins=partial.origins,
        **read,  # type: ignore[arg-type]
    )


def _parameters_by_path(partial: PartialScenario) -> dict[str, tuple[Value, ...]]:
    """The values by path, without those that have a field of their own."""
    of_segments = {
        path: tuple(
            partial.values[f"market.segments.{name}.{path.rpartition('.')[2]}"][0] for name in partial.context.segments
        )
        for path in SEGMENT_TRAIT_PATHS
    }
    rest = {
        path: values
        for path, values in partial.values.items()
        if not path.startswith(NOT_PARAMETERS) and ".hires." not in path
    }
    return {**of_segments, **rest}
