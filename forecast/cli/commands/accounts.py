"""`forecast accounts`: an accounts file to start from, or one made of the exports of a CRM and a billing system."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli.streams import write_line
from forecast.cli.suggesting_group import SuggestingGroup
from forecast.errors import InputError, Problem, ProblemKind, printable
from forecast.user_paths import check_unwritten, user_path

MAP = Path("map.yaml")
ACCOUNTS_PATH = Path("accounts.csv")


@click.group(
    "accounts", cls=SuggestingGroup, short_help="Accounts of today: an empty file, or one from a CRM's exports."
)
def accounts_command() -> None:
    """Accounts of today: a file to fill in, or one made of a CRM's exports.

    A scenario names the file in market.accounts_file; docs/accounts.md lists its columns.
    """


@accounts_command.command("template", short_help="Write an accounts file with one example row.")
@click.option(
    "-o", "--output", "path", type=user_path, default=ACCOUNTS_PATH, metavar="FILE", help="The file. [accounts.csv]"
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def template_command(path: Path, force: bool) -> None:  # noqa: FBT001
    """Write an accounts file with one example row.

    The row shows a contract that runs; cells may stay empty, but for account, segment and eligible_users.
    """
    from forecast.imports.template import template_text

    _write_new(path, template_text(), force=force)
    shown = printable(str(path))
    write_line(
        f"{shown}: replace its row by your accounts. Then, in a scenario: market.accounts_file: {shown}", err=True
    )


@accounts_command.command("import", short_help="Make an accounts file of a CRM's exports.")
@click.argument("files", nargs=-1, required=True, type=user_path, metavar="FILE...")
@click.option("--init", is_flag=True, help="Write the map, guessed from the files' headers, and nothing else.")
@click.option(
    "--map", "map_path", type=user_path, default=MAP, metavar="FILE", help="What the files' columns mean. [map.yaml]"
)
@click.option(
    "-o",
    "--output",
    "path",
    type=user_path,
    metavar="FILE",
    help="The accounts file. [accounts.csv]",
)
@click.option("--force", is_flag=True, help="Replace the map or the accounts file if it exists.")
def import_command(files: tuple[Path, ...], init: bool, map_path: Path, path: Path | None, force: bool) -> None:  # noqa: FBT001
    """Make an accounts file of a CRM's exports.

    FILE is a CSV file or Excel workbook (.xlsx) of companies, and perhaps others of deals and of subscriptions: exports
    of HubSpot, Salesforce, Stripe and Chargebee are recognised. First write a map and read it through, then import:

    \b
      forecast accounts import companies.csv deals.csv --init
      forecast accounts import companies.csv deals.csv --map map.yaml -o accounts.csv

    Rows that cannot be used are listed, and then nothing is written; what the map leaves out is counted.
    """
    if init and path is not None:
        allowed = f"name the map with --map: --init --map {printable(str(path.with_suffix('.yaml')))}"
        raise InputError([Problem(None, None, None, "`-o` with `--init`", allowed, kind=ProblemKind.NOT_ALLOWED)])
    if init:
        _write_map(files, map_path, force=force)
        return
    from forecast.imports.convert import import_accounts
    from forecast.imports.map_file import read_map
    from forecast.imports.sources import sources_by_block
    from forecast.scenario.checks.accounts import accounts_text

    path = path or ACCOUNTS_PATH
    check_unwritten(path, force=force)
    plan = read_map(map_path)
    result = import_accounts(plan, sources_by_block(files, plan.blocks))
    if result.problems:
        raise InputError(result.problems)
    _write_new(path, accounts_text(result.rows), force=force)
    for note, count in result.notes.items():
        write_line(printable(f"{note}: {count:,}"), err=True)
    segments = {name: sum(row["segment"] == name for row in result.rows) for name in plan.segments}
    counts = ", ".join(f"{name} {count:,}" for name, count in segments.items())
    write_line(printable(f"{path}: {len(result.rows):,} accounts ({counts})"), err=True)


def _write_map(files: tuple[Path, ...], path: Path, *, force: bool) -> None:
    """Write the map that the files' headers suggest."""
    from forecast.imports.guess import guessed_map
    from forecast.imports.map_file import FILL
    from forecast.imports.sources import read_export

    check_unwritten(path, force=force)
    problems: list[Problem] = []
    exports = [export for file in files if (export := read_export(file, problems.append)) is not None]
    if problems:
        raise InputError(problems)
    text = guessed_map(exports, path.name)
    _write_new(path, text, force=force)
    left = sum(FILL in line.partition("#")[0] for line in text.splitlines())
    sentence = f"{path}: a guess, with {left} places left to you ({FILL}). Read it through, then import."
    write_line(printable(sentence), err=True)


def _write_new(path: Path, text: str, *, force: bool) -> None:
    """Write a file; raises InputError when there is one already."""
    from forecast.files import write_text

    check_unwritten(path, force=force)
    write_text(path, text)
