"""The rows of the ledger against its events: what each row must say after all that was recorded."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.findings import Finding, delivery_place
from ioc_pipeline.ledger.arrivals import Sidecar, hash_sidecar
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import DELIVERY_COLUMNS, blob, delivery, event, head, load, to_delivery


@dataclass(slots=True)
class _Reckoned:
    """What the events say of one delivery; `loaded_by` is the event that loaded it: later ones may publish it."""

    row_hash: str
    state: str = "landed"
    outcome: str | None = None
    load_seq: int | None = None
    contract_hash: str | None = None
    source_name: str | None = None
    is_answered: bool = False
    loaded_by: int = 0


_COMPARED = ("state", "outcome", "load_seq", "contract_hash", "source_name")


class Reckoning(Journal):
    """Replays the events; reads the whole ledger."""

    def unlike_events(self) -> list[Finding]:
        """Rows that are not what the events say of them."""
        with self.transaction() as connection:
            reckoned, version = _replay(connection)
            found = list(_unlike(connection, reckoned))
            now = connection.execute(sa.select(head)).one()
        if now.delivery_seq != max(reckoned, default=0) or now.published_version != version:
            found.append(Finding("ledger", "head", "does not say what the events say"))
        return found


def _replay(connection: sa.Connection) -> tuple[dict[int, _Reckoned], str]:
    reckoned: dict[int, _Reckoned] = {}
    published_by: list[int] = []
    up_to: list[int] = []
    version = ""
    for row in connection.execute(sa.select(event).order_by(event.c.event_seq)).mappings():
        detail = _detail(row["detail"])
        if row["kind"] == "published":
            published_by.append(row["event_seq"])
            up_to.append(detail.get("up_to_load_seq", 0))
            version = detail.get("version", "")
        elif row["kind"] == "received":
            reckoned[row["delivery_seq"]] = _Reckoned(detail.get("row", ""))
        elif row["delivery_seq"] in reckoned:
            _step(reckoned[row["delivery_seq"]], row, detail)
    newest_after = list(up_to)  # of each publication, the newest load that it or a later one holds
    for place in range(len(up_to) - 2, -1, -1):
        newest_after[place] = max(newest_after[place], newest_after[place + 1])
    for one in reckoned.values():
        place = bisect_right(published_by, one.loaded_by)
        if one.state == "loaded" and place < len(up_to) and (one.load_seq or 0) <= newest_after[place]:
            one.state = "published"
    return reckoned, version


def _detail(text: str) -> dict[str, Any]:
    """What an event says; one that was changed may say nothing, and the chain tells."""
    try:
        detail = json.loads(text)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _step(one: _Reckoned, row: Mapping[Any, Any], detail: Mapping[str, Any]) -> None:
    match row["kind"]:
        case "prepared":
            one.state = "prepared"
            one.outcome, one.contract_hash = detail.get("outcome"), detail.get("contract_hash")
            one.source_name = detail.get("source_name")
        case "loaded":
            if one.state != "withdrawn":
                one.state = "returned" if detail.get("outcome") == "returned" else "loaded"
            one.outcome, one.load_seq, one.loaded_by = detail.get("outcome"), detail.get("load_seq"), row["event_seq"]
            one.contract_hash = detail.get("contract_hash", one.contract_hash)
            one.source_name = detail.get("source_name", one.source_name)
        case "withdrawn":
            one.state = "withdrawn"
        case "load again" | "release decided" | "set back":
            one.state, one.outcome, one.load_seq = "landed", None, None
            one.contract_hash = one.source_name = None
            one.is_answered = one.is_answered and row["kind"] == "set back"
        case "answered":
            one.is_answered = True


def _unlike(connection: sa.Connection, reckoned: dict[int, _Reckoned]) -> Iterator[Finding]:
    query = (
        sa.select(
            *DELIVERY_COLUMNS,
            delivery.c.origin,
            *(load.c[name].label(f"load_{name}") for name in (*_COMPARED, "answered_at")),
            blob.c.size_bytes.label("blob_bytes"),
        )
        .select_from(delivery)
        .join(blob, isouter=True)
        .join(load, sa.and_(load.c.delivery_seq == delivery.c.delivery_seq, load.c.is_newest), isouter=True)
        .order_by(delivery.c.delivery_seq)
    )
    seen = set()
    for row in connection.execute(query):
        seq = row.delivery_seq
        seen.add(seq)
        one = reckoned.get(seq)
        if one is None:
            yield Finding("ledger", delivery_place(seq), "was never recorded as received")
            continue
        if one.row_hash and hash_sidecar(Sidecar(to_delivery(row), row.origin)) != one.row_hash:
            yield Finding("ledger", delivery_place(seq), "its row is not what was recorded when it was received")
        elif row.blob_bytes != row.size_bytes:
            yield Finding("ledger", delivery_place(seq), "its bytes are recorded with two sizes")
        said = {name: getattr(row, f"load_{name}") for name in _COMPARED}
        events_say = {name: value for name, value in asdict(one).items() if name in _COMPARED}
        differing = [name for name in _COMPARED if said[name] != events_say[name]]
        if (row.load_answered_at is not None) != one.is_answered:
            differing.append("answered_at")
        if differing:
            yield Finding("ledger", delivery_place(seq), f"its {', '.join(differing)} is not what the events say")
    for seq in sorted(reckoned.keys() - seen):
        yield Finding("ledger", delivery_place(seq), "was received and has no row")
