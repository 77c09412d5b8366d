"""Everything we keep against what was recorded of it: bytes, sidecars, contracts, rows, markers, publications."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import duckdb

from ioc_pipeline.domain.errors import BrokenRecordError, DamagedError
from ioc_pipeline.domain.findings import Area, Finding, delivery_place
from ioc_pipeline.flows.stores import open_store, working_on_warehouse
from ioc_pipeline.land.contract_versions import read_contract_version
from ioc_pipeline.land.store import Store
from ioc_pipeline.land.tombstones import is_buried, tombstone_of
from ioc_pipeline.ledger.arrivals import Sidecar
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish.versions import damage_of, kept_versions, read_pointer
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse import belonging
from ioc_pipeline.warehouse.imprints import changed_loads
from ioc_pipeline.warehouse.place import place_of
from ioc_pipeline.warehouse.raw import is_lock

_ROWS_AT_ONCE = 500


def verify(settings: Settings) -> list[Finding]:
    """Look at everything, note what was found in the ledger, and give it.

    Raises:
        StoresError: ledger and landing do not belong together.
    """
    store = open_store(settings)
    found = list(_landed(store, store.ledger.all_sidecars()))
    store.ledger.note_findings(["bytes", "sidecars"], None, found, at=datetime.now(UTC))
    return [*found, *_verify_the_rest(settings, store)]


def verify_share(settings: Settings, *, seconds: float) -> list[Finding]:
    """Look at what is quick, and at the bytes of as many deliveries as the time allows, going on where it ended."""
    store = open_store(settings)
    found = _verify_the_rest(settings, store)
    ends_at, left = time.monotonic() + seconds, store.ledger.head().delivery_seq
    while left > 0 and time.monotonic() < ends_at:
        seqs = store.ledger.next_to_check(min(_ROWS_AT_ONCE, left))
        left -= len(seqs)
        some = list(_landed(store, store.ledger.sidecars(seqs)))
        store.ledger.note_findings(
            ["bytes", "sidecars"], [delivery_place(seq) for seq in seqs], some, at=datetime.now(UTC)
        )
        found += some
    return found


def _verify_the_rest(settings: Settings, store: Store) -> list[Finding]:
    found: list[Finding] = []
    looks: dict[Area, Iterable[Finding]] = {
        "events": _events(store.ledger),
        "ledger": store.ledger.unlike_events(),
        "contracts": _contracts(settings, store.ledger),
        "warehouse": _warehouse(settings, store.ledger),
        "publications": _publications(settings, store.ledger),
    }
    for area, look in looks.items():
        some = list(look)
        store.ledger.note_findings([area], None, some, at=datetime.now(UTC))
        found += some
    return found


def _events(ledger: Ledger) -> Iterator[Finding]:
    try:
        ledger.verify_events()
    except BrokenRecordError as error:
        yield Finding("events", "chain", str(error))


def _landed(store: Store, sidecars: Iterable[Sidecar]) -> Iterator[Finding]:
    """Each blob hashes to its name, and each sidecar says what the ledger says."""
    hashed: dict[str, str] = {}
    for sidecar in sidecars:
        delivery = sidecar.delivery
        if delivery.sha256 not in hashed:
            try:
                store.verified_path(delivery.sha256)
                hashed[delivery.sha256] = ""
            except DamagedError as error:
                hashed[delivery.sha256] = str(error)
            try:
                tombstone_of(store, delivery.sha256)
            except DamagedError as error:
                yield Finding("bytes", delivery_place(delivery.delivery_seq), str(error))
        if hashed[delivery.sha256] and not is_buried(store, delivery):
            yield Finding("bytes", delivery_place(delivery.delivery_seq), hashed[delivery.sha256])
        if not store.is_described(sidecar):
            what = "its sidecar in landing is gone, or says something else than the ledger"
            yield Finding("sidecars", delivery_place(delivery.delivery_seq), what)


def _contracts(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Every version that is kept, and every one that a delivery was read under.

    The contract is written after its suites: without it, a version that nothing was read under is being kept just now.
    """
    kept = {path.parent.name for path in (settings.landing / "contracts").glob("*/contract.yml")}
    needed = {row.contract_hash.partition("/")[0] for row in ledger.loads() if row.contract_hash}
    for version in sorted(kept | needed):
        try:
            read_contract_version(settings.landing, version)
        except DamagedError as error:
            yield Finding("contracts", version, str(error))


def _warehouse(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Every marker is the ledger's, and the rows of each load are those that were loaded."""
    place = place_of(settings)
    if not place.exists():
        if load_seq := ledger.head().load_seq:
            yield Finding("warehouse", place.name, f"is gone, with {load_seq} loads")
        return
    try:
        with working_on_warehouse(settings), closing(place.connect_to_read()) as connection:
            if belonging.read_head(connection) is None:
                return
            markers = {marker.load_seq: marker for marker in belonging.read_markers(connection)}
            envelopes = belonging.read_deliveries(connection)
            changed = changed_loads(connection)
    except duckdb.Error as error:
        if not is_lock(error):  # another program has it open: the next look sees it
            yield Finding("warehouse", place.name, f"cannot be read: {error}")
        return
    for load_seq, tables in changed.items():
        yield Finding("warehouse", f"load {load_seq}", f"rows of {', '.join(tables)} are not those that were loaded")
    for row in ledger.loads():
        marker = markers.get(row.load_seq)
        if row.load_seq and (
            marker is None or (marker.delivery_seq, marker.outcome) != (row.delivery_seq, row.outcome)
        ):
            yield Finding(
                "warehouse", f"load {row.load_seq}", "its marker is gone, or says something else than the ledger"
            )
    known = {one.delivery.delivery_seq: one.delivery for one in ledger.all_sidecars()}
    for envelope in envelopes:
        mine = known.get(envelope.delivery_seq)
        if mine is None or replace(mine, source_name=envelope.source_name) != envelope:
            yield Finding(
                "warehouse", delivery_place(envelope.delivery_seq), "raw.delivery says something else than the ledger"
            )


def _publications(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Every version that is kept is what was published, and the newest one is the current one."""
    pointer, newest = read_pointer(settings.published), ledger.head().published_version
    if newest and (pointer is None or pointer.version != newest):
        said = pointer.version if pointer else "nothing that can be read"
        yield Finding("publications", "current.json", f"names {said}, published was {newest}")
    hashes = ledger.published_hashes()
    for version in kept_versions(settings.published):
        if version in hashes and (damage := damage_of(settings.published, version, **hashes[version])):
            yield Finding("publications", f"version {version}", damage)
