"""Landed deliveries → prepared files: leased, read, checked and judged; whoever holds the lease moves the state."""

import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import ConflictError, DamagedError
from ioc_pipeline.flows.checks import check_readings
from ioc_pipeline.flows.cpu_budget import OverBudgetError, cpu_budget
from ioc_pipeline.flows.deaths import died_often, forget_deaths, note_deaths
from ioc_pipeline.flows.prepared import write_reading, write_verdict
from ioc_pipeline.flows.reading import Reading, read_all
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_ledger, open_store
from ioc_pipeline.flows.verdicts import verdict_on_own
from ioc_pipeline.flows.whereabouts import reason, whereabouts
from ioc_pipeline.land.store import Store
from ioc_pipeline.land.tombstones import buried_verdict
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.progress import Lease, PreparedLoad
from ioc_pipeline.locks import LockedError
from ioc_pipeline.settings import Settings

BATCH_SIZE = 100  # deliveries prepared by one task: imports and suites are paid once for all of them
LEASE_SECONDS = 900.0
CPU_SECONDS = 150.0  # of one delivery that is prepared alone, besides what its size adds
CPU_SECONDS_TOGETHER, CPU_SECONDS_EACH = 30.0, 5.0  # of a batch, for imports and suites, and of each delivery in it
CPU_SECONDS_A_MIB = 10.0
EXTRACT_MIB = 25  # an extract's own bytes are the list of its pages
HUNG_SECONDS = 3600.0  # until what took longer is tried again: each try keeps the others waiting

_LOG = logging.getLogger(__name__)


class PrepareError(Exception):
    """Deliveries could not be prepared, by a fault of ours; they are held with the reason and tried again."""

    def __init__(self, delivery_seqs: list[int]) -> None:
        super().__init__(f"deliveries {delivery_seqs} could not be prepared; `ioc status` has the reason")
        self.delivery_seqs = delivery_seqs


def waiting_batches(settings: Settings) -> list[list[int]]:
    """What is `waiting`, in the one order.

    What its processes died of is left out: `doubtful_batches`, for when the others are loaded.
    """
    all_of_them = waiting(settings)
    doubtful = died_often(settings, all_of_them)
    return in_batches([seq for seq in all_of_them if seq not in doubtful])


def doubtful_batches(settings: Settings) -> list[list[int]]:
    """Each delivery that its processes died of, by itself."""
    return [[seq] for seq in sorted(died_often(settings, waiting(settings)))]


def waiting(settings: Settings) -> list[int]:
    """Deliveries that nobody prepares; what a process that has died was preparing waits again."""
    ledger = open_ledger(settings)
    end_leases_of_the_dead(settings, ledger)
    return ledger.waiting(at=datetime.now(UTC))


def in_batches(delivery_seqs: Sequence[int]) -> list[list[int]]:
    """As many as one call of `prepare` should take."""
    return [list(delivery_seqs[start : start + BATCH_SIZE]) for start in range(0, len(delivery_seqs), BATCH_SIZE)]


def prepare(settings: Settings, batch: Sequence[int]) -> int:
    """Protocol step 4: read, parse and check deliveries; give how many are ready to load.

    Running it again, or twice at once, gives the same files: whoever holds the lease moves the state.

    Raises:
        PrepareError: some failed, by a fault of ours; the others are ready.
    """
    store = open_store(settings)
    end_leases_of_the_dead(settings, store.ledger)
    with _sign_of_life(settings, store.ledger) as owner:
        leases = store.ledger.lease(batch, owner=owner, seconds=LEASE_SECONDS, at=datetime.now(UTC))
        ready, failed = _prepare_leased(settings, store, leases) if leases else (0, [])
        forget_deaths(settings, [lease.delivery_seq for lease in leases])
    if failed:
        raise PrepareError(failed)
    return ready


def prepare_all(settings: Settings, batches: Iterable[Sequence[int]]) -> list[list[int]]:
    """Prepare batch after batch, and give those whose deliveries failed, to be tried once more or told of."""
    failed = []
    for batch in batches:
        try:
            prepare(settings, batch)
        except PrepareError as error:
            failed.append(error.delivery_seqs)
    return failed


def read_batch(deliveries: Sequence[Delivery], store: Store, reference: Reference) -> list[Reading]:
    """Take files and extracts to readings with what the suites say of them.

    Suites run once over all of them: one validation costs as much as a thousand rows.
    """
    readings = read_all(deliveries, store, reference)
    check_readings(readings)
    return readings


