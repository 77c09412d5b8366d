"""Commands on this installation: where everything is, and whether it can be rebuilt from what landed."""

import argparse
from pathlib import Path

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.output import complain
from ioc_pipeline.flows import inbox_folders
from ioc_pipeline.flows.backup import back_up, bring_back
from ioc_pipeline.flows.ledgers import move_ledger, restore_ledger
from ioc_pipeline.flows.maintenance import maintain
from ioc_pipeline.flows.new_province import begin_province
from ioc_pipeline.flows.rebuild import rebuild
from ioc_pipeline.settings import FEEDBACK_FOLDER, Settings


def add_commands(commands: Commands) -> None:
    init = add_command(commands, "init", _init, "begin the folder of another province, for a data engineer to complete")
    init.add_argument("--province", required=True, metavar="CODE", help="as org_units.csv has it, e.g. 01")
    add_command(commands, "where", _where, "where everything is, as key=value lines")
    add_command(
        commands,
        "rebuild",
        _rebuild,
        "rebuild an empty warehouse from landing and compare the marts by ordered-row hash",
    )
    about = "what is done every night: sweep leftovers, verify a share; 2 if something is damaged"
    add_command(commands, "maintain", _maintain, about)
    backup = add_command(commands, "backup", _backup, "copy a consistent set of all stores to a folder, while all runs")
    backup.add_argument("folder", type=Path, help="a new or an empty one, on another disk")
    restore = add_command(
        commands, "restore", _restore, "bring the stores of a backup back, and take in what came since"
    )
    restore.add_argument("folder", type=Path, help="as `ioc backup` wrote it; nothing else may run meanwhile")
    about = "restore the ledger, or move it to another database"
    ledger = commands.add_parser("ledger", help=about, description=about)
    ledgers = ledger.add_subparsers(metavar="restore, move", required=True)
    add_command(
        ledgers,
        "restore",
        _ledger_restore,
        "take from landing and the warehouse what the ledger, lost or an older copy, does not know",
    )
    move = add_command(
        ledgers, "move", _ledger_move, "copy the ledger to another database, prove it, and let it take over"
    )
    move.add_argument("url", help="of an empty database, as IOC_LEDGER_URL will be, e.g. postgresql+psycopg://…")


def _init(settings: Settings, options: argparse.Namespace) -> int:
    folder = begin_province(settings, options.province)
    print(f"{folder}: complete it as its README.md says; then IOC_PROVINCE={options.province} make demo")
    return 0


def _where(settings: Settings, _: argparse.Namespace) -> int:
    inbox_folders.make_inbox(settings)
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


def _rebuild(settings: Settings, _: argparse.Namespace) -> int:
    comparison = rebuild(settings)
    if comparison.replaced:
        print(f"the rebuilt warehouse took its place: {comparison.replaced}")
    for mart, (live, rebuilt) in sorted(comparison.hashes.items()):
        print(f"{'equal    ' if live == rebuilt else 'DIFFERENT'} {mart} {rebuilt}")
    if comparison.differing:
        complain(f"differing marts: {', '.join(comparison.differing)}; the rebuilt ones are in {comparison.folder}")
    for seq, reason in comparison.lacking.items():
        complain(f"delivery {seq} could not be rebuilt and counts no longer, until its bytes are back: {reason}")
    return 2 if comparison.differing or comparison.lacking else 0


def _maintain(settings: Settings, _: argparse.Namespace) -> int:
    found = maintain(settings)
    for one in found:
        complain(f"{one.area}: {one.place}: {one.what}")
    return 2 if found else 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    made = back_up(settings, options.folder)
    print(f"{made.delivery_seq} deliveries, {made.load_seq} loads, version {made.version or '-'}: {options.folder}")
    for seq in made.damaged:
        complain(f"delivery {seq}: its bytes are not what was landed, and are not in the backup")
    return 2 if made.damaged else 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    done = bring_back(settings, options.folder)
    print(f"the stores of {done.backup.made_at} are back; what was there is in {done.aside}")
    print(f"{len(done.taken)} deliveries came since and are taken in: `ioc run`")
    if done.missing:
        numbers = ", ".join(map(str, done.missing))
        complain(
            f"lost, in neither landing nor the backup: deliveries {numbers}; their senders have to send them again"
        )
    return 2 if done.missing else 0


def _ledger_restore(settings: Settings, _: argparse.Namespace) -> int:
    restored = restore_ledger(settings)
    print(
        f"took {restored.taken} deliveries from landing; {restored.loaded} of all are loaded, `ioc run` takes the rest"
    )
    if restored.missing:
        complain(f"no sidecar says what these deliveries were: {', '.join(map(str, restored.missing))}")
    return 2 if restored.missing else 0


def _ledger_move(settings: Settings, options: argparse.Namespace) -> int:
    moved = move_ledger(settings, options.url)
    for proof in moved.proofs:
        print(f"equal {proof.table}\t{proof.row_count} rows\t{proof.sha256}")
    print(
        f"{moved.event_count} events verified; now set IOC_LEDGER_URL to the new one: this one is refused from now on"
    )
    return 0
