"""Are the teams of the median account those that the rule of the engines makes?"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from forecast.model.parameters import Parameters
from forecast.model.team_sizes import LARGEST_DIVIDED
from forecast.model.teams import team_size
from forecast.scenario import load

SCENARIO = """
schema: 1
name: teams
clock: {start: 2026-01-01, horizon: 12 months}
market: {segments: {only: {accounts: 9, eligible_users: USERS, team_size: SIZE}}}
"""


def parameters_of(folder: Path, users: str, size: str) -> Parameters:
    path = folder / "teams.yaml"
    path.write_text(SCENARIO.replace("USERS", users).replace("SIZE", size), encoding="utf-8")
    return Parameters(load(path))


def divided(drawn: dict[int, float], people: int) -> tuple[dict[int, float], float]:
    """People by the size of their team, and the number of teams: every way in which they can be drawn."""

    @cache
    def teams(left: int) -> dict[int, float]:
        found: dict[int, float] = {}
        for value, chance in drawn.items() if left else ():
            size = team_size(float(value), left)
            found[size] = found.get(size, 0.0) + chance
            for other, count in teams(left - size).items():
                found[other] = found.get(other, 0.0) + chance * count
        return found

    found = teams(people)
    return {size: size * count / people for size, count in found.items()}, sum(found.values())


@pytest.mark.parametrize("people", [1, 2, 3, 4, 7, 20, 61])
def test_teams_are_divided_by_the_rule_of_the_engines(tmp_path: Path, people: int) -> None:
    parameters = parameters_of(tmp_path, str(people), "{discrete: {2: 143, 5: 429, 9: 429}}")  # 1001 points, each whole
    found = parameters.teams(0)
    assert found is not None
    expected, number = divided({2: 143 / 1001, 5: 429 / 1001, 9: 429 / 1001}, people)
    assert dict(zip(found.sizes.tolist(), found.people.tolist(), strict=True)) == pytest.approx(expected, rel=1e-9)
    assert found.number == pytest.approx(number, rel=1e-9)
    assert found.people.sum() == pytest.approx(1.0)


def test_a_large_account_has_whole_teams_only(tmp_path: Path) -> None:
    few, many = (
        parameters_of(tmp_path, str(users), "{uniform: {low: 2, high: 30}}").teams(0)
        for users in (LARGEST_DIVIDED, LARGEST_DIVIDED + 1)
    )
    assert few is not None
    assert many is not None
    assert many.number == pytest.approx(few.number, rel=5e-3)  # the last team is cut in the smaller one
    assert many.median_size == few.median_size == 16


def test_without_a_size_every_account_is_one_team(tmp_path: Path) -> None:
    assert parameters_of(tmp_path, "20", "none").teams(0) is None
