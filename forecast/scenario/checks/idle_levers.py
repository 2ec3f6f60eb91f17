"""Values that change nothing: the same as before, or of something that is switched off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from forecast.errors import quoted
from forecast.scenario.checks.price_response import PRICES
from forecast.scenario.checks.timeline import reads_the_same
from forecast.scenario.format.defaults import ROOT, with_defaults
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.paths import declared, resolve_path
from forecast.scenario.records import Change, Distribution, PresentAccount, ScenarioWarning, is_within
from forecast.scenario.text.emit import flow_text
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.value_types import ValueType

_IMITATION = declared("adoption.imitation.rate")
_TEAM_RATE, _ACROSS_TEAMS = declared("plans.team.rate"), declared("adoption.across_teams")
_SEGMENTS, _TEAM_SIZE = "market.segments.", ".team_size"
_NEVER = Distribution("never", {})
_NOT_LEVERS = ("run", "name", "description", "extends", "schema", "plausibility", "timeline", "events")


class _Switch(NamedTuple):
    """Levers, by the beginnings of their paths, that do nothing while all of some values are 0."""

    levers: tuple[str, ...]
    switches: tuple[str, ...]
    consequence: str
    why: str = ""  # in place of the switches and their being 0


_AWARE = (declared("awareness.base"), declared("awareness.peak"))
_ENTERPRISE_ELASTICITY = declared("pricing.response.enterprise.elasticity")
_NO_CONTRACTS = "no contract can come about"
_SELF_SERVE = _Switch(
    ("pricing.paid", "pricing.response.paid", "churn.paid", "costs.paid_user"),
    (declared("trial.to_paid"), declared("plans.upgrade")),
    "nobody can be on that plan",
)
_CONTRACTS = _Switch(
    (
        *("pricing.enterprise", "pricing.discount", "pricing.response.enterprise", "contract", "renewal"),
        *("churn.seated", "costs.seated_user"),
        "pricing.tiers",
    ),
    (*_AWARE, declared("awareness.team_bills"), declared("outbound.rate")),
    _NO_CONTRACTS,
)
_OTHERS = (
    _Switch(("ban",), (declared("awareness.ban"),), "nobody is banned"),
    _Switch(
        ("awareness.half_share", "awareness.sharpness", "awareness.visibility"),
        (declared("awareness.peak"),),
        "nobody notices the use",
    ),
    _Switch(
        ("adoption.contagion", "adoption.across_teams", "contract.imitation_multiple"),
        (_IMITATION,),
        "nobody is won by colleagues",
    ),
    _Switch(
        ("adoption.seasonality", "adoption.spillover", "costs.organic_trial"),
        (declared("adoption.organic"),),
        "no trial is organic",
    ),
    _Switch(
        ("pricing.usage", "costs.usage", "usage.growth", "usage.intensity_cv"),
        tuple(declared(f"usage.units.{plan}") for plan in ("free", "paid", "team", "seated")),
        "no use is counted",
    ),
    _Switch(
        ("usage.units.free",),
        (declared("pricing.usage.included.free"),),
        "free users are refused what is not included",
    ),
    _Switch(
        (
            *("plans.team.min_users", "plans.team.price", "pricing.response.team"),
            *("churn.team", "costs.team_user", "awareness.team_bills", "usage.units.team"),
        ),
        (_TEAM_RATE,),
        "no team takes a team plan",
    ),
    _Switch(("renewal.champion_left",), (declared("contract.champion_leaves"),), "no champion leaves"),
    *(
        _Switch(
            (f"pricing.response.{plan}.reference",),
            (declared(f"pricing.response.{plan}.elasticity"),),
            "demand does not follow that price",
        )
        for plan in PRICES
    ),
    _Switch(("renewal.healthy_use",), (declared("renewal.elasticity"),), "renewals do not depend on use"),
    _Switch(("costs.outbound_opportunity",), (declared("outbound.rate"),), "there is no outbound"),
    _Switch(
        ("procurement.prior_use_full_share",),
        (declared("procurement.prior_use_log_odds"),),
        "prior use does not matter",
    ),
)


def check_switches(partial: PartialScenario, changes: Sequence[Change], present: Iterable[PresentAccount]) -> None:
    """Note the values of what is switched off in all segments and at all times, set over others by the file itself.

    What a base says over its own base is not the user's to mend.
    """
    rows = list(present)
    lowest = min((origin.layer for origin in partial.origins.values()), default=0)
    needed = {"ban": any(each.banned_since is not None for each in rows)}
    needed["churn.team"] = needed["plans.team.price"] = any(each.team_users for each in rows)
    needed["renewal.champion_left"] = any(each.champion_left for each in rows)
    known = (*_OTHERS, _price_sensitive_stages(partial), *_of_teams(partial, changes))
    switches = [each for each in known if not any(needed.get(lever) for lever in each.levers)]
    if not any(each.paid_users for each in rows):
        switches.append(_SELF_SERVE)
    if not any(each.seats or each.opportunity_stage for each in rows):
        switches.append(_CONTRACTS)
    for switch in switches:
        values = [value for path in switch.switches for value in partial.values.get(path, ())]
        values += [value for change in changes if change.path in switch.switches for value in change.values]
        closed = switch is _CONTRACTS and not partial.names("procurement.stages")
        if any(value not in (0, _NEVER) for value in values) and not closed:
            continue
        off = "there are no `procurement.stages`" if closed else f"{_listed(switch.switches)} 0"
        why = switch.why or off
        for path, origin in partial.origins.items():
            if origin.layer >= 0 and origin.layer > lowest and any(is_within(path, lever) for lever in switch.levers):
                message = f"does nothing: {switch.consequence}, because {why}"
                partial.context.warn(ScenarioWarning(path, message, (origin.place,), "note"))


def _price_sensitive_stages(partial: PartialScenario) -> _Switch:
    """Stages that look at the price, which nobody follows without an elasticity."""
    levers = tuple(f"procurement.stages.{stage}.price_sensitive" for stage in partial.names("procurement.stages"))
    return _Switch(levers, (_ENTERPRISE_ELASTICITY,), "demand does not follow the price")


def _of_teams(partial: PartialScenario, changes: Sequence[Change]) -> Iterator[_Switch]:
    """What does nothing because accounts are one team each, or because it makes no difference who is in which."""
    sizes = tuple(path for path in partial.values if path.startswith(_SEGMENTS) and path.endswith(_TEAM_SIZE))
    if all(partial.values[path] == (_NEVER,) for path in sizes):
        yield _Switch((_ACROSS_TEAMS,), sizes, "every account is one team", "no segment has a `team_size`")
    across = [*partial.values.get(_ACROSS_TEAMS, ())]
    across += [value for change in changes if change.path == _ACROSS_TEAMS for value in change.values]
    if all(value == 1 for value in across):
        why = f"{quoted(_ACROSS_TEAMS)} is 100% and {_listed((_TEAM_RATE,))} 0"
        yield _Switch(sizes, (_TEAM_RATE,), "word of mouth reaches everybody, and no team takes a team plan", why)


def _listed(paths: Sequence[str]) -> str:
    """`` `a` and `b` are ``."""
    # A file writes the rate of imitation and its acceptance under one key; outbound.rate is a key itself.
    names = (quoted(path.removesuffix(".rate") if path == _IMITATION else path) for path in paths)
    return f"{' and '.join(names)} {'is' if len(paths) == 1 else 'are'}"


def note_unchanged(partial: PartialScenario, before: Node, place: str, paths: Iterable[str]) -> None:
    """Note each path of an override that has the value it had before; `before` is the tree without overrides.

    Where the timeline overrules it there is a warning, which says more.
    """
    overruled = [each.path for each in partial.context.warnings if each.kind == "warning" and each.places[0] == place]
    whole = with_defaults(before, ROOT, Location(ReadContext(), ""))
    for path in dict.fromkeys(paths):
        now = resolve_path(partial.tree, path)
        if path.split(".")[0] in _NOT_LEVERS or now.is_unknown or now.entry.sort != "leaf":
            continue
        leaf = ".".join(now.steps)
        columns = partial.context.drawn  # what takes the place of one is no repetition
        if any(is_within(each, leaf) for each in (*overruled, *columns)):
            continue
        was = resolve_path(whole, leaf).node
        if reads_the_same(now.entry.value_type or ValueType(), was, now.node, partial.context):
            message = f"{quoted(flow_text(now.node))} is what the file says already; nothing changes"
            partial.context.warn(ScenarioWarning(path, message, (place,), "note"))
