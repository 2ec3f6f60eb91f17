"""The life of one account in one replication as lines of text; the replication is simulated again for its log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path

from forecast.analysis.formatting import format_full_amount, pluralize
from forecast.engines import KeptFreeRow, LogRow, choose_engine
from forecast.engines import engine as engine_named
from forecast.engines.result import ReplicationResult
from forecast.errors import InputError, Problem, nearest, out_of_range, quoted
from forecast.history.account_history import AccountHistory, HistoryLine, format_date
from forecast.history.narrative import narrate
from forecast.history.opening import Opening, keepers, opening_of, team_sizes
from forecast.model.kinds import OPEN
from forecast.model.parameters import Parameters
from forecast.scenario import PresentAccount, Scenario, load, shipped
from forecast.study.finished_run import Run, open_run
from forecast.user_paths import user_path

_NUMBERS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class AccountStory:
    """The life of one account in one replication: `lines` of text, which show themselves one below the other."""

    account: str
    replication: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        """The lines."""
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        """The lines."""
        return str(self)

    def _repr_html_(self) -> str:
        """The lines, for a notebook."""
        return f"<pre>{escape(str(self))}</pre>"


def explain(
    source: Run | Scenario | str | Path, account: str, *, replication: int = 0, engine: str | None = None
) -> AccountStory:
    """Tell the life of one account in dated sentences: what it waited for, why it was lost or signed.

    Parameters
    ----------
    source : Run, Scenario, str or Path
        A run or its folder, or a scenario that need not have been run: the replication is simulated again.
    account : str
        The account's name, such as "smb-1"; `SEGMENT/NAME` where two segments use a name.
    replication : int
        Which of the simulated futures; the first is 0.
    engine : {"compiled", "simpy"}, optional
        Both tell the same story.

    Returns
    -------
    AccountStory
        Its `lines`.

    Raises
    ------
    InputError
        When there is no such account or replication.

    Examples
    --------
    >>> import forecast
    >>> print(forecast.explain("bottom_up", "mid_market-1").lines[0])
    mid_market-1: ... replication 0 of seed ...
    """
    return AccountStory(
        account,
        replication,
        tuple(account_lines(scenario_to_explain(source, replication), choose_engine(engine), replication, account)),
    )


def scenario_to_explain(source: Run | Scenario | str | Path, replication: int) -> Scenario:
    """The scenario of a file or of a run; raises InputError when the run has no such replication."""
    if isinstance(source, Scenario):
        return source
    if isinstance(source, str | Path):
        if not user_path(source).is_dir() or str(source) in shipped():
            return load(source)
        source = open_run(source)
    check_replication(source, replication, "--replication")
    return source.scenario


def check_replication(run: Run, replication: int, path: str) -> None:
    """Raise InputError where a run lacks the replication, or it cannot be simulated again; `path` names the option."""
    count = run.manifest["replications"]
    if not 0 <= replication < count:
        allowed = f"0 to {count - 1}, the replications of this run"
        raise InputError([out_of_range(str(replication), allowed, path)])
    run.check_repeatable()


def account_lines(scenario: Scenario, engine_name: str, replication: int, account: str) -> Iterator[str]:
    """The account's life, line by line; raises InputError when there is no such account."""
    parameters = Parameters(scenario)
    index = account_index(account, parameters)
    log: list[LogRow] = []
    kept_free: list[KeptFreeRow] = []
    result = engine_named(engine_name).run(parameters, scenario.seed, replication, log, kept_free=kept_free)
    opening = account_opening(parameters, index, int(result.accounts.eligible_users[index]))
    opening = opening._replace(teams=team_sizes(parameters, replication, index))
    yield from _introduction(parameters, index, replication, opening)
    life = AccountHistory(parameters, opening, keepers(kept_free, index), usage_bills(result, index))
    yield from map(str, narrate(life, log, index))
    seats, arr = int(result.accounts.seats[index]), int(result.accounts.arr_cents[index])
    deals = result.opportunities
    still_open = bool(((deals.account == index) & (deals.outcome == OPEN)).any())
    end = scenario.start + timedelta(days=int(parameters.month_days[-1]))
    pays = f"{pluralize(seats, 'seat')} under contract" if seats else "no contract"
    rate = 12 * (usage_bills(result, index) or [0])[-1]
    paid = [(name, cents) for name, cents in (("ARR", arr), ("usage run rate", rate)) if cents]
    pays += (
        "".join(f", {name} {format_full_amount(cents, scenario.currency)}" for name, cents in paid) or ", no revenue"
    )
    yield str(HistoryLine(format_date(end), f"The horizon: {pays}{', a purchase under way' if still_open else ''}."))


