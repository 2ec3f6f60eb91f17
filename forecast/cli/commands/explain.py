"""How does `forecast explain` go?  The life of one account in sentences, and as a picture where one is asked for."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from forecast.errors import InputError, Problem, printable, quoted
from forecast.files import write_bytes
from forecast.history.explain import explain
from forecast.scenario import Scenario, load, shipped
from forecast.study.finished_run import open_run
from forecast.study.run import choose_engine

CHART_ENDINGS = (".svg", ".png", ".pdf")


def explain_account(source: str, engine: str | None, replication: int, account: str, chart: Path | None) -> None:
    """Nothing; the account's life is told on stdout, and drawn into the file `chart`, if there is one."""
    if chart is not None:
        _check_chart_path(chart)
    scenario, name = _scenario_of_source(source, replication), choose_engine(engine)
    for line in explain(scenario, name, replication, account):
        click.echo(line)
    if chart is not None:
        _draw_chart(scenario, name, replication, account, chart)
        click.echo(f"The chart is in {printable(str(chart))}", err=True)


def _check_chart_path(path: Path) -> None:
    """Nothing; raises InputError when the ending is none of ours, OSError when there is no such folder."""
    if path.suffix.lower() not in CHART_ENDINGS:
        allowed = "a file that ends in .svg, .png or .pdf"
        raise InputError([Problem(None, None, "--chart", quoted(str(path)), allowed)])
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder to write the chart into", str(path.parent))


def _scenario_of_source(source: str, replication: int) -> Scenario:
    """The scenario of a file or of a run's folder; raises InputError when the run has no such replication."""
    if not Path(source).is_dir() or source in shipped():
        return load(source)
    run = open_run(source)
    count = run.manifest["replications"]
    if replication >= count:
        allowed = f"0 to {count - 1}, the replications of this run"
        raise InputError([Problem(None, None, "--replication", f"`{replication}`", allowed)])
    run.check_repeatable()
    return run.scenario


def _draw_chart(scenario: Scenario, engine: str, replication: int, account: str, path: Path) -> None:
    """Nothing; the account's life and the use inside it are in the file, as its ending says."""
    from forecast.charts.account_chart import life_and_adoption  # noqa: PLC0415  # matplotlib: half a second
    from forecast.history.replay import replay_account_in  # noqa: PLC0415
    from forecast.model.parameters import Parameters  # noqa: PLC0415

    picture = life_and_adoption(replay_account_in(Parameters(scenario), account, replication, engine))
    write_bytes(path, picture.as_file(path.suffix.lower()))
