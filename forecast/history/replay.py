"""One account's life in one replication, as steps, spans and moments to be drawn: read off an engine's log.

The replication is simulated again to get the log; nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import NamedTuple

import numpy as np

from forecast.engines import KeptFreeRow, LogRow, choose_engine, engine
from forecast.history.account_history import AccountHistory, Opening, keepers
from forecast.history.explain import account_index, account_opening, check_replication
from forecast.history.narrative import narrate
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.scenario.records import Labels
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers

USER_STATES = ("trial", "free", "paid", "seated", "lapsed")
TRIAL, FREE, PAID, SEATED, LAPSED = range(5)
MOMENTS = {
    kinds.AWARE: "leaders aware",
    kinds.TRUED_UP: "true-up",
    kinds.CHAMPION_LEFT: "champion leaves",
}
STAGE_KINDS = {
    kinds.STAGE_ENTERED,
    kinds.GATE_PASSED,
    kinds.REQUIREMENT_AWAITED,
    kinds.REQUIREMENTS_MET,
    kinds.QUEUED,
    kinds.SERVED,
    kinds.STAGE_DONE,
}
STATE_OF_PLAN = {kinds.IN_TRIAL: TRIAL, kinds.FREE: FREE, kinds.PAID: PAID, kinds.SEATED: SEATED}


class _TimelineSpan(NamedTuple):
    """Something that lasted."""

    row: str  # purchase, contract, ban, or a stage's name
    kind: str  # won, lost, open; term; ban; wait, work
    begins: float
    ends: float


class _TimelineMoment(NamedTuple):
    """Something that happened at once."""

    row: str
    day: float


class AccountReplay(NamedTuple):
    """One account's life; days are counted from the start."""

    account: str
    replication: int
    scenario: str
    start: date
    months: int
    size: int
    stages: tuple[str, ...]
    labels: Labels
    days: Floats  # [step]: when a count changes
    users: Integers  # [step, STATES]: from that day on
    seats: Integers  # [step]
    spans: tuple[_TimelineSpan, ...]
    moments: tuple[_TimelineMoment, ...]
    sentences: tuple[tuple[str, str], ...]  # when, and what, in sentences


def replay_account(run: Run, account: str, replication: int = 0) -> AccountReplay:
    """The life of an account of a run; raises InputError when there is no such account or replication.

    Examples
    --------
    >>> import forecast
    >>> forecast.charts.lived(forecast.open_run("runs/first"), "mid_market-1").account
    'mid_market-1'
    """
    check_replication(run, replication, "replication")
    return replay_account_in(run.parameters, account, replication, choose_engine(None))


def replay_account_in(parameters: Parameters, account: str, replication: int, engine_name: str) -> AccountReplay:
    """The life of an account in any replication; raises InputError when there is no such account."""
    scenario = parameters.scenario
    index = account_index(account, parameters)
    log: list[LogRow] = []
    kept_free: list[KeptFreeRow] = []
    result = engine(engine_name).run(parameters, scenario.seed, replication, log, kept_free=kept_free)
    opening = account_opening(parameters, index, int(result.accounts.eligible_users[index]))
    own = [row for row in log if row[2] == index]
    kept = keepers(kept_free, index)
    users = _UserStates(opening, kept)
    story = _Timeline(parameters, opening)
    for time, _, _, kind, who, value in own:
        users.apply(time, kind, who, value)
        story.apply(time, kind, who, value)
    sentences = tuple(
        (line.when, line.sentence) for line in narrate(AccountHistory(parameters, opening, kept), log, index)
    )
    about = (parameters.account_names[index], replication, scenario.name, scenario.start, scenario.months, opening.size)
    events = *users.steps(), *story.finish(float(parameters.month_days[-1]))
    return AccountReplay(*about, parameters.stages, parameters.labels, *events, sentences)


