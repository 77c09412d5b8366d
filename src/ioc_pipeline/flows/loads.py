"""Prepared files → the warehouse, and then the answer to each department."""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ioc_pipeline.answer import feedback
from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.flows.prepare import prepare_files
from ioc_pipeline.flows.prepared import is_prepared, verdict_path
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.load import transaction
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.raw import open_warehouse

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

    @property
    def told(self) -> dict[str, int]:
        """What an event of Airflow says of it."""
        return {"load_seq": self.load_seq, "loaded": self.loaded, "returned": self.returned, "other": self.other}


def load_prepared(settings: Settings, *, answer: bool = True) -> LoadSummary:
    """Protocol step 5: load what is prepared in the order of deliveries, then answer the departments.

    A crash anywhere is mended by the next run: the load marker tells what is in, feedback is written again the same.
    """
    store = open_store(settings)
    ledger = store.ledger
    to_load = ledger.to_load()
    lost = [seq for seq in to_load if not is_prepared(settings, seq)]
    again = _prepare_again(settings, ledger.deliveries(lost), store)
    to_load = [seq for seq in to_load if seq not in set(lost) - again]
    verdicts = [Verdict.read(verdict_path(settings, seq)) for seq in to_load]
    results = _load(settings, verdicts, ledger)
    by_seq = {verdict.delivery.delivery_seq: verdict for verdict in verdicts}
    for loaded in results:
        verdict = by_seq[loaded.delivery_seq]
        final = replace(
            verdict,
            outcome=loaded.outcome,
            problems=(*verdict.problems, *loaded.problems),
            same_as_delivery_seq=loaded.same_as_delivery_seq,
        )
        final.write(verdict_path(settings, loaded.delivery_seq))
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
        failed=len(verdicts) - len(results),
        load_seq=max((loaded.load_seq for loaded in results), default=0),
    )


def _prepare_again(settings: Settings, deliveries: Sequence[Delivery], store: Store) -> set[int]:
    """Make prepared files that are lost anew, a copy of what landing says; give those that are there now.

    One whose contract is broken by now waits until that is mended, and one that fails stops no other.
    """
    try:
        made = prepare_files(settings, deliveries, store)
        return {seq for seq, verdict in made if not isinstance(verdict, str)}
    except Exception as error:
        if len(deliveries) > 1:
            return set().union(*(_prepare_again(settings, [delivery], store) for delivery in deliveries))
        seqs = [delivery.delivery_seq for delivery in deliveries]
        _LOG.exception("deliveries %s could not be prepared again", seqs)
        store.ledger.hold_prepared(seqs, f"preparing failed: {type(error).__name__}", at=datetime.now(UTC))
        return set()


def _load(settings: Settings, verdicts: Sequence[Verdict], ledger: Ledger) -> list[Loaded]:
    """Load everything in one transaction; if that fails, each source in its own, so that one stops no other.

    Raises:
        duckdb.IOException: the warehouse cannot be opened, e.g. another process has it.
    """

    elements = set(load_catalogue(settings.seeds).elements)
    try:
        return transaction.load_prepared(
            settings.warehouse, settings.prepared, verdicts, elements=elements, loaded_at=datetime.now(UTC)
        )
    except Exception as error:
        open_warehouse(settings.warehouse).close()  # or that is the reason, and nobody's alone
        by_source = {name: [one for one in verdicts if one.source_name == name] for name in _sources_of(verdicts)}
        if len(by_source) == 1:
            _LOG.exception("%s could not be loaded", *by_source)
            reason = f"loading failed: {type(error).__name__}: {error}"
            ledger.hold_prepared([one.delivery.delivery_seq for one in verdicts], reason, at=datetime.now(UTC))
            return []
        results = [loaded for some in by_source.values() for loaded in _load(settings, some, ledger)]
        return sorted(results, key=lambda loaded: loaded.delivery_seq)


def _sources_of(verdicts: Sequence[Verdict]) -> list[str]:
    return list(dict.fromkeys(verdict.source_name for verdict in verdicts))


def _answer(settings: Settings, ledger: Ledger) -> None:
    """Tell every department that has not been told; only then the prepared files may go.

    One whose folder cannot be written to is told by a later pass, the others now.
    """
    contracts = Reference(settings).contracts.ready
    told = []
    for seq in ledger.to_answer():
        verdict = Verdict.read(verdict_path(settings, seq))
        try:
            if not _needs_no_answer(verdict):
                contract = contracts.get(verdict.source_name)
                feedback.write_feedback(settings.inbox, verdict, contract.source.title if contract else "")
        except OSError as error:
            department_code = verdict.delivery.department_code
            _LOG.warning("%s: delivery %d is not answered: %s", department_code, seq, error.strerror)
        else:
            told.append(seq)
    ledger.answered(told, at=datetime.now(UTC))
    for seq in told:
        shutil.rmtree(verdict_path(settings, seq).parent)


def _needs_no_answer(verdict: Verdict) -> bool:
    """Nobody sent a page or an extract by hand: its department hears of an extract only if something is wrong."""
    is_silent = verdict.delivery.kind == "extract" and verdict.outcome != "returned" and not verdict.problems
    return is_silent or verdict.outcome in ("page", "waiver")
