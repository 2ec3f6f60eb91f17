"""`forecast validate`: all errors of scenario files at once, else their key figures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.options import evaluate_all, json_option, set_option
from forecast.cli.streams import write_json

if TYPE_CHECKING:
    from forecast.scenario import Scenario
    from forecast.study.preview import ScenarioSize, SegmentSize


@click.command("validate", short_help="Check scenarios: all errors at once, else their key figures.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@set_option
@json_option
def validate_command(files: tuple[str, ...], sets: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001
    """Check scenarios: all errors at once, else their key figures.

    FILE is a scenario or a preset's name. R is how many new trials one trial brings about in a fresh account; above
    1, use spreads by itself. Figures outside of what is published are named; they are no errors. --set changes a
    value of every FILE.

    With --json: the document of the scenario, or a list of them where several are given.
    """
    from forecast.cli.exit_status import show_notes
    from forecast.cli.screens.scenario_screen import show_scenario_size
    from forecast.scenario import load
    from forecast.study.preview import preview_scenario

    scenarios = evaluate_all(*(partial(load, file, sets) for file in files))
    if as_json:
        documents = [_scenario_document(scenario, preview_scenario(scenario)) for scenario in scenarios]
        write_json(documents if len(documents) > 1 else documents[0])
        return
    for scenario in scenarios:
        show_notes(scenario)
        show_scenario_size(scenario, preview_scenario(scenario))


def _scenario_document(scenario: Scenario, size: ScenarioSize) -> dict[str, Any]:
    """The document of `--json`."""
    from forecast.cli.screens.scenario_screen import dated_events

    segments = {each.name: _segment_document(each) for each in size.segments}
    return {
        "scenario": scenario.name,
        "start": scenario.start.isoformat(),
        "months": scenario.months,
        "currency": scenario.currency,
        "replications": scenario.replications,
        "segments": segments,
        "events": size.events,
        "dated_events": dated_events(scenario),
        "draws": scenario.joint_draws and scenario.joint_draws._asdict(),
        "plausibility": size.plausibility,
        "warnings": [each.document() for each in scenario.warnings],
    }


def _segment_document(segment: SegmentSize) -> dict[str, Any]:
    """The block of a segment."""
    document = {
        "accounts": segment.accounts,
        "eligible_users": segment.users,
        "R": segment.reproduction_number,
    }
    if segment.own_team is None:
        return document
    return {
        **document,
        "R_own_team": segment.own_team,
        "R_other_teams": segment.reproduction_number - segment.own_team,
        "team_size": segment.team_size,
        "teams": segment.teams,
    }
