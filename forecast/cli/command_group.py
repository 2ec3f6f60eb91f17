"""The program: a group of commands, each imported from its own file when it is asked for.

Knows the commands' names and their order; what a command does stands in `forecast.cli.commands`.
"""

from __future__ import annotations

from importlib import import_module

import click

from forecast.cli.streams import write_line
from forecast.cli.suggesting_group import SuggestingGroup

COMMANDS = (  # in the order in which one needs them
    *("init", "accounts", "fit", "backtest", "watch", "validate", "run", "compare", "show", "export"),
    *("report", "sensitivity", "explain", "verify", "schema"),
)


class _LazyGroup(SuggestingGroup):
    """A group that imports `forecast.cli.commands.NAME` on demand."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of the commands, in the order in which one needs them."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"forecast.cli.commands.{cmd_name}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command


def _print_version(ctx: click.Context, _: click.Parameter, wanted: object) -> None:
    """Print the version and exit, if it was asked for."""
    if wanted:
        from forecast.versions import version_of  # noqa: PLC0415  # slow to look up, and rarely asked for

        write_line(f"forecast {version_of()}")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def program() -> None:
    """When will these accounts sign, and what will they pay?

    A forecast from one file: people try the product, colleagues follow, leaders notice, procurement takes its
    time, contracts are signed and renewed. A run simulates this future many times (1,000 replications, say), so
    every figure comes with its range.

    Start with:  forecast init    then:  forecast run scenario.yaml
    """
