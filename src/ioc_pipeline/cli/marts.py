"""Commands that ask the published marts."""

import argparse

from ioc_pipeline.cli import trace
from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.output import write_csv
from ioc_pipeline.publish import published
from ioc_pipeline.serve.query import ask
from ioc_pipeline.settings import Settings


def add_commands(commands: Commands) -> None:
    trace.add_command_to(commands)
    sql = add_command(commands, "sql", _sql, "read-only query on the published marts, CSV to standard output")
    sql.add_argument("query", help="one statement that asks: select, with, show, describe or explain")


def _sql(settings: Settings, options: argparse.Namespace) -> int:
    with published.connect_published(settings) as marts:
        found = ask(marts, options.query)
    write_csv(found.header, found.rows)
    return 0
