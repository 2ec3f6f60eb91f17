"""What happened to one account?  Its events as dated sentences that a salesperson would say.

One small function a kind of event, in the order of forecast.model.kinds.  Knows no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from forecast.model import kinds
from forecast.results.life import USE, Life, Line, dated
from forecast.results.words import counted, plain

LogRow: TypeAlias = tuple[float, int, int, int, int, float]  # time, segment, account, kind, who, value
Sentences: TypeAlias = Callable[[Life, float, int, float], Iterator[str]]

MARKET = -1
SENTENCES: dict[int, Sentences] = {}
SOURCES = {
    kinds.PRODUCT: "A purchase begins: somebody among the leaders sponsors it.",
    kinds.OUTBOUND_SOURCE: "The vendor's sellers open a purchase.",
    kinds.PRESENT: "A purchase is already under way.",
}


def tells(kind: int) -> Callable[[Sentences], Sentences]:
    """A decorator: the function tells of events of this kind."""

    def register(sentences: Sentences) -> Sentences:
        SENTENCES[kind] = sentences
        return sentences

    return register


def lines(life: Life, log: Iterable[LogRow], account: int) -> Iterator[Line]:
    """The account's life from a log, which may hold other accounts."""
    for time, _, who_of, kind, who, value in log:
        if who_of not in {account, MARKET}:
            continue
        day = life.day(time)
        yield from life.turn_to(day)
        if kind in USE:
            life.count(kind, value)
            if not life.touched:
                life.touched = True
                yield Line(dated(day), f"The first person starts a trial{', told by a colleague' if value else ''}.")
        elif kind in SENTENCES:
            yield from (Line(dated(day), sentence) for sentence in SENTENCES[kind](life, time, who, value))
    yield from life.month_of_use()


@tells(kinds.PARAMETERS_CHANGED)
def parameters_changed(life: Life, _: float, __: int, value: float) -> Iterator[str]:
    """The scenario's timeline."""
    paths = life.changes.get(int(value), [])
    if paths:
        yield f"The scenario changes {', '.join(paths)}."


@tells(kinds.AWARE)
def aware(life: Life, _: float, __: int, value: float) -> Iterator[str]:
    """Leaders notice; what follows from it is told by its own event."""
    yield f"Leaders notice the use{life.in_use()}{', and leave it at that' if value == 0 else ''}."


@tells(kinds.BANNED)
def banned(life: Life, time: float, _: int, value: float) -> Iterator[str]:
    """Everybody has to stop."""
    life.plans.clear()
    life.counting = True
    life.began("ban", 0, time)
    yield f"They forbid it: {counted(int(value), 'person has', 'people have')} to stop."


@tells(kinds.BAN_LIFTED)
def ban_lifted(life: Life, time: float, _: int, __: float) -> Iterator[str]:
    """Use may start again."""
    yield f"The ban is lifted after {life.lasted('ban', 0, time)}."


@tells(kinds.OPPORTUNITY_OPENED)
def opportunity_opened(life: Life, time: float, _: int, value: float) -> Iterator[str]:
    """A purchase begins."""
    life.began("purchase", 0, time)
    yield SOURCES[int(value)]


@tells(kinds.STAGE_ENTERED)
def stage_entered(life: Life, time: float, who: int, _: float) -> Iterator[str]:
    """A stage begins."""
    life.began("stage", who, time)
    yield f"{life.stage(who).capitalize()} begins."


@tells(kinds.GATE_PASSED)
def gate_passed(life: Life, time: float, who: int, _: float) -> Iterator[str]:
    """It had to wait for a date."""
    yield f"{life.stage(who).capitalize()}: the date it waited for has come, after {life.lasted('stage', who, time)}."


@tells(kinds.REQUIREMENT_AWAITED)
def requirement_awaited(life: Life, time: float, who: int, value: float) -> Iterator[str]:
    """They wait for a capability."""
    life.began("requirement", who, time)
    yield f"{life.stage(who).capitalize()}: they need {life.requirement(value)}, which is not there; they wait for it."


@tells(kinds.REQUIREMENT_WAIVED)
def requirement_waived(life: Life, _: float, who: int, value: float) -> Iterator[str]:
    """They do without."""
    missing = life.requirement(value)
    yield f"{life.stage(who).capitalize()}: they need {missing}, which is not there; they make an exception."


