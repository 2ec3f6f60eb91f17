"""The events of one account as dated sentences that a salesperson would say.

One small function a kind of event, in the order of forecast.model.kinds.  Reads the rows of a log, and runs no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from forecast.analysis.formatting import format_days, pluralize, sentence_case
from forecast.engines import LogRow
from forecast.history.account_history import REFERRALS, USER_EVENTS, AccountHistory, HistoryLine, format_date
from forecast.history.user_states import SEATED, TEAM
from forecast.model import kinds

Narrator: TypeAlias = Callable[[AccountHistory, float, int, float], Iterator[str]]

MARKET = -1
NARRATORS: dict[int, Narrator] = {}
PURCHASE_SOURCES = {
    kinds.PRODUCT: "A purchase begins: somebody among the leaders sponsors it.",
    kinds.OUTBOUND_SOURCE: "The vendor's sellers open a purchase.",
    kinds.PRESENT: "A purchase is already under way.",
}


def _narrates(kind: int) -> Callable[[Narrator], Narrator]:
    """A decorator: the function tells of events of this kind."""

    def register(sentences: Narrator) -> Narrator:
        NARRATORS[kind] = sentences
        return sentences

    return register


def narrate(life: AccountHistory, log: Iterable[LogRow], account: int) -> Iterator[HistoryLine]:
    """The account's life from a log, which may hold other accounts."""
    for time, _, who_of, kind, who, value in log:
        if who_of not in {account, MARKET}:
            continue
        day = life.day(time)
        yield from life.advance_to(day)
        if kind in USER_EVENTS:
            life.count(kind, value)
            if not life.touched and not life.opening.teams:
                life.touched = True
                yield HistoryLine(
                    format_date(day), f"The first person starts a trial{', through a colleague' if value else ''}."
                )
        elif kind in NARRATORS:
            yield from (HistoryLine(format_date(day), sentence) for sentence in NARRATORS[kind](life, time, who, value))
        if who_of == account:  # after the sentence, which tells of what was before
            life.users.apply(time, kind, who, value)
    yield from life.flush_month()
    yield from life.flush_year()


@_narrates(kinds.JOINED_TEAM)
def _joined_team(life: AccountHistory, time: float, _: int, value: float) -> Iterator[str]:
    """Somebody begins in a team in which nobody had begun."""
    team = int(value)
    if time == 0.0 or team in life.touched_teams:
        life.touched_teams.add(team)
        return
    life.touched_teams.add(team)
    where = f"{life.team(team)} ({pluralize(life.team_size(team), 'person', 'people')})"
    if not life.touched:
        life.touched = True
        yield f"The first person starts a trial, in {where}{REFERRALS[life.last_referral]}."
    else:
        yield f"The first person of {where} {life.last_begun}{REFERRALS[life.last_referral]}."


@_narrates(kinds.TEAM_PLAN_STARTED)
def _team_plan_started(life: AccountHistory, _: float, who: int, value: float) -> Iterator[str]:
    """A team pays together."""
    people = pluralize(int(value), "person", "people")
    yield f"{sentence_case(life.team(who))} takes a team plan, paid by card: {people} of {life.team_size(who):,}."


@_narrates(kinds.TEAM_PLAN_ENDED)
def _team_plan_ended(life: AccountHistory, time: float, who: int, value: float) -> Iterator[str]:
    """Too few of the team are left."""
    left, kept = int(value), len(life.kept_free_of(time, TEAM, who))
    now = f" {kept:,} go on for free, {left - kept:,} stop." if left else ""
    yield f"The plan of {life.team(who)} ends: {pluralize(left, 'active user')}, too few for it.{now}"


@_narrates(kinds.PARAMETERS_CHANGED)
def _parameters_changed(life: AccountHistory, _: float, __: int, value: float) -> Iterator[str]:
    """The scenario's timeline."""
    paths = life.changes.get(int(value), [])
    if paths:
        yield f"The scenario changes {', '.join(paths)}."


@_narrates(kinds.ENTERED_MARKET)
def _entered_market(_: AccountHistory, __: float, ___: int, ____: float) -> Iterator[str]:
    """It was not there from the start."""
    yield "The organization comes into the market."


@_narrates(kinds.AWARE)
def _aware(life: AccountHistory, _: float, __: int, value: float) -> Iterator[str]:
    """Leaders notice; what follows from it has an event of its own."""
    yield f"Leaders notice the use{life.in_use()}{', and leave it at that' if value == 0 else ''}."


@_narrates(kinds.BANNED)
def _banned(life: AccountHistory, time: float, _: int, value: float) -> Iterator[str]:
    """Everybody has to stop."""
    life.mark_start("ban", 0, time)
    yield f"They forbid it: {pluralize(int(value), 'person has', 'people have')} to stop."


@_narrates(kinds.BAN_LIFTED)
def _ban_lifted(life: AccountHistory, time: float, _: int, __: float) -> Iterator[str]:
    """Use may start again."""
    yield f"The ban is lifted after {life.elapsed('ban', 0, time)}."


@_narrates(kinds.OPPORTUNITY_OPENED)
def _opportunity_opened(life: AccountHistory, time: float, _: int, value: float) -> Iterator[str]:
    """A purchase begins."""
    life.mark_start("purchase", 0, time)
    yield PURCHASE_SOURCES[int(value)]


@_narrates(kinds.STAGE_ENTERED)
def _stage_entered(life: AccountHistory, time: float, who: int, _: float) -> Iterator[str]:
    """A stage begins."""
    # Of the stage in which a purchase is at the start, once.
    began = life.since.pop(("present stage", who), time)
    life.mark_start("stage", who, began)
    known = f"goes on, which began {format_days(time - began)} before" if began < time else "begins"
    yield f"{life.stage_heading(who)} {known}."


