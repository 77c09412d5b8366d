"""What became of deliveries, what needs a person first: `ioc status`."""

import argparse
from collections.abc import Sequence
from datetime import datetime

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.output import complain, write_csv
from ioc_pipeline.cli.screen import Screen
from ioc_pipeline.domain.alerts import Alert
from ioc_pipeline.domain.local_time import as_local
from ioc_pipeline.flows import alerts, stores
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.land.sent_names import sent_name
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.enquiries import StatusRow
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings

SHOWN = 20
_HEADER = ("seq", "state", "outcome", "department", "received_at", "file", "held")
_STYLES = {"critical": "bold red", "warning": "yellow", "returned": "yellow", "published": "green"}


def add_command_to(commands: Commands) -> None:
    status = add_command(
        commands,
        "status",
        _status,
        "what needs a person and the newest deliveries; verifies what is new in the chain of events",
    )
    status.add_argument(
        "--all", action="store_true", help="every delivery, in the order they came; a program always gets all"
    )
    status.add_argument("--csv", action="store_true", help="the deliveries as CSV, for a program")


def _status(settings: Settings, options: argparse.Namespace) -> int:
    store = stores.open_store(settings)
    ledger = store.ledger
    stopped = Reference(settings).contracts.broken
    found = alerts.alerts(settings)
    screen = Screen()
    is_for_a_person = screen.is_terminal and not options.csv
    # A program gets all of them: it could not know what was left out.
    waiting, newest = _first(ledger) if is_for_a_person and not options.all else ([], ledger.status_rows())
    if is_for_a_person:
        _show(screen, [f"{name}: {error}" for name, error in stopped.items()], found, waiting, newest)
    else:
        rows = [_as_recorded(store, row) for row in newest]
        if options.csv:
            write_csv(_HEADER, rows)
        else:
            screen.table(_HEADER, rows)
        complain(*(f"stopped: {name}: {error}" for name, error in stopped.items()))
        complain(*(f"{alert.severity}: [{alert.code}] {alert.text}" for alert in found))
    ledger.verify_new_events()
    return 0


def _first(ledger: Ledger) -> tuple[list[StatusRow], list[StatusRow]]:
    """What waits, the held first, and the newest of the others, as many as a person looks at."""
    waiting = sorted(ledger.open_status_rows(SHOWN), key=lambda row: not row.held_reason)
    known = {row.delivery_seq for row in waiting}
    return waiting, [row for row in ledger.newest_status_rows(SHOWN, {}) if row.delivery_seq not in known]


def _show(
    screen: Screen,
    stopped: Sequence[str],
    found: Sequence[Alert],
    waiting: Sequence[StatusRow],
    newest: Sequence[StatusRow],
) -> None:
    needs = [*(("critical", text) for text in stopped), *((alert.severity, alert.text) for alert in found)]
    if not needs and not waiting:
        screen.heading("Không có gì phải xử lý · nothing needs a person")
    if needs:
        screen.heading("Cần người xử lý · needs a person")
        screen.table(("mức · weight", "việc · what"), needs, styles=_STYLES)
    for heading, rows in (("Đang chờ · waiting or held", waiting), ("Mới nhất · newest", newest)):
        if rows:
            screen.heading(heading)
            header = ["số", "nhận", "đơn vị", "tệp · file", "tình trạng"]
            screen.table(header, [_as_seen(row) for row in rows], wide="tệp · file", styles=_STYLES)
            screen.named(
                [(f"{row.delivery_seq}", f"bị giữ · held: {row.held_reason}") for row in rows if row.held_reason]
            )


def _as_seen(row: StatusRow) -> tuple[str, ...]:
    """The outcome, where it says more than the state."""
    ending = row.state if row.outcome in ("", "loaded", row.state) else f"{row.state}, {row.outcome}"
    return str(row.delivery_seq), _moment(row.received_at), row.department_code, row.file_name, ending


def _moment(at: datetime) -> str:
    return f"{as_local(at):%d/%m/%y %H:%M}"


def _as_recorded(store: Store, row: StatusRow) -> tuple[object, ...]:
    received_at = row.received_at.isoformat(timespec="seconds")
    name = sent_name(store.blob_path(row.sha256), row.file_name) if "‹" in row.file_name else row.file_name
    name = name.encode("utf-8", "replace").decode("utf-8")
    return row.delivery_seq, row.state, row.outcome, row.department_code, received_at, name, row.held_reason
