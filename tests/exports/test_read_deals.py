"""Are opportunities and contracts read as they stand, and is what cannot be right left out, counted, or refused?"""

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
until: 2026-06-30
time_zone: UTC
accounts: {file: accounts.csv}
opportunities:
  file: deals.csv
  columns: {opportunity: id, account: org, stage: stage, entered: entered, closed: closed, reason: why}
  stages: {talk: evaluation, check: security, sign: signature}
  won: [won]
  lost: {lost: {Budget: budget, "*": no_decision}}
"""
CONTRACTS = """\
until: 2026-06-30
accounts: {file: accounts.csv}
contracts:
  file: terms.csv
  columns: {account: org, start: from, end: to, seats: seats, price_per_seat_month: price, currency: currency}
"""
ACCOUNTS = "account,segment,eligible_users\nada,smb,20\nbob,smb,30\n"
HEADER = "id,org,stage,entered,closed,why\n"
WON = """\
d1,ada,talk,2026-01-05,,
d1,ada,check,2026-02-05,,
d1,ada,sign,2026-03-05,,
d1,ada,won,2026-03-20,2026-03-20,
"""
BACKWARDS = "d1,ada,talk,2026-01-05,,\nd1,ada,check,2026-02-05,,\nd1,ada,talk,2026-02-10,,\n"
TERMS = "org,from,to,seats,price,currency\n"


def read(
    folder: Path, text: str, data: str = DATA, file: str = "deals", until: date | None = None
) -> tuple[ReadExports, list[tuple[str, str, str]]]:
    """What was read, and the rows of problems.csv."""
    (folder / "data.yaml").write_text(data)
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / f"{file}.csv").write_text(text)
    with read_exports(read_data_file(folder / "data.yaml", until), "300MiB") as found:
        write_problems(found, folder / "problems.csv")
    rows = csv.DictReader((folder / "problems.csv").read_text().splitlines())
    return found, [(row["line"], row["rule"], row["value"]) for row in rows]


def said(folder: Path, text: str, data: str = DATA, file: str = "deals") -> str:
    with pytest.raises(InputError) as caught:
        read(folder, text, data, file)
    return "\n".join(str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems)


def stages(found: ReadExports, *names: str) -> list[tuple[Any, ...]]:
    rows = found.tables["opportunities"].to_pylist()
    days = {"entered", "left"}
    return [tuple(str(row[n])[:10] if n in days and row[n] else row[n] for n in names) for row in rows]


def test_a_row_for_each_stage_with_the_outcome_on_the_last(tmp_path):
    lost = "d2,bob,talk,2026-04-01,,\nd2,bob,lost,2026-04-20,2026-04-20,Budget\nd3,bob,talk,2026-06-01,,\n"
    found, problems = read(tmp_path, HEADER + WON + lost)
    assert problems == []
    assert stages(found, "opportunity", "stage", "entered", "left", "outcome", "reason", "durations") == [
        ("1", "evaluation", "2026-01-05", "2026-02-05", None, None, True),
        ("1", "security", "2026-02-05", "2026-03-05", None, None, True),
        ("1", "signature", "2026-03-05", "2026-03-20", "won", None, True),
        ("2", "evaluation", "2026-04-01", "2026-04-20", "lost", "budget", True),
        ("3", "evaluation", "2026-06-01", None, "open", None, True),
    ]
    assert (found.counts["won"], found.counts["lost"], found.counts["open"]) == (1, 1, 1)


def test_what_is_later_than_a_cut_was_open_then(tmp_path):
    found, problems = read(tmp_path, HEADER + WON, until=date(2026, 2, 28))
    assert problems == []
    assert stages(found, "stage", "left", "outcome") == [
        ("evaluation", "2026-02-05", None),
        ("security", None, "open"),
    ]


def test_columns_of_stages_are_found_by_themselves(tmp_path):
    text = (
        "Record ID,org,Deal Stage,Create Date,Close Date,hs_v2_date_entered_talk,hs_v2_date_entered_check,"
        "hs_v2_date_entered_sign\n7,ada,won,2026-01-05,2026-03-20,2026-01-05,2026-02-05,2026-03-05\n"
        "8,ada,talk,2026-05-05,2026-05-31,2026-05-05,,\n"
    )
    data = DATA.replace("opportunity: id", "opportunity: Record ID").replace("stage: stage", "stage: Deal Stage")
    data = data.replace("entered: entered, closed: closed, reason: why", "created: Create Date, closed: Close Date")
    found, problems = read(tmp_path, text, data)
    assert problems == []
    assert stages(found, "stage", "left", "outcome") == [
        ("evaluation", "2026-02-05", None),
        ("security", "2026-03-05", None),
        ("signature", "2026-03-20", "won"),
        ("evaluation", None, "open"),  # a close date is a plan until the deal is closed
    ]


def test_a_history_keeps_changes_of_stage_and_knows_both_lengths_of_ids(tmp_path):
    (tmp_path / "history.csv").write_text(
        "OpportunityId,StageName,CreatedDate\n"
        "006000000000001,talk,2026-01-05\n006000000000001,talk,2026-01-15\n006000000000001,check,2026-02-05\n"
    )
    data = DATA.replace(", entered: entered", ", created: entered") + (
        "  history:\n    file: history.csv\n"
        "    columns: {opportunity: OpportunityId, stage: StageName, entered: CreatedDate}\n"
    )
    found, _ = read(tmp_path, HEADER + "006000000000001AAA,ada,check,2026-01-05,,\n", data)
    assert stages(found, "stage", "entered", "durations") == [
        ("evaluation", "2026-01-05", True),
        ("security", "2026-02-05", True),
    ]


def test_a_deal_that_only_says_where_it_stands_has_no_durations(tmp_path):
    data = DATA.replace(", entered: entered", ", created: entered")
    found, problems = read(tmp_path, HEADER + "d1,ada,check,2026-01-05,,\n", data)
    assert stages(found, "stage", "entered", "durations") == [("security", "2026-01-05", False)]
    assert problems == []
    assert not found.stage_durations
    (note,) = found.notes
    assert note.startswith("1 of 1 opportunities passed stages out of order or all at once: they count for losses")
    assert note.endswith("too many: the durations of stages stay prior")


@pytest.mark.parametrize(
    ("rows", "rule", "steps", "durations"),
    [
        (
            "d1,ada,talk,2026-01-05,,\nd1,ada,check,2026-02-05,,\nd1,ada,talk,2026-02-10,,\n",
            *("stage_backwards", 2, True),
        ),
        ("d1,ada,talk,2026-01-05,,\nd1,ada,sign,2026-02-05,,\n", "stage_skipped", 2, False),
        ("d1,ada,talk,2026-01-05,,\nd1,ada,check,2026-01-05,,\n", "stages_at_once", 2, False),
        (WON.replace("won,2026-03-20,2026-03-20", "won,2026-02-20,2026-02-20"), "stage_reopened", 2, False),
    ],
)
def test_stages_out_of_order_are_counted_and_used_for_losses_alone(tmp_path, rows, rule, steps, durations):
    found, problems = read(tmp_path, HEADER + rows)
    assert problems == [("2", rule, "")]
    assert len(stages(found, "stage")) == steps
    assert set(stages(found, "durations")) == {(durations,)}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("d9,ada,won,2026-05-01,2027-09-09,", "no_entry"),
        ("d9,ada,talk,2026-05-01,,\nd9,ada,won,2027-01-01,2027-01-01,", "closed_later"),
        ("d9,ada,talk,2026-05-01,2026-04-01,\nd9,ada,won,,2026-04-01,", "closed_early"),
        ("d9,zoe,talk,2026-05-01,,", "unlisted_deal"),
    ],
)
def test_deals_that_cannot_be_are_left_out_and_many_are_an_error(tmp_path, row, rule):
    many = "".join(WON.replace("d1", f"e{n}") for n in range(60))
    if rule == "closed_later":
        row = row.replace("2027-01-01,2027-01-01", "2026-05-02,2027-01-01").replace("won,2026-05-02", "won,")
    found, problems = read(tmp_path, HEADER + many + row + "\n")
    assert problems == [("242", rule, "")]
    assert found.counts["opportunities"] == 60
    text = said(tmp_path, HEADER + row + "\n")
    assert f"{rule}: " in text
    assert f"`allow: {{{rule}: 100%}}` in the data file" in text


def test_stages_and_reasons_that_nobody_mentioned_are_named_with_the_nearest(tmp_path):
    text = said(tmp_path, HEADER + "d1,ada,tlk,2026-01-05,,\n")
    assert text.startswith("deals.csv:2: opportunities.stages: unknown stage `tlk`; did you mean `talk`?")
    data = DATA.replace(', "*": no_decision', "")
    text = said(tmp_path, HEADER + "d1,ada,talk,2026-01-05,,\nd1,ada,lost,2026-02-05,2026-02-05,Budgt\n", data)
    assert "unknown reason `Budgt`; did you mean `Budget`?" in text


def test_terms_are_read_and_running_ones_end_with_their_period(tmp_path):
    data = CONTRACTS.replace("currency: currency", "period_end: period")
    text = TERMS.replace("currency", "period") + "ada,2026-01-01,,5,30.5,2027-01-01\nbob,2025-01-01,2026-01-01,7,20,\n"
    found, problems = read(tmp_path, text, data, "terms")
    assert problems == []
    rows = found.tables["contracts"].to_pylist()
    assert [(row["contract"], row["account"], str(row["end"])[:10], row["seats"]) for row in rows] == [
        ("row 2", "bob", "2026-01-01", 7),
        ("row 1", "ada", "2027-01-01", 5),
    ]


@pytest.mark.parametrize(
    ("row", "rule", "value"),
    [
        ("ada,2026-03-01,2026-02-01,5,30,USD", "end_before_start", ""),
        ("ada,2026-03-01,2027-02-01,0,30,USD", "no_seats", "0.0"),
        ("ada,2026-03-01,2027-02-01,5,-30,USD", "negative_price", "-30.0"),
        ("zoe,2026-03-01,2027-02-01,5,30,USD", "unlisted_contract", ""),
        ("ada,2026-03-01,,5,30,USD", "no_date", ""),
    ],
)
def test_contracts_that_cannot_be_are_left_out_and_many_are_an_error(tmp_path, row, rule, value):
    good = "ada,2026-01-01,2027-01-01,5,30,USD\n"
    found, problems = read(tmp_path, TERMS + good * 60 + row + "\n", CONTRACTS, "terms")
    assert problems == [("62", rule, value)]
    assert found.counts["contracts"] == 60
    assert f"`allow: {{{rule}: 100%}}`" in said(tmp_path, TERMS + row + "\n", CONTRACTS, "terms")


def test_mixed_currencies_are_an_error(tmp_path):
    text = TERMS + "ada,2026-01-01,2027-01-01,5,30,USD\nbob,2026-01-01,2027-01-01,5,30,eur\n"
    assert said(tmp_path, text, CONTRACTS, "terms") == (
        "terms.csv: currency: found amounts in EUR, USD; expected one currency: convert or split them"
    )


@pytest.mark.parametrize(("old", "new"), [("5,30", "5.5,30"), ("5,30", "5,30 USD"), ("5,30", "many,30")])
def test_numbers_that_are_none_are_errors(tmp_path, old, new):
    text = TERMS + "ada,2026-01-01,2027-01-01,5,30,USD\n".replace(old, new)
    assert said(tmp_path, text, CONTRACTS, "terms").startswith("terms.csv:2: ")
