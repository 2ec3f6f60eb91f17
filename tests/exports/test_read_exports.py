"""Does each kind of bad data get its rule: a count, a row in problems.csv, and an error above the limit?

Every test breaks a small export that is fine in one place.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from forecast.exports.data_file import read_data_file
from forecast.exports.read_exports import ReadExports, read_exports, write_problems

pytest.importorskip("duckdb")

DATA = """\
until: 2026-03-31
accounts: {file: accounts.csv}
events:
  file: events.csv
  columns: {time: at, user: who, account: org, event: what, id: id}
  meaning: {start: [Signed Up], active: any}
  lapse_after: 30 days
"""
ACCOUNTS = "account,segment,eligible_users\nada.example,smb,20\nbob.example,smb,30\ncleo.example,enterprise,900\n"
HEADER = "id,at,who,org,what\n"


def events(count: int = 100) -> list[str]:
    """Rows of 10 people, each seen every few days: a start, then uses; 5 in each of two accounts."""
    rows = []
    for number in range(count):
        person, day = number % 10, 1 + number // 10 * 6
        org = "ada.example" if person < 5 else "bob.example"
        what = "Signed Up" if number < 10 else "Opened"
        moment = date(2026, 1, 1).toordinal() + day
        rows.append(f"e{number},{date.fromordinal(moment)}T09:0{person}:00Z,u{person}@person.example,{org},{what}")
    return rows


def read(folder: Path, rows: list[str], data: str = DATA, **files: str) -> tuple[ReadExports, list[dict[str, str]]]:
    """What was read, and the rows of problems.csv."""
    (folder / "data.yaml").write_text(data)
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "events.csv").write_text(HEADER + "\n".join(rows) + "\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    with read_exports(read_data_file(folder / "data.yaml"), "300MiB") as found:
        write_problems(found, folder / "problems.csv")
        text = (folder / "problems.csv").read_text()
        assert "person.example" not in text, "no address stands in problems.csv"
        assert "person.example" not in str({name: table.to_pylist() for name, table in found.tables.items()})
        return found, list(csv.DictReader(text.splitlines()))


def said(folder: Path, rows: list[str], data: str = DATA, **files: str) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, rows, data, **files)
    text = "\n".join(str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems)
    assert "person.example" not in text
    return text


def native(found: ReadExports, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.tables["events"].to_pylist()]


def rules(problems: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(row["line"], row["rule"], row["value"]) for row in problems]


def test_an_export_that_is_fine_has_no_problem(tmp_path):
    found, problems = read(tmp_path, events())
    assert problems == []
    assert found.counts == {"event rows": 100, "people": 10, "accounts with people": 2, "accounts": 3}
    starts = [row for row in native(found, "event", "account", "user", "start_known") if row[0] == "start"]
    assert starts == [("start", "ada.example" if n < 5 else "bob.example", str(n + 1), True) for n in range(10)]
    assert found.tables["accounts"].to_pydict()["eligible_users"] == [20, 30, 900]
    assert found.notes == []
    assert found.last_day == date(2026, 3, 31)
    # The last use is on 2026-02-25: 34 days before the end.
    assert next(row for row in native(found, "event", "time") if row[0] == "lapse")[1].date() == date(2026, 2, 25)
    assert str(found.lapses_until) == "2026-03-02 00:00:00"


def test_who_brought_a_start_about_is_said_without_a_name(tmp_path):
    assert "by" not in read(tmp_path, events())[0].tables["events"].column_names
    data = DATA.replace("id: id}", "id: id, by: by}")
    rows = [f"{row},{'u9@person.example' if row.startswith('e0,') else ''}" for row in events()]
    found, _ = read(tmp_path, [], data, events=HEADER.replace("\n", ",by\n") + "\n".join(rows) + "\n")
    assert native(found, "event", "by")[0] == ("start", "colleague")
    assert {by for event, by in native(found, "event", "by")[1:]} == {None}


def test_duplicates_by_id_keep_the_first(tmp_path):
    rows = events()
    found, problems = read(tmp_path, [*rows, rows[3], rows[50]])
    assert rules(problems) == [("102", "duplicate", ""), ("103", "duplicate", "")]
    assert len(native(found, "time")) == len(native(read(tmp_path, rows)[0], "time"))


def test_duplicates_without_an_id_are_the_same_user_event_and_second(tmp_path):
    data = DATA.replace(", id: id", "")
    rows = events()
    moved = rows[50].replace("e50,", "other,").replace(":00Z", ":00.4Z")
    _, problems = read(tmp_path, [*rows, moved], data)
    assert rules(problems) == [("102", "duplicate", "")]


def test_too_many_duplicates_are_an_error_with_the_line_that_allows_them(tmp_path):
    rows = events()
    text = said(tmp_path, [*rows, *rows[:50]])
    assert text == (
        "events.csv: duplicate: the same id; else the same user, event and second: 50 of 150 rows (33.3%); "
        "the limit is 30%; if that is right: `allow: {duplicate: 34%}` in the data file"
    )
    assert len(read(tmp_path, [*rows, *rows[:50]], DATA + "allow: {duplicate: 34%}\n")[1]) == 50


def test_times_without_a_zone_need_one(tmp_path):
    rows = [row.replace("Z,", ",") for row in events()]
    text = said(tmp_path, rows)
    assert text.startswith("events.csv:2: at: found `2026-01-02T09:00:00`, a time without a zone; expected `time_zone:")
    assert "(and in 97 more rows)" in text
    assert len(text.splitlines()) == 3
    found, _ = read(tmp_path, rows, DATA + "time_zone: Europe/Berlin\n")
    assert native(found, "time")[0][0].isoformat() == "2026-01-02T08:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02", "2026-01-02T12:00:00"),
        ("1767344400", "2026-01-02T09:00:00"),
        ("1767344400000", "2026-01-02T09:00:00"),
        ("1767344400000000", "2026-01-02T09:00:00"),
        ("2026-01-02 10:00:00+01:00", "2026-01-02T09:00:00"),
        ("02-Jan-2026", "2026-01-02T12:00:00"),
    ],
)
def test_times_as_programs_write_them(tmp_path, text, moment):
    rows = events()
    found, _ = read(tmp_path, [rows[0].replace("2026-01-02T09:00:00Z", text), *rows[1:]])
    first = next(row for row in native(found, "user", "time") if row[0] == "1")
    assert first[1].isoformat().startswith(moment)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("46024.375", "`46024.375`, a spreadsheet's number of days or another small number; expected a time"),
        ("03/04/2026", "`03/04/2026`, a day and a month that may be either; expected `date_format` in the data file"),
        ("2026-02-30", "`2026-02-30`, which is no time"),
        ("soon", "`soon`, which is no time; expected a time such as"),
    ],
)
def test_times_that_cannot_be_read_are_errors(tmp_path, text, sentence):
    rows = events()
    assert sentence in said(tmp_path, [rows[0].replace("2026-01-02T09:00:00Z", text), *rows[1:]])


def test_days_and_months_are_read_with_a_date_format(tmp_path):
    rows = [row.replace("2026-01-02T", "02/01/2026 ").replace("Z,", ",") for row in events()]
    found, _ = read(tmp_path, rows, DATA + "date_format: day/month/year\ntime_zone: UTC\n")
    assert native(found, "time")[0][0].isoformat() == "2026-01-02T09:00:00+00:00"


def test_rows_without_a_time_or_a_user_are_left_out(tmp_path):
    rows = events()
    more = ["x1,,u1@person.example,ada.example,Opened", "x2,2026-02-01T10:00:00Z,,ada.example,Opened"]
    _, problems = read(tmp_path, [*rows, *more])
    assert rules(problems) == [("102", "no_time", ""), ("103", "no_user", "")]


def test_events_after_the_last_day_are_left_out_and_many_are_an_error(tmp_path):
    late = ["x1,2026-04-01T00:00:00Z,u1@person.example,ada.example,Opened"]
    found, problems = read(tmp_path, [*events(), *late])
    assert rules(problems) == [("102", "after_until", "2026-04-01")]
    assert max(native(found, "time"))[0].date() < date(2026, 4, 1)
    text = said(tmp_path, events(), DATA.replace("2026-03-31", "2026-02-19"))
    assert "after_until: later than the last day: 10 of 100 rows (10.0%); the limit is 2%" in text


def test_what_is_asked_for_by_since_has_no_limit(tmp_path):
    _, problems = read(tmp_path, events(), DATA + "since: 2026-01-10\n")
    assert {row["rule"] for row in problems} == {"before_since"}
    assert len(problems) == 20


def test_a_start_behind_other_events_is_moved_to_the_first(tmp_path):
    rows = events()
    rows.insert(0, "x,2026-01-01T08:00:00Z,u0@person.example,ada.example,Opened")
    text = said(tmp_path, rows)
    assert "before_start: an event before the user's start: 1 of 10 people (10.0%); the limit is 2%" in text
    found, problems = read(tmp_path, rows, DATA + "allow: {before_start: 10%}\n")
    assert rules(problems) == [("3", "before_start", "")]
    assert native(found, "time", "event")[0][0].isoformat() == "2026-01-01T08:00:00+00:00"


def test_late_rows_set_the_last_day_back(tmp_path):
    data = DATA.replace("id: id}", "id: id, received: received}").replace("until: 2026-03-31\n", "")
    rows = [f"{row},{row.split(',')[1].replace('T09', 'T23')}" for row in events()]
    (tmp_path / "late").mkdir()
    header = HEADER.replace("\n", ",received\n")
    found, _ = read(tmp_path, [], data, events=header + "\n".join(rows) + "\n")
    assert str(found.end) == "2026-02-25 00:00:00"
    slow = [row.replace("2026-02-25T23", "2026-03-07T23") for row in rows]
    data = data.replace("accounts:", "until: 2026-03-06\naccounts:", 1)
    found, _ = read(tmp_path, [], data, events=header + "\n".join(slow) + "\n")
    assert str(found.end) == "2026-02-25 00:00:00"
    assert "rows arrive late: the last day that counts is set back by 10 days" in found.notes


def test_people_without_an_account_are_left_out_and_no_account_is_invented(tmp_path):
    data = DATA.replace("id: id}", "id: id, email: who}")
    extra = [
        f"x{n},2026-02-01T10:00:00Z,z{n}@{domain},,Signed Up"
        for n, domain in enumerate(["gmail.com", "cs.mit.edu", "unlisted.example", "ada.example"])
    ]
    found, problems = read(tmp_path, [*events(), *extra], data)
    assert [row[:2] for row in rules(problems)] == [("102", "free_mail"), ("103", "free_mail"), ("104", "no_account")]
    assert found.counts["people"] == 11
    many = [f"y{n},2026-02-01T10:00:00Z,z{n}@gmail.com,,Signed Up" for n in range(8)]
    text = said(tmp_path, [*events(), *many], data)
    assert "free_mail: the domain of a mail service, a university or an agency: 8 of 18 people (44.4%)" in text


def test_events_without_an_account_are_those_of_the_users_only_one(tmp_path):
    rows = events()
    rows[0] = rows[0].replace(",ada.example,", ",,")
    found, problems = read(tmp_path, rows)
    assert problems == []
    assert native(found, "event", "account")[0] == ("start", "ada.example")


def test_our_own_people_and_demonstrations_are_left_out(tmp_path):
    data = DATA.replace("id: id}", "id: id, email: who}")
    data += "leave_out: {domains: [own.example], accounts: [bob.example], users: [u0@person.example]}\n"
    extra = "x,2026-02-01T10:00:00Z,me@own.example,ada.example,Opened"
    found, problems = read(tmp_path, [*events(), extra], data)
    assert {row["rule"] for row in problems} == {"own_people"}
    assert len(problems) == 61
    assert found.counts["people"] == 4


def test_a_user_in_two_accounts_at_once_counts_in_the_first(tmp_path):
    extra = "x,2026-01-20T10:00:00Z,u0@person.example,bob.example,Opened"
    text = said(tmp_path, [*events(), extra])
    assert "two_accounts: a user in two accounts at once: 1 of 10 people (10.0%); the limit is 5%" in text
    found, problems = read(tmp_path, [*events(), extra], DATA + "allow: {two_accounts: 10%}\n")
    assert rules(problems) == [("102", "two_accounts", "")]
    assert ("bob.example", "1") not in native(found, "account", "user")


def test_a_user_in_three_accounts_is_left_out(tmp_path):
    extra = [f"x{org},2026-01-20T10:00:00Z,u0@person.example,{org}.example,Opened" for org in ("bob", "cleo")]
    found, problems = read(tmp_path, [*events(), *extra], DATA + "allow: {consultant: 20%}\n")
    assert {row["rule"] for row in problems} == {"consultant"}
    assert len(problems) == 12
    assert "1" not in {user for (user,) in native(found, "user")}


def test_a_user_who_moves_lapses_there_and_starts_here_marked(tmp_path):
    extra = "x,2026-03-10T10:00:00Z,u0@person.example,cleo.example,Opened"
    found, problems = read(tmp_path, [*events(), extra])
    assert problems == []
    story = [row[1:] for row in native(found, "user", "event", "account", "moved") if row[0] == "1"]
    assert story == [
        ("start", "ada.example", False),
        ("activate", "ada.example", False),
        ("lapse", "ada.example", False),
        ("start", "cleo.example", True),
        ("activate", "cleo.example", False),
    ]


def test_merged_people_and_accounts_are_one_from_the_beginning(tmp_path):
    rows = [row.replace("u0@person.example", "anonymous") if n < 30 else row for n, row in enumerate(events())]
    merges = "from,into\nanonymous,between\nbetween,u0@person.example\n"
    found, problems = read(tmp_path, rows, DATA + "merge: merge.csv\n", merge=merges)
    assert problems == []
    assert found.counts["people"] == 10
    assert read(tmp_path, rows)[0].counts["people"] == 11
    circle = "from,into\na,b\nb,a\n"
    assert "in a circle" in said(tmp_path, rows, DATA + "merge: merge.csv\n", merge=circle)


def test_deleted_users_are_seen_by_the_counts_that_the_user_knows(tmp_path):
    known = "monthly_active: {2026-01: 20, 2026-02: 10}\n"
    assert said(tmp_path, events(), DATA + known) == (
        "events.csv: monthly_active: found 50% of the people of 2026-01, 100% of those of 2026-02; expected "
        "the same share in all months: older users are missing, survivors only"
    )
    read(tmp_path, events(), DATA + "monthly_active: {2026-01: 10, 2026-02: 10}\n")


def test_people_who_were_there_before_are_known_as_such(tmp_path):
    rows = [row for row in events() if not row.startswith("e0,")]
    found, _ = read(tmp_path, rows)
    assert native(found, "user", "event", "start_known")[-1][0] != ""
    unknown = [row for row in native(found, "event", "start_known", "account") if row[0] == "start" and not row[1]]
    assert unknown == [("start", False, "ada.example")]
    assert "1 people were there when the export begins" in found.notes[0]


def test_a_day_on_which_somebody_was_first_seen_dates_their_start(tmp_path):
    data = DATA.replace("id: id}", "id: id, first_seen: seen}")
    rows = [f"{row},2025-06-01T00:00:00Z" for row in events() if not row.startswith("e0,")]
    found, _ = read(tmp_path, [], data, events=HEADER.replace("\n", ",seen\n") + "\n".join(rows) + "\n")
    assert native(found, "time")[0][0].isoformat() == "2025-06-01T00:00:00+00:00"
    assert found.notes == []


def test_more_users_than_eligible_are_an_error_with_the_worst_first(tmp_path):
    small = ACCOUNTS.replace("ada.example,smb,20", "ada.example,smb,3").replace(
        "bob.example,smb,30", "bob.example,smb,4"
    )
    text = said(tmp_path, events(), accounts=small)
    advice = "at most as many people as could use it; else `eligible_users: at least users * 1.2` in the data file"
    assert text.splitlines() == [
        f"accounts.csv:2: eligible_users: found 5 people in an account of 3; expected {advice}",
        f"accounts.csv:3: eligible_users: found 5 people in an account of 4; expected {advice}",
    ]
    data = DATA.replace("accounts.csv}", "accounts.csv, eligible_users: 'eligible_users, at least users * 1.2'}")
    found, _ = read(tmp_path, events(), data, accounts=small)
    assert found.tables["accounts"].to_pydict()["eligible_users"] == [6, 6, 900]


def test_a_step_in_the_number_of_all_events_is_said_with_its_day(tmp_path):
    rows = [
        f"s{day}-{n},{date.fromordinal(date(2026, 1, 1).toordinal() + day)}T10:{n:02d}:00Z,u{n % 10}@person.example,"
        f"{'ada' if n % 10 < 5 else 'bob'}.example,Opened"
        for day in range(80)
        for n in range(20 + day % 3 if day < 40 else 50 + day % 3)
    ]
    found, _ = read(tmp_path, [*events(10), *rows], DATA + "allow: {before_start: 100%}\n")
    (note,) = [note for note in found.notes if "tracking" in note]
    assert note.startswith("the number of all events changes at once on 2026-02-10: was the tracking changed?")
    assert note.endswith("Then write `since: 2026-02-10` into the data file")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "@ada", "a\tb"])
def test_names_of_accounts_that_are_formulas_or_have_control_characters_are_refused(tmp_path, name):
    text = said(tmp_path, events(), accounts=ACCOUNTS + f'"{name}",smb,5\n')
    assert text.startswith("accounts.csv:5: account: found")


def test_names_of_events_that_nothing_has(tmp_path):
    text = said(tmp_path, events(), DATA.replace("[Signed Up], active: any", "[Registered]"))
    assert text == "events.csv: events.meaning: found none of Registered; expected events such as Opened, Signed Up"
