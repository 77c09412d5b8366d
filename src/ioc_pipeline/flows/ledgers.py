"""The ledger, lost or moved: taken from landing and the warehouse again, or to another database with proof."""

import secrets
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.domain.installation import Installation
from ioc_pipeline.flows.rebuild import follow_warehouse
from ioc_pipeline.flows.stores import open_store, working_on_warehouse
from ioc_pipeline.land.intake import landing_alone
from ioc_pipeline.land.stamp import Stamp, read_stamp, write_stamp
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.arrivals import Sidecar
from ioc_pipeline.ledger.copying import TableProof
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish.versions import read_pointer
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.belonging import last_loaded, read_deliveries, read_head
from ioc_pipeline.warehouse.place import place_of


@dataclass(frozen=True, slots=True)
class Restored:
    """How many deliveries the ledger lacked, how many of all it knows are loaded, and whose sidecar is nowhere."""

    taken: int
    loaded: int
    missing: list[int]


def restore_ledger(settings: Settings) -> Restored:
    """Fill the ledger, a new one or an older copy, from the sidecars in landing and the markers in the warehouse.

    What the warehouse holds is loaded and answered; everything else waits for the next run. The ledger before this
    one is refused from now on.

    Raises:
        UserError: nothing has landed.
        StoresError: the ledger is of another installation.
    """
    store = Store(settings.landing, Ledger(settings.ledger_url))
    stamp = read_stamp(store.folder)
    if stamp is None and not store.sidecar_paths():
        raise UserError(f"{settings.landing}: nothing has landed yet, so there is nothing to restore from")
    ledger = store.ledger
    ledger.migrate()
    before = ledger.head()
    if stamp and before.installation and before.installation.installation_id != stamp.installation_id:
        raise StoresError(
            f"the ledger at {ledger.shown_url} is of another installation than {store.folder}: correct IOC_LEDGER_URL"
        )
    at = datetime.now(UTC)
    with landing_alone(store), working_on_warehouse(settings):
        installation_id, envelopes, due = _known_to_warehouse(settings)
        missing = store.restore_ledger(at=at, more=envelopes)
        epoch = max(stamp.epoch if stamp else 0, before.installation.epoch if before.installation else 0) + 1
        installation_id = stamp.installation_id if stamp else installation_id or secrets.token_hex(16)
        ledger.join(Installation(installation_id, epoch), at=at)
        head = ledger.head()
        write_stamp(store.folder, Stamp(installation_id, epoch, head.delivery_seq, head.sha256))
        if place_of(settings).exists():
            follow_warehouse(settings, ledger)
    loaded = ledger.to_answer()
    # Answers follow a load at once: only those of the last one may be due, and writing one again changes nothing.
    ledger.answered([seq for seq in loaded if seq not in due], at=at)
    if pointer := read_pointer(settings.published):
        ledger.published(pointer.load_seq, pointer.version, at=at)
    return Restored(head.delivery_seq - before.delivery_seq, len(loaded), missing)


def _known_to_warehouse(settings: Settings) -> tuple[str, list[Sidecar], set[int]]:
    """What the warehouse knows, where there is one: its installation, envelopes, the deliveries loaded last."""
    if not place_of(settings).exists():
        return "", [], set()
    with closing(place_of(settings).connect_to_read()) as connection:
        there = read_head(connection)
        if there is None:
            return "", [], set()
        envelopes = [Sidecar(one, f"restored:{one.delivery_seq}:{one.sha256}") for one in read_deliveries(connection)]
        return there.installation.installation_id if there.installation else "", envelopes, last_loaded(connection)


@dataclass(frozen=True, slots=True)
class Moved:
    """The proof of a move: each table as both ledgers hold it, and how many events the new one verified."""

    proofs: list[TableProof]
    event_count: int


def move_ledger(settings: Settings, url: str) -> Moved:
    """Copy the ledger to another database and let that one take over; the one before is refused from now on.

    Whoever wants to write waits meanwhile, and is then told to use the new one.

    Raises:
        UserError: the other database holds a ledger already.
        StoresError: the copy differs; the ledger stays where it is.
    """
    store = open_store(settings)
    other = Ledger(url)
    with landing_alone(store), store.ledger.held() as connection:
        proofs = store.ledger.copy_to(other, connection)
        event_count = other.verify_events()
        head = other.head()
        assert head.installation is not None
        taken_over = replace(head.installation, epoch=head.installation.epoch + 1)
        other.join(taken_over, at=datetime.now(UTC))
        write_stamp(store.folder, Stamp(taken_over.installation_id, taken_over.epoch, head.delivery_seq, head.sha256))
    return Moved(proofs, event_count)
