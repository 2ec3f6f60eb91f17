"""A group of commands that suggests the nearest name for a misspelt one."""

from __future__ import annotations

import click

from forecast.errors import nearest


class SuggestingGroup(click.Group):
    """A group whose usage error for an unknown command names the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; a usage error names the nearest one."""
        name, known = args[0], self.list_commands(ctx)
        if not name.startswith("-") and name not in known:
            guess = nearest(name, known)
            hint = f"Did you mean {guess}?" if guess else f"Commands: {', '.join(known)}."
            raise click.UsageError(f"No such command {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)
