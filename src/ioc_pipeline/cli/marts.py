"""Commands that ask the published marts."""

import argparse

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.days import read_days
from ioc_pipeline.cli.output import write_csv
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.publish import published
from ioc_pipeline.serve.query import ask
from ioc_pipeline.serve.trace import PublishedValue, trace
from ioc_pipeline.settings import Settings


def add_commands(commands: Commands) -> None:
    traced = add_command(commands, "trace", _trace, "from a published value to file, sheet, cell and original text")
    traced.add_argument("indicator", help="indicator code, alias or name, e.g. infra_population_4g_pct")
    traced.add_argument("unit", help='org unit code or name, e.g. 14 or "Xã Vân Hồ"')
    traced.add_argument("period", help="in which the period ends: 2025-09, 2025-Q3, 2025 or its last day 2025-09-14")
    sql = add_command(commands, "sql", _sql, "read-only query on the published marts, CSV to standard output")
    sql.add_argument("query", help="one statement that asks: select, with, show, describe or explain")


def _trace(settings: Settings, options: argparse.Namespace) -> int:
    first_day, last_day = read_days(options.period)
    with published.connect_published(settings) as marts:
        found = trace(marts, PublishedValue(options.indicator, options.unit, first_day, last_day))
    if not found.rows:
        there_is = 'ioc sql "select distinct indicator_code, org_unit_code, period_end_date from mart_lineage"'
        asked = f"{options.indicator} for {options.unit} that ends in {options.period}"
        raise UserError(f"no published value of {asked}; what there is: {there_is}")
    numbers = [row[found.header.index("delivery_seq")] for row in found.rows]
    senders = {one.delivery_seq: one.sender for one in open_ledger(settings).deliveries(set(numbers))}
    rows = [(*row, senders.get(number, "")) for row, number in zip(found.rows, numbers, strict=True)]
    write_csv([*found.header, "sender"], rows)
    return 0


def _sql(settings: Settings, options: argparse.Namespace) -> int:
    with published.connect_published(settings) as marts:
        found = ask(marts, options.query)
    write_csv(found.header, found.rows)
    return 0
