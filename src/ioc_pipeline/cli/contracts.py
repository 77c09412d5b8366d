"""Commands on contracts: which there are, a template of one to fill in, reading all of a source again."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.days import last_period, read_period
from ioc_pipeline.cli.output import complain, write_csv
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.durable import write_durably
from ioc_pipeline.flows import decisions, inbox_folders, templates
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.settings import Settings


def add_commands(commands: Commands) -> None:
    about = "forms and APIs: source, department, inbox folder (an API has none), title"
    sources = add_command(commands, "sources", _sources, about)
    sources.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet or another program")
    about = "write the form of one period (.xlsx) to fill in: units, headers, checks of what is typed"
    template = add_command(commands, "template", _template, about, aliases=["form"])
    template.add_argument("source", help="name of a contract, e.g. admin_procedures; `ioc sources` lists them")
    when = "in which it ends: 2025-09, 2025-Q3, 2025 or its last day 2025-09-14 (default: the last that ended)"
    template.add_argument("period", nargs="?", help=when)
    template.add_argument("--unit", default="", help="who fills it in, a commune's code say (default: the department)")
    template.add_argument("--output", type=Path, help="default: <source>_<period>.xlsx in the current folder")
    again = add_command(
        commands, "load-again", _load_again, "read all deliveries of a source again under the contract in force"
    )
    again.add_argument("source", help="name of a contract, e.g. admin_procedures; `ioc sources` lists them")


def _sources(settings: Settings, options: argparse.Namespace) -> int:
    inbox_folders.make_inbox(settings)
    contracts = Reference(settings).contracts
    sources = [contract.source for _, contract in sorted(contracts.ready.items())]
    rows = [
        [source.name, source.department, "-" if source.api else str(settings.inbox / source.folder), source.title]
        for source in sources
    ]
    header = ["source", "department", "inbox", "title"]
    if options.csv:
        write_csv(header, rows)
    else:
        for row in [header, *rows]:
            print("  ".join(row))
    for name, error in contracts.broken.items():
        complain(f"stopped: {name}: {error}")
    return 0


def _template(settings: Settings, options: argparse.Namespace) -> int:
    reference = Reference(settings)
    source = templates.form_of(reference, options.source).source
    period = (
        read_period(options.period, source) if options.period else last_period(source, local_day(datetime.now(UTC)))
    )
    path = options.output or Path(f"{options.source}_{options.period or period.end}.xlsx")
    if path.exists():  # perhaps with figures in it
        raise UserError(f"{path}: exists already; name another file with --output")
    write_durably(path, templates.template_of(reference, options.source, period, options.unit))
    print(path)
    return 0


def _load_again(settings: Settings, options: argparse.Namespace) -> int:
    seqs = decisions.load_again(settings, options.source)
    print(f"{len(seqs)} deliveries of {options.source} will be read again; the next run takes them into the marts")
    return 0