@tells(kinds.REQUIREMENT_REFUSED)
def requirement_refused(life: Life, _: float, who: int, value: float) -> Iterator[str]:
    """They will not do without."""
    yield f"{life.stage(who).capitalize()}: they need {life.requirement(value)}, which is not there, and refuse."


@tells(kinds.REQUIREMENTS_MET)
def requirements_met(life: Life, time: float, who: int, _: float) -> Iterator[str]:
    """What they waited for has come."""
    yield f"{life.stage(who).capitalize()}: what was missing is there, after {life.lasted('requirement', who, time)}."


@tells(kinds.QUEUED)
def queued(life: Life, time: float, who: int, _: float) -> Iterator[str]:
    """They ask for somebody; told when somebody comes."""
    life.began("queue", who, time)
    yield from ()


@tells(kinds.SERVED)
def served(life: Life, time: float, who: int, value: float) -> Iterator[str]:
    """Somebody has time for them."""
    wait = time - life.since.get(("queue", who), time)
    after = f"after a wait of {life.lasted('queue', who, time)}" if wait >= 0.5 else "at once"
    yield f"{life.stage(who).capitalize()}: {life.person(value)} takes it up {after}."


@tells(kinds.STAGE_DONE)
def stage_done(life: Life, time: float, who: int, _: float) -> Iterator[str]:
    """A stage is over."""
    yield f"{life.stage(who).capitalize()} is done after {life.lasted('stage', who, time)}."


@tells(kinds.PATIENCE_ENDED)
def patience_ended(life: Life, time: float, who: int, _: float) -> Iterator[str]:
    """They wait no longer."""
    yield f"{life.stage(who).capitalize()}: they wait no longer, {life.lasted('stage', who, time)} after it began."


@tells(kinds.LOST_OPPORTUNITY)
def lost(life: Life, time: float, who: int, value: float) -> Iterator[str]:
    """The purchase fails."""
    reason = plain(life.parameters.reasons[int(value)])
    yield f"Lost in {life.stage(who)}, reason: {reason}, {life.lasted('purchase', 0, time)} after the purchase began."


@tells(kinds.COOLED_DOWN)
def cooled_down(_: Life, __: float, ___: int, ____: float) -> Iterator[str]:
    """They can be asked again."""
    yield "They are open to a purchase again."


@tells(kinds.SIGNED)
def signed(life: Life, time: float, _: int, value: float) -> Iterator[str]:
    """The contract."""
    took = life.lasted("purchase", 0, time)
    yield f"Signed for {counted(int(value), 'seat')}{life.in_use()}, {took} after the purchase began."
    life.began("contract", 0, time)


@tells(kinds.INVOICED)
def invoiced(life: Life, _: float, __: int, value: float) -> Iterator[str]:
    """An invoice."""
    yield f"Invoice over {life.money(value)}."


@tells(kinds.TRUED_UP)
def trued_up(life: Life, _: float, __: int, value: float) -> Iterator[str]:
    """More users than seats."""
    life.seats += int(value)
    yield f"True-up: {counted(int(value), 'more seat is', 'more seats are')} in use; seats rise to {life.seats:,}."


@tells(kinds.CHAMPION_LEFT)
def champion_left(_: Life, __: float, ___: int, ____: float) -> Iterator[str]:
    """Who carried the purchase leaves."""
    yield "Their champion leaves the company."


@tells(kinds.WENT_LIVE)
def went_live(life: Life, time: float, _: int, value: float) -> Iterator[str]:
    """The first term begins, if it did not begin with the signature."""
    if time > life.since.get(("contract", 0), time):
        yield f"The contract begins, {life.lasted('contract', 0, time)} after it was signed{life.in_use()}."
    active = life.active
    life.plans.clear()
    life.plans[kinds.SEATED] = active
    life.seats = int(value)


@tells(kinds.RENEWED)
def renewed(life: Life, _: float, __: int, value: float) -> Iterator[str]:
    """The next term."""
    yield f"Renewed for {counted(int(value), 'seat')} (before: {life.seats:,}){life.in_use()}."
    life.seats = int(value)


@tells(kinds.NOT_RENEWED)
def not_renewed(life: Life, _: float, __: int, value: float) -> Iterator[str]:
    """The contract ends."""
    yield f"Not renewed: of {counted(int(value), 'seated user')} some go on for free, the others stop."
    life.seats, life.counting = 0, False