@_narrates(kinds.GATE_PASSED)
def _gate_passed(life: AccountHistory, time: float, who: int, _: float) -> Iterator[str]:
    """It had to wait for a date."""
    yield f"{life.stage_heading(who)}: the date it waited for has come, after {life.elapsed('stage', who, time)}."


@_narrates(kinds.REQUIREMENT_AWAITED)
def _requirement_awaited(life: AccountHistory, time: float, who: int, value: float) -> Iterator[str]:
    """They wait for a capability."""
    life.mark_start("requirement", who, time)
    yield f"{life.stage_heading(who)}: they need {life.requirement(value)}, which is not there; they wait for it."


@_narrates(kinds.REQUIREMENT_WAIVED)
def _requirement_waived(life: AccountHistory, _: float, who: int, value: float) -> Iterator[str]:
    """They do without."""
    missing = life.requirement(value)
    yield f"{life.stage_heading(who)}: they need {missing}, which is not there; they make an exception."


@_narrates(kinds.REQUIREMENT_REFUSED)
def _requirement_refused(life: AccountHistory, _: float, who: int, value: float) -> Iterator[str]:
    """They will not do without."""
    yield f"{life.stage_heading(who)}: they need {life.requirement(value)}, which is not there, and refuse."


@_narrates(kinds.REQUIREMENTS_MET)
def _requirements_met(life: AccountHistory, time: float, who: int, _: float) -> Iterator[str]:
    """What they waited for has come."""
    yield f"{life.stage_heading(who)}: what was missing is there, after {life.elapsed('requirement', who, time)}."


@_narrates(kinds.QUEUED)
def _queued(life: AccountHistory, time: float, who: int, _: float) -> Iterator[str]:
    """They ask for somebody; the sentence comes with whoever comes."""
    life.mark_start("queue", who, time)
    yield from ()


@_narrates(kinds.SERVED)
def _served(life: AccountHistory, time: float, who: int, value: float) -> Iterator[str]:
    """Somebody has time for them."""
    wait = time - life.since.get(("queue", who), time)
    after = f"after a wait of {life.elapsed('queue', who, time)}" if wait >= 0.5 else "at once"
    yield f"{life.stage_heading(who)}: {life.person(value)} takes it up {after}."


@_narrates(kinds.STAGE_DONE)
def _stage_done(life: AccountHistory, time: float, who: int, _: float) -> Iterator[str]:
    """A stage is over."""
    yield f"{life.stage_heading(who)} is done after {life.elapsed('stage', who, time)}."


@_narrates(kinds.PATIENCE_ENDED)
def _patience_ended(life: AccountHistory, time: float, who: int, _: float) -> Iterator[str]:
    """They wait no longer."""
    yield f"{life.stage_heading(who)}: they wait no longer, {life.elapsed('stage', who, time)} after it began."


@_narrates(kinds.LOST_OPPORTUNITY)
def _lost(life: AccountHistory, time: float, who: int, value: float) -> Iterator[str]:
    """The purchase fails."""
    reason = life.parameters.labels.reason(life.parameters.reasons[int(value)])
    yield f"Lost in {life.stage(who)}, reason: {reason}, {life.elapsed('purchase', 0, time)} after the purchase began."


@_narrates(kinds.COOLED_DOWN)
def _cooled_down(_: AccountHistory, __: float, ___: int, ____: float) -> Iterator[str]:
    """They can be asked again."""
    yield "They are open to a purchase again."


@_narrates(kinds.SIGNED)
def _signed(life: AccountHistory, time: float, _: int, value: float) -> Iterator[str]:
    """The contract."""
    took = life.elapsed("purchase", 0, time)
    yield f"Signed for {pluralize(int(value), 'seat')}{life.in_use()}, {took} after the purchase began."
    life.mark_start("contract", 0, time)


@_narrates(kinds.INVOICED)
def _invoiced(life: AccountHistory, _: float, __: int, value: float) -> Iterator[str]:
    """An invoice."""
    yield f"Invoice over {life.money(value)}."


@_narrates(kinds.TRUED_UP)
def _trued_up(life: AccountHistory, _: float, __: int, value: float) -> Iterator[str]:
    """More users than seats."""
    extra = int(value)
    yield f"True-up: {pluralize(extra, 'more seat is', 'more seats are')} in use; seats rise to {life.seats + extra:,}."


@_narrates(kinds.CHAMPION_LEFT)
def _champion_left(_: AccountHistory, __: float, ___: int, ____: float) -> Iterator[str]:
    """Who carried the purchase leaves."""
    yield "Their champion leaves the company."


@_narrates(kinds.WENT_LIVE)
def _went_live(life: AccountHistory, time: float, _: int, __: float) -> Iterator[str]:
    """The first term begins, if it did not begin with the signature."""
    if time > life.since.get(("contract", 0), time):
        yield f"The contract begins, {life.elapsed('contract', 0, time)} after it was signed{life.in_use()}."
    plans = len(life.users.paying)
    if plans:
        yield f"The contract takes over {pluralize(plans, 'team plan')}, which {'ends' if plans == 1 else 'end'}."


@_narrates(kinds.RENEWED)
def _renewed(life: AccountHistory, _: float, __: int, value: float) -> Iterator[str]:
    """The next term."""
    yield f"Renewed for {pluralize(int(value), 'seat')} (before: {life.seats:,}){life.in_use()}."


@_narrates(kinds.NOT_RENEWED)
def _not_renewed(life: AccountHistory, time: float, _: int, value: float) -> Iterator[str]:
    """The contract ends."""
    seated, kept = int(value), len(life.kept_free_of(time, SEATED))
    yield f"Not renewed: of {pluralize(seated, 'seated user')} {kept:,} go on for free, {seated - kept:,} stop."
