"""Do exports become the accounts that they describe, and is every row that cannot be used reported?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError, Problem
from forecast.imports.convert import ImportedAccounts, import_accounts
from forecast.imports.map_file import read_map
from forecast.imports.sources import sources_by_block
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS

Import = Callable[..., ImportedAccounts]

COMPANIES = """\
Record ID,Company name,Number of Employees,Type
101,North Ltd,120,Customer
102,South GmbH,2500,Prospect
103,East Inc,40,Partner
"""
DEALS = """\
Record ID,Deal Name,Deal Stage,Create Date,Associated Company IDs
1,New,Contract Sent,2025-11-03 14:22,102
2,Old,Closed Won,2025-01-03 14:22,101
"""
SUBSCRIPTIONS = """\
id,Customer ID,Status,Plan,Quantity,Current Period End (UTC)
s1,101,active,Enterprise,80,2026-02-01 10:00
s2,102,canceled,Pro,5,2025-06-01 10:00
s3,102,active,Pro,12,2026-01-05 10:00
"""
ACCOUNTS_MAP = """\
start: 2026-01-01
accounts:
  file: companies.csv
  key: Record ID
  account: Company name
  segment: {column: Number of Employees, sizes: {smb: 1, mid_market: 100, enterprise: 1000}}
  eligible_users: {column: Number of Employees, share: 30%}
"""
DEALS_MAP = """\
deals:
  file: deals.csv
  key: Associated Company IDs
  opened: Create Date
  opportunity_stage: {column: Deal Stage, values: {Contract Sent: legal, Qualified: budget, Closed Won: none}}
"""
SUBSCRIPTIONS_MAP = """\
subscriptions:
  file: subscriptions.csv
  key: Customer ID
  only: {column: Status, values: [active]}
  plan: {column: Plan, values: {Enterprise: seats, Pro: paid_users}}
  quantity: Quantity
  contract_end: Current Period End (UTC)
