"""Is a data file read as it is meant, and is all that is wrong with one told at once?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.exports.data_file import read_data_file
from forecast.exports.data_records import DataFile, EligibleRule
from forecast.imports.map_file import Rule

WHOLE = """\
until: 2026-10-31
time_zone: Europe/Berlin
accounts: {file: accounts.csv, segment: size_band, eligible_users: employees * 15%}
events:
  file: tracks.parquet
  columns: {time: timestamp, user: user_id, account: context_group_id, event: event, id: id}
  meaning: {start: [Signed Up], activate: [First Project], pay: [Subscribed], active: any}
  lapse_after: 30 days
opportunities:
  file: deals.csv
  stages: {appointmentscheduled: evaluation, "3206386937": security, contractsent: signature}
  won: [closedwon]
  lost: {closedlost: {Budget: budget, "No SOC 2": requirement, "*": no_decision}}
contracts:
  file: subscriptions.csv
  columns: {account: Customer ID, start: Start (UTC), end: Ended At (UTC), seats: Quantity}
leave_out: {domains: [our-company.com], accounts: [demo]}
merge: merge.csv
allow: {duplicate: 40%}
monthly_active: {2026-01: 812, 2026-06: 1040}
"""


def read(folder: Path, text: str, until: date | None = None) -> DataFile:
    (folder / "data.yaml").write_text(text)
    return read_data_file(folder / "data.yaml", until)


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder / 'data.yaml'}:") for problem in caught.value.problems]


def test_the_example_of_the_documentation(tmp_path):
    plan = read(tmp_path, WHOLE)
    assert (plan.until, plan.time_zone, plan.cut) == (date(2026, 10, 31), "Europe/Berlin", False)
    assert plan.accounts is not None
    assert plan.accounts.segment == Rule(column="size_band")
    assert plan.accounts.eligible == EligibleRule(Rule(column="employees", share=0.15))
    assert plan.accounts.table.source.files[0][0] == tmp_path / "accounts.csv"
    assert plan.events is not None
    assert plan.events.meaning["active"] == ("any",)
    assert plan.events.lapse_after == 30.0
    assert plan.opportunities is not None
    assert plan.opportunities.stages["3206386937"] == "security"
    assert plan.opportunities.lost == {
        "closedlost": {"Budget": "budget", "No SOC 2": "requirement", "*": "no_decision"}
    }
    assert plan.contracts is not None
    assert plan.contracts.columns["end"] == "Ended At (UTC)"
    assert plan.leave_out.domains == ("our-company.com",)
    assert plan.merge is not None
    assert plan.merge.columns == {"from": "from", "into": "into"}
    assert plan.allow == {"duplicate": 0.4}
    assert plan.monthly_active == {"2026-01": 812, "2026-06": 1040}


def test_a_panel_alone_needs_nothing_else(tmp_path):
    columns = "{account: repo, month: month, eligible: active, active: ai_users, starts: starts, stops: stops}"
    plan = read(tmp_path, f"monthly: {{file: p.csv, columns: {columns}}}\n")
    assert plan.monthly is not None
    assert not plan.monthly.has("segment")
    assert plan.monthly.columns["active"] == "ai_users"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("employees * 15%", EligibleRule(Rule(column="employees", share=0.15))),
        ("employees * 0.5", EligibleRule(Rule(column="employees", share=0.5))),
        ("Number of Employees", EligibleRule(Rule(column="Number of Employees"))),
        ("20", EligibleRule(Rule(value="20"))),
        ("at least users * 1.2", EligibleRule(None, 1.2)),
        ("at least users", EligibleRule(None, 1.0)),
        ("employees * 15%, at least users * 1.2", EligibleRule(Rule(column="employees", share=0.15), 1.2)),
        ("employees * 15% at least users * 1.2", EligibleRule(Rule(column="employees", share=0.15), 1.2)),
    ],
)
def test_eligible_users_are_an_expression(tmp_path, text, rule):
    plan = read(tmp_path, f'accounts: {{file: a.csv, eligible_users: "{text}"}}\n')
    assert plan.accounts is not None
    assert plan.accounts.eligible == rule


def test_an_earlier_last_day_is_a_cut(tmp_path):
    assert read(tmp_path, WHOLE, date(2026, 6, 30)).cut
    assert read(tmp_path, WHOLE, date(2026, 6, 30)).until == date(2026, 6, 30)


def test_all_errors_stand_there_at_once_with_line_allowed_and_nearest(tmp_path):
    text = """\
untl: 2026-10-31
until: tomorrow
time_zone: Europe/Berln
date_format: day/month
accounts: {fil: accounts.csv, eligible_users: employees * 150%}
events:
  file: e.csv
  columns: {tme: timestamp, user: user_id}
  meaning: {strt: [x]}
  lapse_after: 30
opportunities: {file: d.csv, stages: {a: "two words"}, won: [], lost: {b: {x: "?"}}}
allow: {duplicates: 40%}
"""
    found = said(tmp_path, text)
    expected = [
        ("1: untl: unknown key `untl`; did you mean `until`?", ""),
        ("2: until: found `tomorrow`", "a day such as `2026-10-31`"),
        ("3: time_zone: found `Europe/Berln`", "did you mean `Europe/Berlin`?"),
        ("4: date_format: found `day/month`", "did you mean `day/month/year`?"),
        ("5: accounts.fil: unknown key `fil`; did you mean `file`?", ""),
        ("5: accounts: missing key `file`", ""),
        ("5: accounts.eligible_users: found `employees * 150%`", "at most 100%"),
        ("8: events.columns.tme: unknown column `tme`; did you mean `time`?", ""),
        ("9: events.meaning.strt: unknown meaning `strt`; did you mean `start`?", ""),
        ("10: events.lapse_after: found `30`", "`30 days`"),
        ("11: opportunities.stages.a: found `two words`", "a stage of ours"),
        ("11: opportunities.won: found an empty list", "a list of texts"),
        ("11: opportunities.lost.b.x: found `?`", "a reason of ours"),
        ("12: allow.duplicates: unknown rule `duplicates`; did you mean `duplicate`?", ""),
    ]
    for start, part in expected:
        assert any(line.startswith(start) and part in line for line in found), (start, found)
    assert len(found) == len(expected)


def test_what_is_left_to_the_user_is_asked_for(tmp_path):
    found = said(tmp_path, "accounts: {file: a.csv, eligible_users: FILL}\n")
    assert found == ["1: accounts.eligible_users: found `FILL`; expected what the comment there asks for"]


def test_events_without_the_whole_market_are_refused(tmp_path):
    assert "missing key `accounts`: the whole market" in said(tmp_path, "events: {file: e.csv}\n")[0]
    assert "missing key `events` (or `monthly`" in said(tmp_path, "until: 2026-10-31\n")[0]


def test_a_key_that_stands_twice_and_yaml_that_is_none(tmp_path):
    assert "duplicate key `until`" in said(tmp_path, WHOLE + "until: 2026-01-01\n")[0]
    assert said(tmp_path, "a: [")[0].startswith("1: not valid YAML")