class _UserStates:
    """How many are in which state, event by event."""

    def __init__(self, opening: Opening, kept_free: Mapping[float, Set[int]]) -> None:
        self.kept_free = kept_free
        present = [FREE] * opening.free + [PAID] * opening.paid + [SEATED] * opening.seated
        self.state = dict(enumerate(present))  # of each user by number, those that have gone left out
        self.lapsed, self.seats = opening.lapsed, opening.seats
        self.days: list[float] = []
        self.counts: list[tuple[int, ...]] = []
        self.all_seats: list[int] = []
        self.record(0.0)

    def record(self, time: float) -> None:
        """Keep the present counts, which hold from this time on."""
        counts = [0] * len(USER_STATES)
        for state in self.state.values():
            counts[state] += 1
        counts[LAPSED] = self.lapsed
        self.days.append(time)
        self.counts.append(tuple(counts))
        self.all_seats.append(self.seats)

    def apply(self, time: float, kind: int, who: int, value: float) -> None:
        """Take in an event of the log."""
        if kind == kinds.TRIAL_STARTED:
            self.state[who] = TRIAL
        elif kind in (kinds.ACTIVATED, kinds.ROLLED_OUT, kinds.UPGRADED):
            plan = {kinds.ROLLED_OUT: SEATED, kinds.UPGRADED: PAID}
            self.state[who] = plan[kind] if kind in plan else STATE_OF_PLAN[int(value)]
        elif kind in (kinds.TRIAL_FAILED, kinds.LEFT):
            self.lapse([who])
        elif kind == kinds.BANNED:
            self.lapse(list(self.state))
        elif kind == kinds.WON_BACK:
            self.lapsed -= 1
        elif kind in (kinds.WENT_LIVE, kinds.RENEWED, kinds.TRUED_UP, kinds.NOT_RENEWED):
            self.under_contract(time, kind, value)
        else:
            return
        self.record(time)

    def under_contract(self, time: float, kind: int, value: float) -> None:
        """Begin, change or end a contract."""
        if kind == kinds.WENT_LIVE:
            self.state = {who: state if state == TRIAL else SEATED for who, state in self.state.items()}
        elif kind == kinds.NOT_RENEWED:
            self.unseat(time)
        self.seats = 0 if kind == kinds.NOT_RENEWED else int(value) + (self.seats if kind == kinds.TRUED_UP else 0)

    def unseat(self, time: float) -> None:
        """Let each seated user go on for free, or stop, as the engine wrote."""
        kept = self.kept_free.get(time, frozenset())
        seated = [who for who, state in self.state.items() if state == SEATED]
        self.state.update(dict.fromkeys((who for who in seated if who in kept), FREE))
        self.lapse([who for who in seated if who not in kept])

    def lapse(self, users: Iterable[int]) -> None:
        """Let these users go."""
        for who in users:
            del self.state[who]
            self.lapsed += 1

    def steps(self) -> tuple[Floats, Integers, Integers]:
        """Days, counts and seats; of several changes on an instant the last."""
        days = np.array(self.days)
        last = np.append(days[1:] > days[:-1], True)
        return days[last], np.array(self.counts)[last], np.array(self.all_seats)[last]


class _Timeline:
    """What lasts, and what happens at once, event by event."""

    def __init__(self, parameters: Parameters, opening: Opening) -> None:
        self.stages = parameters.stages
        self.spans: list[_TimelineSpan] = []
        self.moments: list[_TimelineMoment] = []
        self.open: dict[str, float] = {"contract": 0.0} if opening.seats else {}  # what lasts, and since when
        self.served: set[str] = set()  # stages in which the waiting is over

    def apply(self, time: float, kind: int, who: int, _: float) -> None:
        """Take in an event of the log."""
        if kind in MOMENTS:
            self.moments.append(_TimelineMoment(MOMENTS[kind], time))
        elif kind == kinds.BANNED:
            self.open["ban"] = time
        elif kind == kinds.BAN_LIFTED:
            self.end("ban", "ban", time)
        elif kind == kinds.OPPORTUNITY_OPENED:
            self.open["purchase"] = time
        elif kind in (kinds.SIGNED, kinds.LOST_OPPORTUNITY):
            for stage in [name for name in self.open if name.startswith("stage ")]:
                self.end_stage(stage, time)
            self.end("purchase", "won" if kind == kinds.SIGNED else "lost", time)
        elif kind == kinds.WENT_LIVE:
            self.open["contract"] = float(int(time))
        elif kind in (kinds.RENEWED, kinds.NOT_RENEWED):
            self.end("contract", "term", time)
            if kind == kinds.RENEWED:
                self.open["contract"] = time
        elif kind in STAGE_KINDS:
            self.in_stage(f"stage {self.stages[who]}", kind, time)

    def in_stage(self, stage: str, kind: int, time: float) -> None:
        """Begin or end a stage, or a wait in it."""
        if kind == kinds.STAGE_ENTERED:
            self.open[stage] = time
            self.served.add(stage)  # work, until a wait shows
        elif kind == kinds.STAGE_DONE:
            self.end_stage(stage, time)
        elif kind in (kinds.QUEUED, kinds.REQUIREMENT_AWAITED):
            self.end_span(stage, time)
            self.served.discard(stage)
        else:  # what was waited for has come
            self.served.discard(stage)
            self.end_span(stage, time)
            self.served.add(stage)

    def end_span(self, stage: str, time: float) -> None:
        """Make a span of what the stage has been spent on until now."""
        begins = self.open[stage]
        if time > begins:
            kind = "work" if stage in self.served else "wait"
            self.spans.append(_TimelineSpan(stage.removeprefix("stage "), kind, begins, time))
        self.open[stage] = time

    def end_stage(self, stage: str, time: float) -> None:
        """End a stage."""
        self.end_span(stage, time)
        del self.open[stage]

    def end(self, row: str, kind: str, time: float) -> None:
        """End something that lasted."""
        self.spans.append(_TimelineSpan(row, kind, self.open.pop(row), time))

    def finish(self, horizon: float) -> tuple[tuple[_TimelineSpan, ...], tuple[_TimelineMoment, ...]]:
        """All spans and moments; what still lasts at the horizon ends there."""
        kind_of = {"purchase": "open", "contract": "term", "ban": "ban"}
        for row in list(self.open):
            if row in kind_of:
                self.end(row, kind_of[row], horizon)
            else:
                self.end_stage(row, horizon)
        return tuple(sorted(self.spans, key=lambda span: (span.begins, span.row))), tuple(self.moments)
