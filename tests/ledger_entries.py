"""Entries of a ledger for its tests."""

import hashlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ioc_pipeline.domain.deliveries import Delivery, Kind, Outcome
from ioc_pipeline.ledger.arrivals import Arrival, Own
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.progress import Lease, PreparedLoad

NINE = datetime(2025, 9, 15, 2, 0, tzinfo=UTC)


LATER = NINE + timedelta(minutes=10)


CONTRACT = "c" * 64


def arrival(name: str, content: str = "v1", *, origin: str = "", department: str = "so-khcn") -> Arrival:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return Arrival(department, name, sha256, len(content), True, origin or f"{name}:{content}")


def received(ledger: Ledger, *names: str) -> list[int]:
    arrivals = [arrival(name) for name in names]
    deliveries = ledger.record_files(arrivals, received_at=NINE, scan_seq=ledger.open_scan())
    return [delivery.delivery_seq for delivery in deliveries]


def leased(ledger: Ledger, *names: str) -> list[Lease]:
    return ledger.lease(received(ledger, *names), owner="worker", seconds=60, at=NINE)


def in_warehouse(ledger: Ledger, *names: str) -> list[int]:
    leases = leased(ledger, *names)
    ledger.prepared([PreparedLoad(lease, "loaded", CONTRACT, "telecom") for lease in leases], at=NINE)
    ledger.loaded([(lease.delivery_seq, "loaded", lease.delivery_seq) for lease in leases], at=NINE)
    return [lease.delivery_seq for lease in leases]


def withdrawn(ledger: Ledger, delivery_seq: int, content: str = "decision") -> Delivery:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return ledger.record_withdrawal(delivery_seq, reason="gửi nhầm", by="an", at=LATER, sha256=sha256, size_bytes=8)


def own(kind: Kind, name: str, *, source_name: str = "one_stop") -> Own:
    return Own(
        kind=kind,
        department_code="vp-ubnd",
        file_name=f"{source_name}/{name}",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        size_bytes=8,
        source_name=source_name,
        origin=f"{kind}:{source_name}/{name}",
        extract_id=name.partition("/")[0],
        request='{"path": "/dossiers"}' if kind == "page" else "",
    )


def accepted(ledger: Ledger, kind: Kind, name: str, outcome: Outcome = "loaded", source_name: str = "one_stop") -> int:
    seq = ledger.record_own(own(kind, name, source_name=source_name), at=NINE).delivery_seq
    leases = ledger.lease([seq], owner="worker", seconds=60, at=NINE)
    ledger.prepared([PreparedLoad(lease, outcome, CONTRACT, source_name) for lease in leases], at=NINE)
    ledger.loaded([(seq, outcome, seq)], at=NINE)
    return seq


def states(ledger: Ledger) -> dict[int, str]:
    return {row.delivery_seq: row.state for row in ledger.status_rows()}


def as_intruder(ledger: Ledger, *statements: str) -> None:
    """What somebody with the database's password can try."""
    with ledger._engine.connect() as connection, connection.begin():
        for statement in statements:
            connection.execute(sa.text(statement))
