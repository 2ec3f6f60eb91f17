"""Is an account's life told as it was?  Hand-made logs, and sentence for sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.analysis.formatting import format_days, format_full_amount, format_money
from forecast.engines import LogRow
from forecast.errors import InputError
from forecast.history.account_history import AccountHistory
from forecast.history.explain import account_index, account_lines, explain
from forecast.history.narrative import NARRATORS, narrate
from forecast.history.opening import Opening
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario, load


@pytest.fixture(scope="module")
def scenario(small_file: Path) -> Scenario:
    return load(small_file)


def told(
    scenario: Scenario,
    rows: list[tuple[float, int, int, float]],
    opening: Opening | None = None,
    kept_free: dict[float, set[int]] | None = None,
) -> list[str]:
    log: list[LogRow] = [(time, 0, 3, kind, who, value) for time, kind, who, value in rows]
    log.insert(1, (log[0][0], 0, 4, kinds.SIGNED, -1, 99))  # another account's
    life = AccountHistory(Parameters(scenario), opening or Opening(10), kept_free)
    return [str(line) for line in narrate(life, log, 3)]


def test_users_are_told_by_the_month(scenario: Scenario) -> None:
    rows = [
        (2.0, kinds.TRIAL_STARTED, 0, 0.0),
        (12.0, kinds.ACTIVATED, 0, float(kinds.PAID)),
        (20.0, kinds.TRIAL_STARTED, 1, 1.0),
        (33.0, kinds.TRIAL_FAILED, 1, 0.0),
        (40.0, kinds.LEFT, 0, float(kinds.PAID)),
        (70.0, kinds.WON_BACK, -1, 0.0),
    ]
    assert told(scenario, rows) == [
        " 3 Jan 2026  The first person starts a trial.",
        "   Jan 2026  2 trials started (1 through a colleague), 1 became active; 1 active (1 paid).",
        "   Feb 2026  1 trial given up, 1 left; 0 active.",
        "   Mar 2026  1 won back; 0 active.",
    ]


def test_an_entry_after_the_start_is_told(small_file: Path) -> None:
    later = load(small_file, ["market.segments.smb.enters=40 days"])
    lines = list(account_lines(later, "simpy", 0, "smb-1"))
    assert "At the start: not in the market yet." in lines
    assert "10 Feb 2026  The organization comes into the market." in lines
    assert not any("comes into" in line for line in account_lines(load(small_file), "simpy", 0, "smb-1"))


def test_a_label_stands_in_place_of_a_name(small_file: Path) -> None:
    labels = {
        "procurement.stages.review.label": "Security & DPA",
        "procurement.requirements.sso.label": "SSO (SAML)",
        "vendor.resources.engineer.label": "the security team",
        "market.segments.smb.label": "Kleine Firmen",
    }
    scenario = load(small_file, labels)
    rows = [
        (31.0, kinds.STAGE_ENTERED, 0, 0.0),
        (31.0, kinds.REQUIREMENT_AWAITED, 0, 0.0),
        (50.0, kinds.REQUIREMENTS_MET, 0, 0.0),
        (50.0, kinds.QUEUED, 0, 0.0),
        (71.0, kinds.SERVED, 0, 0.0),
        (96.0, kinds.LOST_OPPORTUNITY, 0, float(Parameters(scenario).reasons.index("review"))),
    ]
    assert [line[13:] for line in told(scenario, rows, Opening(10))] == [
        "Security & DPA begins.",
        "Security & DPA: they need SSO (SAML), which is not there; they wait for it.",
        "Security & DPA: what was missing is there, after 19 days.",
        "Security & DPA: the security team takes it up after a wait of 21 days.",
        "Lost in Security & DPA, reason: Security & DPA, less than a day after the purchase began.",
    ]
    assert "segment Kleine Firmen; " in explain(scenario, "smb-1", engine="simpy").lines[0]


def test_a_purchase_says_what_it_waited_for_and_how_long(scenario: Scenario) -> None:
    rows = [
        (31.0, kinds.AWARE, -1, 2.0),
        (31.0, kinds.OPPORTUNITY_OPENED, 0, float(kinds.PRODUCT)),
        (31.0, kinds.STAGE_ENTERED, 0, 0.0),
        (31.0, kinds.REQUIREMENT_AWAITED, 0, 0.0),
        (50.0, kinds.REQUIREMENTS_MET, 0, 0.0),
        (50.0, kinds.QUEUED, 0, 0.0),
        (71.0, kinds.SERVED, 0, 0.0),
        (91.0, kinds.RELEASED, 0, 0.0),
        (96.0, kinds.LOST_OPPORTUNITY, 0, float(Parameters(scenario).reasons.index("review"))),
    ]
    assert [line[13:] for line in told(scenario, rows, Opening(10, free=3, paid=1))] == [
        "Leaders notice the use (4 of 10 people active).",
        "A purchase begins: somebody among the leaders sponsors it.",
        "Review begins.",
        "Review: they need sso, which is not there; they wait for it.",
        "Review: what was missing is there, after 19 days.",
        "Review: an engineer takes it up after a wait of 21 days.",
        "Lost in review, reason: review, 65 days after the purchase began.",
    ]


def test_a_contract_from_signature_to_its_end(scenario: Scenario) -> None:
    rows = [
        (31.0, kinds.SIGNED, -1, 8.0),
        (31.0, kinds.WENT_LIVE, -1, 8.0),
        (31.0, kinds.INVOICED, -1, 259_200.0),
        (45.0, kinds.ROLLED_OUT, 7, 0.0),
        (120.0, kinds.TRUED_UP, -1, 2.0),
        (200.0, kinds.CHAMPION_LEFT, -1, 0.0),
        (396.0, kinds.NOT_RENEWED, -1, 5.0),
        (400.0, kinds.LEFT, 7, float(kinds.FREE)),
    ]
    assert [line[13:] for line in told(scenario, rows, Opening(10, free=4), {396.0: {2, 7}})] == [
        "Signed for 8 seats (4 of 10 people active), less than a day after the purchase began.",
        "Invoice over USD 2,592.",
        "1 given a seat; 5 active on 8 seats.",
        "True-up: 2 more seats are in use; seats rise to 10.",
        "Their champion leaves the company.",
        "Not renewed: of 5 seated users 2 go on for free, 3 stop.",
        "1 left; 1 active.",
    ]


def test_a_ban_ends_all_use(scenario: Scenario) -> None:
    rows = [(5.0, kinds.AWARE, -1, 1.0), (5.0, kinds.BANNED, -1, 4.0), (25.0, kinds.BAN_LIFTED, -1, 0.0)]
    assert [line[13:] for line in told(scenario, rows, Opening(10, free=4))] == [
        "Leaders notice the use (4 of 10 people active).",
        "They forbid it: 4 people have to stop.",
        "The ban is lifted after 20 days.",
    ]


def test_every_kind_of_an_accounts_events_is_told_or_counted_on_purpose() -> None:
    silent = {kinds.MONTH_CLOSED, kinds.CAPABILITY_CHANGED, kinds.POOL_RESIZED, kinds.RELEASED}
    use = {kinds.TRIAL_STARTED, kinds.TRIAL_FAILED, kinds.ACTIVATED, kinds.ROLLED_OUT, kinds.LEFT, kinds.UPGRADED}
    assert set(NARRATORS) | silent | use | {kinds.WON_BACK} == set(range(len(kinds.LOG)))


def test_the_timeline_is_told(scenario: Scenario) -> None:
    story = explain(scenario, "smb-1", engine="simpy").lines
    assert " 1 Jul 2026  The scenario changes pricing.paid." in story
    assert story[0].startswith("smb-1: 10 eligible people, segment smb; replication 0 of seed 3")


def test_the_last_line_agrees_with_the_table(small_run) -> None:
    accounts = small_run.accounts().to_pylist()
    for row in [row for row in accounts if row["replication"] == 2 and row["segment"] == "enterprise"]:
        last = explain(small_run, row["account"], replication=2, engine="simpy").lines[-1]
        assert (f"{row['seats']} seat" in last) == (row["seats"] > 0)
        assert (format_full_amount(row["arr_cents"], "USD") in last) == (row["arr_cents"] > 0)


def test_the_bills_for_use_are_told_by_the_year(scenario: Scenario) -> None:
    used = scenario.replace(
        {
            "market.segments.smb.eligible_users": "1",
            "adoption.organic": "1000 per day",
            "trial.length": "0 days",
            "trial.activation": "100%",
            "trial.to_paid": "100%",
            "churn.paid": "never",
            "awareness.base": "0",
            "usage.units.paid": "1000",
            "pricing.usage.price": "0.01 USD",
        }
    )
    story = explain(used, "smb-1", engine="simpy").lines
    told = [line for line in story if "Billed for use" in line]
    end = used.start.month + used.months - 1
    assert len(told) == -(-end // 12)
    assert all(line.startswith("   Dec 2026  Billed for use in 2026: USD ") for line in told[:1])
    assert story[-1].endswith(", usage run rate USD 120.")
    assert explain(used, "smb-1", engine="compiled").lines == story
    assert not [line for line in explain(scenario, "smb-1", engine="simpy").lines if "use in 2026" in line]


def test_accounts_are_found_by_name_or_refused_with_the_nearest(scenario: Scenario) -> None:
    parameters = Parameters(scenario)
    assert account_index("enterprise-1", parameters) == account_index("enterprise/enterprise-1", parameters) == 8
    with pytest.raises(InputError, match=r": smb-1 to smb-\d+, enterprise-1[^;]*; did you mean `enterprise-1`"):
        account_index("enterprize-1", parameters)


def test_numbers_are_said_in_few_digits() -> None:
    assert [format_money(cents) for cents in (0, 99_949, 123_456_700, 99_999_999_999, -5_000_000, None)] == [
        *("0", "999", "1.23M", "1.00B", "-50.0k", "–")
    ]
    assert [format_days(days) for days in (0.2, 0.9, 21.4)] == ["less than a day", "1 day", "21 days"]
    assert [format_full_amount(cents, "EUR") for cents in (1_872_000, -150, 5)] == [
        "EUR 18,720",
        "-EUR 1.50",
        "EUR 0.05",
    ]