def prepare_files(
    settings: Settings, deliveries: Sequence[Delivery], store: Store
) -> Iterator[tuple[int, Verdict | str]]:
    """Write the prepared files of deliveries; give for each its verdict, or why it must wait."""
    own = [delivery for delivery in deliveries if delivery.kind not in ("file", "extract")]
    for delivery in own:
        try:
            verdict = verdict_on_own(delivery, store)
        except DamagedError as error:
            yield delivery.delivery_seq, str(error)
            continue
        write_verdict(settings, verdict)
        yield delivery.delivery_seq, verdict
    sent = []
    for delivery in deliveries:
        if delivery.kind not in ("file", "extract"):
            continue
        try:
            buried = buried_verdict(store, delivery)
        except DamagedError as error:
            yield delivery.delivery_seq, str(error)
            continue
        if buried:
            write_verdict(settings, buried)
            yield delivery.delivery_seq, buried
        else:
            sent.append(delivery)
    for reading in read_batch(sent, store, Reference(settings)):
        yield reading.delivery.delivery_seq, reading.held or write_reading(settings, reading)


def _prepare_leased(settings: Settings, store: Store, leases: Sequence[Lease]) -> tuple[int, list[int]]:
    """Prepare what is leased; give how many are ready and which ones failed. One that fails stops no other."""
    try:
        with cpu_budget(_cpu_seconds(store.ledger.deliveries([lease.delivery_seq for lease in leases]))):
            return _prepare_together(settings, store, leases), []
    except (Exception, OverBudgetError) as error:
        if len(leases) > 1:
            alone = [_prepare_leased(settings, store, [lease]) for lease in leases]
            return sum(ready for ready, _ in alone), [seq for _, failed in alone for seq in failed]
        for lease in leases:  # or the next try would find nothing to do until they run out
            _LOG.error("delivery %d could not be prepared: %s", lease.delivery_seq, whereabouts(error))
            is_hung = isinstance(error, OverBudgetError)
            until = datetime.now(UTC) + timedelta(seconds=HUNG_SECONDS) if is_hung else None
            _hold(store.ledger, lease, f"preparing failed: {reason(error)}", until=until)
        return 0, [lease.delivery_seq for lease in leases]


def _cpu_seconds(deliveries: Sequence[Delivery]) -> float:
    """Tight for a batch, where a false alarm costs only that each is tried alone; ample for one."""
    sizes = [EXTRACT_MIB if one.kind == "extract" else one.size_bytes / 1024**2 for one in deliveries]
    count = len(deliveries)
    return CPU_SECONDS_A_MIB * sum(sizes) + (
        CPU_SECONDS if count == 1 else CPU_SECONDS_TOGETHER + CPU_SECONDS_EACH * count
    )


def _prepare_together(settings: Settings, store: Store, leases: Sequence[Lease]) -> int:
    ledger = store.ledger
    by_seq = {lease.delivery_seq: lease for lease in leases}
    results = []
    for delivery_seq, verdict in prepare_files(settings, ledger.deliveries(by_seq), store):
        lease = by_seq[delivery_seq]
        if isinstance(verdict, str):
            _hold(ledger, lease, verdict)
            continue
        results.append(PreparedLoad(lease, verdict.outcome, verdict.contract_hash, verdict.source_name))
    lost = ledger.prepared(results, at=datetime.now(UTC))
    return len(results) - len(lost)  # whoever took a lease over writes the same files and moves the state


def _hold(ledger: Ledger, lease: Lease, reason: str, *, until: datetime | None = None) -> None:
    with suppress(ConflictError):
        ledger.hold(lease, reason, until=until, at=datetime.now(UTC))


@contextmanager
def _sign_of_life(settings: Settings, ledger: Ledger) -> Iterator[str]:
    """A name for this process, and a guard under that name which ends with it, however it ends.

    Where it ends badly, the database being restarted say, the file stays: the next pass ends the leases by it.
    """
    path = _signs_of_life(settings) / f"{os.getpid()}-{time.time_ns()}"
    with ledger.alone(path):
        yield path.name
        path.unlink(missing_ok=True)


def end_leases_of_the_dead(settings: Settings, ledger: Ledger) -> None:
    """Killed while it prepared, a process keeps its leases; nobody should wait for them to run out."""
    for path in _signs_of_life(settings).glob("*"):
        with suppress(LockedError, IsADirectoryError), ledger.alone_now(path):  # a folder is no sign of ours
            note_deaths(settings, ledger.end_leases(path.name))
            path.unlink(missing_ok=True)
    for owner in ledger.lease_owners():  # of a ledger that was restored, or whose folder of signs was lost
        if not (_signs_of_life(settings) / owner).exists():
            ledger.end_leases(owner)


def _signs_of_life(settings: Settings) -> Path:
    return settings.home / "preparing"