def usage_bills(result: ReplicationResult, account: int) -> list[int]:
    """What an account was billed for use, by month from 0, in cents; empty where nothing is metered."""
    rates = result.usage_run_rates
    return [int(rate) // 12 for rate in rates[:, account]] if rates.shape[1] else []


def account_index(account: str, parameters: Parameters) -> int:
    """The account's place; `SEGMENT/NAME` also serves, where two segments use a name."""
    names = parameters.account_names
    segment, slash, name = account.partition("/")
    for place, each in enumerate(names):
        if each == account:
            return place
        if slash and each == name and parameters.segments[parameters.account_segment[place]] == segment:
            return place
    counts = zip(parameters.segments, parameters.scenario.accounts, strict=True)
    generated = [f"{name}-1{f' to {name}-{count}' if count > 1 else ''}" for name, count in counts if count]
    written = ["a name of the accounts file"] if parameters.scenario.present else []
    close = nearest(account, names) if len(names) <= 100_000 else None
    if close and _NUMBERS.findall(close) != _NUMBERS.findall(account):
        close = None  # another account, not another spelling
    allowed = f"an account: {', '.join([*generated, *written]) or 'there is none'}"
    raise InputError([Problem(None, None, "--account", quoted(account), allowed, close)])


def account_opening(parameters: Parameters, index: int, size: int) -> Opening:
    """Where the account stands at the start."""
    row = _account_of_the_file(parameters, index)
    return Opening(size) if row is None else opening_of(row, parameters, size)


def _account_of_the_file(parameters: Parameters, index: int) -> PresentAccount | None:
    """The account as the accounts file has it; None where it is a generated one."""
    segment = int(parameters.account_segment[index])
    present = [each for each in parameters.scenario.present if each.segment == parameters.segments[segment]]
    first = int((parameters.account_segment < segment).sum())
    place = index - first - parameters.scenario.accounts[segment]  # the file's accounts come after the generated ones
    return present[place] if place >= 0 else None


def _sizes_text(teams: tuple[int, ...]) -> str:
    """`7 people`, or `2 to 14 people`."""
    low, high = min(teams), max(teams)
    return f"{high:,} people" if low == high else f"{low:,} to {high:,} people"


def _introduction(parameters: Parameters, index: int, replication: int, opening: Opening) -> Iterator[str]:
    """Who this is."""
    scenario = parameters.scenario
    traits = parameters.inputs(scenario.seed, replication).traits
    segment = parameters.labels.segment(parameters.segments[parameters.account_segment[index]])
    yield (
        f"{parameters.account_names[index]}: {pluralize(opening.size, 'eligible person', 'eligible people')}, "
        f"segment {segment}; replication {replication} of seed {scenario.seed}, {scenario.name}."
    )
    if opening.teams:
        yield f"They work in {pluralize(len(opening.teams), 'team')} of {_sizes_text(opening.teams)}."
    text = parameters.labels.requirement
    needs = [text(name) for name, flag in zip(parameters.requirements, traits.needs[index], strict=True) if flag]
    asks = f"A purchase would ask for: {', '.join(needs)}." if needs else "A purchase would ask for nothing special."
    if parameters.stages:
        yield f"{asks} Discount on the list price: {100 * float(traits.discount[index]):.0f}%."
    if traits.entry[index] > 0.0:
        never = traits.entry[index] >= parameters.month_days[-1]
        yield f"At the start: not in the market yet{', nor by the horizon' if never else ''}."
    elif opening.seats:
        yield f"At the start: under contract, {opening.seated} people on {pluralize(opening.seats, 'seat')}."
    elif opening.free + opening.paid:
        yield f"At the start: {opening.free} free and {opening.paid} paid users."
    row = _account_of_the_file(parameters, index)
    yield from _what_else_is_known(row, scenario.start) if row else ()
    yield ""


def _what_else_is_known(row: PresentAccount, start: date) -> Iterator[str]:
    """What the accounts file says besides users and contract."""
    known = {
        "forbidden since": row.banned_since,
        "no purchase before": row.cooling_until,
    }
    if row.team_users:
        plans = pluralize(row.teams, "team plan")
        yield f"At the start: {pluralize(row.team_users, 'user')} on {plans}."
    if row.trial_users:
        yield f"At the start: {row.trial_users} in trial."
    for what, day in known.items():
        if day is not None:
            yield f"At the start: {what} {format_date(start + timedelta(days=day))}."
    if row.champion_left:
        yield "At the start: the champion of the contract has left."
