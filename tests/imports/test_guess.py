"""Are the exports of known systems recognised, and does a map that was filled in bring accounts that are valid?"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from forecast.cli import main
from forecast.imports.systems import ACCOUNTS, DEALS, SUBSCRIPTIONS, recognised_export, usual_column
from forecast.scenario import load
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS

HUBSPOT_COMPANIES = "Record ID,Company name,Number of Employees,Lifecycle Stage,Create Date\n"
HUBSPOT_DEALS = "Record ID,Deal Name,Deal Stage,Pipeline,Create Date,Close Date,Associated Company IDs (Primary)\n"
SALESFORCE_ACCOUNT = '"Id","Name","Type","Industry","NumberOfEmployees","CreatedDate"\n'
SALESFORCE_OPPORTUNITY = '"Id","AccountId","StageName","IsClosed","IsWon","CreatedDate","CloseDate","Amount"\n'
STRIPE = (
    "id,Customer ID,Customer Description,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),"
    "Start (UTC),Current Period Start (UTC),Current Period End (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC)\n"
)
CHARGEBEE = "Subscription Id,Customer Id,Status,Plan Id,Plan Quantity,Current Term Start,Current Term End\n"


@pytest.mark.parametrize(
    ("header", "system", "block"),
    [
        (HUBSPOT_COMPANIES, "HubSpot companies", ACCOUNTS),
        (HUBSPOT_DEALS, "HubSpot deals", DEALS),
        (SALESFORCE_ACCOUNT, "Salesforce Account", ACCOUNTS),
        (SALESFORCE_OPPORTUNITY, "Salesforce Opportunity", DEALS),
        ("Account Name,Employees,Type\n", "a Salesforce report of accounts", ACCOUNTS),
        ("Opportunity Name,Account Name,Stage,Created Date\n", "a Salesforce report of opportunities", DEALS),
        (STRIPE, "Stripe subscriptions", SUBSCRIPTIONS),
        (CHARGEBEE, "Chargebee subscriptions", SUBSCRIPTIONS),
        ("Customer ID,Current Plan,Plan Quantity,Canceled On\n", "Chargebee subscriptions", SUBSCRIPTIONS),
    ],
)
def test_exports_of_known_systems_are_recognised(header: str, system: str, block: str) -> None:
    export = recognised_export(header.strip().replace('"', "").split(","))
    assert export is not None
    assert (export.system, export.block) == (system, block)


def test_usual_names_are_known_in_any_case_and_the_likeliest_comes_first() -> None:
    assert usual_column(["name", "COMPANY_NAME", "seats"], ACCOUNTS, "account") == "COMPANY_NAME"
    assert usual_column(["x"], ACCOUNTS, "account") is None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def filled_in(text: str, **answers: str) -> str:
    """A guessed map with answers in place of what is left, by the key before it."""
    answers = {"start": "2026-01-01", "share": "30%", **answers}
    for key, answer in answers.items():
        text = text.replace(f"{key}: FILL", f"{key}: {answer}").replace(f'"{key}": FILL', f'"{key}": {answer}')
    return text


def scenario_with(path: str) -> str:
    """A scenario that reads an accounts file."""
    Path("mine.yaml").write_text(f"extends: bottom_up\nmarket: {{accounts_file: {path}}}\n", encoding="utf-8")
    return "mine.yaml"


def test_the_template_is_valid_in_a_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "template", "-o", "new.csv"]) == 0
    assert "market.accounts_file: new.csv" in capsys.readouterr().err
    header, *rows = Path("new.csv").read_text(encoding="utf-8").splitlines()
    assert header == ",".join(ACCOUNT_COLUMNS)
    assert len(rows) == 1
    (account,) = load(scenario_with("new.csv")).present
    assert (account.account, account.segment, account.seats, account.price_cents) == (
        "Example Ltd",
        "mid_market",
        120,
        3900,
    )
    assert main(["accounts", "template", "-o", "new.csv"]) == 2
    assert "new.csv: already exists; give another name, or --force" in capsys.readouterr().err
    assert main(["accounts", "template", "-o", "new.csv", "--force"]) == 0


def test_hubspot_and_stripe_from_export_to_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    companies = (
        HUBSPOT_COMPANIES + "101,North Ltd,120,customer,2024-01-01 10:00\n102,South,2500,lead,2024-01-01 10:00\n"
    )
    deals = HUBSPOT_DEALS + "1,New,Contract Sent,Sales,2025-11-03 14:22,2026-03-31 12:00,102\n"
    deals += "2,Old,Closed Won,Sales,2025-01-03 14:22,2025-01-31 12:00,101\n"
    subscriptions = STRIPE + "s1,101,,a@x.io,Team,30,usd,year,480,active,,,,2026-06-01 10:00,,,\n"
    for name, text in (("companies", companies), ("deals", deals), ("subs", subscriptions)):
        Path(f"{name}.csv").write_text(text, encoding="utf-8")
    files = ["companies.csv", "deals.csv", "subs.csv"]
    assert main(["accounts", "import", *files, "--init"]) == 0
    assert "map.yaml: a guess, with 4 places left to you (FILL)" in capsys.readouterr().err
    guessed = Path("map.yaml").read_text(encoding="utf-8")
    assert "file: deals.csv  # HubSpot deals, by Deal Name, Deal Stage" in guessed
    assert "Closed Won: none  # rows: 1" in guessed
    assert main(["accounts", "import", *files]) == 2
    assert "map.yaml:11: start: found `FILL`" in capsys.readouterr().err
    assert not Path("accounts.csv").exists()
    Path("map.yaml").write_text(filled_in(guessed, **{"Contract Sent": "legal", "Team": "seats"}), encoding="utf-8")
    assert main(["accounts", "import", *files, "--map", "map.yaml", "-o", "today.csv"]) == 0
    assert "today.csv: 2 accounts (enterprise 1, mid_market 1, smb 0)" in capsys.readouterr().err
    found = {each.account: each for each in load(scenario_with("today.csv")).present}
    assert (found["North Ltd"].seats, found["North Ltd"].contract_end) == (30, 151)
    assert (found["South"].opportunity_stage, found["South"].eligible_users) == ("legal", 750)
    assert main(["accounts", "import", *files, "-o", "today.csv"]) == 2
    assert "today.csv: already exists" in capsys.readouterr().err
    assert main(["accounts", "import", *files, "--init"]) == 2
    assert "map.yaml: already exists" in capsys.readouterr().err


def test_dates_with_names_of_months_need_no_format_and_what_no_format_reads_is_said(folder: Path) -> None:
    for end, said in (("31-Mar-2027 10:00", "year-month-day  # one of"), ("31.03.27", "31.03.27 is none of them")):
        Path("c.csv").write_text(CHARGEBEE + f"s1,c1,Active,pro,7,,{end}\n", encoding="utf-8")
        assert main(["accounts", "import", "c.csv", "--init", "--map", "m.yaml", "--force"]) == 0
        (line,) = [each for each in Path("m.yaml").read_text().splitlines() if each.startswith("date_format")]
        assert said in line


def test_places_left_say_what_they_ask_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.csv").write_text(CHARGEBEE + "s1,c1,Active,pro,7,,2027-03-31\n", encoding="utf-8")
    assert main(["accounts", "import", "c.csv", "--init"]) == 0
    guessed = Path("map.yaml").read_text(encoding="utf-8")
    assert "guessed sizes" not in guessed
    assert "segment: FILL  # a segment of your scenario: {value: NAME}" in guessed
    capsys.readouterr()
    assert main(["accounts", "import", "c.csv"]) == 2
    assert "values.pro: found `FILL`; expected one of `free_users`, `paid_users`" in capsys.readouterr().err


def test_the_map_is_not_named_with_the_option_of_the_accounts_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("companies.csv").write_text(HUBSPOT_COMPANIES, encoding="utf-8")
    assert main(["accounts", "import", "companies.csv", "--init", "-o", "hubspot.yaml"]) == 2
    assert "name the map with --map: --init --map hubspot.yaml" in capsys.readouterr().err
    assert not Path("map.yaml").exists()


def test_salesforce_and_chargebee_from_export_to_scenario(folder: Path) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("report")
        sheet.write_row(0, 0, ["Account ID", "Account Name", "Employees", "Segment"])
        sheet.write_row(1, 0, ["0015g00000AbCdE", "North Ltd", 120, "Commercial"])
    Path("accounts.xlsx").write_bytes(data.getvalue())
    opportunity = SALESFORCE_OPPORTUNITY + '"006","0015g00000AbCdEAAV","Negotiation","false","false"'
    Path("opportunity.csv").write_text(
        opportunity + ',"2025-11-03T14:22:05.000+0000","2026-01-31","100"\n', encoding="utf-8"
    )
    Path("chargebee.csv").write_text(CHARGEBEE + "c1,other,Active,pro,7,01/11/2025,15/01/2026\n", encoding="utf-16")
    files = ["accounts.xlsx", "opportunity.csv", "chargebee.csv"]
    assert main(["accounts", "import", *files, "--init", "--map", "m.yaml"]) == 0
    guessed = Path("m.yaml").read_text(encoding="utf-8")
    assert "Commercial: FILL" in guessed
    text = filled_in(
        guessed, Commercial="mid_market", Negotiation="legal", pro="paid_users", date_format="day/month/year"
    )
    Path("m.yaml").write_text(text, encoding="utf-8")
    assert main(["accounts", "import", *files, "--map", "m.yaml"]) == 0
    (account,) = load(scenario_with("accounts.csv")).present
    assert (account.segment, account.eligible_users, account.opportunity_stage) == ("mid_market", 36, "legal")


def test_stripe_alone_has_a_map_too(folder: Path) -> None:
    Path("subs.csv").write_text(
        STRIPE + "s1,101,,a@x.io,Pro,3,usd,month,20,active,,,,2026-01-09 10:00,,,\n", encoding="utf-8"
    )
    assert main(["accounts", "import", "subs.csv", "--init"]) == 0
    guessed = Path("map.yaml").read_text(encoding="utf-8")
    answers = {"segment": "{value: smb}", "eligible_users": "{value: 40}", "Pro": "paid_users"}
    Path("map.yaml").write_text(filled_in(guessed, **answers), encoding="utf-8")
    assert main(["accounts", "import", "subs.csv"]) == 0
    (account,) = load(scenario_with("accounts.csv")).present
    assert (account.account, account.paid_users, account.seats) == ("a@x.io", 3, 0)


def test_names_and_values_of_any_text_are_quoted_in_the_map(folder: Path) -> None:
    values = ("none", "x: {y} # z", 'yes ""no""', "FILL")
    rows = [f'Account {number},{number},"{value}",9\n' for number, value in enumerate(values)]
    text = "".join(["Company name,Record ID,Segment,Employees\n", *rows])
    Path("crm.csv").write_text(text, encoding="utf-8")
    assert main(["accounts", "import", "crm.csv", "--init"]) == 0
    guessed = Path("map.yaml").read_text(encoding="utf-8")
    Path("map.yaml").write_text(filled_in(guessed.replace(": FILL  # rows: 1", ": smb")), encoding="utf-8")
    assert main(["accounts", "import", "crm.csv"]) == 0
    assert len(load(scenario_with("accounts.csv")).present) == 4


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["accounts", "imprt"], "Did you mean import?"),
        (["accounts", "import"], "Missing argument"),
        (["accounts", "import", "nothing.csv", "--init"], "file not found: nothing.csv"),
        (["accounts", "import", "a.csv"], "file not found: map.yaml"),
        (["accounts", "import", "a.csv", "b.csv", "--init"], "b.csv: found a file of accounts; expected one"),
        (["acounts"], "Did you mean accounts?"),
    ],
)
def test_wrong_commands_end_with_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], fragment: str
) -> None:
    for name in ("a.csv", "b.csv"):
        Path(name).write_text(HUBSPOT_COMPANIES + "1,A,5,lead,\n", encoding="utf-8")
    assert main(arguments) == 2
    assert fragment in capsys.readouterr().err