"""


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Imports exports, by the names of their files, by a map."""
    monkeypatch.chdir(tmp_path)

    def of(map_text: str = ACCOUNTS_MAP, **texts: str | bytes) -> ImportedAccounts:
        texts = texts or {"companies": COMPANIES}
        for name, text in texts.items():
            Path(f"{name}.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        Path("map.yaml").write_text(map_text, encoding="utf-8")
        plan = read_map(Path("map.yaml"))
        return import_accounts(plan, sources_by_block([Path(f"{name}.csv") for name in texts], plan.blocks))

    return of


@pytest.fixture
def refused(imported: Import) -> Callable[..., list[Problem]]:
    """The problems of an import."""

    def of(map_text: str = ACCOUNTS_MAP, **texts: str | bytes) -> list[Problem]:
        try:
            return imported(map_text, **texts).problems
        except InputError as error:
            return list(error.problems)

    return of


NORTH, SOUTH, EAST = "North Ltd", "South GmbH", "East Inc"


def cells(result: Any, *names: int) -> dict[str, list[str]]:
    """Some cells of each row, by the account's name."""
    assert result.problems == []
    return {row["account"]: [row[ACCOUNT_COLUMNS[name]] for name in names] for row in result.rows}


def test_segments_by_size_and_the_share_who_could_use_it(imported: Any) -> None:
    assert cells(imported(), 1, 2) == {
        NORTH: ["mid_market", "36"],
        SOUTH: ["enterprise", "750"],
        EAST: ["smb", "12"],
    }


def test_segments_by_the_values_of_a_column(imported: Any) -> None:
    by_type = ACCOUNTS_MAP.replace(
        "{column: Number of Employees, sizes: {smb: 1, mid_market: 100, enterprise: 1000}}",
        "{column: Type, values: {Customer: smb, Prospect: enterprise, Partner: leave_out}}",
    )
    result = imported(by_type)
    assert cells(result, 1) == {NORTH: ["smb"], SOUTH: ["enterprise"]}
    assert dict(result.notes) == {"rows of companies.csv left out by their segment": 1}


def test_deals_and_subscriptions_are_joined_by_the_accounts_key(imported: Any) -> None:
    files = {"companies": COMPANIES, "deals": DEALS, "subscriptions": SUBSCRIPTIONS}
    result = imported(ACCOUNTS_MAP + DEALS_MAP + SUBSCRIPTIONS_MAP, **files)
    assert cells(result, 4, 6, 8, 9) == {
        NORTH: ["", "80", "2026-02-01", ""],
        SOUTH: ["12", "", "", "legal"],
        EAST: ["", "", "", ""],
    }
    assert dict(result.notes) == {"rows of subscriptions.csv left out by their `Status`": 1}


def test_of_several_open_deals_the_latest_counts_and_none_beside_a_contract(imported: Any) -> None:
    deals = (
        DEALS + "3,A,Qualified,2025-12-01 09:00,102\n4,B,Qualified,2024-12-01 09:00,102\n5,C,Qualified,2025-01-01,101\n"
    )
    deals += "6,D,Qualified,2025-01-01,999\n7,E,Qualified,2025-01-01,\n8,F,Qualified,2025-01-01,103;102\n"
    files = {"companies": COMPANIES, "deals": deals, "subscriptions": SUBSCRIPTIONS}
    result = imported(ACCOUNTS_MAP + DEALS_MAP + SUBSCRIPTIONS_MAP, **files)
    assert cells(result, 9) == {NORTH: [""], SOUTH: ["budget"], EAST: ["budget"]}
    assert {note: count for note, count in result.notes.items() if "deals" in note} == {
        "open deals of deals.csv left out that are not their account's latest": 2,
        "open deals of deals.csv left out that name no account": 1,
        "open deals of deals.csv that name several accounts, and count for the first one": 1,
        "open deals left out of accounts under contract (renewals come by themselves)": 1,
        "accounts of deals.csv left out, as companies.csv does not have them, such as `999`": 1,
    }


def test_several_contracts_are_added_up_to_the_earliest_end(imported: Any) -> None:
    more = SUBSCRIPTIONS + "s4,101,active,Enterprise,20,2026-01-20 10:00\n"
    result = imported(ACCOUNTS_MAP + SUBSCRIPTIONS_MAP, companies=COMPANIES, subscriptions=more)
    assert cells(result, 6, 8)[NORTH] == ["100", "2026-01-20"]
    assert any("several contracts" in note for note in result.notes)


def test_long_and_short_ids_of_salesforce_are_one(imported: Any) -> None:
    companies = COMPANIES.replace("101", "0015g00000AbCdEAAV").replace("102", "0015g00000AbCdFAAV")
    deals = DEALS.replace(",101", ",0015g00000AbCdE").replace(",102", ",0015g00000AbCdF")
    result = imported(ACCOUNTS_MAP + DEALS_MAP, companies=companies, deals=deals)
    assert cells(result, 9) == {NORTH: [""], SOUTH: ["legal"], EAST: [""]}


def test_a_file_that_lists_subscriptions_may_list_the_accounts_too(imported: Any) -> None:
    plan = """\
start: 2026-01-01
accounts: {file: subscriptions.csv, account: Customer ID, segment: {value: smb}, eligible_users: {value: 200}}
"""
    more = SUBSCRIPTIONS + "s4,101,active,Enterprise,20,2026-02-01 10:00\n"
    result = imported(plan + SUBSCRIPTIONS_MAP, subscriptions=more)
    assert cells(result, 1, 2, 4, 6) == {"101": ["smb", "200", "", "100"], "102": ["smb", "200", "12", ""]}


def test_dates_decimals_and_thousands_are_read_as_the_map_says(imported: Any) -> None:
    companies = (
        "Record ID;Company name;Number of Employees;Seats;End;Price;Since\n"
        "101;North Ltd;1.200;80;03/02/2026;39,50;01/07/2025\n"
    )
    more = "  seats: Seats\n  contract_end: End\n  price_per_seat_month: Price\n  months_of_use: {since: Since}\n"
    plan = 'date_format: day/month/year\nthousands: "."\n' + ACCOUNTS_MAP + more
    assert cells(imported(plan, companies=companies.encode("utf-16")), 1, 2, 6, 7, 8, 10) == {
        NORTH: ["enterprise", "360", "80", "39.50", "2026-02-03", "6.0"]
    }


def test_contracts_that_ended_are_refused_or_left_out_as_the_map_says(imported: Any, refused: Any) -> None:
    companies = "Record ID,Company name,Number of Employees,Seats,End\n101,North Ltd,120,80,2025-12-31\n"
    more = ACCOUNTS_MAP + "  seats: Seats\n  contract_end: End\n"
    (problem,) = refused(more, companies=companies)
    assert str(problem) == (
        "companies.csv:2: End: found `2025-12-31`; expected a date after the start 2026-01-01 "
        "(or `ended_contracts: leave_out` in the map)"
    )
    result = imported("ended_contracts: leave_out\n" + more, companies=companies)
    assert cells(result, 6, 8) == {NORTH: ["", ""]}
    assert dict(result.notes) == {"contracts left out that ended by the start": 1}


def test_no_break_spaces_in_names_become_plain_and_are_counted(imported: Any) -> None:
    result = imported(companies=COMPANIES.replace("North Ltd", "North\u00a0Ltd"))
    assert list(cells(result, 1)) == [NORTH, SOUTH, EAST]
    assert dict(result.notes) == {"names whose no-break spaces (U+00A0, U+202F) became plain ones": 1}


@pytest.mark.parametrize(
    ("old", "new", "where", "fragment"),
    [
        ("North Ltd", "=cmd()", "companies.csv:2: Company name (account)", "starts with no = + - @"),
        ("North Ltd", "North\x07", "companies.csv:2: Company name (account)", "with the character U+0007"),
        ("North Ltd", "", "companies.csv:2: Company name (account)", "no value"),
        ("North Ltd", "South GmbH", "companies.csv:3: Company name", "it stands on line 2 already"),
        ("North Ltd", "smb-3", "companies.csv:2: Company name (account)", "which generated accounts have"),
        (",120,", ",many,", "companies.csv:2: Number of Employees", "found `many`; expected a whole number"),
        (",120,", ',"1,200",', "companies.csv:2: Number of Employees", "or say `thousands` in the map"),
        (",120,", ",,", "companies.csv:2: Number of Employees", "no value; expected a whole number of at least 1"),
        (",120,", ",0,", "companies.csv:2: Number of Employees", "at least 1"),
        (",120,", ",51-200,", "companies.csv:2: Number of Employees", "found `51-200`"),
        ("Contract Sent", "Contract sent", "deals.csv:2: Deal Stage", "did you mean `Contract Sent`?"),
        ("2025-11-03 14:22", "03/11/2025", "deals.csv:2: Create Date", "a date as year-month-day"),
        ("Enterprise", "Enterprize", "subscriptions.csv:2: Plan", "did you mean `Enterprise`?"),
        (",80,", ",x,", "subscriptions.csv:2: Quantity", "found `x`; expected a whole number"),
        (",80,", ",,", "companies.csv:2", "seats and contract_end together"),
        ("s1,101", "s1,", "subscriptions.csv:2: Customer ID", "the account that it belongs to"),
        (",12,", ",1200,", "companies.csv:3: Number of Employees (eligible_users)", "a sum of 1200 users among 750"),
    ],
)
def test_rows_that_cannot_be_used_are_reported(refused: Any, old: str, new: str, where: str, fragment: str) -> None:
    texts = {"companies": COMPANIES, "deals": DEALS, "subscriptions": SUBSCRIPTIONS}
    changed = {name: text.replace(old, new) for name, text in texts.items()}
    assert changed != texts
    found = [str(each) for each in refused(ACCOUNTS_MAP + DEALS_MAP + SUBSCRIPTIONS_MAP, **changed)]
    assert [each for each in found if each.startswith(where) and fragment in each], found


def test_thousands_of_equal_problems_are_one_line(refused: Any) -> None:
    rows = [f"{i},Company {i},many,x" for i in range(3000)]
    problems = refused(companies="\n".join(["Record ID,Company name,Number of Employees,Type", *rows]))
    assert len(problems) >= 3000
    assert len(str(InputError(problems)).splitlines()) < 10


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("start: 2026-01-01\n", ["missing key `accounts`"]),
        (ACCOUNTS_MAP.replace("start: 2026-01-01", "start: soon"), ["map.yaml:1: start: found `soon`"]),
        (ACCOUNTS_MAP.replace("account:", "acount:"), ["did you mean `account`?", "missing key `account`"]),
        (ACCOUNTS_MAP.replace("30%", "FILL"), ["map.yaml:7: accounts.eligible_users.share: found `FILL`"]),
        (ACCOUNTS_MAP.replace("30%", "130%"), ["a share above 0% and at most 100%"]),
        (ACCOUNTS_MAP.replace("smb: 1", "smb: one"), ["map.yaml:6: accounts.segment.sizes.smb: found `one`"]),
        (ACCOUNTS_MAP.replace("smb: 1", "s b: 1"), ["found `s b`; expected the name of a segment, or leave_out"]),
        (ACCOUNTS_MAP.replace("Record ID", "RecordID"), ["unknown column `RecordID`; did you mean `Record ID`?"]),
        ("date_format: d/m/y\n" + ACCOUNTS_MAP, ["date_format: found `d/m/y`; expected one of"]),
        (
            ACCOUNTS_MAP + DEALS_MAP,
            ["deals: found no file of this block; expected a file"],
        ),
        (
            ACCOUNTS_MAP + SUBSCRIPTIONS_MAP.replace("paid_users", "paying"),
            ["found `paying`; expected one of free_users"],
        ),
        (ACCOUNTS_MAP + SUBSCRIPTIONS_MAP.replace("[active]", "active"), ["`none`, or `{column: NAME, values:"]),
        ("nonsense", ["map.yaml"]),
    ],
)
def test_a_map_that_cannot_be_used_is_described(refused: Any, text: str, fragments: list[str]) -> None:
    found = [str(each) for each in refused(text)]
    for fragment in fragments:
        assert [each for each in found if fragment in each], found


