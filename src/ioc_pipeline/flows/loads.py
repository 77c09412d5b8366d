"""Prepared files → the warehouse, and then the answer to each department."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import ContractError, DamagedError, StoresError
from ioc_pipeline.flows.answers import answer_departments
from ioc_pipeline.flows.prepare import prepare_files
from ioc_pipeline.flows.prepared import read_verdict, rewrite_verdict
from ioc_pipeline.flows.projects import project_with
from ioc_pipeline.flows.stores import open_own_warehouse, open_store, working_on_warehouse
from ioc_pipeline.flows.whereabouts import reason, whereabouts
from ioc_pipeline.land.contract_versions import read_contract_version
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.enquiries import LoadRow
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.load import transaction
from ioc_pipeline.load.decision import contested
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.publish.versions import is_sound
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.settings import Settings

BATCH_SIZE = 100  # deliveries loaded by one transaction: memory does not grow with how many wait

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """`changed` says whether the marts have anything new to tell, also what an earlier crash left untold.

    `failed` is how many deliveries are held by a fault of ours; the ledger has the reasons. `load_seq` is the newest
    load, 0 where nothing was loaded.
    """

    changed: bool
    loaded: int
    returned: int
    other: int
    failed: int = 0
    load_seq: int = 0

    def __add__(self, later: "LoadSummary") -> "LoadSummary":
        return LoadSummary(
            changed=self.changed or later.changed,
            loaded=self.loaded + later.loaded,
            returned=self.returned + later.returned,
            other=self.other + later.other,
            failed=self.failed + later.failed,
            load_seq=max(self.load_seq, later.load_seq),
        )

    @property
    def told(self) -> dict[str, int]:
        """What an event of Airflow says of it."""
        return {"load_seq": self.load_seq, "loaded": self.loaded, "returned": self.returned, "other": self.other}


def load_prepared(settings: Settings, *, answer: bool = True) -> LoadSummary:
    """Protocol step 5: load what is prepared in the order of deliveries, then answer the departments.

    A crash anywhere is mended by the next run: the load marker tells what is in, feedback is written again the same.
    """
    store = open_store(settings)
    summary = LoadSummary(changed=False, loaded=0, returned=0, other=0)
    loaded_at = datetime.now(UTC)  # one for all: answers may be due to those of the last pass alone
    for batch in _batches(settings, store):
        summary += _load_batch(settings, store, batch, loaded_at)
    if answer:
        answer_departments(settings, store)
    return replace(summary, changed=summary.changed or _is_to_publish(settings, store.ledger))


def _batches(settings: Settings, store: Store) -> Iterator[Sequence[int]]:
    """What is to be loaded, and what was loaded and has lost its answer, as many as memory should hold at a time.

    The latter are loaded again with the others: their markers say that they are in, and what became of them. Files of
    one scan that contradict each other go together, before the others: apart, the first of them would be taken.
    """
    waiting = store.ledger.to_load()
    answers = _files_of(settings, store, store.ledger.to_answer())
    unanswered = [row.delivery_seq for row, verdict in answers if verdict is None]
    together: set[int] = set()
    if len(waiting) > BATCH_SIZE:
        lost: list[int] = []
        together = set(contested(_prepared_verdicts(settings, store, waiting, lost)))
        if lost:
            for some in _in_batches(lost):
                _prepare_lost(settings, store, some)
            together = set(contested(_prepared_verdicts(settings, store, waiting, [])))
        if together:
            yield sorted(together)
    yield from _in_batches(sorted({*waiting, *unanswered} - together))


def _in_batches(delivery_seqs: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(delivery_seqs), BATCH_SIZE):
        yield delivery_seqs[start : start + BATCH_SIZE]


def _prepared_verdicts(
    settings: Settings, store: Store, delivery_seqs: Sequence[int], lost: list[int]
) -> Iterator[Verdict]:
    """One at a time; which are not there is added to `lost`."""
    for row, verdict in _files_of(settings, store, delivery_seqs):
        if verdict is None:
            lost.append(row.delivery_seq)
        else:
            yield verdict


def _load_batch(settings: Settings, store: Store, batch: Sequence[int], loaded_at: datetime) -> LoadSummary:
    """One transaction of the warehouse, and of the ledger after it."""
    verdicts = _verdicts(settings, store, batch)
    results = _load(settings, verdicts, store.ledger, loaded_at) if verdicts else []
    by_seq = {verdict.delivery.delivery_seq: verdict for verdict in verdicts}
    for loaded in results:
        verdict = by_seq[loaded.delivery_seq]
        final = replace(
            verdict,
            outcome=loaded.outcome,
            problems=(*verdict.problems, *loaded.problems),
            same_as_delivery_seq=loaded.same_as_delivery_seq,
            replaced_delivery_seqs=loaded.replaced_delivery_seqs,
            changed_count=loaded.changed_count,
        )
        if final != verdict:
            rewrite_verdict(settings, final)
    store.ledger.loaded(
        [(loaded.delivery_seq, loaded.outcome, loaded.load_seq) for loaded in results], at=datetime.now(UTC)
    )
    outcomes = [loaded.outcome for loaded in results]
    return LoadSummary(
        changed=any(outcome != "page" for outcome in outcomes),
        loaded=outcomes.count("loaded"),
        returned=outcomes.count("returned"),
        other=sum(outcome not in ("loaded", "returned") for outcome in outcomes),
        failed=len(verdicts) - len(results),
        load_seq=max((loaded.load_seq for loaded in results), default=0),
    )


def _verdicts(settings: Settings, store: Store, batch: Sequence[int]) -> list[Verdict]:
    """Of a batch, in the order of deliveries; what is lost of them is prepared again."""
    found: dict[int, Verdict | None] = {}
    lost = []
    for row, verdict in _files_of(settings, store, batch):
        if verdict is not None:
            found[row.delivery_seq] = verdict
        elif row.state == "prepared":
            lost.append(row.delivery_seq)
        else:
            found[row.delivery_seq] = _prepare_as_loaded(settings, store, row)
    found |= _prepare_lost(settings, store, lost)
    return [verdict for _, verdict in sorted(found.items()) if verdict is not None]


def _prepare_lost(settings: Settings, store: Store, delivery_seqs: Sequence[int]) -> dict[int, Verdict]:
    """Prepare again what was prepared and is lost, and let the ledger know what it came to."""
    made = _prepare_again(settings, store.ledger.deliveries(delivery_seqs), store)
    for seq, verdict in made.items():
        store.ledger.prepared_anew(
            seq, verdict.outcome, verdict.contract_hash, source_name=verdict.source_name, at=datetime.now(UTC)
        )
    return made


def _files_of(
    settings: Settings, store: Store, delivery_seqs: Sequence[int]
) -> Iterator[tuple[LoadRow, Verdict | None]]:
    """What the ledger knows of each delivery, and the verdict that it knows of; None where that is not there.

    Files that are not those the ledger knows of are as good as lost: a process whose lease had run out wrote its own.
    """
    for some in _in_batches(delivery_seqs):
        for row in store.ledger.loads(some):
            verdict = read_verdict(settings, row.delivery_seq)
            is_the_same = (
                verdict is not None
                and verdict.contract_hash == row.contract_hash
                and (row.state == "prepared" or verdict.outcome == row.outcome)
            )
            yield row, verdict if is_the_same else None


def _prepare_again(settings: Settings, deliveries: Sequence[Delivery], store: Store) -> dict[int, Verdict]:
    """Make prepared files that are lost anew, a copy of what landing says; give the verdicts that are there now.

    One whose contract is broken by now waits until that is mended, and one that fails stops no other.
    """
    made: dict[int, Verdict] = {}
    try:
        for seq, verdict in prepare_files(settings, deliveries, store):
            if isinstance(verdict, str):
                store.ledger.hold_prepared([seq], verdict, at=datetime.now(UTC))
            else:
                made[seq] = verdict
    except Exception as error:
        if len(deliveries) > 1:
            for delivery in deliveries:
                made |= _prepare_again(settings, [delivery], store)
            return made
        seqs = [delivery.delivery_seq for delivery in deliveries]
        _LOG.error("deliveries %s could not be prepared again: %s", seqs, whereabouts(error))
        store.ledger.hold_prepared(seqs, f"preparing failed: {reason(error)}", at=datetime.now(UTC))
    return made


def _prepare_as_loaded(settings: Settings, store: Store, loaded: LoadRow) -> Verdict | None:
    """Prepare a loaded delivery once more, under the contract it was loaded by; None if it must wait."""
    deliveries = store.ledger.deliveries([loaded.delivery_seq])
    if not loaded.contract_hash:
        return _prepare_again(settings, deliveries, store).get(loaded.delivery_seq)
    try:
        contract, suites = read_contract_version(settings.landing, loaded.contract_hash)
    except DamagedError as error:
        store.ledger.hold_prepared([loaded.delivery_seq], str(error), at=datetime.now(UTC))
        return None
    with project_with(settings, loaded.source_name, contract, suites) as version:
        verdict = _prepare_again(version, deliveries, store).get(loaded.delivery_seq)
    return verdict if verdict and verdict.contract_hash == loaded.contract_hash else None


def _load(settings: Settings, verdicts: Sequence[Verdict], ledger: Ledger, loaded_at: datetime) -> list[Loaded]:
    """Load a batch into the warehouse.

    Raises:
        duckdb.IOException: the warehouse cannot be opened, e.g. another process has it.
        StoresError: the warehouse is not the ledger's.
    """
    elements = set(load_catalogue(settings.seeds).elements)
    with working_on_warehouse(settings), closing(open_own_warehouse(settings, ledger)) as warehouse:
        load = partial(transaction.load_prepared, warehouse, settings.prepared, elements=elements, loaded_at=loaded_at)
        return _load_or_hold(load, verdicts, ledger)


def _load_or_hold(
    load: Callable[[Sequence[Verdict]], list[Loaded]], verdicts: Sequence[Verdict], ledger: Ledger
) -> list[Loaded]:
    """Load all in one transaction; if that fails each source in its own, so that one stops no other."""
    try:
        return load(verdicts)
    except StoresError:
        raise
    except Exception as error:
        by_source: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in verdicts:
            by_source[verdict.source_name].append(verdict)
        if len(by_source) == 1:
            _LOG.error("%s could not be loaded: %s", *by_source, whereabouts(error))
            said = f": {error}" if isinstance(error, ContractError) else ""  # another may quote a cell
            held = f"loading failed: {reason(error)}{said}"
            ledger.hold_prepared([one.delivery.delivery_seq for one in verdicts], held, at=datetime.now(UTC))
            return []
        return [loaded for some in by_source.values() for loaded in _load_or_hold(load, some, ledger)]


def _is_to_publish(settings: Settings, ledger: Ledger) -> bool:
    """Whether something is loaded that no published version holds, or the current one was lost or touched."""
    version = ledger.head().published_version
    return ledger.has_unpublished() or bool(version and not is_sound(settings.published, version=version))
