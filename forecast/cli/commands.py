"""Which commands are there?  Ten lines each: what is asked for goes down, what comes back is printed.

Everything heavy is imported inside a command, so that help comes at once.
"""
# ruff: noqa: PLC0415  # see above

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli.program import Commands, Whole, print_version

LARGEST_SEED, LARGEST_COUNT = 2**63 - 1, 2**32 - 1


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version, help="The version.")
def program() -> None:
    """When will these accounts sign, and what will they pay?

    A forecast from one file: people try the product, colleagues follow, leaders notice, procurement takes its
    time, contracts are signed and renewed. Every run simulates that many times and tells how sure it is.

    Start with:  forecast init    then:  forecast run scenario.yaml
    """


@program.command()
@click.argument("preset", default="bottom_up")
@click.option("-o", "--output", "path", type=Path, default=Path("scenario.yaml"), help="The file. [scenario.yaml]")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def init(preset: str, path: Path, force: bool) -> None:  # noqa: FBT001
    """Write a commented scenario to start from.

    PRESET is one that comes with the package: bottom_up (the default), top_down_sales, product_led_growth,
    land_and_expand, ai_chat, collaboration, and small ones that change one thing.
    """
    from forecast.cli.files import new_scenario
    from forecast.errors import printable

    new_scenario(preset, path, force=force)
    shown = printable(str(path))
    click.echo(f"{shown} is yours to edit. Then: forecast run {shown}", err=True)


@program.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate(files: tuple[str, ...]) -> None:
    """Check scenarios: all errors at once, else their key figures.

    R is how many trials one trial brings about in a fresh account; above 1 use spreads by itself.
    FILE is a scenario or a preset's name.
    """
    from forecast.cli.files import checked
    from forecast.cli.screen import show_figures
    from forecast.results.figures import key_figures

    for scenario in checked(files):
        show_figures(scenario, key_figures(scenario))


@program.command()
@click.argument("file")
@click.option(
    "-n", "--replications", type=Whole(1, LARGEST_COUNT), metavar="N", help="How many times to simulate. [the file's]"
)
@click.option("--seed", type=Whole(0, LARGEST_SEED), metavar="S", help="Another seed, other chances. [the file's]")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file; may be repeated.")
@click.option("--engine", metavar="NAME", help="compiled, or simpy: the same events, slower, easier to read.")
@click.option("--workers", type=Whole(1, 1024), metavar="N", help="Processes to use. [one for each processor]")
@click.option("--cluster", metavar="WHERE", help="Dask workers, not --workers: tcp://HOST:8786; local:4 for four here.")
@click.option("-o", "--output", "folder", type=Path, help="The run's folder. [runs/ and the scenario's name]")
@click.option(
    "--precision", metavar="P", help="Stop when the headline figures are known to P, such as 2%; -n is then the most."
)
@click.option("--force", is_flag=True, help="Start anew where another run lies unfinished in the folder.")
@click.option("--export", "exported", is_flag=True, help="Write plan.xlsx and flat files too, as forecast export does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the forecast.")
def run(file: str, as_json: bool, exported: bool, **asked: object) -> None:  # noqa: FBT001
    """Simulate a scenario, show the forecast, and keep it in a folder.

    FILE is a scenario or a preset's name. The same file, seed and version give the same tables, whatever the
    number of workers. What was interrupted goes on when the same command is given again.
    """
    from forecast.cli.running import run_file

    finished = run_file(file, asked, as_json=as_json)
    if exported:
        from forecast.cli.exporting import export_too

        export_too([finished])


@program.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE FILE...")
@click.option(
    "-n", "--replications", type=Whole(1, LARGEST_COUNT), metavar="N", help="How many of each. [the files' smallest]"
)
@click.option("--seed", type=Whole(0, LARGEST_SEED), metavar="S", help="Another seed for all of them. [the files']")
@click.option("--engine", metavar="NAME", help="compiled, or simpy: the same events, slower, easier to read.")
@click.option("--workers", type=Whole(1, 1024), metavar="N", help="Processes to use. [one for each processor]")
@click.option("--cluster", metavar="WHERE", help="Dask workers, not --workers: tcp://HOST:8786; local:4 for four here.")
@click.option("-o", "--output", "folder", type=Path, help="The comparison's folder. [runs/ and both names]")
@click.option(
    "--precision",
    metavar="P",
    help="Stop when the differences are known to P of the base's mean, such as 1%; -n is then the most.",
)
@click.option("--indifference", metavar="P", help="Differences up to this share of the base's mean do not matter. [1%]")
@click.option("--force", is_flag=True, help="Start anew where another comparison lies unfinished in the folder.")
@click.option("--export", "exported", is_flag=True, help="Write plan.xlsx and flat files of each run too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the comparison.")
def compare(sources: tuple[str, ...], as_json: bool, exported: bool, **asked: object) -> None:  # noqa: FBT001
    """Compare 2 to 20 scenarios under the same chance: which is better, how surely, and by how much.

    FILE is a scenario, a preset's name, or the folder of a finished run; the first is what the others are compared
    with. Replication by replication all of them meet the same luck, so differences are far more precise than
    either figure. Scenarios need the same segments, start, horizon, currency and seed.
    """
    from forecast.cli.comparing import compare_all

    runs = compare_all(sources, asked, as_json=as_json)
    if exported:
        from forecast.cli.exporting import export_too

        export_too(runs)


