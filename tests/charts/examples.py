"""What the tests of charts and reports look at: runs at the edges of what has to fit on a page.  Not a test."""

from __future__ import annotations

NASTY = "A $x^2$ & <script>alert(1)</script> plan, 株式会社 {{ 7 * 7 }} % \\\\alpha_i"
LONG = "a_very_long_name_that_nobody_should_give_but_some_do"

USUAL = """
name: usual
clock: {start: 2026-01-01, horizon: 36 months}
market:
  frailty_cv: 0.5
  segments:
    smb: {accounts: 12, eligible_users: 10}
    mid_market: {accounts: 8, eligible_users: 30}
    enterprise: {accounts: 4, eligible_users: 90}
adoption:
  organic: 6% per month
  win_back: 5% per month
  imitation: {uncertain: {uniform: {low: 0.2 per month, high: 0.8 per month}}}
trial: {length: 10 days, activation: 60%, to_paid: 30%, keep_free: 60%}
plans: {upgrade: 2% per month}
churn:
  free: {hazard: 9% per month, heterogeneity_cv: 0}
  paid: {hazard: 5% per month, heterogeneity_cv: 0}
  seated: {hazard: 4% per month, heterogeneity_cv: 0}
awareness: {base: 8% per month, sponsor: 80%, ban: 20%}
ban: {lift: 20% per month}
procurement:
  cool_down: 60 days
  requirements: {sso: {needed: 50%, if_missing: {wait: 50%, waive: 20%, lose: 30%}}}
  stages:
    review:
      requirements: true
      resource: engineer
      touch: 20 days
      duration: 5 days
      loss: 20%
      patience: 60 days
      gate: {by_segment: {smb: none, mid_market: month, enterprise: fiscal_quarter}}
    budget: {after: [review], gate: fiscal_quarter, duration: 9 days, loss: 10%, reason: no_money}
    signature: {after: [budget], duration: 3 days}
contract: {min_seats: 5, land_multiple: 1.5, rollout: 10% per month, true_up: 3 months, champion_leaves: 5% per month}
renewal: {base: 60%, champion_left: 50%}
pricing: {paid: 10 USD, enterprise: 30 USD, discount: 10%}
vendor:
  capabilities: {sso: 2027-03-01}
  resources: {engineer: {count: 1, cost: 100000 USD per year}}
costs: {paid_user: 2 USD per month, organic_trial: 3 USD}
timeline: [{at: 2026-07-01, set: {pricing.paid: 12 USD, trial.keep_free: 40%}}]
run: {replications: 6, seed: 3}
"""

NOTHING = """
name: nothing is signed
clock: {start: 2026-05-01, horizon: 12 months, fiscal_year_start: february}
market: {segments: {only: {accounts: 5, eligible_users: 10}}}
run: {replications: 3, seed: 1}
"""

EMPTY = """
name: nobody is there
clock: {start: 2026-12-01, horizon: 1 months}
market: {segments: {only: {accounts: 0, eligible_users: 10}}}
procurement: {stages: {review: {duration: 5 days}}}
vendor: {resources: {engineer: {count: 0}}}
run: {replications: 1, seed: 1}
"""

SEGMENTS = "\n".join(
    f"    {name}: {{accounts: {3 + place}, eligible_users: {20 * (place + 1)}}}"
    for place, name in enumerate([f"{LONG}_{number}" for number in range(1, 6)] + ["W" * 40])
)
STAGES = "\n".join(
    f"    {LONG}_stage_{number}: {{resource: {LONG}_{number % 7}, touch: 3 days, duration: 9 days, loss: 6%, "
    f"requirements: true, reason: {LONG}_reason_{number}{f', after: [{LONG}_stage_{number - 1}]' if number else ''}}}"
    for number in range(9)
)
PEOPLE = ", ".join(f"{LONG}_{number}: {{count: 1}}" for number in range(7))

