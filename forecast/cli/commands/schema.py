"""`forecast schema`: the JSON Schema of a scenario."""

from __future__ import annotations

import json

import click


@click.command("schema", short_help="Print the JSON Schema of a scenario, for editors.")
def schema_command() -> None:
    """Print the JSON Schema of a scenario, for editors that complete and check."""
    from forecast.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
