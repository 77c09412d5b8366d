"""`ioc`: the same steps for a person at a terminal. Exit code 1 is the sender's or the user's fault, 2 is ours."""

import argparse
import calendar
import csv
import getpass
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from ioc_pipeline import sample
from ioc_pipeline.answer import feedback
from ioc_pipeline.build.build import BuildError
from ioc_pipeline.domain.errors import ContractError, FetchError, SourceError, UserError
from ioc_pipeline.domain.periods import periods_between
from ioc_pipeline.fetch.client import to_connection
from ioc_pipeline.flows import ingest
from ioc_pipeline.flows.prepare import Reference, check_file
from ioc_pipeline.flows.rebuild import rebuild
from ioc_pipeline.flows.replay import replay
from ioc_pipeline.publish import publish
from ioc_pipeline.reference.org_units import OrgUnits
from ioc_pipeline.sample import LAST_DAY
from ioc_pipeline.settings import FEEDBACK_FOLDER, Settings, from_environment

_PERIOD = re.compile(r"(?P<year>[1-9]\d{3})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2])(?P<day>-\d{2})?)?")
_ASKING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^[+\-]?[\d.,\s%]*$")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors go to standard error."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stopped:  # argparse has said why; its own exit code for that is 2, which here means ours
        return 1 if stopped.code else 0
    try:
        return int(options.command(from_environment(), options) or 0)
    except SourceError as error:
        _say(*(feedback.explain(problem) for problem in error.problems))
        return 1
    except UserError as error:
        _say(str(error))
        return 1
    except ContractError as error:
        _say(f"contract or catalogue: {error}")
        return 2
    except FetchError as error:
        _say(f"not fetched, nothing of this run counts: {error}")
        return 2
    except BuildError as error:
        _say(f"the marts could not be built, the last published version stays: {error}")
        return 2
    except BrokenPipeError:
        return 0
    except Exception as error:
        if isinstance(error, duckdb.IOException) and "Could not set lock" in str(error):
            _say("another command works on the warehouse; nothing is lost, try again when it has ended")
            return 1
        traceback.print_exc()
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ioc", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, function: object, help_text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.set_defaults(command=function)
        return command

    add("run", _run, "one pass without Airflow: inbox, warehouse, published marts")
    extract = add("extract", _extract, "fetch an API since its last run and load what came")
    extract.add_argument("source", help="its connection is read from AIRFLOW_CONN_<CONNECTION>, as JSON")
    check = add("check", _check, "say what would happen to a file; nothing is submitted")
    checked = check.add_mutually_exclusive_group(required=True)
    checked.add_argument("file", type=Path, nargs="?")
    replay_help = "read everything that landed under this changed contract, and say what would differ; 1 if anything"
    checked.add_argument("--replay", type=Path, metavar="CONTRACT.yml", help=replay_help)
    check.add_argument("--department", help="inbox folder it would be dropped into (default: the file's own folder)")
    add("status", _status, "deliveries and their state, contracts that are stopped")
    trace = add("trace", _trace, "from a published value to file, sheet, cell and original text")
    trace.add_argument("indicator", help="indicator code, alias or name, e.g. infra_population_4g_pct")
    trace.add_argument("unit", help='org unit code or name, e.g. 14 or "Xã Vân Hồ"')
    trace.add_argument("period", help="in which the period ends: 2025-09, 2025-Q3, 2025 or its last day 2025-09-14")
    withdraw = add("withdraw", _withdraw, "take a delivery back: the version before it stands again")
    withdraw.add_argument("delivery_seq", type=int)
    withdraw.add_argument("--reason", required=True)
    waive = add("waive", _waive, "decide that a report is not owed, or only later; withdrawn like a delivery")
    waive.add_argument("source")
    waive.add_argument("period", help="in which it ends: 2025-09, 2025-Q3, 2025 or its last day 2025-09-14")
    waive.add_argument("--unit", help="who reports, a commune's code say (default: the source's department)")
    waive.add_argument("--until", type=date.fromisoformat, help="the new due day (default: nothing is owed)")
    waive.add_argument("--reason", required=True)
    again = add("load-again", _load_again, "read all deliveries of a source again under the contract in force")
    again.add_argument("source")
    form = add("form", _form, "write a blank form (.xlsx) from a contract")
    form.add_argument("source")
    form.add_argument("--output", type=Path, help="default: <source>.xlsx in the current folder")
    add("rebuild", _rebuild, "rebuild an empty warehouse from landing and compare the marts by ordered-row hash")
    sample = add("sample", _sample, "write sample department files into the inbox, labelled as sample data")
    sample.add_argument("--seed", type=int, default=1)
    sample.add_argument("--months", type=int, default=3)
    sample.add_argument("--output", type=Path, help="write <department>/<file> here instead of into the inbox")
    serve_help = "serve the four sample APIs on this machine until Ctrl-C"
    serve = sample.add_subparsers(metavar="serve").add_parser("serve", help=serve_help, description=serve_help)
    serve.set_defaults(command=_sample_serve)
    serve.add_argument("--port", type=int, default=0, help="default: a free one")
    serve.add_argument("--seed", type=int, default=1)
    day_after = LAST_DAY + timedelta(days=1)
    serve.add_argument("--today", type=date.fromisoformat, default=day_after, help="no record is of this day or later")
    serve.add_argument("--months", type=int, default=1, help="of records before --today (default: 1)")
    serve.add_argument("--dossiers", type=int, help="how many (default: as many as the sample forms count)")
    serve.add_argument(
        "--faults", nargs="+", default=[], metavar="KIND[:TIMES[:PATH]]", help="what is to go wrong first"
    )
    sources = add("sources", _sources, "forms that can be sent: source, department, inbox folder, title")
    sources.add_argument("--csv", action="store_true")
    add("where", _where, "where everything is, as key=value lines")
    sql = add("sql", _sql, "read-only query on the published marts, CSV to standard output")
    sql.add_argument("query")
    return parser


