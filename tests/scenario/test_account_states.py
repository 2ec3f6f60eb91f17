"""Is what an accounts file says of today in its further columns read as it stands, and told where it cannot be?"""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError, InputWarning
from forecast.scenario import Cohort, load
from forecast.scenario.checks.accounts import USUAL_COLUMNS, accounts_text

STAGES = "procurement: {stages: {legal: {}}}\n"
MONTH = 30.4375
DEAL = {"opportunity_stage": "legal"}
CONTRACT = {"seats": "5", "contract_end": "2027-01-01"}


def file_of(*rows: dict[str, str]) -> str:
    """An accounts file of these rows; each has nine eligible users."""
    about = ({"account": f"A{place}", "segment": "smb", "eligible_users": "9"} for place in range(len(rows)))
    return accounts_text(each | row for each, row in zip(about, rows, strict=True))


@pytest.fixture
def read(loaded: Any) -> Any:
    """The accounts of a file."""

    def of(text: str, *settings: str) -> Any:
        return loaded(STAGES, ["market.accounts_file=today.csv", *settings], {"today.csv": text})

    return of


@pytest.fixture
def wrong(problems: Any) -> Any:
    """The sentences on a file."""

    def of(*rows: dict[str, str]) -> list[str]:
        return [
            str(each) for each in problems(STAGES, ["market.accounts_file=today.csv"], {"today.csv": file_of(*rows)})
        ]

    return of


def test_the_further_columns_are_read_in_base_units(read: Any) -> None:
    deal, contract, ban, quiet = read(
        file_of(
            DEAL
            | {"stage_entered": "2025-12-02", "in_trial": "2:3; 9:1", "frailty_shape": "2.5", "frailty_rate": "1e-1"},
            CONTRACT | {"paid_users": "4", "months_of_use": "0.5:1;7:3", "champion_left": "Yes", "in_trial": "2"},
            {"banned_since": "2026-01-01", "lapsed_users": "3"},
            {"cooling_until": "2026-01-02", "usage_intensity": "1.5", "champion_left": "no"},
        )
    ).present
    assert (deal.stage_entered, deal.in_trial, deal.frailty) == (-30, (Cohort(3, 2.0), Cohort(1, 9.0)), (2.5, 0.1))
    assert (contract.champion_left, contract.in_trial) == (True, (Cohort(2, -1.0),))
    assert contract.cohorts == (Cohort(1, 0.5 * MONTH), Cohort(3, 7 * MONTH))
    assert (ban.banned_since, ban.stage_entered, ban.cohorts) == (0, None, ())
    assert (quiet.cooling_until, quiet.usage_intensity, quiet.champion_left) == (1, 1.5, False)


def test_decimal_commas_and_dates_by_format_are_the_same_accounts(read: Any, tmp_path: Path) -> None:
    row = DEAL | {
        "stage_entered": "2025-12-02",
        "free_users": "5",
        "months_of_use": "0.5:4;7:1",
        "frailty_shape": "0.5",
    }
    expected = read(file_of(row | {"frailty_rate": "2", "usage_intensity": "0.25"}))
    found = read(
        "Account;Segment;Eligible users;Free users;Opportunity stage;Stage entered;Months of use;Frailty-shape;"
        "frailty_rate;usage_intensity;paid users;lapsed users;seats;price per seat month;contract end\n"
        'A0;smb;9;5;legal;02.12.2025;"0,5:4;7:1";0,5;2;0,25;;;;;\n',
        "market.date_format=day/month/year",
    )
    assert found.present == expected.present
    for scenario in (found, expected):  # and again from what is kept of it
        folder = tmp_path / scenario.sha256
        folder.mkdir()
        (folder / "scenario.yaml").write_text(scenario.resolved, encoding="utf-8")
        (folder / "accounts.csv").write_bytes(scenario.files["accounts.csv"])
        assert load(folder / "scenario.yaml").present == expected.present


def test_a_file_without_the_further_columns_is_not_told_of_them_and_kept_as_it_is(read: Any) -> None:
    text = ",".join(USUAL_COLUMNS) + "\nAcme,smb,9,,,,,,,,\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error", InputWarning)
        assert read(text).files["accounts.csv"] == text.encode()
        assert read(file_of({"in_trial": "2"})).files["accounts.csv"] == file_of({"in_trial": "2"}).encode()


def test_only_what_is_nearly_the_name_of_a_further_column_is_a_mistake(read: Any) -> None:
    text = ",".join((*USUAL_COLUMNS, "{}")) + "\nAcme,smb,9,,,,,,,,,\n"
    with pytest.raises(InputError, match="unknown column `champion_lef`; did you mean `champion_left`"):
        read(text.format("champion_lef"))
    with pytest.warns(InputWarning, match="the column `Trial` not read"):
        read(text.format("Trial"))


