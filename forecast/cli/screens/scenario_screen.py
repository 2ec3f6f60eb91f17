"""A valid scenario on a terminal: accounts, users and R of each segment, and how long a run is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.analysis.formatting import count_futures
from forecast.analysis.joint_draws_text import joint_draws_sentences
from forecast.analysis.price_response_text import money_only_sentence
from forecast.cli.screens.terminal import (
    REPRODUCTION_NOTE,
    Screen,
    add_row,
    figure_table,
    plain_line,
    print_flags,
)

if TYPE_CHECKING:
    from forecast.scenario import Scenario
    from forecast.study.preview import ScenarioSize, SegmentSize


TEAM_NOTE = (
    "Team size and teams: of the median account. R in own team: trials in the own team, which is soon full; the rest "
    "of R is in other teams, and without it use stays in the team where it begins."
)


def dated_events(scenario: Scenario) -> list[str]:
    """The events of a scenario, a sentence each."""
    from forecast.analysis.dated_events import EVENTS, event_sentences  # noqa: PLC0415  # slow
    from forecast.analysis.scenario_diff import resolved_tree  # noqa: PLC0415

    return event_sentences(scenario, resolved_tree(scenario.resolved)[EVENTS]) if scenario.events else []


def show_scenario_size(scenario: Scenario, size: ScenarioSize) -> None:
    """Write a scenario's key figures on stdout."""
    screen = Screen()
    screen.print(plain_line(f"{scenario.name}: valid. {scenario.months} months from {scenario.start:%B %Y}."))
    origins = ("from the file", "generated") if scenario.present else ()
    with_teams = any(each.teams for each in size.segments)
    of_teams = ("team size", "teams", "R in own team") if with_teams else ()
    table = figure_table("", "accounts", *origins, "eligible users", *of_teams, "R")
    for each in size.segments:
        counts = (each.accounts, each.from_file, each.generated) if scenario.present else (each.accounts,)
        add_row(
            table,
            scenario.labels.segment(each.name),
            *(f"{count:,}" for count in counts),
            f"{each.users:,}",
            *(_team_cells(each) if with_teams else ()),
            f"{each.reproduction_number:.2f}",
        )
    screen.print(table)
    screen.print(plain_line(REPRODUCTION_NOTE))
    if with_teams:
        screen.print(plain_line(TEAM_NOTE))
    for sentence in joint_draws_sentences(scenario):
        screen.print(plain_line(sentence))
    if scenario.events:
        screen.print()
        screen.print(plain_line("Events, which multiply values for a time:"))
    for sentence in dated_events(scenario):
        screen.print(plain_line(f"- {sentence}"))
    counted = (
        "counted in replication 0"
        if size.simulated == size.accounts
        else f"estimated from {size.simulated:,} of {size.accounts:,} accounts of replication 0"
    )
    futures = count_futures(scenario.replications)
    screen.print(plain_line(f"A run has {futures} of about {size.events:,} events each, {counted}."))
    money_only = money_only_sentence(scenario)
    if money_only:
        screen.print(plain_line(money_only))
    print_flags(screen, size.plausibility, scenario.labels)


def _team_cells(segment: SegmentSize) -> tuple[str, str, str]:
    """The cells of a segment's teams; dashes where an account is one team."""
    if segment.own_team is None:
        return ("–", "–", "–")
    return str(segment.team_size), f"{segment.teams:,.0f}", f"{segment.own_team:.2f}"
