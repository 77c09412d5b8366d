"""The way of a delivery, from the inbox to published marts: the steps in their order."""

import math
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from ioc_pipeline import build, feedback, landing, load, publish
from ioc_pipeline.deliveries import Verdict
from ioc_pipeline.errors import ConflictError, UserError
from ioc_pipeline.ledger import Ledger, Lease
from ioc_pipeline.prepare import Reference, read_batch, write_prepared
from ioc_pipeline.settings import Settings

BATCH_SIZE = 50  # deliveries prepared by one task: imports and suites are paid once for all of them
LEASE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """`changed` says whether the marts have anything new to tell."""

    changed: bool
    loaded: int
    returned: int
    other: int


def land_inbox(settings: Settings) -> list[list[int]]:
    """Protocol steps 0 to 3 for everything in the inbox; give the waiting deliveries in batches.

    What cannot become a delivery is answered and stays where it is.
    """
    reference = Reference(settings)
    ledger = open_ledger(settings)
    departments = {contract.source.department for contract in reference.contracts.ready.values()}
    landed = landing.land_inbox(
        settings.inbox,
        settings.landing,
        ledger,
        departments,
        settle_seconds=settings.settle_seconds,
        unsealed_seconds=settings.unsealed_seconds,
        now=datetime.now(UTC),
    )
    for refusal in landed.refusals:
        feedback.write_refusal(settings.inbox, refusal.department_code, refusal.file_name, refusal.problem, refusal.key)
    waiting = ledger.waiting()
    size = min(BATCH_SIZE, math.ceil(len(waiting) / 2) or 1) if len(waiting) > BATCH_SIZE else BATCH_SIZE
    return [waiting[start : start + size] for start in range(0, len(waiting), size)]


def prepare(settings: Settings, batch: Sequence[int]) -> int:
    """Protocol step 4: read, parse and check deliveries; give how many are ready to load.

    Running it again, or twice at once, gives the same files: whoever holds the lease moves the state.
    """
    reference = Reference(settings)
    ledger = open_ledger(settings)
    leases = ledger.lease(batch, owner=f"pid-{os.getpid()}", seconds=LEASE_SECONDS, now=datetime.now(UTC))
    by_seq = {lease.delivery_seq: lease for lease in leases}
    readings = read_batch([ledger.delivery(seq) for seq in by_seq], settings.landing, reference)
    ready = 0
    for reading in readings:
        lease = by_seq[reading.delivery.delivery_seq]
        if reading.held:
            ledger.hold(lease, reading.held)
            continue
        verdict = write_prepared(settings, reading)
        ready += _mark_prepared(ledger, lease, verdict)
    return ready


def _mark_prepared(ledger: Ledger, lease: Lease, verdict: Verdict) -> bool:
    try:
        ledger.prepared(lease, verdict.outcome, verdict.contract_hash)
    except ConflictError:
        return False  # our lease ran out and another worker has it: the same files, marked by them
    return True


def load_prepared(settings: Settings, *, answer: bool = True) -> LoadSummary:
    """Protocol step 5: load what is prepared in the order of deliveries, then answer the departments.

    A crash anywhere is mended by the next run: the load marker tells what is in, feedback is written again the same.
    """
    reference = Reference(settings)
    ledger = open_ledger(settings)
    verdicts = [Verdict.read(settings.prepared / str(seq) / "verdict.json") for seq in ledger.to_load()]
    outcomes = load.load_prepared(
        settings.warehouse,
        settings.prepared,
        verdicts,
        elements=reference.elements,
        loaded_at=datetime.now(UTC),
    )
    by_seq = {loaded.delivery_seq: loaded for loaded in outcomes}
    counts: dict[str, int] = {}
    for verdict in verdicts:
        loaded = by_seq[verdict.delivery.delivery_seq]
        final = replace(verdict, outcome=loaded.outcome, problems=(*verdict.problems, *loaded.problems))
        if answer:
            contract = reference.contracts.ready.get(verdict.source_name)
            feedback.write_feedback(settings.inbox, final, contract.source.title if contract else "")
        ledger.loaded(loaded.delivery_seq, loaded.outcome, loaded.load_seq)
        shutil.rmtree(settings.prepared / str(loaded.delivery_seq), ignore_errors=True)
        counts[loaded.outcome] = counts.get(loaded.outcome, 0) + 1
    return LoadSummary(
        changed=bool(verdicts),
        loaded=counts.get("loaded", 0),
        returned=counts.get("returned", 0),
        other=sum(count for outcome, count in counts.items() if outcome not in ("loaded", "returned")),
    )


def build_and_publish(settings: Settings, *, as_of: date | None = None) -> publish.Published:
    """Protocol step 6: build and test the marts, then publish them as a new version."""
    load.open_warehouse(settings.warehouse)
    build.build(settings, as_of=as_of or today())
    published = publish.publish(settings, published_at=datetime.now(UTC))
    open_ledger(settings).published(published.load_seq, published.version)
    return published


def run(settings: Settings) -> tuple[LoadSummary, publish.Published]:
    """One pass from the inbox to published marts, without Airflow."""
    for batch in land_inbox(settings):
        prepare(settings, batch)
    summary = load_prepared(settings)
    return summary, build_and_publish(settings)


def withdraw(settings: Settings, delivery_seq: int, *, reason: str, by: str) -> int:
    """Record a person's decision that a delivery no longer counts; give the decision's own delivery_seq.

    Raises:
        UserError: there is no such delivery, or it is a decision itself.
    """
    ledger = open_ledger(settings)
    try:
        delivery = ledger.delivery(delivery_seq)
    except LookupError as error:
        raise UserError(f"delivery {delivery_seq}: not in the ledger; `ioc status` lists them") from error
    if delivery.kind != "file":
        raise UserError(f"delivery {delivery_seq} is a {delivery.kind}: only a file can be withdrawn")
    return landing.land_withdrawal(
        settings.landing, ledger, delivery, reason=reason, by=by, at=datetime.now(UTC)
    ).delivery_seq


def open_ledger(settings: Settings) -> Ledger:
    """The ledger, its schema up to date."""
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    return ledger


def today() -> date:
    """The date in Vietnam."""
    return datetime.now(feedback.LOCAL_TIME).date()
