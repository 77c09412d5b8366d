"""A person's decisions, in landing like any other delivery: a withdrawal, a waiver, a release."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from ioc_pipeline.domain.deliveries import Delivery, Release, Waiver
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.land.own_json import as_json
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.arrivals import Own


def land_waiver(store: Store, waiver: Waiver, *, at: datetime) -> Delivery:
    """Land a person's decision that a report is not owed, or later; it lies with its reporting unit's deliveries."""
    content = as_json({**asdict(waiver), "at": at})
    sha256 = store.keep(content)
    own = Own(
        kind="waiver",
        department_code=waiver.reporting_unit_code,
        file_name=f"{waiver.source_name} {waiver.period.start.isoformat()}..{waiver.period.end.isoformat()}",
        sha256=sha256,
        size_bytes=len(content),
        source_name=waiver.source_name,
        origin=f"waiver:{sha256}",
    )
    return store.record_own(own, at=at)


def land_withdrawal(store: Store, delivery_seq: int, *, reason: str, by: str, at: datetime) -> Delivery:
    """Land a person's decision that a delivery shall not count: bytes, number and sidecar like any other.

    Raises:
        UserError: there is no such delivery, it is a page or a withdrawal, or it is withdrawn already.
    """
    content = as_json({"withdraws_delivery_seq": delivery_seq, "reason": reason, "by": by, "at": at})
    delivery = store.ledger.record_withdrawal(
        delivery_seq, reason=reason, by=by, at=at, sha256=store.keep(content), size_bytes=len(content)
    )
    store.write_sidecars()
    return delivery


def land_release(
    store: Store, delivery_seq: int, *, places: Sequence[str], reason: str, by: str, at: datetime
) -> Delivery:
    """Land a person's decision that what was found in a delivery is no personal data; it waits to be read once more.

    Raises:
        UserError: see `Ledger.record_release`.
    """
    content = as_json(
        {"releases_delivery_seq": delivery_seq, "places": list(places), "reason": reason, "by": by, "at": at}
    )
    delivery = store.ledger.record_release(
        delivery_seq, reason=reason, by=by, at=at, sha256=store.keep(content), size_bytes=len(content)
    )
    store.write_sidecars()
    return delivery


def read_release(store: Store, delivery: Delivery) -> Release:
    """What the bytes of a release say."""
    content = json.loads(store.read(delivery))
    return Release(delivery.delivery_seq, content["reason"], content["by"], tuple(content["places"]))


def read_waiver(store: Store, delivery: Delivery) -> Waiver:
    """What the bytes of a waiver say."""
    content = json.loads(store.read(delivery))
    period = content["period"]
    return Waiver(
        source_name=content["source_name"],
        reporting_unit_code=content["reporting_unit_code"],
        period=Period(period["type"], date.fromisoformat(period["start"]), date.fromisoformat(period["end"])),
        due_date=date.fromisoformat(content["due_date"]) if content["due_date"] else None,
        reason=content["reason"],
        by=content["by"],
    )


def read_reason(store: Store, delivery: Delivery) -> str:
    """Why a person withdrew a delivery, from the bytes of the decision."""
    return str(json.loads(store.read(delivery))["reason"])
