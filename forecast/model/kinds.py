"""The kinds of events, and their order where two fall on the same instant.

Three short tables: the clocks of an account, the order of simultaneous events, and the kinds that the event log and
`explain` speak of.  Both engines and every reader of a log use these numbers.  Knows nothing of how events come about.
"""

from __future__ import annotations

# The hazard clocks of an account, in the order in which they fire at the same instant.
ORGANIC, IMITATION, ROLLOUT, UPGRADE, WIN_BACK, AWARENESS, OUTBOUND, CHAMPION_LEAVES, BAN_LIFT, TEAM_PLAN = range(10)
CLOCKS = (
    "organic trial",
    "imitation trial",
    "rollout",
    "upgrade",
    "win-back",
    "awareness",
    "outbound",
    "champion leaves",
    "ban lift",
    "team plan",
)

# Simultaneous events: first the market's, then account by account in this order (then by stage or user).
MONTH_END, TIMELINE, CAPABILITY, POOL_SIZE = range(4)
ENTRY, TRUE_UP, INVOICE, TERM_END, STAGE, PATIENCE, COOL_DOWN, START, TRIAL_END, TENURE_END, CLOCK = range(11)

WHO_BITS = 34  # room for a user's number or a stage's place in an event's order within its account


# Where an opportunity came from, and how it ended.
PRODUCT, OUTBOUND_SOURCE, PRESENT = range(3)
SOURCES = ("product", "outbound", "present")
WON, LOST, OPEN = range(3)
OUTCOMES = ("won", "lost", "open")

# A user's plan.
IN_TRIAL, FREE, PAID, SEATED, GONE, TEAM = range(6)
PLANS = ("trial", "free", "paid", "seated", "gone", "team")

# The kinds of the event log: (name, what `who` is, what `value` is).  `who` is -1 where there is nobody.
LOG = (
    ("month_closed", "", "month"),
    ("parameters_changed", "", "period"),
    ("capability_changed", "capability", "1 available, 0 not"),
    ("pool_resized", "resource", "people"),
    ("trial_started", "user", "0 on their own, 1 through a colleague, 2 of another team"),
    ("trial_failed", "user", ""),
    ("activated", "user", "plan"),
    ("rolled_out", "user", ""),
    ("left", "user", "plan"),
    ("upgraded", "user", ""),
    ("won_back", "", "team"),
    ("aware", "", "0 nothing, 1 ban, 2 sponsor"),
    ("banned", "", "users lapsed"),
    ("ban_lifted", "", ""),
    ("opportunity_opened", "opportunity", "source"),
    ("stage_entered", "stage", ""),
    ("gate_passed", "stage", ""),
    ("requirement_awaited", "stage", "requirement"),
    ("requirement_waived", "stage", "requirement"),
    ("requirement_refused", "stage", "requirement"),
    ("requirements_met", "stage", ""),
    ("queued", "stage", "resource"),
    ("served", "stage", "resource"),
    ("released", "stage", "resource"),
    ("stage_done", "stage", ""),
    ("patience_ended", "stage", ""),
    ("lost", "stage", "reason"),
    ("cooled_down", "", ""),
    ("signed", "", "seats"),
    ("invoiced", "", "cents"),
    ("trued_up", "", "extra seats"),
    ("champion_left", "", ""),
    ("renewed", "", "seats"),
    ("not_renewed", "", "seated users"),
    ("went_live", "", "seats"),
    ("joined_team", "user", "team"),  # beside another event of the user, so it is not counted
    ("team_plan_started", "team", "members"),
    ("team_plan_ended", "team", "members left"),
    ("entered_market", "", ""),  # of those that were not there from the start
)
NAMES = tuple(row[0] for row in LOG)
(
    MONTH_CLOSED,
    PARAMETERS_CHANGED,
    CAPABILITY_CHANGED,
    POOL_RESIZED,
    TRIAL_STARTED,
    TRIAL_FAILED,
    ACTIVATED,
    ROLLED_OUT,
    LEFT,
    UPGRADED,
    WON_BACK,
    AWARE,
    BANNED,
    BAN_LIFTED,
    OPPORTUNITY_OPENED,
    STAGE_ENTERED,
    GATE_PASSED,
    REQUIREMENT_AWAITED,
    REQUIREMENT_WAIVED,
    REQUIREMENT_REFUSED,
    REQUIREMENTS_MET,
    QUEUED,
    SERVED,
    RELEASED,
    STAGE_DONE,
    PATIENCE_ENDED,
    LOST_OPPORTUNITY,
    COOLED_DOWN,
    SIGNED,
    INVOICED,
    TRUED_UP,
    CHAMPION_LEFT,
    RENEWED,
    NOT_RENEWED,
    WENT_LIVE,
    JOINED_TEAM,
    TEAM_PLAN_STARTED,
    TEAM_PLAN_ENDED,
    ENTERED_MARKET,
) = range(len(LOG))

# Beside the log, and no event of it (engines.KeptFreeRow): who goes on for free when a contract or team plan ends.
KEPT_FREE = len(LOG)
