"""Is each tool's export known by its columns, and is the data file that comes of it right but for what is left open?

The fixtures are invented rows with the real names of columns, a few for each tool.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.exports.data_file import read_data_file
from forecast.exports.initial_data_file import initial_data_file
from forecast.exports.read_exports import read_exports

pytest.importorskip("duckdb")

ACCOUNTS = "account,segment,eligible_users\nada,smb,20\nbob,smb,30\n"
SEGMENT = (
    "id,anonymous_id,user_id,event,event_text,timestamp,original_timestamp,sent_at,received_at,context_group_id\n"
    "m1,a1,u1,signed_up,Signed Up,2026-01-05 10:00:00,,,2026-01-05 10:00:05,ada\n"
    "m2,a1,u1,opened,Opened,2026-01-06 10:00:00,,,2026-01-06 10:00:05,ada\n"
    "m3,a2,u2,signed_up,Signed Up,2026-01-07 10:00:00,,,2026-01-07 10:00:05,bob\n"
)
AMPLITUDE = [
    {
        "event_type": kind,
        "event_time": f"2026-01-{day:02d} 10:00:00.123000",
        "user_id": user,
        "amplitude_id": 1,
        "device_id": "d",
        "$insert_id": f"{user}{day}",
        "groups": {"company": [org]},
        "server_upload_time": f"2026-01-{day:02d} 10:00:09.000000",
    }
    for kind, day, user, org in [
        ("Sign Up", 5, "user1", "ada"),
        ("Open", 6, "user1", "ada"),
        ("Sign Up", 7, "user2", "bob"),
    ]
]
MIXPANEL = [
    {
        "event": kind,
        "properties": {
            "time": 1767600000 + 86400 * day,
            "distinct_id": user,
            "$insert_id": f"i{day}",
            "company_id": org,
            "mp_processing_time_ms": 1767600000000,
        },
    }
    for kind, day, user, org in [
        ("Signed up", 0, "u1", "ada"),
        ("Opened", 1, "u1", "ada"),
        ("Signed up", 2, "u2", "bob"),
    ]
]
POSTHOG = [
    {
        "uuid": f"x{day}",
        "event": kind,
        "distinct_id": user,
        "person_id": f"p-{user}",
        "timestamp": f"2026-01-{day:02d}T10:00:00Z",
        "properties": json.dumps({"$group_0": org}),
    }
    for kind, day, user, org in [
        ("user signed up", 5, "u1", "ada"),
        ("opened", 6, "u1", "ada"),
        ("opened", 7, "u2", "bob"),
    ]
]
SALESFORCE = (
    "Id,AccountId,StageName,IsClosed,IsWon,CreatedDate,CloseDate,Amount,LeadSource,Loss_Reason__c\n"
    "006000000000001AAA,ada,Evaluation,false,false,2026-01-05T10:00:00.000Z,2026-06-30,,Web,\n"
    "006000000000002AAA,bob,Closed Lost,true,false,2026-01-05T10:00:00.000Z,2026-02-20,,Web,Budget\n"
)
SALESFORCE_HISTORY = (
    "OpportunityId,StageName,CreatedDate,PrevCloseDate,IsDeleted\n"
    "006000000000001AAA,Evaluation,2026-01-05T10:00:00.000Z,,false\n"
    "006000000000002AAA,Evaluation,2026-01-05T10:00:00.000Z,,false\n"
    "006000000000002AAA,Evaluation,2026-01-25T10:00:00.000Z,,false\n"
    "006000000000002AAA,Closed Lost,2026-02-20T10:00:00.000Z,,false\n"
)
HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Pipeline,Create Date,Close Date,Closed Lost Reason,Associated Company,"
    "hs_v2_date_entered_appointmentscheduled,hs_v2_date_entered_3206386937\n"
    "1,Ada,3206386937,default,2026-01-05 10:00,2026-01-31 10:00,,ada,2026-01-05 10:00,2026-02-05 10:00\n"
    "2,Bob,closedlost,default,2026-01-06 10:00,2026-03-01 10:00,Budget,bob,2026-01-06 10:00,\n"
)
STRIPE = (
    "id,Customer ID,Customer Email,Status,Plan,Quantity,Interval,Amount,Created (UTC),Start (UTC),"
    "Current Period Start (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC)\n"
    "sub_1,ada,x@person.example,active,team,5,month,30.00,2026-01-05 10:00,2026-01-05 10:00,2026-06-05 10:00,"
    "2026-07-05 10:00,,\n"
    "sub_2,bob,y@person.example,canceled,team,7,month,30.00,2026-01-05 10:00,2026-01-05 10:00,2026-02-05 10:00,"
    "2026-03-05 10:00,2026-02-10 10:00,2026-03-05 10:00\n"
)
CHARGEBEE = (
    "Customer Id,Subscription Id,Plan Id,Plan Quantity,Started On,Canceled On,Current Term End,Currency\n"
    "ada,s1,team,5,2026-01-05,,2027-01-05,USD\nbob,s2,team,7,2026-01-05,2026-03-05,2026-03-05,USD\n"
)


def lines_of(objects: Sequence[Mapping[str, object]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


def started(folder: Path, fills: dict[str, str], *names: str) -> str:
    """The data file for exports, with what is left open filled in."""
    (folder / "accounts.csv").write_text(ACCOUNTS)
    text = initial_data_file([folder / "accounts.csv", *(folder / name for name in names)])
    for old, new in fills.items():
        assert old in text, text
        text = text.replace(old, new)
    (folder / "data.yaml").write_text(text)
    return text


def tables(folder: Path) -> dict[str, list[dict[str, object]]]:
    with read_exports(read_data_file(folder / "data.yaml"), "300MiB") as found:
        return {name: table.to_pylist() for name, table in found.tables.items()}


@pytest.mark.parametrize(
    ("system", "name", "text"),
    [
        ("Segment", "tracks.csv", SEGMENT),
        ("Amplitude", "amplitude.json", lines_of(AMPLITUDE)),
        ("Mixpanel", "mixpanel.jsonl", lines_of(MIXPANEL)),
        ("PostHog", "posthog.jsonl", lines_of(POSTHOG)),
    ],
)
def test_product_events(tmp_path, system, name, text):
    (tmp_path / name).write_text(text)
    written = started(tmp_path, {}, name)
    assert f"events:  # {system}: " in written
    assert "FILL" not in written.partition("\nevents:")[2]
    kept = [line for line in written.splitlines() if "received:" not in line]  # all rows are as new as the export
    (tmp_path / "data.yaml").write_text("\n".join(["until: 2026-01-31", *kept]))
    events = tables(tmp_path)["events"]
    assert sorted({(row["account"], row["user"]) for row in events}) == [("ada", "1"), ("bob", "2")]


def test_amplitude_as_it_is_downloaded(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("1/2026-01-05_1.json.gz", gzip.compress(lines_of(AMPLITUDE).encode()))
    text = started(tmp_path, {}, "export.zip")
    assert "    account: groups.company" in text
    assert "    received: server_upload_time" in text


def test_salesforce_with_its_history(tmp_path):
    (tmp_path / "opportunities.csv").write_text(SALESFORCE)
    (tmp_path / "history.csv").write_text(SALESFORCE_HISTORY)
    fills = {
        "    Evaluation: FILL": "    Evaluation: evaluation",
        "  won: FILL": "  won: [Closed Won]",
        "Budget: FILL": "Budget: budget",
        "  time_zone: FILL": "  time_zone: UTC",
    }
    started(tmp_path, fills, "opportunities.csv", "history.csv")
    rows = tables(tmp_path)["opportunities"]
    assert [(row["account"], row["stage"], row["outcome"], row["reason"]) for row in rows] == [
        ("ada", "evaluation", "open", None),
        ("bob", "evaluation", "lost", "budget"),
    ]


def test_hubspot_with_a_column_for_each_stage(tmp_path):
    (tmp_path / "deals.csv").write_text(HUBSPOT)
    fills = {
        "  time_zone: FILL": "  time_zone: Europe/Berlin",
        "  won: FILL": "  won: [closedwon]",
        "Budget: FILL": "Budget: budget",
        "appointmentscheduled: FILL": "appointmentscheduled: evaluation",
        "3206386937: FILL": "3206386937: security",
    }
    text = started(tmp_path, fills, "deals.csv")
    assert "HubSpot deals: `Close Date` is set by itself" in text
    rows = tables(tmp_path)["opportunities"]
    assert [(row["opportunity"], row["stage"], row["outcome"], row["reason"]) for row in rows] == [
        ("1", "evaluation", None, None),
        ("1", "security", "open", None),
        ("2", "evaluation", "lost", "budget"),
    ]


@pytest.mark.parametrize(("system", "text"), [("Stripe", STRIPE), ("Chargebee", CHARGEBEE)])
def test_subscriptions(tmp_path, system, text):
    (tmp_path / "subscriptions.csv").write_text(text)
    fills = {"  time_zone: FILL": "  time_zone: UTC"} if system == "Chargebee" else {}
    assert f"contracts:  # {system} subscriptions: " in started(tmp_path, fills, "subscriptions.csv")
    rows = tables(tmp_path)["contracts"]
    assert [(row["account"], row["seats"]) for row in rows] == [("ada", 5), ("bob", 7)]
    assert [str(row["end"])[:7] for row in rows] == ["2026-07" if system == "Stripe" else "2027-01", "2026-03"]
    assert "person.example" not in str(rows)


def test_a_panel_of_counts_leaves_open_what_may_be_either(tmp_path):
    (tmp_path / "panel.csv").write_text(
        "repo,month,active,ai_users,starts,stops\nx/y,2025-01-01,9,1,1,0\nx/y,2025-02-01,9,2,1,0\n"
    )
    text = initial_data_file([tmp_path / "panel.csv"])
    assert "    eligible: FILL  # one of repo, month, active, ai_users, starts, stops" in text
    assert "\naccounts:" not in text
    (tmp_path / "open.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_data_file(tmp_path / "open.yaml")
    assert "monthly.columns.eligible: found `FILL`" in str(caught.value)


def test_our_own_tables_are_known(tmp_path):
    rows = "2026-01-05T10:00:00Z,ada,u1,start\n2026-02-05T10:00:00Z,ada,u1,pay\n"
    (tmp_path / "events.csv").write_text("time,account,user,event\n" + rows)
    started(tmp_path, {}, "events.csv")
    assert [row["event"] for row in tables(tmp_path)["events"]] == ["start"]  # the newest day may not be whole


def test_without_accounts_they_are_asked_for(tmp_path):
    (tmp_path / "tracks.csv").write_text(SEGMENT)
    text = initial_data_file([tmp_path / "tracks.csv"])
    assert "accounts:  # the whole market" in text
    assert text.count(": FILL") == 4


def test_what_is_not_known_and_what_is_there_twice_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match="found the columns x, y; expected an export of Segment"):
        initial_data_file([tmp_path / "a.csv"])
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(SEGMENT)
    with pytest.raises(InputError, match="found a file of events; expected one such file"):
        initial_data_file([tmp_path / "one.csv", tmp_path / "two.csv"])
