"""What each department is told of its deliveries, and the workbook that goes back with it."""

import logging
from datetime import UTC, datetime

from ioc_pipeline.answer import feedback
from ioc_pipeline.answer.marked.marks import without_marks
from ioc_pipeline.answer.marked.returned import goes_back_marked, marked_workbook
from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.flows.prepared import forget_prepared, read_verdict
from ioc_pipeline.flows.reading import csv_of
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.whereabouts import whereabouts
from ioc_pipeline.land.store import Store
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.contracts import Contracts
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


def answer_departments(settings: Settings, store: Store) -> None:
    """Tell every department that has not been told; only then the prepared files may go.

    One whose folder cannot be written to is told by a later pass, the others now.
    """
    contracts = Reference(settings).contracts
    told = []
    for seq in store.ledger.to_answer():
        verdict = read_verdict(settings, seq)
        if verdict is None:
            continue  # prepared again by the next pass
        try:
            if not _needs_no_answer(verdict):
                _answer(settings, store, contracts, verdict)
        except OSError as error:
            department_code = verdict.delivery.department_code
            _LOG.warning("%s: delivery %d is not answered: %s", department_code, seq, error.strerror)
        else:
            told.append(seq)
    store.ledger.answered(told, at=datetime.now(UTC))
    for seq in told:
        forget_prepared(settings, seq)


def _answer(settings: Settings, store: Store, contracts: Contracts, verdict: Verdict) -> None:
    contract = contracts.ready.get(verdict.source_name)
    title = contract.source.title if contract else ""
    feedback.write_feedback(settings.inbox, verdict, title)
    if not goes_back_marked(verdict):
        return
    try:
        content = _marked(verdict, title, store, contracts)
    except Exception as error:  # the text says everything; a workbook that we cannot write into must hold nobody up
        seq = verdict.delivery.delivery_seq
        _LOG.error("delivery %d: its workbook could not be marked: %s", seq, whereabouts(error))
    else:
        feedback.write_workbook(settings.inbox, verdict.delivery, content)


def _marked(verdict: Verdict, title: str, store: Store, contracts: Contracts) -> bytes:
    """The returned workbook with its bad cells marked."""
    delivery = verdict.delivery

    def read() -> Workbook:
        csv = csv_of(contracts, delivery.department_code)
        (workbook,) = read_deliveries([ReadRequest(store.blob_path(delivery.sha256), delivery.file_name, csv)])
        if isinstance(workbook, SourceError):
            raise workbook
        return without_marks(workbook)

    return marked_workbook(verdict, title, store.read(delivery), read)


def _needs_no_answer(verdict: Verdict) -> bool:
    """Nobody sent a page or an extract by hand: its department hears of an extract only if something is wrong."""
    is_silent = verdict.delivery.kind == "extract" and verdict.outcome != "returned" and not verdict.problems
    return is_silent or verdict.outcome in ("page", "waiver", "release")
