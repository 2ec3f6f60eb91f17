"""From a data file to a folder with a scenario: read the exports, learn node by node, write what was learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from forecast.errors import InputError, Problem, quoted
from forecast.exports.data_records import DataFile
from forecast.exports.read_exports import ReadExports
from forecast.exports.read_monthly import Panel
from forecast.fitting.fitted_scenario import PRIOR_FILE, FittedScenario
from forecast.fitting.panel_node import VALUES as PANEL_VALUES
from forecast.fitting.panel_node import learn_panel, panel_sizes
from forecast.fitting.prior_values import PriorValues, prior_values
from forecast.fitting.purchase_nodes import (
    learn_awareness,
    learn_contracts,
    learn_outbound,
    learn_renewals,
    learn_stages,
)
from forecast.fitting.replayed_exports import ReplayedExports, replay_exports
from forecast.fitting.segment_codes import segment_codes, segment_labels
from forecast.fitting.today import history_rows, panel_rows, with_usable_names
from forecast.fitting.user_nodes import (
    Chance,
    learn_rates,
    learn_starts,
    learn_tenures,
    learn_trials,
)
from forecast.learning.learned import Learned
from forecast.months import first_of_month
from forecast.scenario import Scenario, load, shipped
from forecast.types import Floats

USUAL_PRIOR = "bottom_up"
USUAL_DRAWS, USUAL_SEED = 1000, 20260101
_ONE_TEAM = {"adoption.across_teams": "100%"}  # where nothing says who works together
# What no such data can say (docs/fit.md): it stays as the prior has it.
NEVER = (
    *("awareness.visibility", "awareness.sponsor", "awareness.min_users", "procurement.cool_down"),
    *("adoption.spillover", "market.segments", "costs", "pricing.response"),
)


@dataclass(frozen=True)
class FitOptions:
    """How to fit: the prior scenario, how many joint draws, the seed of their chance."""

    prior: str | None = None
    draws: int = USUAL_DRAWS
    seed: int = USUAL_SEED


class _FromOneDoor(NamedTuple):
    """What one door says: values, accounts, and what is not said; `values` are texts that stand in the scenario."""

    segments: Sequence[str]
    begin: date
    start: date
    learned: Sequence[Learned]
    level: Mapping[str, Floats]
    rows: Sequence[dict[str, str]]  # of the accounts file
    not_learned: Mapping[str, str]  # by node: why
    counts: Mapping[str, int]
    values: Mapping[str, str]
    remarks: Mapping[str, str]


@dataclass(frozen=True)
class Fitted:
    """What was learned of exports, before it is written anywhere."""

    plan: DataFile
    prior: PriorValues
    prior_name: str
    labels: tuple[str, ...]  # of the segments, as the data have them
    begin: date
    chance: Chance
    scenario: FittedScenario
    rows: Sequence[dict[str, str]]  # of the accounts file
    names: tuple[str, ...]  # of the same accounts, as the data have them
    not_learned: Mapping[str, str]  # by node: why
    counts: Mapping[str, int]
    left_out: Mapping[str, int]  # rows by rule
    notes: list[str] = field(default_factory=list)

    @property
    def codes(self) -> tuple[str, ...]:
        """The segments' names in the scenario."""
        return tuple(self.scenario.segments)

    @property
    def start(self) -> date:
        """The first day of a forecast."""
        return self.scenario.start

    @property
    def last_month(self) -> str:
        """The month in which what was seen ends, as `2026-10`."""
        return f"{first_of_month(self.start, -1):%Y-%m}"


def learn_from(exports: ReadExports, options: FitOptions) -> Fitted:
    """Learn from exports that have been read.

    Raises
    ------
    InputError
        Where the prior cannot be read, a stage is none of the prior's, or there is less than a month.
    """
    scenario, name = _read_prior(exports.plan, options)
    chance = Chance(options.draws, options.seed)
    if exports.panel is not None:
        prior = prior_values(scenario, panel_sizes(exports.panel))
        return _fitted(exports, prior, name, chance, _from_panel(exports, exports.panel, prior, chance))
    history = replay_exports(exports)
    _check_stages(exports, history, scenario)
    prior = prior_values(scenario, history.sizes)
    return _fitted(exports, prior, name, chance, _from_tables(exports, history, prior, chance))


def _read_prior(plan: DataFile, options: FitOptions) -> tuple[Scenario, str]:
    """The prior scenario and what it is called: `options` go before the data file."""
    name = options.prior or plan.prior or USUAL_PRIOR
    beside = plan.path.parent / name if options.prior is None else Path(name)
    known = name in shipped() and not beside.is_file()
    return load(name if known else beside), name if known else str(beside)


