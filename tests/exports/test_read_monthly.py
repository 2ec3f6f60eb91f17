"""Is a panel of counts read as it stands, and is each row that cannot be right counted or refused?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.exports.data_file import read_data_file
from forecast.exports.read_monthly import Panel, PanelState, read_monthly
from forecast.exports.reading_problems import ReadingProblems
from forecast.foreign.duckdb_session import duckdb_session
from forecast.learning.counted_months import CountedMonth

pytest.importorskip("duckdb")

HEADER = "account,month,eligible,active,starts,stops\n"
ROWS = """\
ada,2025-01-01,30,2,9,9
ada,2025-02-01,32,5,4,1
ada,2025-03-01,31,4,0,1
bob,2025-02-01,10,0,0,0
bob,2025-03-01,10,1,1,0
"""


def read(folder: Path, text: str, more: str = "", until: date | None = None) -> tuple[Panel, str]:
    """The panel of a file, and the text of its problems."""
    (folder / "p.csv").write_text(text)
    (folder / "data.yaml").write_text("monthly: {file: p.csv}\n" + more)
    plan = read_data_file(folder / "data.yaml", until)
    with duckdb_session("200MiB") as session:
        problems = ReadingProblems(session, f"{folder}/")
        panel = read_monthly(plan, session, problems)
        problems.write(folder / "problems.csv")
        return panel, (folder / "problems.csv").read_text()


def said(folder: Path, text: str, more: str = "") -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, text, more)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_months_begin_with_the_row_before_and_the_first_row_only_says_where_an_account_stands(tmp_path):
    panel, problems = read(tmp_path, HEADER + ROWS)
    assert panel.rows == (
        CountedMonth(0, 0, 1.0, 30.0, 2, 4, 1),
        CountedMonth(0, 1, 1.0, 32.0, 5, 0, 1),
        CountedMonth(1, 1, 1.0, 10.0, 0, 1, 0),
    )
    assert panel.states == (PanelState(0, date(2025, 3, 1), 31, 4), PanelState(1, date(2025, 3, 1), 10, 1))
    assert (panel.accounts, panel.segments, panel.segment) == (("ada", "bob"), ("all",), (0, 0))
    assert (panel.first, panel.last, panel.months, panel.read) == (date(2025, 1, 1), date(2025, 3, 1), 2, 5)
    assert problems == "file,line,rule,value\n"


@pytest.mark.parametrize(
    ("january", "february", "march"), [("2024-12", "2025-01", "2025-02"), ("2024-12-31", "2025-01-31", "2025-02-28")]
)
def test_a_month_and_its_last_day_are_the_state_at_its_end(tmp_path, january, february, march):
    text = ROWS.replace("2025-01-01", january).replace("2025-02-01", february).replace("2025-03-01", march)
    expected, _ = read(tmp_path, HEADER + ROWS)
    assert read(tmp_path, HEADER + text)[0] == expected


def test_segments_and_times_of_day_of_programs(tmp_path):
    rows = [f"{line},{'smb' if line.startswith('ada') else 'enterprise'}" for line in ROWS.splitlines()]
    text = HEADER.replace("\n", ",segment\n") + "\n".join(rows).replace("-01,", "-01 00:00:00,") + "\n"
    panel, _ = read(tmp_path, text)
    assert (panel.segments, panel.segment) == (("smb", "enterprise"), (0, 1))


def test_accounts_that_leave_the_panel_earlier_and_rows_in_any_order(tmp_path):
    rows = ROWS.splitlines()
    panel, _ = read(tmp_path, HEADER + "\n".join([rows[1], rows[0], rows[4], rows[3]]) + "\n")
    assert [state.day for state in panel.states] == [date(2025, 2, 1), date(2025, 3, 1)]
    assert len(panel.rows) == 2


def test_what_is_not_asked_for_is_left_out(tmp_path):
    panel, problems = read(tmp_path, HEADER + ROWS, "leave_out: {accounts: [bob]}\nsince: 2025-02-01\n")
    assert panel.rows == (CountedMonth(0, 0, 1.0, 32.0, 5, 0, 1),)
    assert sorted(problems.splitlines()[1:]) == [
        "p.csv,2,before_since,2025-01-01",
        "p.csv,5,own_people,",
        "p.csv,6,own_people,",
    ]
    panel, problems = read(tmp_path, HEADER + ROWS, until=date(2025, 1, 31))
    assert (panel.last, problems) == (date(2025, 2, 1), "file,line,rule,value\n")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("ada,2025-02-01,32,5", "ada,2025-02-01,32,-5", "p.csv:3: active: found `-5`; expected a whole"),
        ("ada,2025-02-01,32,5", "ada,2025-02-01,32.5,5", "p.csv:3: eligible: found `32.5`; expected a whole number"),
        ("ada,2025-02-01,32,5", "ada,2025-02-01,,5", "p.csv:3: eligible: no value; expected a whole number"),
        ("ada,2025-02-01,32,5", "ada,2025-02-01,many,5", "p.csv:3: eligible: found `many`; expected a whole number"),
        ("ada,2025-02-01", ",2025-02-01", "p.csv:3: account: no value; expected the account's name"),
        ("ada,2025-02-01", "ada,2025-02-15", "p.csv:3: month: found `2025-02-15`; expected the first or the last day"),
        ("ada,2025-02-01", "ada,45689", "p.csv:3: month: found `45689`; expected the first or the last day"),
        ("ada,2025-02-01", "ada,2025-01-01", "p.csv:3: month: duplicate month 2025-01-01 of `ada`; write each month"),
        ("ada,2025-03-01", "ada,2025-04-01", "p.csv:4: month: found 2025-04-01 of `ada` after 2025-02-01;"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_line(tmp_path, old, new, sentence):
    assert old in ROWS
    assert any(line.startswith(sentence) for line in said(tmp_path, HEADER + ROWS.replace(old, new)))


def test_counts_that_do_not_add_up_are_left_out_where_that_is_allowed(tmp_path):
    text = HEADER + ROWS.replace("ada,2025-02-01,32,5,4,1", "ada,2025-02-01,32,5,4,0")
    (sentence,) = said(tmp_path, text)
    assert sentence == (
        "p.csv: sum_differs: active before + starts - stops is not active: 1 of 5 rows (20.0%); the limit is 2%; "
        "if that is right: `allow: {sum_differs: 21%}` in the data file"
    )
    panel, problems = read(tmp_path, text, "allow: {sum_differs: 21%}\n")
    assert [(row.account, row.month) for row in panel.rows] == [(0, 1), (1, 1)]
    assert problems.splitlines()[1:] == ["p.csv,3,sum_differs,2 + 4 - 0 is not 5"]


def test_more_active_than_eligible_is_an_error_of_its_account(tmp_path):
    text = HEADER + ROWS.replace("ada,2025-02-01,32,5", "ada,2025-02-01,3,5")
    (sentence,) = said(tmp_path, text)
    assert "more users than people who could use it: 1 of 2 accounts (50.0%)" in sentence
    panel, problems = read(tmp_path, text, "allow: {more_users: 51%}\n")
    assert len(panel.rows) == 3
    assert problems.splitlines()[1:] == ["p.csv,3,more_users,5 of 3"]


def test_a_panel_of_one_month_says_nothing(tmp_path):
    assert "no month between two rows" in said(tmp_path, HEADER + "ada,2025-01-01,30,2,0,0\n")[0]


def test_columns_that_are_missing_are_named(tmp_path):
    assert "unknown column `stops`" in said(tmp_path, "account,month,eligible,active,starts\n")[0]


def test_values_of_a_spreadsheet_are_no_formulas(tmp_path):
    text = "account,month,eligible,active,starts,stops\n=1+1,2025-01-01,9,1,0,0\n=1+1,2025-02-01,9,1,0,0\n"
    panel, problems = read(tmp_path, text, "since: 2025-01-01\n")
    assert panel.accounts == ("=1+1",)
    assert "=" not in problems
