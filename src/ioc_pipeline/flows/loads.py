"""Prepared files → the warehouse, and then the answer to each department."""

import logging
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ioc_pipeline.answer import feedback
from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.flows.prepare import prepare_files
from ioc_pipeline.flows.prepared import is_prepared, verdict_path
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.load import transaction
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """`changed` says whether the marts have anything new to tell, also what an earlier crash left untold."""

    changed: bool
    loaded: int
    returned: int
    other: int


def load_prepared(settings: Settings, *, answer: bool = True) -> LoadSummary:
    """Protocol step 5: load what is prepared in the order of deliveries, then answer the departments.

    A crash anywhere is mended by the next run: the load marker tells what is in, feedback is written again the same.
    """
    store = open_store(settings)
    ledger = store.ledger
    to_load = ledger.to_load()
    lost = [seq for seq in to_load if not is_prepared(settings, seq)]
    for seq, verdict in prepare_files(settings, ledger.deliveries(lost), store):  # a copy of what landing says
        if isinstance(verdict, str):
            to_load.remove(seq)  # its contract is broken by now; it is loaded when that is mended
    verdicts = [Verdict.read(verdict_path(settings, seq)) for seq in to_load]
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
    )


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
