"""Commands to try it without departments and systems: sample files, and sample APIs that serve."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.local_time import LOCAL_TIME, local_day
from ioc_pipeline.flows.inbox import land_as_of
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.profile import read_profile
from ioc_pipeline.sample.write import SampleFile, sample_files, write_samples
from ioc_pipeline.settings import Settings

OFFICE_OPENS = time(7, 30)


def add_commands(commands: Commands) -> None:
    files = add_command(
        commands, "sample", _sample, "write sample department files into the inbox, labelled as sample data"
    )
    files.add_argument("--seed", type=int, default=1, help="another one spreads the figures differently; totals stay")
    files.add_argument("--months", type=int, default=3, help="how many before --until, and the one of September 2025")
    files.add_argument(
        "--until",
        type=date.fromisoformat,
        default=local_day(datetime.now(UTC)),
        help="the day it is taken to be (default: today): what was sent earlier is landed as received then",
    )
    files.add_argument("--output", type=Path, help="write all as <department>/<file> here, and land nothing")
    serve = add_command(
        files.add_subparsers(metavar="serve"),
        "serve",
        _sample_serve,
        "serve the four sample APIs on this machine until Ctrl-C",
    )
    serve.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    serve.add_argument("--seed", type=int, default=1, help="another one spreads the figures differently; totals stay")
    serve.add_argument(
        "--today",
        type=date.fromisoformat,
        default=local_day(datetime.now(UTC)),
        help="no record is of this day or later (default: today)",
    )
    serve.add_argument("--months", type=int, default=2, help="of records before --today, the unfinished one included")
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
    files = sample_files(
        seed=options.seed,
        months=options.months,
        until=options.until,
        contracts=reference.contracts,
        org_units=reference.org_units,
        profile=read_profile(settings.province),
        seeds=settings.seeds,
    )
    earlier = [] if options.output else [file for file in files if file.sent_on < options.until]
    land_as_of(settings, _by_day(settings, earlier))
    for path in write_samples(options.output or settings.inbox, [file for file in files if file not in earlier]):
        print(path)
    return 0


def _by_day(settings: Settings, files: Iterable[SampleFile]) -> Iterator[tuple[datetime, Path]]:
    """When the files of each day came, and a folder that holds them while the caller looks into it."""
    for sent_on, of_day in groupby(sorted(files, key=lambda file: file.sent_on), key=lambda file: file.sent_on):
        with TemporaryDirectory() as folder:
            for path in write_samples(Path(folder), of_day):
                print(settings.inbox / path.relative_to(folder))
            yield datetime.combine(sent_on, OFFICE_OPENS, LOCAL_TIME), Path(folder)


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
        OrgUnits.from_seeds(settings.seeds),
        read_profile(settings.province),
        options.seed,
        options.today,
        options.months,
        dossiers=options.dossiers,
    )
    app = server.make_app(world, [read_fault(text) for text in options.faults])
    with server.listening(options.port) as (bound, url):
        for name, connection in connections(url).items():
            print(f"export {name}='{connection}'")
        print(f"# {url} serves sample data until Ctrl-C", flush=True)
        server.serve(app, bound)
    return 0
