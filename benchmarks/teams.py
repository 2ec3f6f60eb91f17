"""What do teams cost?  Time per event with people in teams, and per event of the same market as one team an account."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from pathlib import Path

from measured import Measured

from forecast.engines import compiled
from forecast.model.parameters import Parameters
from forecast.scenario import load

HERE = Path(__file__).parent
PAIRS = 40
# Word of mouth inside teams dies out sooner: at this rate there are as many events, of much the same mix, so that what
# an account costs beside its events is shared by as many.
TEAMS = (
    "market.segments.all.team_size={lognormal: {median: 7, p90: 14}}",
    "adoption.across_teams=15%",
    "adoption.imitation=1.1 per month",
)
TEAM_PLANS = (
    "plans.team={rate: 6% per month, min_users: 3, price: 30 USD}",
    "churn.team={hazard: 4% per month, heterogeneity_cv: 1.0}",
    "awareness.team_bills=0",
)
PLAIN = "one team an account"
MARKETS: Mapping[str, tuple[str, ...]] = {
    PLAIN: (),
    "teams": TEAMS,
    "teams with plans": (*TEAMS, *TEAM_PLANS),
}


def nanoseconds(parameters: Parameters, replication: int) -> float:
    """Processor time per event of one replication."""
    began = time.process_time_ns()
    events = compiled.run(parameters, 1, replication).events
    return (time.process_time_ns() - began) / events


def measure() -> list[Measured]:
    """The ratios of time per event, replication by replication, one run of each market after the other."""
    markets = {name: Parameters(load(HERE / "users.yaml", list(overrides))) for name, overrides in MARKETS.items()}
    for parameters in markets.values():
        compiled.run(parameters, 1, 0)
    times = [{name: nanoseconds(parameters, number) for name, parameters in markets.items()} for number in range(PAIRS)]
    medians = {name: statistics.median(each[name] for each in times) for name in MARKETS}
    return [
        Measured(
            f"time per event, {name} against {PLAIN}",
            statistics.median(each[name] / each[PLAIN] for each in times),
            -most,
            f"{medians[name]:.0f} against {medians[PLAIN]:.0f} ns an event",
        )
        for name, most in (("teams", 1.3), ("teams with plans", 1.5))  # a plan changes all of a team at once
    ]


if __name__ == "__main__":
    for figure in measure():
        print(figure.row())
