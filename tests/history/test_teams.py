"""Are the teams of an account told and replayed as the engines and the tables have them?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast import charts
from forecast.charts.layout import axis
from forecast.engines import LogRow, engine, engine_names
from forecast.history.account_history import AccountHistory
from forecast.history.explain import explain
from forecast.history.narrative import narrate
from forecast.history.opening import Opening, team_sizes
from forecast.history.replay import AccountReplay, replay_account_in
from forecast.history.user_states import FREE, PAID, SEATED, TEAM, TRIAL, UserStates
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario, load

SCENARIO = """
schema: 1
name: in teams
clock: {start: 2026-01-01, horizon: 24 months}
market:
  frailty_cv: 0.5
  segments:
    one: {accounts: 4, eligible_users: 12}
    many: {accounts: 5, eligible_users: {uniform: {low: 15, high: 50}}, team_size: {uniform: {low: 2, high: 9}}}
adoption: {organic: 4% per month, imitation: 0.6 per month, across_teams: 20%, win_back: 5% per month}
trial: {length: 10 days, activation: 60%, to_paid: 30%, keep_free: 60%}
plans: {upgrade: 3% per month, team: {rate: 12% per month, min_users: 2, price: 30 USD}}
churn: {free: 9% per month, paid: 5% per month, team: 15% per month, seated: 9% per month}
awareness: {base: 1% per month, team_bills: 2% per month, ban: 25%}
ban: {lift: 20% per month}
procurement: {stages: {review: {duration: 20 days, loss: 20%}}, cool_down: 60 days}
contract: {rollout: 8% per month, term: 6 months}
renewal: {base: 40%}
pricing: {paid: 20 USD, enterprise: 40 USD}
run: {replications: 1, seed: 5}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("teams") / "teams.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return load(path)