def _run(settings: Settings, _: argparse.Namespace) -> int:
    summary, published = ingest.run(settings)
    print(f"loaded {summary.loaded}, returned {summary.returned}, other {summary.other}")
    print(f"published {published.version}{'' if published.changed else ' (unchanged)'}: {published.path}")
    return 0


def _extract(settings: Settings, options: argparse.Namespace) -> int:
    api = ingest.api_of(settings, options.source)
    variable = f"AIRFLOW_CONN_{api.connection.upper()}"
    try:
        given = json.loads(os.environ.get(variable) or "")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        expected = '{"conn_type": "http", "host": "https://…", "login": "…", "password": "…"}'
        raise UserError(f"{variable}: expected {expected}")
    summary = ingest.extract(settings, options.source, to_connection(api.connection, given))
    load = summary.load
    print(f"fetched {summary.pages} pages; loaded {load.loaded}, returned {load.returned}, other {load.other}")
    if load.returned:
        raise UserError(f"what was returned is explained in {settings.inbox}/*/{FEEDBACK_FOLDER}/")
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    if options.replay:
        return _check_replay(settings, options.replay)
    path: Path = options.file
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    department = options.department or path.resolve().parent.name
    known = Reference(settings).inbox_folders()
    if department not in known:
        raise UserError(f"--department: expected one of {', '.join(sorted(known))} (found {department})")
    verdict = check_file(settings, path, department)
    print(f"outcome: {verdict.outcome}")
    print(f"source: {verdict.source_name or '-'}")
    for scope in verdict.scopes:
        print(f"scope: {scope.table_name} {scope.period.type} {scope.period.start}..{scope.period.end}")
    print(f"values: {verdict.observation_count}")
    for problem in verdict.problems:
        print(f"{problem.severity}: {feedback.explain(problem)}")
    return 1 if verdict.outcome == "returned" else 0


def _check_replay(settings: Settings, contract: Path) -> int:
    read, differing = 0, 0
    for difference in replay(settings, contract):
        read += 1
        if not difference.is_any:
            continue
        differing += 1
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(difference.counts.items())) or "none"
        delivery = difference.delivery
        print(f"delivery {delivery.delivery_seq}: {difference.before} -> {difference.after}; values: {counts}")
        for change in difference.changes:
            about = " ".join(
                part for part in (change.table_name, change.what, change.org_unit_code, change.period) if part
            )
            place = _place(change.sheet, change.cell)
            print(f"  {change.kind} {about} at {place}: {change.before} -> {change.after}")
        if untold := sum(difference.counts.values()) - len(difference.changes):
            print(f"  … and {untold} more")
        for word, problems in (("new", difference.new_problems), ("gone", difference.gone_problems)):
            for problem in problems:
                place = _place(problem.sheet, problem.cell)
                print(f"  {word} problem: {problem.severity} {problem.code}" + (f" at {place}" if place else ""))
    print(f"{differing} of {read} deliveries differ; nothing was written")
    return 1 if differing else 0


