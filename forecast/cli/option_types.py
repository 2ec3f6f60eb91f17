"""How is a command found, and what is said when it isn't?  The group of commands, with the nearest name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from forecast.errors import nearest

if TYPE_CHECKING:
    Parameter = click.ParamType[int]
else:
    Parameter = click.ParamType  # older versions of click take no type here


class CommandGroup(click.Group):
    """A group whose commands stand in the order of their definition, and that knows what was probably meant."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The commands in the order in which one needs them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; a usage error names the nearest one."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            guess = nearest(name, self.commands)
            hint = f"Did you mean {guess}?" if guess else f"Commands: {', '.join(self.commands)}."
            raise click.UsageError(f"No such command {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)


class WholeNumber(Parameter):
    """A whole number of a range, refused in one sentence."""

    name = "whole number"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        text = str(value).strip()
        if not text.isascii() or not text.lstrip("+-").isdigit() or not self.low <= int(text[:40]) <= self.high:
            self.fail(f"found {text[:40]!r}; allowed: a whole number from {self.low} to {self.high}", param, ctx)
        return int(text)


def print_version(ctx: click.Context, _: click.Parameter, wanted: object) -> None:
    """Nothing; prints the version and ends, if it was asked for."""
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  # slow, and rarely asked for

        click.echo(f"forecast {version('forecast')}")
        ctx.exit()
