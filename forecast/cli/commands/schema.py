"""`forecast schema`: the JSON Schema of a scenario."""

from __future__ import annotations

import click

from forecast.cli.streams import write_json


@click.command("schema", short_help="Print the JSON Schema of a scenario, for editors.")
def schema_command() -> None:
    """Print the JSON Schema of a scenario, for editors that complete and check."""
    from forecast.scenario import json_schema

    write_json(json_schema())
