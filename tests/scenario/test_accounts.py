"""Are the accounts of today read as they stand, and is every wrong row told with its line?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forecast.scenario import PresentAccount, load
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS

HEADER = ",".join(ACCOUNT_COLUMNS)
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
    ("A,smb,9,5,4,1,,,,,", "eligible_users", "at most the 9 eligible"),
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
    assert found[0].line in (3, 4)  # 4 where a quoted name holds a line break


def test_all_wrong_rows_are_told_at_once(wrong: Any) -> None:
    assert [problem.line for problem in wrong("A,smb,0,,,,,,,,", GOOD[0], "B,x,1,,,,,,,,", GOOD[0])] == [2, 4, 5]


def test_a_wrong_header_is_told(wrong: Any) -> None:
    (problem,) = wrong(GOOD[0], header=HEADER.replace("seats,", "seat,"))
    assert "did you mean `seats`" in str(problem)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", bytes(range(256))])
def test_a_file_that_is_no_csv_is_told(problems: Any, content: Any) -> None:
    assert problems(STAGES, ["market.accounts_file=today.csv"], {"today.csv": content})


def test_a_file_that_is_not_there_is_told(problems: Any) -> None:
    assert "file not found: " in str(problems(STAGES, ["market.accounts_file=today.csv"])[0])
