"""`forecast validate`: all errors of scenario files at once, else their key figures."""

from __future__ import annotations

from functools import partial

import click

from forecast.cli.options import evaluate_all


@click.command("validate", short_help="Check scenarios: all errors at once, else their key figures.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_command(files: tuple[str, ...]) -> None:
    """Check scenarios: all errors at once, else their key figures.

    FILE is a scenario or a preset's name. R is how many new trials one trial brings about in a fresh account; above
    1, use spreads by itself.
    """
    from forecast.cli.screens.scenario_screen import show_scenario_size
    from forecast.scenario import load
    from forecast.study.preview import preview_scenario

    for scenario in evaluate_all(*(partial(load, file) for file in files)):
        show_scenario_size(scenario, preview_scenario(scenario))
