"""Whether demand can follow the prices of a scenario: a reference for each elasticity, and a price above 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.paths import declared
from forecast.scenario.records import Change, ScenarioWarning, Value
from forecast.scenario.text.origins import origins_below

RESPONSE = "pricing.response"
PRICES = {
    "paid": declared("pricing.paid"),
    "team": declared("plans.team.price"),
    "enterprise": declared("pricing.enterprise"),
}
State = Mapping[str, tuple[Value, ...]]


def check_references(partial: PartialScenario, changes: Sequence[Change]) -> None:
    """Report elasticities without a reference above 0, at the start or after a date's changes."""
    for plan in PRICES:
        block = f"{RESPONSE}.{plan}"
        path = f"{block}.reference"
        if not any(_is_zero_where_it_counts(state, plan, path) for state in _states(partial.values, changes)):
            continue
        if origins_below(partial.origins, path):
            allowed = "a price above 0, at which the other values of the file hold"
            partial.location(path).wrong_value(partial.node(path), allowed)
        else:
            partial.location(block).missing_keys(partial.node(block), ["reference"])


def warn_of_zero_prices(partial: PartialScenario, changes: Sequence[Change]) -> None:
    """Warn of a price of 0 that demand is to follow: (0 / reference)^(-elasticity) has no value."""
    for plan, path in PRICES.items():
        if any(_is_zero_where_it_counts(state, plan, path) for state in _states(partial.values, changes)):
            message = f"a price of 0 counts as one cent for demand, which follows it by `{RESPONSE}.{plan}`"
            partial.context.warn(ScenarioWarning(path, message, (partial.node(path).place,)))


def _states(values: State, changes: Sequence[Change]) -> Iterator[State]:
    """The values at the start, and after the changes of each date."""
    state = dict(values)
    yield state
    for day in sorted({change.day for change in changes}):
        state.update({change.path: change.values for change in changes if change.day == day})
        yield state


def _is_zero_where_it_counts(state: State, plan: str, path: str) -> bool:
    """Whether a value is a certain 0 in a segment whose demand for the plan follows its price."""
    elasticities = state.get(f"{RESPONSE}.{plan}.elasticity", ())
    pairs = zip(elasticities, state.get(path, ()), strict=False)
    return any(elasticity != 0 and value == 0 for elasticity, value in pairs)
