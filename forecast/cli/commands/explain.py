"""`forecast explain`: the life of one account in dated sentences, and as a chart where one is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.options import LARGEST_COUNT, WholeNumber
from forecast.cli.streams import write_line
from forecast.errors import InputError, Problem, printable, quoted
from forecast.user_paths import check_new_file, user_path

if TYPE_CHECKING:
    from forecast.scenario import Scenario

DATE_WIDTH = 13  # of the days in front of what happened
CHART_ENDINGS = (".svg", ".png", ".pdf")


@click.command("explain", short_help="Tell the life of one account, in dated sentences.")
@click.argument("source", metavar="FILE|DIR")
@click.option(
    "--replication", type=WholeNumber(0, LARGEST_COUNT - 1), metavar="R", default=0, help="Which one. [0, the first]"
)
@click.option("--account", metavar="A", required=True, help="Its name, such as smb-1.")
@click.option("--engine", metavar="NAME", help="compiled or simpy; they tell the same story.")
@click.option("--chart", metavar="FILE", type=user_path, help="Draw it too: a .svg, .png or .pdf.")
def explain_command(source: str, replication: int, account: str, engine: str | None, chart: Path | None) -> None:
    """Tell the life of one account, in dated sentences.

    What it waited for and how long, why it was lost or signed, what it was invoiced. Of a run's folder, or of a
    scenario that was never run: any replication can be simulated again by itself. The chart shows the same as a
    timeline, with who uses what inside the account.
    """
    from forecast.cli.screens.terminal import print_lines
    from forecast.engines import choose_engine
    from forecast.history.explain import account_lines, scenario_to_explain

    if chart is not None:
        _check_chart_path(chart)
    scenario, name = scenario_to_explain(source, replication), choose_engine(engine)
    print_lines(account_lines(scenario, name, replication, account), DATE_WIDTH)
    if chart is not None:
        _write_chart(scenario, name, replication, account, chart)
        write_line(f"The chart is in {printable(str(chart))}", err=True)


def _check_chart_path(path: Path) -> None:
    """Raise InputError when no chart can be written with this ending, or there."""
    if path.suffix.lower() not in CHART_ENDINGS:
        allowed = "a file that ends in .svg, .png or .pdf"
        raise InputError([Problem(None, None, "--chart", quoted(str(path)), allowed)])
    check_new_file(path)


def _write_chart(scenario: Scenario, engine: str, replication: int, account: str, path: Path) -> None:
    """Draw the account's life and the use inside it into a file, in the format of its ending."""
    from forecast.charts.account_chart import life_and_adoption
    from forecast.files import write_bytes
    from forecast.history.replay import replay_account_in
    from forecast.model.parameters import Parameters

    chart = life_and_adoption(replay_account_in(Parameters(scenario), account, replication, engine))
    write_bytes(path, chart.as_file(path.suffix.lower()))