def at_month_ends(life: AccountReplay, days: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Counts just before each month's end, [month 0.., state]."""
    ends = axis.month_positions(life.start, life.months)
    return counts[np.maximum(np.searchsorted(days, ends, side="left") - 1, 0)]


@pytest.mark.parametrize("engine_name", engine_names())
def test_all_teams_together_are_the_months_of_the_tables(scenario: Scenario, engine_name: str) -> None:
    parameters, happened = Parameters(scenario), np.zeros(4, int)
    for replication in range(3):
        result = engine(engine_name).run(parameters, scenario.seed, replication)
        months = {name: result.monthly[:, :, place].sum(axis=1) for place, name in enumerate(parameters.metrics)}
        happened += [months[name].sum() for name in ("bans", "won", "non_renewals", "team_plans_ended")]
        found = {name: np.zeros(scenario.months + 1, int) for name in ("paying_teams", "active_teams", "team_users")}
        for name in parameters.account_names:
            life = replay_account_in(parameters, name, replication, engine_name)
            whole = at_month_ends(life, life.days, life.users)
            found["team_users"] += whole[:, TEAM]
            found["paying_teams"] += at_month_ends(life, life.days, life.paying_teams)
            teams = [at_month_ends(life, team.days, team.users) for team in life.teams] or [whole]
            for counts in teams:
                found["active_teams"] += counts[:, [FREE, PAID, TEAM, SEATED]].any(axis=1)
            if life.teams:
                paying = np.sum([at_month_ends(life, team.days, team.paying) for team in life.teams], axis=0)
                assert (paying == at_month_ends(life, life.days, life.paying_teams)).all()
                assert (np.sum(teams, axis=0)[:, : SEATED + 1] == whole[:, : SEATED + 1]).all()
                assert sum(team.size for team in life.teams) == life.size
        for name, counts in found.items():
            assert counts.tolist() == months[name].tolist(), name
    assert (happened > 0).all()


def test_nobody_works_in_a_team_without_room(scenario: Scenario) -> None:
    parameters = Parameters(scenario)
    for place, name in enumerate(parameters.account_names):
        life = replay_account_in(parameters, name, 0, "simpy")
        assert tuple(team.size for team in life.teams) == team_sizes(parameters, 0, place)
        assert all((team.users.sum(axis=1) <= team.size).all() for team in life.teams)


OTHER = "through a colleague of another team"


def told(scenario: Scenario, rows: list[tuple[float, int, int, float]], opening: Opening) -> list[str]:
    log: list[LogRow] = [(time, 0, 0, kind, who, value) for time, kind, who, value in rows]
    return [str(line)[13:] for line in narrate(AccountHistory(Parameters(scenario), opening, {59.0: {2}}), log, 0)]


def test_a_team_is_told_from_its_first_person_to_the_contract(scenario: Scenario) -> None:
    rows = [
        (1.0, kinds.TRIAL_STARTED, 0, 0.0),
        (1.0, kinds.JOINED_TEAM, 0, 2.0),
        (2.0, kinds.TRIAL_STARTED, 1, 1.0),
        (2.0, kinds.JOINED_TEAM, 1, 2.0),
        (3.0, kinds.TRIAL_STARTED, 2, 2.0),
        (3.0, kinds.JOINED_TEAM, 2, 0.0),
        (11.0, kinds.ACTIVATED, 0, float(kinds.PAID)),
        (12.0, kinds.ACTIVATED, 1, float(kinds.FREE)),
        (13.0, kinds.ACTIVATED, 2, float(kinds.FREE)),
        (20.0, kinds.TEAM_PLAN_STARTED, 2, 2.0),
        (21.0, kinds.TEAM_PLAN_STARTED, 0, 1.0),
        (59.0, kinds.TEAM_PLAN_ENDED, 0, 1.0),
        (70.0, kinds.SIGNED, -1, 5.0),
        (70.0, kinds.WENT_LIVE, -1, 5.0),
        (75.0, kinds.ROLLED_OUT, 3, 0.0),
        (75.0, kinds.JOINED_TEAM, 3, 1.0),
    ]
    assert told(scenario, rows, Opening(12, teams=(4, 5, 3))) == [
        "The first person starts a trial, in team 3 (3 people).",
        f"The first person of team 1 (4 people) starts a trial, {OTHER}.",
        "Team 3 takes a team plan, paid by card: 2 people of 3.",
        "Team 1 takes a team plan, paid by card: 1 person of 4.",
        f"3 trials started (1 through a colleague of the team, 1 {OTHER}), 3 became active; 3 active (3 on team plans).",  # noqa: E501
        "The plan of team 1 ends: 1 active user, too few for it. 1 go on for free, 0 stop.",
        "Signed for 5 seats (3 of 12 people active), less than a day after the purchase began.",
        "The contract takes over 1 team plan, which ends.",
        "The first person of team 2 (5 people) is given a seat.",
        "1 given a seat; 4 active on 5 seats.",
    ]


def test_an_account_that_is_one_team_takes_a_plan_as_a_whole(scenario: Scenario) -> None:
    rows = [(20.0, kinds.TEAM_PLAN_STARTED, 0, 3.0), (31.0, kinds.TEAM_PLAN_ENDED, 0, 0.0)]
    assert told(scenario, rows, Opening(9, free=2, paid=1)) == [
        "The account takes a team plan, paid by card: 3 people of 9.",
        "The plan of the account ends: 0 active users, too few for it.",
    ]


def test_who_is_in_trial_joins_the_plan_of_the_team_only_when_active() -> None:
    users = UserStates(Opening(9, teams=(4, 5)))
    for time, kind, who, value in (
        (1.0, kinds.TRIAL_STARTED, 0, 0.0),
        (1.0, kinds.JOINED_TEAM, 0, 1.0),
        (2.0, kinds.TRIAL_STARTED, 1, 0.0),
        (2.0, kinds.JOINED_TEAM, 1, 1.0),
        (9.0, kinds.ACTIVATED, 0, float(kinds.FREE)),
        (10.0, kinds.TEAM_PLAN_STARTED, 1, 1.0),
    ):
        assert users.apply(time, kind, who, value)
    assert users.states == {0: TEAM, 1: TRIAL}
    users.apply(11.0, kinds.ACTIVATED, 1, float(kinds.TEAM))
    assert users.states == {0: TEAM, 1: TEAM}
    assert users.paying == {1}
    users.apply(31.0, kinds.TEAM_PLAN_ENDED, 1, 2.0)  # nobody is kept
    assert (users.states, users.lapsed) == ({}, 2)


def test_team_plans_of_before_the_start_are_there() -> None:
    assert UserStates(Opening(9, team=2)).paying == {0}
    users = UserStates(Opening(9, team=1, free=1, teams=(4, 5)))
    for who, team in ((0, 1), (1, 0)):
        users.apply(0.0, kinds.JOINED_TEAM, who, float(team))
    assert users.paying == {1}


def test_the_story_says_in_how_many_teams_they_work(scenario: Scenario) -> None:
    sizes = team_sizes(Parameters(scenario), 0, 4)
    told_sizes = f"They work in {len(sizes)} teams of {min(sizes)} to {max(sizes)} people."
    assert told_sizes in explain(scenario, "many-1", engine="simpy").lines
    assert not any("teams of" in line for line in explain(scenario, "one-1", engine="simpy").lines)


def test_the_chart_of_teams_has_a_lane_for_each_that_began(scenario: Scenario) -> None:
    parameters = Parameters(scenario)
    lives = (replay_account_in(parameters, f"many-{number}", 0, "simpy") for number in range(1, 6))
    life = max(lives, key=lambda each: each.users[:, :SEATED].max())
    chart = charts.teams(life)
    begun = [team for team in life.teams if team.users.any()]
    assert len(begun) > 3
    assert chart.axes[0].get_ylim() == (0.0, float(len(begun)))
    assert len(chart.data.rows) == len(begun)
    first = min(begun, key=lambda team: (team.days[team.users.any(axis=1).argmax()], team.number))
    assert chart.data.rows[0][0] == str(first.number)
    assert charts.teams(replay_account_in(parameters, "one-1", 0, "simpy")).description == "one-1 is one team."