def test_a_file_that_no_block_describes_is_refused(refused: Any) -> None:
    (problem,) = refused(companies=COMPANIES, other="a,b\n1,2\n")
    assert str(problem).startswith("other.csv: this file is not allowed here; no block of the map")


def test_a_file_of_another_name_is_known_by_its_columns(imported: Any) -> None:
    result = imported(ACCOUNTS_MAP + DEALS_MAP, deals_2026=DEALS, companies_2026=COMPANIES)
    assert cells(result, 9) == {NORTH: [""], SOUTH: ["legal"], EAST: [""]}


def test_two_accounts_of_one_key_are_refused_as_deals_would_count_for_both(refused: Any) -> None:
    twice = COMPANIES + "102,West SA,70,Partner\n"
    (problem,) = refused(ACCOUNTS_MAP + DEALS_MAP, companies=twice, deals=DEALS)
    assert str(problem).startswith("companies.csv:5: Record ID: found `102`; expected each key of an account once")
    assert refused(ACCOUNTS_MAP, companies=twice) == []  # nothing asks for the key


def test_names_that_are_missing_are_not_called_each_other_s_twins(refused: Any) -> None:
    found = [str(each) for each in refused(companies=COMPANIES + "104,,70,Partner\n105,,80,Partner\n")]
    assert len(found) == 2
    assert not [each for each in found if "once" in each]


