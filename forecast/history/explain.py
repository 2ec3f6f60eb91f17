"""The life of one account in one replication as lines of text; the replication is simulated again for its log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from forecast.analysis.formatting import format_full_amount, humanize, pluralize
from forecast.engines import KeptFreeRow, engine
from forecast.errors import InputError, Problem, nearest, quoted
from forecast.history.account_history import AccountHistory, HistoryLine, Opening, format_date, keepers
from forecast.history.narrative import LogRow, narrate
from forecast.model.kinds import OPEN
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario


def explain(scenario: Scenario, engine_name: str, replication: int, account: str) -> Iterator[str]:
    """The account's life, line by line; raises InputError when there is no such account."""
    parameters = Parameters(scenario)
    index = account_index(account, parameters)
    log: list[LogRow] = []
    kept_free: list[KeptFreeRow] = []
    result = engine(engine_name).run(parameters, scenario.seed, replication, log, kept_free=kept_free)
    opening = account_opening(parameters, index, int(result.accounts.eligible_users[index]))
    yield from _introduction(parameters, index, replication, opening)
    yield from map(str, narrate(AccountHistory(parameters, opening, keepers(kept_free, index)), log, index))
    seats, arr = int(result.accounts.seats[index]), int(result.accounts.arr_cents[index])
    deals = result.opportunities
    still_open = bool(((deals.account == index) & (deals.outcome == OPEN)).any())
    end = scenario.start + timedelta(days=int(parameters.month_days[-1]))
    pays = f"{pluralize(seats, 'seat')} under contract" if seats else "no contract"
    pays += f", ARR {format_full_amount(arr, scenario.currency)}" if arr else ", no revenue"
    yield str(HistoryLine(format_date(end), f"The horizon: {pays}{', a purchase under way' if still_open else ''}."))


def account_index(account: str, parameters: Parameters) -> int:
    """The account's place; `SEGMENT/NAME` also serves, where two segments use a name."""
    names = parameters.account_names
    segment, slash, name = account.partition("/")
    for place, each in enumerate(names):
        if each == account:
            return place
        if slash and each == name and parameters.segments[parameters.account_segment[place]] == segment:
            return place
    of_each = (names[places[0]] for places in map(list, _segment_account_ranges(parameters)) if places)
    allowed = f"an account, such as {', '.join(of_each)}"
    close = nearest(account, names) if len(names) <= 100_000 else None
    raise InputError([Problem(None, None, "--account", quoted(account), allowed, close)])


def _segment_account_ranges(parameters: Parameters) -> Iterator[range]:
    """The places of each segment's accounts."""
    first = 0
    for segment in range(len(parameters.segments)):
        count = int((parameters.account_segment == segment).sum())
        yield range(first, first + count)
        first += count


def account_opening(parameters: Parameters, index: int, size: int) -> Opening:
    """Where the account stands at the start."""
    segment = int(parameters.account_segment[index])
    present = [each for each in parameters.scenario.present if each.segment == parameters.segments[segment]]
    first = int((parameters.account_segment < segment).sum())
    place = index - first - parameters.scenario.accounts[segment]  # the file's accounts come after the generated ones
    if place < 0:
        return Opening(size)
    row = present[place]
    if row.contract_end is not None:
        return Opening(size, seated=row.free_users + row.paid_users, seats=row.seats, lapsed=row.lapsed_users)
    return Opening(size, row.free_users, row.paid_users, lapsed=row.lapsed_users)


def _introduction(parameters: Parameters, index: int, replication: int, opening: Opening) -> Iterator[str]:
    """Who this is."""
    scenario = parameters.scenario
    traits = parameters.inputs(scenario.seed, replication).traits
    segment = parameters.segments[parameters.account_segment[index]]
    yield (
        f"{parameters.account_names[index]}: {pluralize(opening.size, 'eligible person', 'eligible people')}, "
        f"segment {segment}; replication {replication} of seed {scenario.seed}, {scenario.name}."
    )
    needs = [humanize(name) for name, flag in zip(parameters.requirements, traits.needs[index], strict=True) if flag]
    asks = f"A purchase would ask for: {', '.join(needs)}." if needs else "A purchase would ask for nothing special."
    if parameters.stages:
        yield f"{asks} Discount on the list price: {100 * float(traits.discount[index]):.0f}%."
    if opening.seats:
        yield f"At the start: under contract, {opening.seated} people on {pluralize(opening.seats, 'seat')}."
    elif opening.free + opening.paid:
        yield f"At the start: {opening.free} free and {opening.paid} paid users."
    yield ""
