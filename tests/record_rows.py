"""Records of an API as the load step leaves them: an extract, its page, and the rows read from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from raw_rows import Warehouse

VIETNAM = timedelta(hours=7)


def local(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A time of day in the province, in UTC as raw holds it."""
    return datetime(year, month, day, hour, minute) - VIETNAM  # noqa: DTZ001  # raw holds UTC without saying so


@dataclass(frozen=True)
class Dossier:
    """One dossier as the one-stop system tells it; times in UTC."""

    dossier_id: str
    org_unit_code: str
    received_at: datetime
    due_at: datetime
    settled_at: datetime | None = None
    updated_at: datetime | None = None
    channel: str = "online"
    status: str = ""
    agency_code: str = ""
    is_fully_online: int = 0
    is_digitised: int = 0
    reuses_data: int = 0
    fee_vnd: int = 0
    is_paid_online: int = 0


@dataclass(frozen=True)
class Task:
    task_id: str
    org_unit_code: str
    assigned_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    progress: str = "on_track"
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Reading:
    station_uuid: str
    org_unit_code: str
    observed_at: datetime
    depth_mm: Decimal | str | None


def deliver_records(
    warehouse: Warehouse,
    delivery_seq: int,
    records: Sequence[Dossier] | Sequence[Task] | Sequence[Reading],
    *,
    source: str,
    received_at: datetime,
    outcome: str = "loaded",
    department: str = "vp-ubnd",
) -> None:
    """Add one extract of one page: the page is `delivery_seq`, the extract the number after it.

    Args:
        received_at: time of the answer, UTC.
    """
    extract_seq = delivery_seq + 1
    extract_id = f"{source}-{delivery_seq:04d}"
    warehouse.load_seq += 1
    page = (delivery_seq, "page", source, department, f"{source}/{extract_id}/0001.json", f"{delivery_seq:064x}")
    rest = (1000, received_at, 1, True, None)
    warehouse._add("delivery", warehouse.load_seq, *page, *rest, "page", "contract", 0, 0, 0, extract_id, "{}")
    warehouse.load_seq += 1
    extract = (extract_seq, "extract", source, department, f"{source}/{extract_id}", f"{extract_seq:064x}")
    counts = (len(records), 0, 0)
    warehouse._add("delivery", warehouse.load_seq, *extract, *rest, outcome, "contract", *counts, extract_id, "{}")
    warehouse._add("load", warehouse.load_seq, extract_seq, "contract", outcome, received_at)
    if outcome == "loaded":
        for place, record in enumerate(records):
            lineage = (warehouse.load_seq, delivery_seq, source)
            _ADD[type(record)](warehouse, lineage, record, place)


def _add_dossier(warehouse: Warehouse, lineage: tuple[int, int, str], dossier: Dossier, place: int) -> None:
    status = dossier.status or ("settled" if dossier.settled_at else "pending")
    updated_at = dossier.updated_at or dossier.settled_at or dossier.received_at
    what = (dossier.dossier_id, "1.000001", dossier.agency_code or dossier.org_unit_code, dossier.received_at)
    marks = (dossier.channel, dossier.is_fully_online, dossier.due_at, dossier.settled_at, status)
    counts = (dossier.is_digitised, dossier.reuses_data, dossier.fee_vnd, dossier.is_paid_online, updated_at)
    keys = (dossier.dossier_id, dossier.org_unit_code)
    warehouse._add("dossier", *lineage, *keys, *what, *marks, *counts, "/items", f"/items/{place}")


def _add_task(warehouse: Warehouse, lineage: tuple[int, int, str], task: Task, place: int) -> None:
    times = (task.assigned_at, task.due_at, task.done_at, task.progress, task.updated_at or task.assigned_at)
    keys = (task.task_id, task.org_unit_code, task.task_id)
    warehouse._add("task", *lineage, *keys, *times, "/data", f"/data/{place}")


def _add_reading(warehouse: Warehouse, lineage: tuple[int, int, str], reading: Reading, place: int) -> None:
    depth = None if reading.depth_mm is None else Decimal(reading.depth_mm)
    keys = (f"{reading.station_uuid}|{reading.observed_at.replace(tzinfo=UTC).isoformat()}", reading.org_unit_code)
    what = (reading.station_uuid, f"Trạm {reading.station_uuid}", reading.observed_at, depth, None)
    warehouse._add("rain_reading", *lineage, *keys, *what, "", f"/{place}")


_ADD = {Dossier: _add_dossier, Task: _add_task, Reading: _add_reading}
