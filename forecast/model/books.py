"""What a replication carries from month end to month end: ARR histories, amounts not yet rounded, and use.

Opened once a replication and handed as one to the engines' month ends.  Knows no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forecast.model.closing import History, empty_history
from forecast.model.money import AMOUNTS
from forecast.model.usage import UsageBook, open_usage_book, usage_rates
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.model.parameters import Parameters, ReplicationInputs


class Books(NamedTuple):
    """The books of a replication."""

    history: History
    amounts: Floats  # [segment, AMOUNTS] of user-days since the last month end
    usage: UsageBook


def open_books(parameters: Parameters, inputs: ReplicationInputs, kept: int = 0) -> Books:
    """The books before the first day; kept: of so many months, and 13 at least, the bills of use can be read later."""
    segment_of = parameters.account_segment
    usage = open_usage_book(
        usage_rates(inputs.tables.rules), inputs.traits.usage_intensity, segment_of, parameters.month_days
    )
    history = empty_history(len(segment_of), (kept, len(usage.used)))
    return Books(history, np.zeros((len(parameters.segments), len(AMOUNTS))), usage)