@program.command()
@click.argument("folder", metavar="DIR", type=Path)
def show(folder: Path) -> None:
    """Show the forecast of a run, or a comparison, again."""
    from forecast.cli.comparing import show_folder

    show_folder(folder)


@program.command()
@click.argument("folder", metavar="DIR", type=Path)
@click.option("--to", multiple=True, metavar="FORMAT", help="xlsx, csv or parquet; may be repeated. [xlsx and csv]")
@click.option("--headline", metavar="METRIC", help="The line that the paths P10, P50 and P90 are chosen by. [arr]")
@click.option("-o", "--output", "target", type=Path, help="The folder of the files. [finance in DIR]")
def export(folder: Path, to: tuple[str, ...], headline: str | None, target: Path | None) -> None:
    """Write a run for finance: a workbook that ties to the cent, and flat files for planning tools.

    plan.xlsx has ARR bridge, revenue and deferred, cash, unit economics and headcount as live formulas, for the mean
    and for one real replication each at P10, P50 and P90. The flat files hold the same, one value a row.
    """
    from forecast.cli.exporting import export_folder

    export_folder(folder, to, headline, target)


@program.command()
@click.argument("folder", metavar="DIR", type=Path)
@click.option("-o", "--output", "path", type=Path, help="The file. [report.html in DIR]")
def report(folder: Path, path: Path | None) -> None:
    """Write a report of a run or a comparison: one HTML file.

    The answer in plain sentences, charts with their figures, the assumptions with their grades, and how to repeat
    it. It needs no network and no script: send it, print it, put it beside the plan.
    """
    from forecast.cli.reporting import report_on

    report_on(folder, path)


@program.command()
@click.argument("folder", metavar="DIR", type=Path)
@click.option("--headline", "code", metavar="CODE", default="arr", help="Of which figure: arr, revenue, npv ... [arr]")
@click.option(
    "--pairs", type=Whole(2, LARGEST_COUNT), metavar="N", help="Simulate N replications again, to measure the share."
)
@click.option("--workers", type=Whole(1, 1024), metavar="N", help="Processes to use. [one for each processor]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the table.")
def sensitivity(folder: Path, as_json: bool, **asked: object) -> None:  # noqa: FBT001
    """Tell where the spread of a run's figure comes from: parameters that nobody knows, or chance.

    Each uncertain parameter with what it does, and the grade of its evidence: which weak evidence matters. Uses the
    run's own draws; with --pairs some replications are simulated again, same parameters, other chance.
    """
    from forecast.cli.sensitivity import sensitivity_of

    sensitivity_of(folder, asked, as_json=as_json)


@program.command()
@click.argument("source", metavar="FILE|DIR")
@click.option(
    "--replication", type=Whole(0, LARGEST_COUNT - 1), metavar="R", default=0, help="Which one. [0, the first]"
)
@click.option("--account", metavar="A", required=True, help="Its name, such as smb-1.")
@click.option("--engine", metavar="NAME", help="compiled or simpy; they tell the same story.")
@click.option("--chart", metavar="FILE", type=Path, help="Draw it too: a .svg, .png or .pdf.")
def explain(source: str, replication: int, account: str, engine: str | None, chart: Path | None) -> None:
    """Tell the life of one account, in dated sentences.

    What it waited for and how long, why it was lost or signed, what it was invoiced. Of a run's folder, or of a
    scenario that was never run: any replication can be simulated again by itself. The chart shows the same as a
    timeline, with who uses what inside the account.
    """
    from forecast.cli.explaining import explain_account

    explain_account(source, engine, replication, account, chart)


@program.command()
@click.argument("folder", metavar="DIR", type=Path)
@click.option(
    "-k", "--replications", "again", type=Whole(0, LARGEST_COUNT), metavar="K", help="How many to simulate again. [3]"
)
@click.option("--engine", metavar="NAME", help="compiled or simpy. [the one that made the run]")
def verify(folder: Path, again: int | None, engine: str | None) -> None:
    """Check that a run, or a comparison with its runs, is still what was simulated.

    Every file against its hash; then K replications, picked by chance, are simulated again and compared with the
    tables, bit for bit.
    """
    from forecast.cli.verifying import verify_folder

    verify_folder(folder, again, engine)


@program.command()
def schema() -> None:
    """Print the JSON Schema of a scenario, for editors that complete and check."""
    import json

    from forecast.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
