"""The columns of a month: the metrics of monthly.parquet in order (docs/scenario.md names each).

Reasons of lost deals come last, as `lost_<reason>`: they are the reader's own names.  Knows no values.
"""

from __future__ import annotations

from forecast.model.arr_parts import ARR_FLOWS

RESOURCE_COLUMNS = ("requests", "wait_days", "busy_days", "capacity_days", "reneged")  # of a resource, each month
FACTOR_COLUMNS = ("market_level", "procurement_pace")  # of a month, the same in every row
# All that are eligible, in the order of the positions of an account.
USERS = ("not_using", "in_trial", "free_users", "paid_users", "team_users", "seated_users", "lapsed_users")
STOCKS = (
    *USERS,
    "eligible_users",
    "accounts_in_market",
    "seats",
    "contracts",
    "banned_accounts",
    "open_opportunities",
    "active_teams",
    "paying_teams",
    "self_serve_arr_cents",
    "team_arr_cents",
    "enterprise_arr_cents",
    "arr_cents",
    "carr_cents",
    "deferred_revenue_cents",
    "receivables_cents",
    "contract_nrr_numerator_cents",
    "contract_nrr_denominator_cents",
    "contract_grr_numerator_cents",
    "contract_grr_denominator_cents",
    "blended_nrr_numerator_cents",
    "blended_nrr_denominator_cents",
    "blended_grr_numerator_cents",
    "blended_grr_denominator_cents",
    "logo_retention_numerator",
    "logo_retention_denominator",
    "usage_run_rate_cents",
    "nrr_with_usage_numerator_cents",
    "nrr_with_usage_denominator_cents",
    "contract_nrr_with_usage_numerator_cents",
    "contract_nrr_with_usage_denominator_cents",
)
FLOWS = (
    "organic_trials",
    "imitation_trials",
    "rollouts",
    "activations",
    "conversions",
    "upgrades",
    "lapses",
    "win_backs",
    "team_plans_started",
    "team_plans_ended",
    "awarenesses",
    "bans",
    "opportunities_product",
    "opportunities_outbound",
    "won",
    "renewals",
    "non_renewals",
    *ARR_FLOWS,
    "bookings_cents",
    "acv_bookings_cents",
    "billings_cents",
    "self_serve_revenue_cents",
    "team_revenue_cents",  # a part of it
    "enterprise_revenue_cents",
    "revenue_cents",
    "cash_cents",
    "cogs_cents",
    "acquisition_cost_cents",
    "people_cost_cents",
    "capability_cost_cents",
    "event_cost_cents",
    "usage_revenue_cents",
    "usage_units",
    "usage_cost_cents",
)
FIXED = STOCKS + FLOWS
INDEX = {name: place for place, name in enumerate(FIXED)}
FIRST_REASON = len(FIXED)

# Reasons that every scenario has, whatever its stages are called; they stand last.
REQUIREMENT_REASON, STALLED_REASON = "requirement", "stalled"
ALWAYS_REASONS = (REQUIREMENT_REASON, STALLED_REASON)


def metric_names(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """All columns of a month, the lost deals by reason last."""
    return (*FIXED, *(f"lost_{reason}" for reason in reasons))
