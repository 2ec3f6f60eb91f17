"""The colours of all charts, so that a thing has the same colour in each.

Okabe and Ito's colours, distinguishable with every kind of colour vision; neighbours differ in lightness too, for print
in grey (tests/charts/test_layout.py).
"""

from __future__ import annotations

INK, GREY, RULE, PALE = "#222222", "#555555", "#dddddd", "#ececec"
BLUE, ORANGE, GREEN, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#56B4E9", "#D55E00"

LINE = "#0b4f82"  # a median or a mean
FIFTY, EIGHTY = "#8fbbe0", "#d3e4f3"  # the middle 50 % and 80 % of replications
SAMPLE_PATH = "#777777"  # one replication
REST = "#c9c9c9"  # what has no outcome yet, or the whole of which a part is dark

MORE, LESS, LEVEL = BLUE, ORANGE, "#6b6b6b"  # of a bridge: additions, deductions, and levels
WON, SIGNED, BANNED, OPEN = BLUE, "#4a8cc2", ORANGE, PALE  # a purchase; shares of accounts
BETTER, WORSE, ALIKE = BLUE, ORANGE, "#8a8a8a"

STAGE_TIME_COLORS = {"date": "#f2cf73", "capability": RED, "people": "#5e3370", "work": SKY}
USER_STATE_COLORS = {
    "seated": "#0b4f82",
    "paid": GREEN,
    "team": "#c26aa8",
    "free": SKY,
    "trial": "#f0c35c",
    "lapsed": "#e3e3e3",
}
