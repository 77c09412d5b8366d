"""Commands for decisions: each is a delivery itself, so it can be withdrawn like one."""

import argparse
import getpass
from datetime import date

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.days import read_period
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows import decisions, purging
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.settings import Settings


def add_commands(commands: Commands) -> None:
    withdraw = add_command(commands, "withdraw", _withdraw, "take a delivery back: the version before it stands again")
    withdraw.add_argument("delivery_seq", type=int, help="its number, which receipts and `ioc status` show")
    withdraw.add_argument("--reason", required=True, help="why; kept with the delivery")
    release = add_command(
        commands,
        "release",
        _release,
        "decide that a delivery was returned for personal data that are none: read it again",
    )
    release.add_argument("delivery_seq", type=int, help="its number, which its answer and `ioc status` show")
    release.add_argument("--reason", required=True, help="why; kept with the decision, published with the figures")
    purge = add_command(
        commands, "purge", _purge, "delete the bytes of a returned delivery now; hash, reason and record stay"
    )
    purge.add_argument("delivery_seq", type=int, help="its number, which its answer and `ioc status` show")
    purge.add_argument("--reason", required=True, help="why; kept in place of the bytes")
    waive = add_command(
        commands, "waive", _waive, "decide that a report is not owed, or only later; withdrawn like a delivery"
    )
    waive.add_argument("source", help="name of a contract, e.g. admin_procedures; `ioc sources` lists them")
    waive.add_argument("period", help="in which it ends: 2025-09, 2025-Q3, 2025 or its last day 2025-09-14")
    waive.add_argument("--unit", help="who reports, a commune's code say (default: the source's department)")
    waive.add_argument("--until", type=date.fromisoformat, help="the new due day (default: nothing is owed)")
    waive.add_argument("--reason", required=True, help="why; kept with the waiver")


def _expect_reason(options: argparse.Namespace, about: str) -> None:
    """Blanks are no reason: it is kept with the decision, and read by who asks for it later."""
    if not options.reason.strip():
        raise UserError(f"--reason: expected why {about} (found nothing)")


def _withdraw(settings: Settings, options: argparse.Namespace) -> int:
    _expect_reason(options, "the delivery is taken back")
    seq = decisions.withdraw(settings, options.delivery_seq, reason=options.reason, by=getpass.getuser())
    print(f"withdrawal {seq} recorded for delivery {options.delivery_seq}; the next run takes it into the marts")
    return 0


def _release(settings: Settings, options: argparse.Namespace) -> int:
    _expect_reason(options, "these are no personal data")
    seq = decisions.release(settings, options.delivery_seq, reason=options.reason, by=getpass.getuser())
    print(f"release {seq} recorded for delivery {options.delivery_seq}; the next run reads it again")
    return 0


def _purge(settings: Settings, options: argparse.Namespace) -> int:
    _expect_reason(options, "the bytes are deleted")
    count = purging.purge(settings, options.delivery_seq, reason=options.reason, by=getpass.getuser())
    print(
        f"{count} files of delivery {options.delivery_seq} deleted from landing; the sender's own copy is the sender's"
    )
    return 0


def _waive(settings: Settings, options: argparse.Namespace) -> int:
    _expect_reason(options, "the report is not owed")
    source = Reference(settings).contract_of(options.source).source
    period = read_period(options.period, source)
    unit = options.unit or source.department
    by = getpass.getuser()
    seq = decisions.waive(settings, source.name, unit, period, until=options.until, reason=options.reason, by=by)
    print(f"waiver {seq} recorded for {unit} {period.start}..{period.end}; the next run takes it into the marts")
    return 0
