"""The opportunities table of a replication, a row for each stage that one entered, from its log."""

from __future__ import annotations

from dataclasses import dataclass, field

from forecast.engines import LogRow
from forecast.history.played_log import PlayedLog, microseconds
from forecast.model import kinds

_ANSWERS = {
    kinds.REQUIREMENT_AWAITED: "wait",
    kinds.REQUIREMENT_WAIVED: "waive",
    kinds.REQUIREMENT_REFUSED: "lose",
}


@dataclass(slots=True)
class StageEntry:
    """A row of the opportunities table; times in microseconds since the start, empty cells as None."""

    opportunity: str
    account: int
    source: str
    stage: str
    entered: int
    left: int | None = None
    outcome: str | None = None
    reason: str | None = None
    requirement: list[str] = field(default_factory=list)


class LoggedDeals:
    """The opportunities table while the log is read."""

    def __init__(self, log: PlayedLog) -> None:
        self.log, self.parameters = log, log.parameters
        self.rows: list[StageEntry] = []
        self._open: dict[int, tuple[str, str]] = {}  # of an account: the opportunity and its source
        self._stages: dict[tuple[int, int], StageEntry] = {}  # of the open opportunity of an account
        self._last: dict[int, StageEntry] = {}  # the stage that was passed or entered last

    def apply(self, row: LogRow) -> None:
        """Take in an event of the log."""
        days, _, account, kind, who, value = row
        time = microseconds(days)
        if kind == kinds.OPPORTUNITY_OPENED:
            self._open[account] = f"{self.log.names[account]}.deal{who}", kinds.SOURCES[int(value)]
            for stage in range(len(self.parameters.stages)):
                self._stages.pop((account, stage), None)
        elif kind == kinds.STAGE_ENTERED:
            entry = StageEntry(*self._of(account), self.parameters.stages[who], self._entered(row))
            self._stages[account, who] = self._last[account] = entry
            self.rows.append(entry)
        elif kind == kinds.STAGE_DONE:
            self._last[account] = self._stages[account, who]
            self._last[account].left = time
        elif kind in _ANSWERS:
            requirement = self.parameters.requirements[int(value)]
            self._stages[account, who].requirement.append(f"{requirement}:{_ANSWERS[kind]}")
        elif kind == kinds.LOST_OPPORTUNITY:
            lost = self._stages[account, who]
            lost.left, lost.outcome, lost.reason = time, "lost", self.parameters.reasons[int(value)]
            del self._open[account]
        elif kind == kinds.SIGNED:
            self._last[account].outcome = "won"
            del self._open[account]

    def finish(self) -> None:
        """Say which opportunities are open at the end."""
        for account in self._open:
            self._last[account].outcome = "open"

    def _of(self, account: int) -> tuple[str, int, str]:
        """The open opportunity, its account and its source."""
        name, source = self._open[account]
        return name, account, source

    def _entered(self, row: LogRow) -> int:
        """When the stage was entered; that in which a purchase is at the start may have been before it."""
        days, _, account, _, who, _ = row
        present = self.log.present.get(account)
        here = present is not None and present.opportunity_stage == self.parameters.stages[who]
        if days == 0.0 and present and here and present.stage_entered is not None:
            return microseconds(present.stage_entered)
        return microseconds(days)
