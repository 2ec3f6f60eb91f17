"""Which commands are there?  Ten lines each: what is asked for goes down, what comes back is printed.

Everything heavy is imported inside a command, so that help comes at once.
"""
# ruff: noqa: PLC0415  # see above

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli.option_types import CommandGroup, WholeNumber, print_version

LARGEST_SEED, LARGEST_COUNT = 2**63 - 1, 2**32 - 1


@click.group(
    cls=CommandGroup,
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


@program.command("init")
@click.argument("preset", default="bottom_up")
@click.option("-o", "--output", "path", type=Path, default=Path("scenario.yaml"), help="The file. [scenario.yaml]")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def init_command(preset: str, path: Path, force: bool) -> None:  # noqa: FBT001
    """Write a commented scenario to start from.

    PRESET is one that comes with the package: bottom_up (the default), top_down_sales, product_led_growth,
    land_and_expand, ai_chat, collaboration, and small ones that change one thing.
    """
    from forecast.cli.scenario_files import write_preset
    from forecast.errors import printable

    write_preset(preset, path, force=force)
    shown = printable(str(path))
    click.echo(f"{shown} is yours to edit. Then: forecast run {shown}", err=True)


@program.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_command(files: tuple[str, ...]) -> None:
    """Check scenarios: all errors at once, else their key figures.

    R is how many trials one trial brings about in a fresh account; above 1 use spreads by itself.
    FILE is a scenario or a preset's name.
    """
    from forecast.cli.scenario_files import load_scenarios
    from forecast.cli.screens.run_screen import show_scenario_figures
    from forecast.study.preview import preview_scenario

    for scenario in load_scenarios(files):
        show_scenario_figures(scenario, preview_scenario(scenario))


@program.command("run")
@click.argument("file")
@click.option(
    "-n",
    "--replications",
    type=WholeNumber(1, LARGEST_COUNT),
    metavar="N",
    help="How many times to simulate. [the file's]",
)
@click.option(
    "--seed", type=WholeNumber(0, LARGEST_SEED), metavar="S", help="Another seed, other chances. [the file's]"
)
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file; may be repeated.")
@click.option("--engine", metavar="NAME", help="compiled, or simpy: the same events, slower, easier to read.")
@click.option("--workers", type=WholeNumber(1, 1024), metavar="N", help="Processes to use. [one for each processor]")
@click.option("--cluster", metavar="WHERE", help="Dask workers, not --workers: tcp://HOST:8786; local:4 for four here.")
@click.option("-o", "--output", "folder", type=Path, help="The run's folder. [runs/ and the scenario's name]")
@click.option(
    "--precision", metavar="P", help="Stop when the headline figures are known to P, such as 2%; -n is then the most."
)
@click.option("--force", is_flag=True, help="Start anew where another run lies unfinished in the folder.")
@click.option("--export", "exported", is_flag=True, help="Write plan.xlsx and flat files too, as forecast export does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the forecast.")
def run_command(file: str, as_json: bool, exported: bool, **asked: object) -> None:  # noqa: FBT001
    """Simulate a scenario, show the forecast, and keep it in a folder.

    FILE is a scenario or a preset's name. The same file, seed and version give the same tables, whatever the
    number of workers. What was interrupted goes on when the same command is given again.
    """
    from forecast.cli.commands.run import run_file

    finished = run_file(file, asked, as_json=as_json)
    if exported:
        from forecast.cli.commands.export import export_each

        export_each([finished])


@program.command("compare")
@click.argument("sources", nargs=-1, required=True, metavar="FILE FILE...")
@click.option(
    "-n",
    "--replications",
    type=WholeNumber(1, LARGEST_COUNT),
    metavar="N",
    help="How many of each. [the files' smallest]",
)
@click.option(
    "--seed", type=WholeNumber(0, LARGEST_SEED), metavar="S", help="Another seed for all of them. [the files']"
)
@click.option("--engine", metavar="NAME", help="compiled, or simpy: the same events, slower, easier to read.")
@click.option("--workers", type=WholeNumber(1, 1024), metavar="N", help="Processes to use. [one for each processor]")
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
def compare_command(sources: tuple[str, ...], as_json: bool, exported: bool, **asked: object) -> None:  # noqa: FBT001
    """Compare 2 to 20 scenarios under the same chance: which is better, how surely, and by how much.

    FILE is a scenario, a preset's name, or the folder of a finished run; the first is what the others are compared
    with. Replication by replication all of them meet the same luck, so differences are far more precise than
    either figure. Scenarios need the same segments, start, horizon, currency and seed.
    """
    from forecast.cli.commands.compare import compare_sources

    runs = compare_sources(sources, asked, as_json=as_json)
    if exported:
        from forecast.cli.commands.export import export_each

        export_each(runs)


@program.command("show")
@click.argument("folder", metavar="DIR", type=Path)
def show_command(folder: Path) -> None:
    """Show the forecast of a run, or a comparison, again."""
    from forecast.cli.commands.compare import show_folder

    show_folder(folder)


@program.command("export")
@click.argument("folder", metavar="DIR", type=Path)
@click.option("--to", multiple=True, metavar="FORMAT", help="xlsx, csv or parquet; may be repeated. [xlsx and csv]")
@click.option("--headline", metavar="METRIC", help="The line that the paths P10, P50 and P90 are chosen by. [arr]")
@click.option("-o", "--output", "target", type=Path, help="The folder of the files. [finance in DIR]")
def export_command(folder: Path, to: tuple[str, ...], headline: str | None, target: Path | None) -> None:
    """Write a run for finance: a workbook that ties to the cent, and flat files for planning tools.

    plan.xlsx has ARR bridge, revenue and deferred, cash, unit economics and headcount as live formulas, for the mean
    and for one real replication each at P10, P50 and P90. The flat files hold the same, one value a row.
    """
    from forecast.cli.commands.export import export_folder

    export_folder(folder, to, headline, target)


@program.command("report")
@click.argument("folder", metavar="DIR", type=Path)
@click.option("-o", "--output", "path", type=Path, help="The file. [report.html in DIR]")
def report_command(folder: Path, path: Path | None) -> None:
    """Write a report of a run or a comparison: one HTML file.

    The answer in plain sentences, charts with their figures, the assumptions with their grades, and how to repeat
    it. It needs no network and no script: send it, print it, put it beside the plan.
    """
    from forecast.cli.commands.report import report_folder

    report_folder(folder, path)


@program.command("sensitivity")
@click.argument("folder", metavar="DIR", type=Path)
@click.option("--headline", "code", metavar="CODE", default="arr", help="Of which figure: arr, revenue, npv ... [arr]")
@click.option(
    "--pairs",
    type=WholeNumber(2, LARGEST_COUNT),
    metavar="N",
    help="Simulate N replications again, to measure the share.",
)
@click.option("--workers", type=WholeNumber(1, 1024), metavar="N", help="Processes to use. [one for each processor]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the table.")
def sensitivity_command(folder: Path, as_json: bool, **asked: object) -> None:  # noqa: FBT001
    """Tell where the spread of a run's figure comes from: parameters that nobody knows, or chance.

    Each uncertain parameter with what it does, and the grade of its evidence: which weak evidence matters. Uses the
    run's own draws; with --pairs some replications are simulated again, same parameters, other chance.
    """
    from forecast.cli.commands.sensitivity import sensitivity_of_folder

    sensitivity_of_folder(folder, asked, as_json=as_json)


@program.command("explain")
@click.argument("source", metavar="FILE|DIR")
@click.option(
    "--replication", type=WholeNumber(0, LARGEST_COUNT - 1), metavar="R", default=0, help="Which one. [0, the first]"
)
@click.option("--account", metavar="A", required=True, help="Its name, such as smb-1.")
@click.option("--engine", metavar="NAME", help="compiled or simpy; they tell the same story.")
@click.option("--chart", metavar="FILE", type=Path, help="Draw it too: a .svg, .png or .pdf.")
def explain_command(source: str, replication: int, account: str, engine: str | None, chart: Path | None) -> None:
    """Tell the life of one account, in dated sentences.

    What it waited for and how long, why it was lost or signed, what it was invoiced. Of a run's folder, or of a
    scenario that was never run: any replication can be simulated again by itself. The chart shows the same as a
    timeline, with who uses what inside the account.
    """
    from forecast.cli.commands.explain import explain_account

    explain_account(source, engine, replication, account, chart)


@program.command("verify")
@click.argument("folder", metavar="DIR", type=Path)
@click.option(
    "-k",
    "--replications",
    "again",
    type=WholeNumber(0, LARGEST_COUNT),
    metavar="K",
    help="How many to simulate again. [3]",
)
@click.option("--engine", metavar="NAME", help="compiled or simpy. [the one that made the run]")
def verify_command(folder: Path, again: int | None, engine: str | None) -> None:
    """Check that a run, or a comparison with its runs, is still what was simulated.

    Every file against its hash; then K replications, picked by chance, are simulated again and compared with the
    tables, bit for bit.
    """
    from forecast.cli.commands.verify import verify_folder

    verify_folder(folder, again, engine)


@program.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a scenario, for editors that complete and check."""
    import json

    from forecast.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
