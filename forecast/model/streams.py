"""The stream of each purpose: the third word of a draw's address (docs/model.md, 2).

One stream per purpose, so that no draw shifts another.  What the reader names (stages, requirements) is addressed by
its name, through `randomness.stream_of`, so that reordering a file moves nothing.  Knows no values and no engine.
"""

from __future__ import annotations

ELIGIBLE_USERS = 1
FRAILTY = 2
DISCOUNT = 3
USAGE_INTENSITY = 8
ENTRY = 12

# + the clock's number; index: the n-th firing.  Its address says when that is, and what it leaves over, in which team.
CLOCK = 16

TRIAL_LENGTH = 32  # index: the user's number
ACTIVATION = 33
TO_PAID = 34
KEEP_FREE = 35
UPGRADE_PICK = 36  # index: the n-th upgrade
AWARENESS_BAN = 37  # index: the n-th awareness
AWARENESS_SPONSOR = 38
COOL_DOWN = 39  # index: the n-th cool-down
RENEWAL = 40  # index: the n-th end of a term
TRIAL_PLACE = 41  # how far a trial is at the start; index: the user's number

TEAM_SIZE = 48  # index: the team's number
TEAM_OF_PRESENT = 54  # index: the user's number
TEAM_OF_LAPSED = 55  # index: the n-th who has lapsed before the start

TENURE = 1 << 16  # + the user's k-th tenure; index: the user's number
KEEP_FREE_AT_END = 1 << 24  # + the n-th end of a term; index: the user's number
KEEP_FREE_AT_TEAM_END = 1 << 28  # + the n-th end of a team plan; index: the user's number

# The purposes of a stage, and their columns in Parameters.shape.stage_streams; the texts are a part of addresses.
STAGE_STREAMS = ("touch", "duration", "loss", "requirement patience", "people patience")
TOUCH_STREAM, DURATION_STREAM, LOSS_STREAM, REQUIREMENT_STREAM, RESOURCE_STREAM = range(len(STAGE_STREAMS))