def _from_panel(exports: ReadExports, panel: Panel, prior: PriorValues, chance: Chance) -> _FromOneDoor:
    """What a panel says."""
    node = learn_panel(panel, prior, chance)
    beside = [name for name in ("opportunities", "contracts") if name in exports.tables]
    if beside:
        exports.notes.append(f"{' and '.join(beside)} are not read beside a panel: who used it then, only events say")
    return _FromOneDoor(
        segments=panel.segments,
        begin=panel.first,
        start=panel.last,
        learned=node.learned,
        level=node.level,
        rows=panel_rows(panel, node.posterior.eagerness),
        not_learned=dict.fromkeys(
            ("trials, tenures by plan", "leaders", "stages of a purchase", "contracts and renewals"),
            "a panel of monthly counts says nothing of them",
        ),
        counts={"panel rows": panel.read, "accounts": len(panel.accounts)},
        values={path: value for path, (value, _) in PANEL_VALUES.items()} | _ONE_TEAM,
        remarks={path: remark for path, (_, remark) in PANEL_VALUES.items()},
    )


def _from_tables(exports: ReadExports, history: ReplayedExports, prior: PriorValues, chance: Chance) -> _FromOneDoor:
    """What events, opportunities and contracts say."""
    node = learn_starts(history, prior, chance) if "events" in history.given else None
    others = _of_tables(history, prior, chance, durations=exports.stage_durations)
    return _FromOneDoor(
        segments=history.segments,
        begin=datetime.fromtimestamp(history.window.since / 1_000_000, UTC).date(),
        start=history.start,
        learned=[*(node.learned if node else ()), *others],
        level=node.level if node else {},
        rows=history_rows(history, prior, node.posterior.eagerness if node else None),
        not_learned={
            what: f"there is no table `{table}`"
            for table, what in (
                ("events", "users"),
                ("opportunities", "leaders and stages of a purchase"),
                ("contracts", "contracts and renewals"),
            )
            if table not in history.given
        },
        counts=exports.counts,
        values={} if len(history.tables.teams.account) else _ONE_TEAM,
        remarks={},
    )


def _of_tables(history: ReplayedExports, prior: PriorValues, chance: Chance, *, durations: bool) -> Iterator[Learned]:
    """What was learned of everything but starts."""
    if "events" in history.given:
        yield from learn_trials(history, prior, chance)
        yield from learn_rates(history, prior, chance)
        yield from learn_tenures(history, prior, chance)
    if "opportunities" in history.given:
        if "events" in history.given:
            yield from learn_awareness(history, prior, chance)
        yield from learn_outbound(history, prior, chance)
        yield from learn_stages(history, prior, chance, durations=durations)
    if "contracts" in history.given:
        yield from learn_contracts(history, prior, chance)
        yield from learn_renewals(history, prior, chance)


def _fitted(exports: ReadExports, prior: PriorValues, name: str, chance: Chance, found: _FromOneDoor) -> Fitted:
    """All of it, with the names that an accounts file may have."""
    codes = segment_codes(found.segments)
    coded = dict(zip(found.segments, codes, strict=True))
    likes = [prior.scenario.segments[place] for place in prior.like]
    rows = [{**row, "segment": coded[row["segment"]]} for row in found.rows]
    named, renamed = with_usable_names(rows, codes, prior.scenario, found.start)
    notes = [*exports.notes]
    if renamed:
        notes.append(f"{renamed:,} accounts have names that an accounts file may not have: they are called by number")
    for label, code, like in zip(found.segments, codes, likes, strict=True):
        if like != code:
            notes.append(f"segment {label}: its prior is that of {like}, the nearest in size")
    written = FittedScenario(
        f"{prior.scenario.name}, fitted",
        name if name in shipped() else PRIOR_FILE,
        found.start,
        dict(zip(codes, likes, strict=True)),
        found.learned,
        found.level,
        segment_labels(found.segments),
        found.values,
        found.remarks,
    )
    return Fitted(
        plan=exports.plan,
        prior=prior,
        prior_name=name,
        labels=tuple(found.segments),
        begin=found.begin,
        chance=chance,
        scenario=written,
        rows=named,
        names=tuple(row["account"] for row in found.rows),
        not_learned=found.not_learned,
        counts=found.counts,
        left_out=dict(exports.problems.touched),
        notes=notes,
    )


def _check_stages(exports: ReadExports, history: ReplayedExports, scenario: Scenario) -> None:
    """Raise InputError with the stages of the data that the prior has not."""
    unknown = [stage for stage in history.tables.stages.stages if stage not in scenario.stages]
    allowed = f"one of the prior's stages, {', '.join(map(quoted, scenario.stages))}"
    if unknown:
        label = str(exports.plan.path)
        raise InputError([Problem(label, None, "opportunities.stages", quoted(stage), allowed) for stage in unknown])
