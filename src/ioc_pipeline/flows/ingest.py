"""The way of a delivery, from the inbox to published marts: the steps in their order."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from ioc_pipeline.answer import feedback
from ioc_pipeline.build import marts
from ioc_pipeline.domain.deliveries import Extract, Verdict, Waiver
from ioc_pipeline.domain.errors import ConflictError, UserError
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import Run, covered_until
from ioc_pipeline.flows.prepare import Reference, read_batch, write_prepared
from ioc_pipeline.land import landing
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.progress import Lease, PreparedLoad
from ioc_pipeline.load import transaction
from ioc_pipeline.publish import publication
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.catalogue import load_catalogue
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import FEEDBACK_FOLDER, Settings
from ioc_pipeline.warehouse.raw import open_warehouse

BATCH_SIZE = 50  # deliveries prepared by one task: imports and suites are paid once for all of them
LEASE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """`changed` says whether the marts have anything new to tell, also what an earlier crash left untold."""

    changed: bool
    loaded: int
    returned: int
    other: int


@dataclass(frozen=True, slots=True)
class ExtractSummary:
    """What one run of an API came to: how many pages it landed, and what then went to the warehouse."""

    pages: int
    load: LoadSummary


def land_inbox(settings: Settings) -> list[list[int]]:
    """Protocol steps 0 to 3 for everything that lies still in the inbox; give the waiting deliveries in batches.

    What cannot become a delivery is answered once and stays where it is.
    """
    ledger = open_ledger(settings)
    departments = make_inbox(settings)
    intake = landing.land_inbox(
        settings.inbox,
        settings.landing,
        ledger,
        departments,
        settle_seconds=settings.settle_seconds,
        unsealed_seconds=settings.unsealed_seconds,
        now=datetime.now(UTC),
    )
    answered = ledger.answered_refusals([refusal.key for refusal in intake.refusals])
    for refusal in intake.refusals:
        if refusal.key not in answered:
            feedback.write_refusal(
                settings.inbox, refusal.department_code, refusal.file_name, refusal.problem, refusal.key
            )
            ledger.record_refusal(
                refusal.key,
                department_code=refusal.department_code,
                file_name=refusal.file_name,
                code=refusal.problem.code,
                at=datetime.now(UTC),
            )
    _end_leases_of_the_dead(settings, ledger)
    waiting = ledger.waiting(at=datetime.now(UTC))
    return [waiting[start : start + BATCH_SIZE] for start in range(0, len(waiting), BATCH_SIZE)]


def make_inbox(settings: Settings) -> set[str]:
    """Make the folder of everybody who may send, departments and communes, and give the names: nobody types one.

    While a contract is broken, the folder of any agency counts: its deliveries wait rather than being refused.
    """
    reference = Reference(settings)
    departments = reference.inbox_folders()
    for department_code in departments:
        (settings.inbox / department_code / FEEDBACK_FOLDER).mkdir(parents=True, exist_ok=True)
    if reference.contracts.broken:
        folders = [path.name for path in settings.inbox.iterdir()]
        departments.update(name for name in folders if reference.org_units.get(name, date.max))
    return departments


def fetch_pages(
    settings: Settings,
    source_name: str,
    connection: Connection,
    *,
    as_of: date | None = None,
    sleep: Callable[[float], None] = time.sleep,
    checkpoint: Callable[[str], None] = lambda _step: None,
) -> int:
    """Fetch one complete run of an API since its watermark, land it and prepare it; give how many pages it has.

    A page is durable before the next is asked for. Interrupted anywhere, the run leaves pages that never count, and
    the next run starts where this one did. `as_of` is the day whose ended periods are asked for, today if not given;
    `checkpoint` is told each of `landing.OWN_STEPS`.

    Raises:
        FetchError: the API gave no complete answer.
        UserError: there is no such API, its contract is broken, or another process is fetching it now.
    """
    source = _api_source(settings, source_name)
    ledger = open_ledger(settings)
    with _fetching_alone(settings, source_name):
        _prepare_waiting(settings, ledger, source_name)
        pages = _land_run(settings, ledger, source, connection, as_of or today(), sleep, checkpoint)
        _prepare_waiting(settings, ledger, source_name)
    return pages


def _land_run(
    settings: Settings,
    ledger: Ledger,
    source: Source,
    connection: Connection,
    as_of: date,
    sleep: Callable[[float], None],
    checkpoint: Callable[[str], None],
) -> int:
    assert source.api is not None
    started_at = datetime.now(UTC)
    extract_id = f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    accepted = ledger.accepted_extracts(source.name) if source.api.watermark else []
    since = covered_until(landing.read_extract(settings.landing, one) for one in accepted)
    pages: list[int] = []
    with Client(connection, source.api, sleep=sleep) as client:
        run = Run(source, client, since=since, today=as_of)
        for number, page in enumerate(run.pages(), start=1):
            landed = landing.land_page(
                settings.landing,
                ledger,
                page.content,
                source_name=source.name,
                department_code=source.department,
                extract_id=extract_id,
                number=number,
                request=page.request,
                received_at=page.received_at,
                checkpoint=checkpoint,
            )
            pages.append(landed.delivery_seq)
    if not pages:
        return 0  # the first period it reports has not ended yet
    extract = Extract(
        source_name=source.name,
        extract_id=extract_id,
        started_at=started_at,
        ended_at=datetime.now(UTC),
        pages=tuple(pages),
        watermark=run.watermark,
        since=run.asked_since,
    )
    landing.land_extract(settings.landing, ledger, extract, department_code=source.department, checkpoint=checkpoint)
    return len(pages)


def api_of(settings: Settings, source_name: str) -> Api:
    """How an API is asked.

    Raises:
        UserError: there is no such API, or its contract is broken.
    """
    api = _api_source(settings, source_name).api
    assert api is not None
    return api


def _api_source(settings: Settings, source_name: str) -> Source:
    contracts = Reference(settings).contracts
    if broken := contracts.broken.get(f"{source_name}.yml"):
        raise UserError(f"{source_name} is stopped until its contract is mended: {broken}")
    apis = {contract.source.name: contract.source for contract in contracts.apis()}
    if source_name not in apis:
        raise UserError(f"no API '{source_name}': expected one of {', '.join(apis) or '(there is none)'}")
    return apis[source_name]


def _prepare_waiting(settings: Settings, ledger: Ledger, source_name: str) -> None:
    """Prepare what was fetched from an API, also by a run that died."""
    waiting = ledger.deliveries(ledger.waiting(at=datetime.now(UTC)))
    fetched = [one.delivery_seq for one in waiting if one.source_name == source_name]
    for start in range(0, len(fetched), BATCH_SIZE):
        prepare(settings, fetched[start : start + BATCH_SIZE])


@contextmanager
def _fetching_alone(settings: Settings, source_name: str) -> Iterator[None]:
    """One run of an API at a time; the system ends the lock with its process."""
    path = settings.home / "fetching" / f"{source_name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{source_name} is being fetched by another process; try again when it has ended") from None
        yield


def extract(
    settings: Settings,
    source_name: str,
    connection: Connection,
    *,
    as_of: date | None = None,
    sleep: Callable[[float], None] = time.sleep,
    checkpoint: Callable[[str], None] = lambda _step: None,
) -> ExtractSummary:
    """Take an API to the warehouse in one go: what waits from before, then a new run; see `fetch_pages`."""
    _prepare_waiting(settings, open_ledger(settings), source_name)
    before = load_prepared(settings)  # so that the watermark of a run that was fetched and not loaded counts
    pages = fetch_pages(settings, source_name, connection, as_of=as_of, sleep=sleep, checkpoint=checkpoint)
    after = load_prepared(settings)
    total = LoadSummary(
        changed=before.changed or after.changed,
        loaded=before.loaded + after.loaded,
        returned=before.returned + after.returned,
        other=before.other + after.other,
    )
    return ExtractSummary(pages, total)


def prepare(settings: Settings, batch: Sequence[int]) -> int:
    """Protocol step 4: read, parse and check deliveries; give how many are ready to load.

    Running it again, or twice at once, gives the same files: whoever holds the lease moves the state.
    """
    ledger = open_ledger(settings)
    _end_leases_of_the_dead(settings, ledger)
    with _sign_of_life(settings) as owner:
        leases = ledger.lease(batch, owner=owner, seconds=LEASE_SECONDS, at=datetime.now(UTC))
        return _prepare_leased(settings, ledger, leases)


def _prepare_leased(settings: Settings, ledger: Ledger, leases: Sequence[Lease]) -> int:
    by_seq = {lease.delivery_seq: lease for lease in leases}
    results = []
    try:
        for reading in read_batch(ledger.deliveries(by_seq), settings.landing, Reference(settings), ledger.deliveries):
            lease = by_seq[reading.delivery.delivery_seq]
            if reading.held:
                _hold(ledger, lease, reading.held)
                continue
            verdict = write_prepared(settings, reading)
            results.append(PreparedLoad(lease, verdict.outcome, verdict.contract_hash, verdict.source_name))
    except Exception as error:
        for lease in leases:  # or the next try would find nothing to do until they run out
            _hold(ledger, lease, f"preparing failed: {type(error).__name__}")
        raise
    lost = ledger.prepared_batch(results, at=datetime.now(UTC))
    return len(results) - len(lost)  # whoever took a lease over writes the same files and moves the state


@contextmanager
def _sign_of_life(settings: Settings) -> Iterator[str]:
    """A name for this process, and a lock under that name which ends with it, however it ends."""
    path = settings.home / "preparing" / f"{os.getpid()}-{time.time_ns()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield path.name
        finally:
            path.unlink(missing_ok=True)


def _end_leases_of_the_dead(settings: Settings, ledger: Ledger) -> None:
    """Killed while it prepared, a process keeps its leases; nobody should wait for them to run out."""
    for path in (settings.home / "preparing").glob("*"):
        with suppress(FileNotFoundError, BlockingIOError), path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ledger.end_leases(path.name)
            path.unlink()


def _hold(ledger: Ledger, lease: Lease, reason: str) -> None:
    with suppress(ConflictError):
        ledger.hold(lease, reason, at=datetime.now(UTC))


def load_prepared(settings: Settings, *, answer: bool = True) -> LoadSummary:
    """Protocol step 5: load what is prepared in the order of deliveries, then answer the departments.

    A crash anywhere is mended by the next run: the load marker tells what is in, feedback is written again the same.
    """
    ledger = open_ledger(settings)
    to_load = ledger.to_load()
    lost = [seq for seq in to_load if not _verdict_path(settings, seq).exists()]
    for reading in read_batch(ledger.deliveries(lost), settings.landing, Reference(settings), ledger.deliveries):
        write_prepared(settings, reading)  # prepared files are only a copy of what landing says
    verdicts = [Verdict.read(_verdict_path(settings, seq)) for seq in to_load]
    elements = set(load_catalogue(settings.seeds).elements)
    results = transaction.load_prepared(
        settings.warehouse, settings.prepared, verdicts, elements=elements, loaded_at=datetime.now(UTC)
    )
    for verdict, loaded in zip(verdicts, results, strict=True):
        final = replace(
            verdict,
            outcome=loaded.outcome,
            problems=(*verdict.problems, *loaded.problems),
            same_as_delivery_seq=loaded.same_as_delivery_seq,
        )
        final.write(_verdict_path(settings, loaded.delivery_seq))
    ledger.loaded_batch(
        [(loaded.delivery_seq, loaded.outcome, loaded.load_seq) for loaded in results], at=datetime.now(UTC)
    )
    if answer:
        _answer(settings, ledger)
    outcomes = [loaded.outcome for loaded in results]
    return LoadSummary(
        changed=any(outcome != "page" for outcome in outcomes) or ledger.has_unpublished(),
        loaded=outcomes.count("loaded"),
        returned=outcomes.count("returned"),
        other=sum(outcome not in ("loaded", "returned") for outcome in outcomes),
    )


def _answer(settings: Settings, ledger: Ledger) -> None:
    """Tell every department that has not been told; only then the prepared files may go."""
    contracts = Reference(settings).contracts.ready
    to_answer = ledger.to_answer()
    for seq in to_answer:
        verdict = Verdict.read(_verdict_path(settings, seq))
        if _needs_no_answer(verdict):
            continue
        contract = contracts.get(verdict.source_name)
        feedback.write_feedback(settings.inbox, verdict, contract.source.title if contract else "")
    ledger.answered(to_answer, at=datetime.now(UTC))
    for seq in to_answer:
        shutil.rmtree(_verdict_path(settings, seq).parent)


def _needs_no_answer(verdict: Verdict) -> bool:
    """Nobody sent a page or an extract by hand: its department hears of an extract only if something is wrong."""
    is_silent = verdict.delivery.kind == "extract" and verdict.outcome != "returned" and not verdict.problems
    return is_silent or verdict.outcome in ("page", "waiver")


def _verdict_path(settings: Settings, delivery_seq: int) -> Path:
    return settings.prepared / str(delivery_seq) / "verdict.json"


def build_and_publish(settings: Settings, *, as_of: date | None = None) -> publication.Published:
    """Protocol step 6: build and test the marts, then publish them as a new version."""
    open_warehouse(settings.warehouse).close()  # made where there is none yet: an empty one has marts too
    marts.build(settings, as_of=as_of or today())
    published = publication.publish(settings, published_at=datetime.now(UTC))
    open_ledger(settings).published(published.load_seq, published.version, at=datetime.now(UTC))
    return published


def run(settings: Settings) -> tuple[LoadSummary, publication.Published]:
    """One pass from the inbox to published marts, without Airflow.

    Waits for what was dropped a moment ago to lie still: who runs this expects all of the inbox to be taken.
    """
    time.sleep(
        landing.seconds_until_still(
            settings.inbox,
            make_inbox(settings),
            settle_seconds=settings.settle_seconds,
            unsealed_seconds=settings.unsealed_seconds,
            now=datetime.now(UTC),
        )
    )
    for batch in land_inbox(settings):
        prepare(settings, batch)
    summary = load_prepared(settings)
    return summary, build_and_publish(settings)


def withdraw(settings: Settings, delivery_seq: int, *, reason: str, by: str) -> int:
    """Record a person's decision that a delivery no longer counts; give the decision's own delivery_seq.

    Raises:
        UserError: there is no such delivery, or it put nothing into the marts that could be taken back.
    """
    ledger = open_ledger(settings)
    outcome = next((row.outcome for row in ledger.status_rows() if row.delivery_seq == delivery_seq), None)
    if outcome in ("returned", "duplicate", "nothing_to_read", ""):
        raise UserError(
            f"delivery {delivery_seq} is '{outcome or 'waiting'}': only one that was loaded can be withdrawn;"
            " `ioc status` lists them, a duplicate repeats an earlier one"
        )
    return landing.land_withdrawal(
        settings.landing, ledger, delivery_seq, reason=reason, by=by, at=datetime.now(UTC)
    ).delivery_seq


def waive(
    settings: Settings, source_name: str, unit_code: str, period: Period, *, until: date | None, reason: str, by: str
) -> int:
    """Record a person's decision that a unit does not owe a period, or owes it `until` a later day; give its number.

    Raises:
        UserError: the source is unknown, the unit does not report it, or `until` lies before the period's end.
    """
    reference = Reference(settings)
    contract = reference.contracts.ready.get(source_name)
    if contract is None:
        raise UserError(f"source {source_name}: expected one of {', '.join(sorted(reference.contracts.ready))}")
    unit = reference.org_units.get(unit_code, period.end)
    if contract.source.reporters == "department":
        reports = unit_code == contract.source.department
    else:
        reports = unit is not None and (unit.level, unit.province_code) == ("commune", settings.province_code)
    if not reports:
        expected = "a commune's code" if contract.source.reporters == "communes" else contract.source.department
        raise UserError(f"unit {unit_code}: does not report {source_name} on {period.end}; expected {expected}")
    if until and until <= period.end:
        raise UserError(f"--until {until}: the period ends on {period.end}; expected a later day")
    waiver = Waiver(source_name, unit_code, period, until, reason, by)
    return landing.land_waiver(settings.landing, open_ledger(settings), waiver, at=datetime.now(UTC)).delivery_seq


def load_again(settings: Settings, source_name: str) -> list[int]:
    """Let everything ever delivered for a source be read again under the contract in force; give the deliveries.

    The next run takes them up. Their older loads stay: the marts of an earlier day can still be told.

    Raises:
        UserError: the source is unknown, or its contract is stopped.
    """
    reference = Reference(settings)
    if source_name not in reference.contracts.ready:
        raise UserError(f"source {source_name}: expected one of {', '.join(sorted(reference.contracts.ready))}")
    ledger = open_ledger(settings)
    kinds = ("file", "extract")
    seqs = [row.delivery_seq for row in ledger.status_rows() if row.source_name == source_name and row.kind in kinds]
    return ledger.load_again(seqs, at=datetime.now(UTC))


def open_ledger(settings: Settings) -> Ledger:
    """The ledger, its schema up to date."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"IOC_HOME={settings.home}: cannot be made: {error.strerror}") from error
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    return ledger


def today() -> date:
    """The date in Vietnam."""
    return local_day(datetime.now(UTC))
