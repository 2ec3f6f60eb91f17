"""One account's life in one replication, as steps, spans and moments to be drawn: read off an engine's log.

The replication is simulated again to get the log; nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import NamedTuple

import numpy as np

from forecast.engines import KeptFreeRow, LogRow, choose_engine, engine
from forecast.history.account_history import AccountHistory
from forecast.history.explain import account_index, account_opening, check_replication, usage_bills
from forecast.history.narrative import narrate
from forecast.history.opening import Opening, keepers, team_sizes
from forecast.history.user_states import LAPSED, USER_STATES, UserStates
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.scenario.records import Labels
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers

OF_A_USER = {
    *(kinds.TRIAL_STARTED, kinds.JOINED_TEAM, kinds.TRIAL_FAILED, kinds.ACTIVATED),
    *(kinds.ROLLED_OUT, kinds.UPGRADED, kinds.LEFT),
}
OF_A_TEAM = {kinds.TEAM_PLAN_STARTED, kinds.TEAM_PLAN_ENDED}
MOMENTS = {
    kinds.AWARE: "leaders aware",
    kinds.TEAM_PLAN_STARTED: "team plans",
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


class TeamReplay(NamedTuple):
    """The people of one team."""

    number: int  # from 1
    size: int
    days: Floats  # [step]: when a count changes
    users: Integers  # [step, STATES]: from that day on; who has lapsed is not counted
    paying: Integers  # [step]: 1 on a team plan


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
    paying_teams: Integers  # [step]
    spans: tuple[_TimelineSpan, ...]
    moments: tuple[_TimelineMoment, ...]
    teams: tuple[TeamReplay, ...]  # none where the account is one team
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
    opening = opening._replace(teams=team_sizes(parameters, replication, index))
    own = [row for row in log if row[2] == index]
    kept = keepers(kept_free, index)
    story = _Timeline(parameters, opening)
    for time, _, _, kind, who, value in own:
        story.apply(time, kind, who, value)
    life = AccountHistory(parameters, opening, kept, usage_bills(result, index))
    sentences = tuple((line.when, line.sentence) for line in narrate(life, log, index))
    about = (parameters.account_names[index], replication, scenario.name, scenario.start, scenario.months, opening.size)
    steps, teams = _replay_users(opening, kept, own)
    spans, moments = story.finish(float(parameters.month_days[-1]))
    return AccountReplay(*about, parameters.stages, parameters.labels, *steps, spans, moments, teams, sentences)


def _replay_users(
    opening: Opening, kept_free: Mapping[float, Set[int]], log: Iterable[LogRow]
) -> tuple[tuple[Floats, Integers, Integers, Integers], tuple[TeamReplay, ...]]:
    """The steps of the account's users and seats, and those of each of its teams."""
    users = UserStates(opening, kept_free)
    whole = _Steps(users)
    teams = [_Steps(users, place) for place in range(len(opening.teams))]
    for time, _, _, kind, who, value in log:
        if not users.apply(time, kind, who, value):
            continue
        whole.record(time)
        for place in _teams_changed(users, kind, who, len(teams)):
            teams[place].record(time)
    found = []
    for place, (size, of) in enumerate(zip(opening.teams, teams, strict=True)):
        days, counts, _, paying = of.steps()
        found.append(TeamReplay(place + 1, size, days, counts, paying))
    return whole.steps(), tuple(found)


def _teams_changed(users: UserStates, kind: int, who: int, teams: int) -> Iterable[int]:
    """The teams whose counts an event may have changed."""
    if users.one_team:
        return []
    if kind in OF_A_USER:
        team = users.teams.get(who)  # not known yet where the event comes before the one that says it
        return [] if team is None else [team]
    return [who] if kind in OF_A_TEAM else range(teams)


class _Steps:
    """Counts by state, and seats, each time when one of them changes."""

    def __init__(self, users: UserStates, team: int | None = None) -> None:
        self.users, self.team = users, team
        self.days: list[float] = []
        self.counts: list[tuple[int, ...]] = []
        self.seats: list[int] = []
        self.paying: list[int] = []
        self.record(0.0)

    def record(self, time: float) -> None:
        """Keep the present counts, which hold from this time on."""
        states = self.users.states
        of = states.values() if self.team is None else [states[who] for who in self.users.members[self.team]]
        counts = [0] * len(USER_STATES)
        for state in of:
            counts[state] += 1
        counts[LAPSED] = self.users.lapsed if self.team is None else 0
        self.days.append(time)
        self.counts.append(tuple(counts))
        self.seats.append(self.users.seats)
        paying = self.users.paying
        self.paying.append(len(paying) if self.team is None else self.team in paying)

    def steps(self) -> tuple[Floats, Integers, Integers, Integers]:
        """Days, counts, seats and paying teams; of several changes on an instant the last."""
        days = np.array(self.days)
        last = np.append(days[1:] > days[:-1], True)
        return days[last], np.array(self.counts)[last], np.array(self.seats)[last], np.array(self.paying, int)[last]


class _Timeline:
    """What lasts, and what happens at once, event by event."""

    def __init__(self, parameters: Parameters, opening: Opening) -> None:
        self.stages = parameters.stages
        self.spans: list[_TimelineSpan] = []
        self.moments: list[_TimelineMoment] = []
        self.open: dict[str, float] = {"contract": 0.0} if opening.seats else {}  # what lasts, and since when
        if opening.banned_since is not None:
            self.open["ban"] = 0.0
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
