"""Commands on what arrives: take it in, fetch it, try a file, see what became of it."""

import argparse
import json
import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ioc_pipeline.answer.wording import explain
from ioc_pipeline.cli import status
from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.output import complain
from ioc_pipeline.domain.errors import SourceError, UserError
from ioc_pipeline.durable import write_durably
from ioc_pipeline.fetch.client import to_connection
from ioc_pipeline.flows import extracts, one_pass, stores
from ioc_pipeline.flows.preview import explain_file, try_file
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.replay import replay
from ioc_pipeline.flows.verify import verify
from ioc_pipeline.settings import FEEDBACK_FOLDER, Settings


def add_commands(commands: Commands) -> None:
    add_command(commands, "run", _run, "one pass without Airflow: inbox, warehouse, published marts")
    extract = add_command(commands, "extract", _extract, "fetch an API since its last run and load what came")
    extract.add_argument(
        "source", help="name of an API's contract; its connection is read from AIRFLOW_CONN_<CONNECTION>, as JSON"
    )
    check = add_command(commands, "check", _check, "say what would happen to a file; nothing is submitted")
    checked = check.add_mutually_exclusive_group(required=True)
    checked.add_argument("file", type=Path, nargs="?", help="the file as the department would send it")
    replay_help = "read everything that landed under this changed contract, and say what would differ; 1 if anything"
    checked.add_argument("--replay", type=Path, metavar="CONTRACT.yml", help=replay_help)
    check.add_argument("--explain", action="store_true", help="draw what every cell is taken for, after the verdict")
    check.add_argument("--json", action="store_true", help="with --explain: nothing but sheet, cell and role, as JSON")
    marked = "write the workbook with its bad cells marked, as it would come back; not written where it would not"
    check.add_argument("--marked", type=Path, metavar="OUT.xlsx", help=marked)
    check.add_argument("--department", help="inbox folder it would be dropped into (default: the file's own folder)")
    status.add_command_to(commands)
    add_command(
        commands,
        "verify",
        _verify,
        "look at everything that is kept against what was recorded of it; 2 if something differs",
    )


def _run(settings: Settings, _: argparse.Namespace) -> int:
    summary, published = one_pass.run(settings)
    print(f"loaded {summary.loaded}, returned {summary.returned}, other {summary.other}")
    print(f"published {published.version}{'' if published.changed else ' (unchanged)'}: {published.path}")
    if summary.failed:
        complain(f"{summary.failed} deliveries are held by a fault of ours and tried again; `ioc status` says why")
    return 2 if summary.failed else 0


def _extract(settings: Settings, options: argparse.Namespace) -> int:
    api = extracts.api_of(settings, options.source)
    variable = f"AIRFLOW_CONN_{api.connection.upper()}"
    try:
        given = json.loads(os.environ.get(variable) or "")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        expected = '{"conn_type": "http", "host": "https://…", "login": "…", "password": "…"}'
        raise UserError(f"{variable}: expected {expected}")
    summary = extracts.Extraction(settings, options.source, to_connection(api.connection, given)).run()
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
    if options.json and options.explain:
        try:
            roles = explain_file(settings, path, department).roles
        except SourceError as error:
            raise UserError(f"{path.name}: no table of a form is there to explain ({error})") from error
        print(json.dumps([asdict(each) for each in roles], ensure_ascii=False))
        return 0
    tried = try_file(settings, path, path.name, department)
    verdict = tried.verdict
    print(f"outcome: {verdict.outcome}")
    print(f"source: {verdict.source_name or '-'}")
    for scope in verdict.scopes:
        print(f"scope: {scope.table_name} {scope.period.type} {scope.period.start}..{scope.period.end}")
    print(f"values: {verdict.observation_count}")
    for problem in verdict.problems:
        print(f"{problem.severity}: {explain(problem)}")
    if options.marked and tried.marked is not None:
        write_durably(options.marked, tried.marked)
        print(f"marked: {options.marked}")
    if options.explain:
        with suppress(SourceError):  # without its header no cell has a role; the verdict said so
            print("\n".join(explain_file(settings, path, department).picture))
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


def _verify(settings: Settings, _: argparse.Namespace) -> int:
    found = verify(settings)
    for one in found:
        complain(f"{one.area}: {one.place}: {one.what}")
    if not found:
        head = stores.open_ledger(settings).head()
        print(f"{head.delivery_seq} deliveries, {head.load_seq} loads: bytes, rows and versions are as recorded")
    return 2 if found else 0