def _place(sheet: str, cell: str) -> str:
    """A cell of a sheet; what an API answered has a whole pointer, a CSV no sheet, and a whole file neither."""
    return cell if cell.startswith("/") else "!".join(part for part in (sheet, cell) if part)


def _waive(settings: Settings, options: argparse.Namespace) -> int:
    if not options.reason.strip():
        raise UserError("--reason: expected why the report is not owed (found nothing)")
    contract = Reference(settings).contracts.ready.get(options.source)
    if contract is None:
        raise UserError(f"source {options.source}: not among the contracts in force; `ioc sources` lists them")
    source = contract.source
    first, last = _days(options.period)
    periods = [
        period
        for period in periods_between(first - timedelta(days=366), last, source.period_type, source.clock)
        if first <= period.end <= last
    ]
    if len(periods) != 1:
        found = ", ".join(f"{period.start}..{period.end}" for period in periods) or "none"
        raise UserError(f"period {options.period}: expected one {source.period_type} that ends in it (found {found})")
    unit = options.unit or source.department
    by = getpass.getuser()
    seq = ingest.waive(settings, source.source, unit, periods[0], until=options.until, reason=options.reason, by=by)
    print(
        f"waiver {seq} recorded for {unit} {periods[0].start}..{periods[0].end}; the next run takes it into the marts"
    )
    return 0


def _load_again(settings: Settings, options: argparse.Namespace) -> int:
    seqs = ingest.load_again(settings, options.source)
    print(f"{len(seqs)} deliveries of {options.source} will be read again; the next run takes them into the marts")
    return 0


def _status(settings: Settings, _: argparse.Namespace) -> int:
    contracts = Reference(settings).contracts
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerow(["seq", "state", "outcome", "department", "received_at", "file", "held"])
    for row in ingest.open_ledger(settings).status_rows():
        writer.writerow(
            [
                row.delivery_seq,
                row.state,
                row.outcome or "",
                row.department_code,
                row.received_at.isoformat(timespec="seconds"),
                row.file_name.encode("utf-8", "replace").decode("utf-8"),
                row.held_reason or "",
            ]
        )
    for name, error in contracts.broken.items():
        _say(f"stopped: {name}: {error}")
    return 0


def _trace(settings: Settings, options: argparse.Namespace) -> int:
    start, end = _days(options.period)
    unit = options.unit
    with publish.connect_published(settings) as marts:
        found = marts.execute(
            """
            select
                lineage.indicator_code, lineage.org_unit_code, lineage.geography, lineage.period_start_date,
                lineage.period_end_date, lineage.role, lineage.element_code, lineage.breakdown,
                lineage.source_org_unit_code, lineage.value, lineage.value_text, lineage.record_count,
                lineage.delivery_seq, lineage.file_name, lineage.sheet_name, lineage.cell
            from mart_lineage as lineage
            inner join dim_indicator using (indicator_code)
            where
                (
                    lineage.indicator_code = $indicator
                    or dim_indicator.alias_code = $indicator
                    or lower(dim_indicator.indicator_name_vi) = lower($indicator)
                )
                and (
                    lineage.org_unit_code = $unit
                    -- a name is its unit's of that time; a code may have named another one before
                    or exists (
                        from dim_org_unit as unit
                        where
                            lower(unit.org_unit_name) = lower($unit)
                            and unit.org_unit_code = lineage.org_unit_code
                            and if(
                                lineage.geography = 'restated', unit.valid_to_date = date '9999-12-31',
                                lineage.period_end_date between unit.valid_from_date and unit.valid_to_date
                            )
                    )
                )
                and lineage.period_end_date between $start and $end
            order by all
            """,
            {"indicator": options.indicator, "unit": unit, "start": start, "end": end},
        )
        header = [column[0] for column in found.description]
        rows = found.fetchall()
    if not rows:
        there_is = 'ioc sql "select distinct indicator_code, org_unit_code, period_end_date from mart_lineage"'
        asked = f"{options.indicator} for {unit} that ends in {options.period}"
        raise UserError(f"no published value of {asked}; what there is: {there_is}")
    _write_csv(header, rows)
    return 0