def test_an_empty_cell_means_what_the_map_says(imported: Any, refused: Any) -> None:
    unknown = COMPANIES + "104,West SA,,Partner\n"
    (problem, *_) = refused(companies=unknown)
    assert "(or `empty: leave_out`, or a segment, beside `sizes` in the map)" in str(problem)
    left_out = ACCOUNTS_MAP.replace("enterprise: 1000}", "enterprise: 1000}, empty: leave_out")
    assert "West SA" not in cells(imported(left_out, companies=unknown), 1)
    small = left_out.replace("empty: leave_out", "empty: smb").replace("share: 30%", "share: 30%, empty: 7")
    assert cells(imported(small, companies=unknown), 1, 2)["West SA"] == ["smb", "7"]


@pytest.mark.parametrize(("rule", "said"), [("{column: C, share: 30%}", 0), ("{column: C, share: 100%}", 3), ("C", 3)])
def test_everybody_employed_taken_for_eligible_is_said(imported: Any, rule: str, said: int) -> None:
    text = ACCOUNTS_MAP.replace("{column: Number of Employees, share: 30%}", rule.replace("C", "Number of Employees"))
    notes = imported(text).notes
    assert sum(count for note, count in notes.items() if "everybody employed" in note) == said


def test_a_missing_column_is_reported_on_the_line_of_the_header(imported: Any) -> None:
    with pytest.raises(InputError) as caught:
        imported(ACCOUNTS_MAP.replace("Record ID", "RecordID"), companies=f"sep=,\n{COMPANIES}")
    [problem] = caught.value.problems
    assert (problem.line, problem.nearest) == (2, "Record ID")