WRONG = [
    ({"in_trial": "10"}, "a sum of 10 users among 9 eligible"),
    ({"in_trial": "3:6;4:4", "free_users": "1"}, "a sum of 11 users among 9 eligible"),
    ({"in_trial": "x"}, "in_trial: found `x`"),
    ({"in_trial": "2:x"}, "such as `2:3;9:1`"),
    ({"in_trial": "2:0"}, "such as `2:3;9:1`"),
    ({"free_users": "4", "months_of_use": "1:2;7:1"}, "which is 3 users; expected each of the 4 active users"),
    ({"free_users": "4", "months_of_use": "1:2;7"}, "such as `1:4;7:12`"),
    ({"free_users": "4", "months_of_use": "1:2;2000:2"}, "such as `1:4;7:12`"),
    ({"stage_entered": "2025-12-01"}, "the account has no opportunity_stage"),
    (DEAL | {"stage_entered": "2026-01-02"}, "`2026-01-02` is out of range: a date up to the start 2026-01-01"),
    (DEAL | {"stage_entered": "01/12/2025"}, "say in market.date_format"),
    ({"banned_since": "2026-02-01"}, "a date up to the start"),
    ({"banned_since": "2025-02-01", "free_users": "1", "in_trial": "2"}, "3 are active or in trial"),
    (DEAL | {"banned_since": "2025-02-01"}, "the account has an open purchase"),
    (CONTRACT | {"banned_since": "2025-02-01"}, "the account has a contract"),
    ({"banned_since": "2025-02-01", "cooling_until": "2026-03-01"}, "the account has a date until which it cools down"),
    ({"cooling_until": "2026-01-01"}, "a date after the start"),
    (DEAL | {"cooling_until": "2026-02-01"}, "the account has an open purchase"),
    (CONTRACT | {"cooling_until": "2026-02-01"}, "the account has a contract"),
    ({"champion_left": "yes"}, "the account has no contract"),
    (CONTRACT | {"champion_left": "perhaps"}, "`yes` or `no`"),
    ({"frailty_shape": "2"}, "frailty_shape and frailty_rate together, or neither"),
    ({"frailty_rate": "2"}, "frailty_shape and frailty_rate together, or neither"),
    ({"frailty_shape": "0", "frailty_rate": "2"}, "frailty_shape: found `0`"),
    ({"frailty_shape": "2", "frailty_rate": "-1"}, "frailty_rate: found `-1`"),
    ({"team_users": "4", "teams": "1", "free_users": "6"}, "a sum of 10 users among 9 eligible"),
    ({"team_users": "4"}, "from 1 to the 4 of team_users"),
    ({"team_users": "4", "teams": "5"}, "from 1 to the 4 of team_users"),
    ({"teams": "2"}, "none, as team_users is"),
    (CONTRACT | {"team_users": "4", "teams": "1"}, "the account has a contract: all who are active have seats"),
    ({"team_users": "x", "teams": "1"}, "team_users: found `x`"),
    ({"usage_intensity": "0"}, "usage_intensity: found `0`"),
    ({"usage_intensity": "nan"}, "usage_intensity: found `nan`"),
]


@pytest.mark.parametrize(("row", "fragment"), WRONG, ids=[",".join(row.values())[:40] for row, _ in WRONG])
def test_a_wrong_cell_is_one_problem_with_its_line(wrong: Any, row: dict[str, str], fragment: str) -> None:
    (problem,) = wrong({}, row)
    assert fragment in problem
    assert "today.csv:3: " in problem


def test_the_mistakes_of_all_rows_are_told_at_once_and_equal_ones_in_few_lines(loaded: Any) -> None:
    rows = [DEAL | {"stage_entered": "2026-02-01"}, {"frailty_shape": "2"}, {"cooling_until": "2025-02-01"}] * 1000
    with pytest.raises(InputError) as caught:
        loaded(STAGES, ["market.accounts_file=today.csv"], {"today.csv": file_of(*rows)})
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert all("1,000 times" in line for line in lines)


def test_a_later_start_leaves_what_is_of_the_past_and_refuses_what_was_to_come(read: Any) -> None:
    text = file_of(
        DEAL | {"stage_entered": "2025-12-02"}, {"banned_since": "2025-12-02"}, {"cooling_until": "2026-02-10"}
    )
    later = read(text, "clock.start=2026-02-01")
    assert [each.stage_entered or each.banned_since or each.cooling_until for each in later.present] == [-61, -61, 9]
    assert later.start == date(2026, 2, 1)
    with pytest.raises(InputError, match="`2026-02-10` is out of range: a date after the start 2026-03-01"):
        read(text, "clock.start=2026-03-01")


def test_what_today_asks_for_is_not_called_idle(loaded: Any) -> None:
    text = STAGES + "ban: {lift: 5% per month}\nrenewal: {champion_left: 50%}\n"
    files = {"today.csv": file_of({"banned_since": "2025-12-02"}, CONTRACT | {"champion_left": "yes"})}
    idle = {each.path for each in loaded(text, ["market.accounts_file=today.csv"], files).warnings}
    assert not idle & {"ban.lift", "renewal.champion_left"}