def _days(text: str) -> tuple[date, date]:
    """First and last day in which a period may end: 2025-09, 2025-Q3, 2025, or a single day."""
    match = _PERIOD.fullmatch(text)
    if not match:
        raise UserError(f"period {text!r}: expected 2025-09, 2025-Q3, 2025 or a day 2025-09-14")
    year = int(match["year"])
    if match["day"]:
        try:
            return date.fromisoformat(text), date.fromisoformat(text)
        except ValueError:
            raise UserError(f"period {text!r}: there is no such day") from None
    first, last = (1, 12)
    if match["quarter"]:
        first, last = 3 * int(match["quarter"]) - 2, 3 * int(match["quarter"])
    elif match["month"]:
        first = last = int(match["month"])
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _withdraw(settings: Settings, options: argparse.Namespace) -> int:
    if not options.reason.strip():
        raise UserError("--reason: expected why the delivery is taken back (found nothing)")
    seq = ingest.withdraw(settings, options.delivery_seq, reason=options.reason, by=getpass.getuser())
    print(f"withdrawal {seq} recorded for delivery {options.delivery_seq}; the next run takes it into the marts")
    return 0


def _form(settings: Settings, options: argparse.Namespace) -> int:
    reference = Reference(settings)
    contract = reference.contracts.ready.get(options.source)
    if contract is None:
        raise UserError(f"source {options.source}: expected one of {', '.join(sorted(reference.contracts.ready))}")
    path = options.output or Path(f"{options.source}.xlsx")
    if path.exists():  # perhaps with figures in it
        raise UserError(f"{path}: exists already; name another file with --output")
    sample.write_blank_form(contract, path, reference.org_units, province_code=settings.province_code)
    print(path)
    return 0


def _rebuild(settings: Settings, _: argparse.Namespace) -> int:
    comparison = rebuild(settings)
    for mart, (live, rebuilt) in sorted(comparison.hashes.items()):
        print(f"{'equal    ' if live == rebuilt else 'DIFFERENT'} {mart} {rebuilt}")
    if comparison.differing:
        _say(f"differing marts: {', '.join(comparison.differing)}; the rebuilt ones are in {comparison.folder}")
        return 2
    return 0


def _sample(settings: Settings, options: argparse.Namespace) -> int:
    if options.months < 1:
        raise UserError(f"--months: expected 1 or more (found {options.months})")
    reference = Reference(settings)
    for path in sample.write_samples(
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


def _sources(settings: Settings, options: argparse.Namespace) -> int:
    ingest.make_inbox(settings)
    contracts = Reference(settings).contracts
    rows = [
        [name, contract.source.department, str(settings.inbox / contract.source.folder), contract.source.title]
        for name, contract in sorted(contracts.ready.items())
    ]
    header = ["source", "department", "inbox", "title"]
    if options.csv:
        _write_csv(header, rows)
    else:
        for row in [header, *rows]:
            print("  ".join(row))
    for name, error in contracts.broken.items():
        _say(f"stopped: {name}: {error}")
    return 0


def _where(settings: Settings, _: argparse.Namespace) -> int:
    ingest.make_inbox(settings)
    for key in (
        "home",
        "inbox",
        "landing",
        "prepared",
        "warehouse",
        "published",
        "project",
        "sources",
        "seeds",
        "expectations",
    ):
        print(f"{key}={getattr(settings, key)}")
    print(f"marts={settings.published / 'current.duckdb'}")
    print(f"feedback={settings.inbox / '<department>' / FEEDBACK_FOLDER}")
    if settings.ledger_url.startswith("sqlite:///"):
        print(f"ledger={settings.ledger_url.removeprefix('sqlite:///')}")
    return 0


def _sql(settings: Settings, options: argparse.Namespace) -> int:
    with publish.connect_published(settings) as marts:
        try:
            statements = marts.extract_statements(options.query)
            if not statements:
                raise UserError('found no query; expected one, e.g. "show tables"')
            # A pragma is turned into a query before anybody can ask what it was.
            is_pragma = options.query.lstrip(" \t\r\n(").lower().startswith("pragma")
            if len(statements) > 1 or statements[0].type not in _ASKING or is_pragma:
                raise UserError("expected one query that asks: select, with, show, describe or explain")
            found = marts.execute(options.query)
            header, rows = [column[0] for column in found.description], found.fetchall()
        except duckdb.Error as error:
            raise UserError(str(error)) from error
    _write_csv(header, rows)
    return 0


def _write_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[_neutral(value) for value in row] for row in rows])


def _neutral(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets a leading quote; numbers written as text do not.

    A decimal is written out: `0E-12`, Python's zero of twelve decimals, is a text to a spreadsheet.
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str) and _FORMULA.match(value) and not _PLAIN_NUMBER.match(value):
        return f"'{value}"
    return value


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)
