"""Inbox → landing, once: every file is safe and numbered before it leaves the department's folder.

A pass admits what lies still, copies it under its sha256, records it in the ledger, writes the sidecar beside the
blob, and only then empties the inbox. It may be killed anywhere; the next pass finishes its work (the steps are named
in `STEPS`, and each is tried in the tests).
"""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.durable import remove, sync_folder
from ioc_pipeline.folders import Folder
from ioc_pipeline.land.admission import Candidate, Inbox, Refusal
from ioc_pipeline.land.copying import INCOMING, Landed, land
from ioc_pipeline.land.release import finish_releases, release
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.arrivals import Arrival

STEPS = ("copied", "renamed", "synced", "recorded", "described", "confirmed", "taken", "unsealed", "released")

_FILES_AT_ONCE = 200  # each keeps a descriptor open until it is released; one ledger transaction for all of them


@dataclass(frozen=True, slots=True)
class Intake:
    """What one pass over the inbox found."""

    delivery_seqs: list[int]
    refusals: list[Refusal]


def land_inbox(inbox: Inbox, store: Store, *, now: datetime, received_at: datetime | None = None) -> Intake:
    """Take everything that lies still in the inbox to landing and the ledger, as received `now` or at another time.

    One pass at a time: a second waits for the first.

    Raises:
        OSError: our disk is full or broken; what was not recorded yet is still in the inbox.
    """
    with landing_alone(store):
        store.write_sidecars()
        finish_releases(inbox, store.ledger)
        found = inbox.scan(now)
        intake = Intake([], [one for one in found if isinstance(one, Refusal)])
        candidates = [one for one in found if isinstance(one, Candidate)]
        scan_seq = store.ledger.open_scan() if candidates else 0
        for first in range(0, len(candidates), _FILES_AT_ONCE):
            few = _take(
                candidates[first : first + _FILES_AT_ONCE],
                inbox,
                store,
                received_at=received_at or now,
                scan_seq=scan_seq,
            )
            intake.delivery_seqs.extend(few.delivery_seqs)
            intake.refusals.extend(few.refusals)
    return intake


def _take(
    candidates: Sequence[Candidate], inbox: Inbox, store: Store, *, received_at: datetime, scan_seq: int
) -> Intake:
    """Take some files from the inbox, all by one transaction of the ledger."""
    intake = Intake([], [])
    landed: list[Landed] = []
    with ExitStack() as opened:
        folders = _open_folders({one.department_code for one in candidates}, inbox, opened)
        for candidate in candidates:
            folder = folders.get(candidate.department_code)
            result = land(candidate, folder, store) if folder else None
            if isinstance(result, Landed):
                opened.callback(os.close, result.descriptor)
                landed.append(result)
            elif result is not None:
                intake.refusals.append(result)
        if landed:
            _sync_blobs(store, landed)
            store.at_step("synced")
            deliveries = _record(landed, store, received_at=received_at, scan_seq=scan_seq)
            store.at_step("recorded")
            store.write_sidecars()
            for one, delivery in zip(landed, deliveries, strict=True):
                release(one, delivery.delivery_seq, store.at_step)
            intake.delivery_seqs.extend(delivery.delivery_seq for delivery in deliveries)
            for folder in folders.values():
                with suppress(OSError):  # a released name that comes back finds its delivery again
                    folder.sync()
    return intake


def _open_folders(department_codes: Collection[str], inbox: Inbox, opened: ExitStack) -> dict[str, Folder]:
    """The folders that can be opened; what lies in another waits, and `folder_faults` tells of it."""
    folders = {}
    for department_code in department_codes:
        with suppress(OSError):
            folders[department_code] = opened.enter_context(Folder.at(inbox.folder, department_code))
    return folders


def _sync_blobs(store: Store, landed: Collection[Landed]) -> None:
    for folder in {store.blob_path(one.sha256).parent for one in landed}:
        sync_folder(folder)
    sync_folder(store.folder)


def _record(landed: Collection[Landed], store: Store, *, received_at: datetime, scan_seq: int) -> list[Delivery]:
    arrivals = [
        Arrival(
            one.candidate.department_code,
            one.file_name,
            one.sha256,
            one.size_bytes,
            one.is_sealed,
            one.origin,
        )
        for one in landed
    ]
    return store.ledger.record_files(arrivals, received_at=received_at, scan_seq=scan_seq)


@contextmanager
def landing_alone(store: Store) -> Iterator[None]:
    """One pass at a time; wait for who is at it. What a killed pass half copied is removed."""
    incoming = store.folder / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    with store.ledger.alone(store.folder / ".lock"):
        for half_copied in incoming.iterdir():
            remove(half_copied)
        yield
