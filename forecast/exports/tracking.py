"""Signs in the whole of an export that it does not say what happened: missing people, another way of tracking."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from forecast.errors import Problem
from forecast.exports.data_records import DataFile
from forecast.foreign.duckdb_session import DuckDBSession

_WEEKS = 2  # on either side of a step: whole ones, as weekends differ
_DEVIATIONS = 5.0  # of the days around it, so large is a step
_SMALLEST_STEP = 0.4  # in logarithms: half as much again, or two thirds
_MOST_LOST = 0.9  # the share of the newest months' people that the oldest must have


def tracking_step(session: DuckDBSession) -> str | None:
    """A sentence on the largest step of the number of all events from one day to the next; None without one.

    Level and spread are those of the logarithms of daily counts in two weeks before and two after, of each weekday
    against itself.
    """
    rows = session.rows("SELECT date_trunc('day', happened) AS d, count(*) FROM kept GROUP BY 1 ORDER BY 1")
    if len(rows) < 14 * _WEEKS:
        return None
    first = rows[0][0]
    counts = np.zeros((rows[-1][0] - first).days + 1)
    for day, count in rows:
        counts[(day - first).days] = count
    logs = np.log1p(counts)
    span = 7 * _WEEKS
    found = (0.0, 0)
    for day in range(span, len(logs) - span + 1):
        before, behind = (logs[day + start : day + start + span].reshape(_WEEKS, 7) for start in (-span, 0))
        step = float(np.median(behind) - np.median(before))
        rest = np.concatenate([before - before.mean(axis=0), behind - behind.mean(axis=0)])
        spread = max(float(np.sqrt((rest**2).sum() / (rest.size - 14))), 0.02)
        size = abs(step) / spread
        if abs(step) >= _SMALLEST_STEP and size > max(_DEVIATIONS, found[0]):
            found = (size, day)
    if not found[1]:
        return None
    day_of_step = (first + timedelta(days=found[1])).date()
    return (
        f"the number of all events changes at once on {day_of_step}: was the tracking changed? "
        f"Then write `since: {day_of_step}` into the data file"
    )


def check_survivors(plan: DataFile, session: DuckDBSession) -> list[Problem]:
    """The problem of people who are missing from old months: those who were deleted are gone from an export."""
    if not plan.monthly_active or plan.events is None:
        return []
    rows = session.rows("SELECT strftime(of_day, '%Y-%m'), count(DISTINCT person) FROM days GROUP BY 1")
    seen = dict(rows)
    months = sorted(month for month in plan.monthly_active if plan.monthly_active[month] > 0)
    shares = [seen.get(month, 0) / plan.monthly_active[month] for month in months]
    if len(shares) < 2 or shares[0] >= _MOST_LOST * shares[-1]:
        return []
    what = f"{shares[0]:.0%} of the people of {months[0]}, {shares[-1]:.0%} of those of {months[-1]}"
    allowed = "the same share in all months: older users are missing, survivors only"
    return [Problem(plan.events.table.label, None, "monthly_active", what, allowed)]
