"""Commands to try it without departments and systems: sample files, and sample APIs that serve."""

import argparse
from datetime import date, timedelta
from pathlib import Path

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.asked import LAST_DAY
from ioc_pipeline.sample.write import write_samples
from ioc_pipeline.settings import Settings


def add_commands(commands: Commands) -> None:
    files = add_command(
        commands, "sample", _sample, "write sample department files into the inbox, labelled as sample data"
    )
    files.add_argument("--seed", type=int, default=1, help="another one spreads the figures differently; totals stay")
    files.add_argument("--months", type=int, default=3, help="how many up to September 2025")
    files.add_argument("--output", type=Path, help="write <department>/<file> here instead of into the inbox")
    serve = add_command(
        files.add_subparsers(metavar="serve"),
        "serve",
        _sample_serve,
        "serve the four sample APIs on this machine until Ctrl-C",
    )
    serve.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    serve.add_argument("--seed", type=int, default=1, help="another one spreads the figures differently; totals stay")
    day_after = LAST_DAY + timedelta(days=1)
    serve.add_argument("--today", type=date.fromisoformat, default=day_after, help="no record is of this day or later")
    serve.add_argument("--months", type=int, default=1, help="of records before --today (default: 1)")
    serve.add_argument("--dossiers", type=int, help="how many (default: as many as the sample forms count)")
    serve.add_argument(
        "--faults",
        nargs="+",
        default=[],
        metavar="KIND[:TIMES[:PATH]]",
        help="what is to go wrong first; docs/operations.md lists the kinds",
    )


def _sample(settings: Settings, options: argparse.Namespace) -> int:
    if options.months < 1:
        raise UserError(f"--months: expected 1 or more (found {options.months})")
    reference = Reference(settings)
    for path in write_samples(
        options.output or settings.inbox,
        seed=options.seed,
        months=options.months,
        contracts=reference.contracts,
        org_units=reference.org_units,
        crosswalk=settings.seeds / "crosswalk.csv",
    ):
        print(path)
    return 0


def _sample_serve(settings: Settings, options: argparse.Namespace) -> int:
    # Nothing else here needs a web server, and its import would be half the time of every other command.
    from ioc_pipeline.sample.api import server
    from ioc_pipeline.sample.api.credentials import connections
    from ioc_pipeline.sample.api.faults import read_fault
    from ioc_pipeline.sample.api.world import World

    for name in ("months", "dossiers"):
        if getattr(options, name) is not None and getattr(options, name) < 1:
            raise UserError(f"--{name}: expected 1 or more (found {getattr(options, name)})")
    world = World(
        OrgUnits.from_seeds(settings.seeds), options.seed, options.today, options.months, dossiers=options.dossiers
    )
    app = server.make_app(world, [read_fault(text) for text in options.faults])
    with server.listening(options.port) as (bound, url):
        for name, connection in connections(url).items():
            print(f"export {name}='{connection}'")
        print(f"# {url} serves sample data until Ctrl-C", flush=True)
        server.serve(app, bound)
    return 0
