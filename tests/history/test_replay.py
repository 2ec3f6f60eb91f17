"""Does an account's life add up?  All accounts of a replication together are the months of the tables."""

from __future__ import annotations

import numpy as np
import pytest

from forecast import charts, explain
from forecast.analysis.formatting import format_days
from forecast.charts.funnel_chart import funnel_counts
from forecast.charts.layout import axis
from forecast.errors import InputError
from forecast.history.replay import replay_account_in
from forecast.study.run import run

COLUMNS = ("in_trial", "free_users", "paid_users", "team_users", "seated_users", "lapsed_users")


def at_month_ends(found, months):
    """People by state, and seats, just before each month's end: [month 0.., STATES and seats]."""
    ends = axis.month_positions(found.start, months)
    place = np.maximum(np.searchsorted(found.days, ends, side="left") - 1, 0)
    return np.column_stack([found.users, found.seats])[place]


def test_all_lives_together_are_the_months_of_the_tables(usual):
    frame = usual.frame("monthly")
    own = frame[frame.replication == 1].drop(columns="segment").groupby("month").sum(numeric_only=True)
    assert own["non_renewals"].sum() > 0
    assert own["bans"].sum() > 0
    lives = [charts.replay_account(usual, name, 1) for name in usual.parameters.account_names]
    total = sum(at_month_ends(life, 36) for life in lives)
    assert (total == own[[*COLUMNS, "seats"]].to_numpy()).all()


def test_users_of_the_accounts_file_are_there_from_the_start(tmp_path):
    (tmp_path / "now.csv").write_text(
        "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,"
        "opportunity_stage,months_of_use\n"
        "Acme,only,12,5,3,4,,,,,3\n"  # nobody is left who could start a trial
        "Bolt,only,60,12,8,0,30,30 USD,2026-06-15,,6\n"
    )
    (tmp_path / "file.yaml").write_text("""
schema: 1
name: from today
clock: {start: 2026-01-01, horizon: 18 months}
market: {accounts_file: now.csv, segments: {only: {accounts: 3, eligible_users: 20}}}
adoption: {organic: 5% per month, imitation: 0.3 per month}
churn: {free: {hazard: 9% per month, heterogeneity_cv: 0}, seated: {hazard: 9% per month, heterogeneity_cv: 0}}
renewal: {base: 0%}
trial: {keep_free: 50%}
pricing: {paid: 10 USD, enterprise: 30 USD}
run: {replications: 2, seed: 4}
""")
    found = run(tmp_path / "file.yaml", folder=tmp_path / "run", workers=1)
    frame = found.frame("monthly")
    own = frame[frame.replication == 0].drop(columns="segment").groupby("month").sum(numeric_only=True)
    lives = [charts.replay_account(found, name) for name in found.parameters.account_names]
    total = sum(at_month_ends(life, 18) for life in lives)
    assert (total == own[[*COLUMNS, "seats"]].to_numpy()).all()
    assert own["non_renewals"].sum() == 1
    assert [int(own[name][0]) for name in (*COLUMNS, "seats")] == [0, 5, 3, 0, 20, 4, 30]
    accounts = found.frame("accounts")
    counted = funnel_counts(found, found.parameters)[:, :, 0]
    assert counted[:, 0].tolist() == [4, 4]  # Bolt was under contract at the start
    tried = accounts[accounts.first_trial_day.notna() | (accounts.account == "Acme")]
    assert counted[:, 1].tolist() == tried[tried.account != "Bolt"].groupby("replication").size().tolist()


def test_spans_and_moments_are_those_of_the_opportunity_table(usual):
    deals = usual.frame("opportunities")
    own = deals[(deals.replication == 0) & deals.closed_day.notna()]
    for account in own.account.unique()[:5]:
        life = charts.replay_account(usual, account)
        spans = [span for span in life.spans if span.row == "purchase" and span.kind != "open"]
        rows = own[own.account == account]
        assert [span.begins for span in spans] == pytest.approx(rows.opened_day.tolist())
        assert [span.ends for span in spans] == pytest.approx(rows.closed_day.tolist())
        assert [span.kind for span in spans] == rows.outcome.tolist()
        pieces = [span for span in life.spans if span.row == "review"]
        passed = deals[(deals.replication == 0) & (deals.account == account)]
        ends = passed.review_left_day.fillna(float(usual.parameters.month_days[-1]))
        assert sum(span.ends - span.begins for span in pieces) == pytest.approx(
            (ends - passed.review_entered_day).sum()
        )


def test_both_engines_live_the_same_life(usual):
    one, other = (replay_account_in(usual.parameters, "smb-1", 2, name) for name in ("compiled", "simpy"))
    assert charts.life_and_adoption(one).pdf() == charts.life_and_adoption(other).pdf()


@pytest.mark.parametrize(
    ("account", "replication", "sentence"),
    [
        ("nobody-1", 0, "--account: found `nobody-1`; expected an account: smb-1 to smb-"),
        ("smb-99999", 0, r"--account: found `smb-99999`; expected an account: smb-1 to smb-\d+, [^;]*$"),
        ("Smb-2", 0, r"--account: .*; did you mean `smb-2`\?$"),
        ("smb-1", 6, "replication: `6` is out of range: 0 to 5, the replications of this run"),
        ("smb-1", -1, "replication: `-1` is out of range: 0 to 5, the replications of this run"),
    ],
)
def test_what_is_not_there_is_refused(usual, account, replication, sentence):
    with pytest.raises(InputError, match=f"^{sentence}"):
        charts.replay_account(usual, account, replication)


def test_trials_bans_and_open_stages_of_the_accounts_file_are_told_and_drawn(tmp_path):
    (tmp_path / "now.csv").write_text(
        "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,"
        "opportunity_stage,months_of_use,in_trial,stage_entered,banned_since\n"
        "Try,only,12,5,0,0,,,,,,4,,\n"
        "Ban,only,12,,,3,,,,,,,,2025-11-02\n"
        "Buy,only,12,,,,,,,legal,,,2025-12-02,\n"
    )
    (tmp_path / "file.yaml").write_text("""
schema: 1
clock: {start: 2026-01-01, horizon: 6 months}
market: {accounts_file: now.csv, segments: {only: {accounts: 0, eligible_users: 20}}}
trial: {length: 14 days, activation: 50%, keep_free: 100%}
ban: {lift: 1 per month}
procurement: {stages: {legal: {duration: 40 days}}}
run: {replications: 1, seed: 4}
""")
    found = run(tmp_path / "file.yaml", folder=tmp_path / "run", workers=1)
    lives = {name: charts.replay_account(found, name) for name in found.parameters.account_names}
    own = found.frame("monthly").drop(columns="segment").groupby("month").sum(numeric_only=True)
    total = sum(at_month_ends(life, 6) for life in lives.values())
    assert (total == own[[*COLUMNS, "seats"]].to_numpy()).all()
    assert lives["Try"].users[0].tolist() == [4, 5, 0, 0, 0, 0]
    (ban,) = [span for span in lives["Ban"].spans if span.row == "ban"]
    assert ban.begins == 0.0
    told = [sentence for _, sentence in lives["Buy"].sentences]
    assert told[1] == "Legal goes on, which began 30 days before."
    assert told[2] == "Legal is done after 40 days."
    text = str(explain(found, "Ban"))
    assert "At the start: forbidden since 2 Nov 2025." in text
    assert f"The ban is lifted after {format_days(ban.ends + 60)}." in text
    assert "At the start: 4 in trial." in str(explain(found, "Try"))
