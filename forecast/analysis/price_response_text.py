"""What is said of prices that demand does not follow: a change of one moves money, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.scenario import Scenario, ScenarioWarning, Value, declared

RESPONSE = "pricing.response"
_PLANS = {
    declared("pricing.paid"): "paid",
    declared("plans.team.price"): "team",
    declared("pricing.enterprise"): "enterprise",
}


def money_only_sentence(scenario: Scenario) -> str:
    """Which prices demand does not follow, of those that the scenario has; empty where it follows all."""
    prices = [path for path in _PLANS if _is_set(scenario, path) and not _is_followed(scenario, path)]
    if not prices:
        return ""
    return f"Demand does not follow prices: a change of {' or '.join(prices)} moves money only (no {RESPONSE})."


def price_notes(base: Scenario, scenario: Scenario) -> Iterator[ScenarioWarning]:
    """A note on each price that differs from the base's and that demand does not follow."""
    for path, plan in _PLANS.items():
        if _values(scenario, path) != _values(base, path) and not _is_followed(scenario, path):
            origin = scenario.origins.get(path)
            message = (
                f"differs from {base.name} and moves money only: demand does not follow it without `{RESPONSE}.{plan}`"
            )
            yield ScenarioWarning(path, message, (origin.place if origin else scenario.name,), "note")


def _values(scenario: Scenario, path: str) -> list[tuple[int, tuple[Value, ...]]]:
    """The values of a path from each day on."""
    return [
        (0, scenario.parameters[path]),
        *((each.day, each.values) for each in scenario.changes if each.path == path),
    ]


def _is_set(scenario: Scenario, path: str) -> bool:
    """Whether a number is other than a certain 0 in some segment at some time."""
    return any(value != 0 for _, values in _values(scenario, path) for value in values)


def _is_followed(scenario: Scenario, path: str) -> bool:
    """Whether demand follows a price in some segment at some time."""
    return _is_set(scenario, f"{RESPONSE}.{_PLANS[path]}.elasticity")
