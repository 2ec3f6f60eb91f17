"""Are the accounts of today read as they stand, and is every wrong row told with its line?"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from forecast.errors import InputError, InputWarning
from forecast.scenario import PresentAccount, load
from forecast.scenario.checks.accounts import USUAL_COLUMNS

HEADER = ",".join(USUAL_COLUMNS)
STAGES = "procurement: {stages: {legal: {}}}\n"
GOOD = [
    "Acme,enterprise,500,30,10,5,50,39.50,2026-10-01,,14",
    '"Müller, Söhne",smb,9,2,,,,,,legal,0.5',
    "Zeta,smb,4,,,,,,,,",
]


@pytest.fixture
def with_accounts(loaded: Any) -> Any:
    """The small scenario with an accounts file of these rows."""

    def of(*rows: str, header: Any = HEADER) -> Any:
        text = "\n".join([header, *rows]) + "\n"
        return loaded(STAGES, ["market.accounts_file=today.csv"], {"today.csv": text})

    return of


@pytest.fixture
def wrong(problems: Any) -> Any:
    """The problems of the small scenario with an accounts file of these rows."""

    def of(*rows: str, header: Any = HEADER) -> Any:
        content = "\n".join([header, *rows]) + "\n"
        return problems(STAGES, ["market.accounts_file=today.csv"], {"today.csv": content})

    return of


def test_accounts_are_read_in_base_units(with_accounts: Any) -> None:
    assert with_accounts(*GOOD).present == (
        PresentAccount("Acme", "enterprise", 500, 30, 10, 5, 50, 3950, 273, None, 14 * 30.4375),
        PresentAccount("Müller, Söhne", "smb", 9, 2, 0, 0, 0, None, None, "legal", 0.5 * 30.4375),
        PresentAccount("Zeta", "smb", 4, 0, 0, 0, 0, None, None, None, 0.0),
    )


def test_the_file_goes_with_the_resolved_scenario(with_accounts: Any, tmp_path: Path) -> None:
    scenario = with_accounts(*GOOD)
    folder = tmp_path / "run"
    folder.mkdir()
    for name, data in scenario.files.items():
        (folder / name).write_bytes(data)
    (folder / "scenario.yaml").write_text(scenario.resolved, encoding="utf-8")
    assert load(folder / "scenario.yaml") == scenario


def test_another_account_has_another_hash(with_accounts: Any) -> None:
    assert with_accounts(GOOD[0]).sha256 != with_accounts(GOOD[1]).sha256


def test_a_price_may_carry_the_currency_and_blank_lines_are_left_out(with_accounts: Any) -> None:
    assert with_accounts("A,smb,9,,,,5,20 USD,2027-01-01,,", "", ",,,,,,,,,,").present[0].price_cents == 2000


WRONG = [
    ("A,smb,9,5,4,1,,,,,", "eligible_users", "a sum of 10 users among 9 eligible"),
    ("A,smb,0,,,,,,,,", "eligible_users", "at least 1"),
    ("A,smb,,,,,,,,,", "eligible_users", "at least 1"),
    ("A,smb,-3,,,,,,,,", "eligible_users", "whole number"),
    ("A,smb,9,1.5,,,,,,,", "free_users", "whole number"),
    ("A,smb,9,x,,,,,,,", "free_users", "whole number"),
    ("A,smb,9,٣,,,,,,,", "free_users", "whole number"),
    ("A,smb,99999999,,,,,,,,", "eligible_users", "10000000"),
    ("A,smb,9,,,,5,,2025-12-31,,", "contract_end", "after the start"),
    ("A,smb,9,,,,5,,2026-13-01,,", "contract_end", "a date"),
    ("A,smb,9,,,,5,,,,", "contract_end", "together"),
    ("A,smb,9,,,,,,2027-01-01,,", "contract_end", "together"),
    ("A,smb,9,,,,5,,2027-01-01,legal,", "opportunity_stage", "has a contract"),
    ("A,smb,9,,,,,,,leagl,", "opportunity_stage", "did you mean `legal`"),
    ("A,smbs,9,,,,,,,,", "segment", "did you mean `smb`"),
    ("A,,9,,,,,,,,", "segment", "no value; expected one of smb, enterprise"),
    ("A,smb,9,,,,5,39.005,2027-01-01,,", "price_per_seat_month", "whole cents"),
    ("A,smb,9,,,,5,39 EUR,2027-01-01,,", "price_per_seat_month", "USD"),
    ("A,smb,9,,,,5,-1,2027-01-01,,", "price_per_seat_month", "whole cents"),
    ("A,smb,9,,,,,39,,,", "price_per_seat_month", "no seats"),
    ("A,smb,9,,,,,,,,-1", "months_of_use", "plain number"),
    ("A,smb,9,,,,,,,,nan", "months_of_use", "plain number"),
    ("A,smb,9,,,,,,,,5000", "months_of_use", "plain number"),
    ("=cmd(),smb,9,,,,,,,,", "account", "no = + - @"),
    ("+1,smb,9,,,,,,,,", "account", "no = + - @"),
    ("-1,smb,9,,,,,,,,", "account", "no = + - @"),
    ("@x,smb,9,,,,,,,,", "account", "no = + - @"),
    ("\tx,smb,9,,,,,,,,", "account", "printable"),
    ('"\rx",smb,9,,,,,,,,', "account", "printable"),
    (",smb,9,,,,,,,,", "account", "printable"),
    ("smb-3,smb,9,,,,,,,,", "account", "generated"),
    ("A,smb,9", None, "11 cells"),
    ('"A"x,smb,9,,,,,,,,', None, "CSV"),
]


@pytest.mark.parametrize(("row", "column", "fragment"), WRONG, ids=[row[:24] for row, _, _ in WRONG])
def test_a_wrong_row_is_told_with_its_line(wrong: Any, row: str, column: str | None, fragment: str) -> None:
    found = [problem for problem in wrong(GOOD[0], row) if problem.path == column and fragment in str(problem)]
    assert found
    assert str(found[0].file).endswith("today.csv")
    assert found[0].line == 3


def test_all_wrong_rows_are_told_at_once(wrong: Any) -> None:
    assert [problem.line for problem in wrong("A,smb,0,,,,,,,,", GOOD[0], "B,x,1,,,,,,,,", GOOD[0])] == [2, 4, 5]


MORE_WRONG = [  # what a message must say, besides what was found
    ("North\u00a0Ltd,smb,9,,,,,,,,", "with the character U+00A0 (no-break space)"),
    ("North\u200bLtd,smb,9,,,,,,,,", "with the character U+200B (zero width space)"),
    ('"North\nLtd",smb,9,,,,,,,,', "with the character U+000A (line break)"),
    ("NA,smb,9,,,,,,,,", "pandas and R take it for a missing value"),
    ("nan,smb,9,,,,,,,,", "missing value"),
    ("1-10,smb,9,,,,,,,,", "Excel takes it for a date"),
    ("1e3,smb,9,,,,,,,,", "take it for a number"),
    ("007,smb,9,,,,,,,,", "take it for a number"),
    ("TRUE,smb,9,,,,,,,,", "truth value"),
    ('A,smb,"1,200",,,,,,,,', "without marks between thousands"),
    ("A,smb,1.200,,,,,,,,", "without marks between thousands"),
    ("A,smb,9,NA,,,,,,,", "empty for none"),
    ('A,smb,9,,,,5,"1,200.00",2027-01-01,,', "thousands"),
    ("A,smb,9,,,,5,1.200,2027-01-01,,", "thousands"),
    ("A,smb,9,,,,5,,9999-12-31,,", "of a year from 1990 to 2200"),
    ("A,smb,9,,,,5,,30/06/2027,,", "say in market.date_format what it is: `day/month/year` or `month/day/year`"),
    ("A,smb,9,,,,5,,30.6.2027,,", "say in market.date_format"),
]


@pytest.mark.parametrize(("row", "fragment"), MORE_WRONG, ids=[row[:30] for row, _ in MORE_WRONG])
def test_a_wrong_cell_is_one_problem_that_says_what_to_write(wrong: Any, row: str, fragment: str) -> None:
    (problem,) = wrong(GOOD[0], row)
    assert fragment in str(problem)
    assert problem.line == 3


@pytest.mark.parametrize(
    "row",
    [
        "A,smb,x,1,,,,,,,",  # users of an unknown number of eligible ones
        "A,smb,9,x,9,,,,,,",
        "A,smb,9,,,,x,39.50,2027-01-01,,",  # seats that are not known are not missing
        "A,smb,9,,,,5,39.50,x,,",
        "A,x,9,,,,,,,,",
        "A,smb,9,,,,5,39.50,2027-01-01,legl,",  # no stage
        "A,smb,9,,,,,x,,,",  # a price that is none
    ],
)
def test_no_problem_only_follows_from_another(wrong: Any, row: str) -> None:
    assert len(wrong(row)) == 1


def test_customer_numbers_and_short_words_are_names(with_accounts: Any) -> None:
    names = ["10234", "On", "Yes", "3M", "99designs", "A1"]
    assert [each.account for each in with_accounts(*(f"{name},smb,9,,,,,,,," for name in names)).present] == names


def test_counts_may_have_the_point_that_programs_write(with_accounts: Any) -> None:
    assert with_accounts("Acme,enterprise,500.0,30.0,10.00,5,50.0,39.50,2026-10-01,,14").present == (
        PresentAccount("Acme", "enterprise", 500, 30, 10, 5, 50, 3950, 273, None, 14 * 30.4375),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_encodings_and_decimal_commas_are_the_same_accounts(
    loaded: Any, with_accounts: Any, encoding: str, delimiter: str
) -> None:
    rows = [HEADER, GOOD[0].replace("39.50", "39§50"), GOOD[1].replace("0.5", "0§5"), GOOD[2]]
    text = "\n".join(rows).replace(",", delimiter).replace(f"Müller{delimiter} S", "Müller, S")
    text = text.replace("39§50", "39,50").replace("0§5", "0,5") + f"{delimiter * 3}\n"
    found = loaded(STAGES, ["market.accounts_file=today.csv"], {"today.csv": text.encode(encoding)})
    assert found.present == with_accounts(*GOOD).present


def test_a_workbook_is_the_same_accounts(loaded: Any, with_accounts: Any, tmp_path: Path) -> None:
    expected = with_accounts(*GOOD)
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, USUAL_COLUMNS)
        sheet.write_row(1, 0, ["Acme", "enterprise", 500, 30, 10, 5, 50, 39.5, "", "", 14])
        sheet.write_datetime(1, 8, datetime(2026, 10, 1), day)  # noqa: DTZ001  a cell has no zone
        sheet.write_row(2, 0, ["Müller, Söhne", "smb", 9, 2, "", "", "", "", "", "legal", 0.5])
        sheet.write_row(3, 0, ["Zeta", "smb", 4])
    found = loaded(STAGES, ["market.accounts_file=today.xlsx"], {"today.xlsx": data.getvalue()})
    assert found.present == expected.present
    (tmp_path / "scenario.yaml").write_text(found.resolved, encoding="utf-8")
    (tmp_path / "accounts.csv").write_bytes(found.files["accounts.csv"])
    assert load(tmp_path / "scenario.yaml").present == expected.present


def test_columns_stand_in_any_order_and_case_and_what_is_not_read_is_named_in_one_warning(loaded: Any) -> None:
    text = "Seats,ACCOUNT,Owner,Eligible users,segment,contract-end,Region\n5,Acme,Jo,9,smb,2027-01-01,EU\n"
    with pytest.warns(InputWarning) as caught:
        found = loaded(STAGES, ["market.accounts_file=today.csv"], {"today.csv": text})
    assert found.present == (PresentAccount("Acme", "smb", 9, 0, 0, 0, 5, None, 365, None, 0.0),)
    (warning,) = caught
    assert "the columns `Owner`, `Region` not read; no column free_users, paid_users" in str(warning.message)


@pytest.mark.parametrize(
    ("header", "fragment"),
    [
        (HEADER.replace("seats,", "seat,"), "unknown column `seat`; did you mean `seats`?"),
        (HEADER.replace("seats,", "lapsed_users,"), "duplicate column `lapsed_users`; it is column 6 and 7"),
        (HEADER.replace("seats,", "Lapsed Users,"), "duplicate column `lapsed_users`; it is column 6 and 7"),
        (HEADER.replace("account,", "client,"), "no column `account` among `client`, `segment`"),
        ("Company,Employees\n", "eligible_users; `forecast accounts import` makes such a file of a CRM's export"),
        (HEADER.replace(",", "|"), "divided by vertical bars"),
    ],
)
def test_columns_that_are_missing_unknown_or_doubled_are_named(wrong: Any, header: str, fragment: str) -> None:
    found = [str(problem) for problem in wrong(GOOD[0], header=header)]
    assert [each for each in found if fragment in each and len(each) < 500]


def test_dates_by_day_and_month_are_read_where_the_format_is_given(loaded: Any, problems: Any, tmp_path: Path) -> None:
    row = GOOD[0].replace("2026-10-01", "10/01/2026")
    files = {"today.csv": "\n".join([HEADER, row, GOOD[1]])}
    ends = {}
    for order in ("day/month/year", "month/day/year"):
        found = loaded(STAGES, ["market.accounts_file=today.csv", f"market.date_format={order}"], files)
        ends[order] = found.present[0].contract_end
        folder = tmp_path / order.partition("/")[0]
        folder.mkdir()
        (folder / "scenario.yaml").write_text(found.resolved, encoding="utf-8")
        (folder / "accounts.csv").write_bytes(found.files["accounts.csv"])
        assert load(folder / "scenario.yaml") == found
    assert ends == {"day/month/year": 9, "month/day/year": 273}
    (problem,) = problems("", ["market.date_format=month/day"])
    assert "did you mean `month/day/year`?" in str(problem)


def test_thousands_of_equal_mistakes_are_one_line_with_their_count(loaded: Any) -> None:
    rows = [f"Account {i},enterprise,200,,,,120,39.50,30/06/2026,,12" for i in range(3000)]
    files = {"today.csv": "\n".join([HEADER, *rows])}
    with pytest.raises(InputError) as caught:
        loaded(STAGES, ["market.accounts_file=today.csv"], files)
    (line,) = str(caught.value).splitlines()
    assert "(3,000 times: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...)" in line
    assert "30/06/2026" in line


def test_mistakes_that_differ_in_what_was_found_are_one_line_too(loaded: Any) -> None:
    rows = [f"Account {i},enterprises{i},2{i}x,{i + 900},,,,,,," for i in range(3000)]
    with pytest.raises(InputError) as caught:
        loaded(STAGES, ["market.accounts_file=today.csv"], {"today.csv": "\n".join([HEADER, *rows])})
    lines = str(caught.value).splitlines()
    assert len(lines) < 10
    assert "`20x`" in str(caught.value)
    assert "(3,000 times, also" in lines[0]


def test_a_wrong_header_is_told(wrong: Any) -> None:
    (problem,) = wrong(GOOD[0], header=HEADER.replace("seats,", "seat,"))
    assert "did you mean `seats`" in str(problem)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", bytes(range(256))])
def test_a_file_that_is_no_csv_is_told(problems: Any, content: Any) -> None:
    assert problems(STAGES, ["market.accounts_file=today.csv"], {"today.csv": content})


def test_a_file_that_is_not_there_is_told_where_it_is_named(problems: Any) -> None:
    (found,) = problems(STAGES, ["market.accounts_file=today.csv"], {"todays.csv": HEADER})
    assert str(found).startswith("--set: market.accounts_file: file not found: `today.csv`; give a file that exists")
    assert found.nearest == "todays.csv"
    (found,) = problems(STAGES, ["market.accounts_file=."])
    assert str(found) == "--set: market.accounts_file: found `.`: a folder; expected a file"


@pytest.mark.parametrize("day", ["2026/10/31", "20261031", "Oct 31, 2026", "31.10.2026"])
def test_a_day_that_can_only_be_one_is_offered(wrong: Any, day: str) -> None:
    (found,) = wrong(f'A,smb,9,,,,5,39.50,"{day}",,')
    assert found.nearest == "2026-10-31"


def test_no_day_is_offered_where_day_and_month_can_be_exchanged(wrong: Any) -> None:
    (found,) = wrong("A,smb,9,,,,5,39.50,03/04/2027,,")
    assert found.nearest is None