LARGE = f"""
name: '{NASTY}'
description: '{NASTY}'
clock: {{start: 2026-07-01, horizon: 120 months, fiscal_year_start: july}}
currency: EUR
market:
  segments:
{SEGMENTS}
adoption: {{organic: 10% per month, imitation: 0.6 per month}}
trial: {{length: 10 days, activation: 60%, to_paid: 30%, keep_free: 60%}}
churn: {{free: {{hazard: 9% per month, heterogeneity_cv: 0}}, paid: {{hazard: 5% per month, heterogeneity_cv: 0}}}}
awareness: {{base: 10% per month, sponsor: 80%, ban: 10%}}
ban: {{lift: 20% per month}}
procurement:
  requirements:
    {LONG}_requirement: {{needed: 90%, if_missing: {{waive: 100%}}}}
    {"W" * 60}: {{needed: 50%, if_missing: {{waive: 90%, lose: 10%}}}}
  stages:
{STAGES}
contract: {{min_seats: 500}}
renewal: {{base: 80%}}
pricing: {{paid: 1000 EUR, enterprise: 3000 EUR}}
vendor:
  resources: {{{PEOPLE}}}
run: {{replications: 4, seed: 3}}
"""

TWO_SEGMENTS = """
name: two segments, five years
clock: {start: 2026-01-01, horizon: 60 months}
market: {segments: {a: {accounts: 10, eligible_users: 20}, b: {accounts: 10, eligible_users: 20}}}
adoption: {organic: 10% per month}
awareness: {base: 5% per month}
procurement: {stages: {review: {duration: 30 days, loss: 30%}}}
pricing: {paid: 10 USD, enterprise: 30 USD}
run: {replications: 3, seed: 2}
"""

STAGELESS = """
name: nobody buys by contract
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {a: {accounts: 10, eligible_users: 20}, b: {accounts: 10, eligible_users: 20}}}
adoption: {organic: 10% per month}
run: {replications: 3, seed: 2}
"""

SHRINKING = """
name: shrinking
clock: {start: 2026-01-01, horizon: 30 months}
market: {accounts_file: now.csv, segments: {only: {accounts: 0, eligible_users: 20}}}
adoption: {organic: 1% per month}
churn: {seated: {hazard: 9% per month, heterogeneity_cv: 0}}
renewal: {base: 20%}
pricing: {paid: 10 USD, enterprise: 30 USD}
run: {replications: 3, seed: 4}
"""
NOW = """account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,\
opportunity_stage,months_of_use
Acme,only,60,12,0,0,30,30 USD,2026-06-15,,6
Bolt,only,60,17,40,0,35,30 USD,2026-11-15,,6
""".replace("\\\n", "")


def other(name: str, *changes: tuple[str, str]) -> str:
    """The usual scenario under another name, with some of its text changed."""
    text = USUAL.replace("name: usual", f"name: {name}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


LONG_RUN = ("horizon: 36 months", "horizon: 120 months")
RICH = other("billions", LONG_RUN, ("enterprise: 30 USD", "enterprise: 1000000 USD"), ("12 USD", "900000 USD"))
POOR = other("cents of yen", (" USD", " JPY"), ("market:\n", "currency: JPY\nmarket:\n"), ("10 JPY", "0.01 JPY"))
POOR = POOR.replace("enterprise: 30 JPY", "enterprise: 0.02 JPY").replace("12 JPY", "0.02 JPY")
ONCE = other("a single one", ("replications: 6", "replications: 1"))

IN_TEAMS = other(
    "in teams",
    ("eligible_users: 30}", "eligible_users: 30, team_size: {uniform: {low: 2, high: 9}}}"),
    ("accounts: 4, eligible_users: 90}", "accounts: 4, eligible_users: 300, team_size: 5}"),
    ("  organic: 6% per month\n", "  organic: 6% per month\n  across_teams: 20%\n"),
    ("plans: {upgrade: 2% per month}", "plans: {upgrade: 2% per month, team: {rate: 10% per month, price: 30 USD}}"),
    ("awareness: {base: 8%", "awareness: {team_bills: 1% per month, base: 2%"),
)

CASES = {
    "usual": USUAL,
    "in_teams": IN_TEAMS,
    "nothing": NOTHING,
    "empty": EMPTY,
    "large": LARGE,
    "two": TWO_SEGMENTS,
    "stageless": STAGELESS,
    "shrinking": SHRINKING,
    "rich": RICH,
    "poor": POOR,
    "once": ONCE,
}