def test_a_deal_brings_the_day_on_which_it_came_to_its_stage(imported: Any) -> None:
    deals = DEALS.replace("Associated Company IDs", "Associated Company IDs,Entered")
    rows = deals.splitlines()
    text = "\n".join(
        [rows[0], f"{rows[1]},2025-12-05 09:00", f"{rows[2]},", "3,More,Qualified,2025-12-09,103,2026-01-20"]
    )
    plan = ACCOUNTS_MAP + DEALS_MAP.replace("  opened:", "  stage_entered: Entered\n  opened:")
    result = imported(plan, companies=COMPANIES, deals=text)
    stage, entered = ACCOUNT_COLUMNS.index("opportunity_stage"), ACCOUNT_COLUMNS.index("stage_entered")
    assert cells(result, stage, entered) == {NORTH: ["", ""], SOUTH: ["legal", "2025-12-05"], EAST: ["budget", ""]}
    assert result.notes["stages of deals.csv entered after the start, which begin with it"] == 1


def test_a_map_fills_what_says_more_of_today(imported: Any) -> None:
    companies = COMPANIES.replace("Type", "Type,Trials,Banned,Left,Shape")
    text = "\n".join(
        f"{row},{more}" if place else row
        for place, (row, more) in enumerate(
            zip(companies.splitlines(), ["", "3,,,", ",2025-11-30,,1.5", ",,,"], strict=True)
        )
    )
    plan = ACCOUNTS_MAP + "".join(
        f"  {key}: {rule}\n"
        for key, rule in (
            ("in_trial", "Trials"),
            ("banned_since", "Banned"),
            ("champion_left", "Left"),
            ("frailty_shape", "Shape"),
            ("frailty_rate", "Shape"),
        )
    )
    result = imported(plan, companies=text)
    places = [ACCOUNT_COLUMNS.index(name) for name in ("in_trial", "banned_since", "champion_left", "frailty_rate")]
    assert cells(result, *places) == {
        NORTH: ["3", "", "", ""],
        SOUTH: ["", "2025-11-30", "", "1.5"],
        EAST: ["", "", "", ""],
    }


def test_each_subscription_of_a_team_is_a_team(imported: Any) -> None:
    more = SUBSCRIPTIONS + "s4,103,active,Team,6,2026-01-05 10:00\ns5,103,active,Team,3,2026-01-05 10:00\n"
    plan = ACCOUNTS_MAP + SUBSCRIPTIONS_MAP.replace("Pro: paid_users", "Pro: paid_users, Team: team_users")
    companies = COMPANIES.replace("103,East Inc,40", "103,East Inc,400")
    result = imported(plan, companies=companies, subscriptions=more)
    places = [ACCOUNT_COLUMNS.index(name) for name in ("team_users", "teams")]
    assert cells(result, *places)[EAST] == ["9", "2"]
