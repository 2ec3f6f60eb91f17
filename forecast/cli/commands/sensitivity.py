"""`forecast sensitivity`: which uncertain parameters of a run make the spread of a figure."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forecast.cli.options import LARGEST_COUNT, WholeNumber, json_option, workers_option
from forecast.cli.streams import write_json
from forecast.user_paths import user_path


@click.command("sensitivity", short_help="Tell which uncertain parameters make a figure's spread.")
@click.argument("folder", metavar="DIR", type=user_path)
@click.option("--headline", "code", metavar="CODE", default="arr", help="Of which figure: arr, revenue, npv ... [arr]")
@click.option(
    "--pairs",
    type=WholeNumber(2, LARGEST_COUNT),
    metavar="N",
    help="Simulate N replications again, to measure the share.",
)
@workers_option
@json_option
def sensitivity_command(folder: Path, code: str, pairs: int | None, workers: int | None, as_json: bool) -> None:  # noqa: FBT001
    """Tell where the spread of a run's figure comes from: parameter uncertainty or simulation variability.

    Parameter (epistemic) uncertainty is what better evidence on the values marked uncertain would remove;
    simulation (aleatory) variability is chance, given all other numbers, which are held fixed and counted. Each
    uncertain parameter is listed with its effect and the grade of its evidence, which shows the weak evidence that
    matters. Uses the run's own draws; with --pairs some replications are simulated again with the same parameters
    and other random numbers.
    """
    from forecast.analysis.comparison import to_json_value
    from forecast.cli.screens.sensitivity_screen import show_sensitivity
    from forecast.montecarlo import progress_on
    from forecast.study.finished_run import open_run
    from forecast.study.two_level import epistemic_shares

    run = open_run(folder)
    sensitivity = run.sensitivity(code)
    if pairs is not None and run.parameters.uncertain:
        measured = epistemic_shares(run, pairs, workers, progress_on(sys.stderr, pairs))[code]
        sensitivity = sensitivity._replace(epistemic=measured)
    if as_json:
        write_json(to_json_value(sensitivity))
    else:
        show_sensitivity(run.manifest["scenario"], sensitivity)
