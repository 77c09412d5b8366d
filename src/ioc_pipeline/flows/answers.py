"""What each department is told of its deliveries, and the workbook that goes back with it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ioc_pipeline.answer import feedback
from ioc_pipeline.answer.marked.returned import goes_back_marked
from ioc_pipeline.answer.receipt import receipt_workbook
from ioc_pipeline.answer.register import RegisterLine, register_workbook
from ioc_pipeline.answer.shelves import put_away
from ioc_pipeline.answer.wording import printable
from ioc_pipeline.domain.deliveries import ACCEPTED, Kind, Verdict
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.domain.local_time import as_local, local_day
from ioc_pipeline.domain.periods import labels
from ioc_pipeline.flows.marking import marked
from ioc_pipeline.flows.prepared import forget_prepared, read_verdict
from ioc_pipeline.flows.receipts import Receipts, has_receipt
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.whereabouts import whereabouts
from ioc_pipeline.land.store import Store
from ioc_pipeline.land.tombstones import is_buried
from ioc_pipeline.ledger.enquiries import Answered
from ioc_pipeline.reference.contracts import Contracts
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


def answer_departments(settings: Settings, store: Store) -> None:
    """Tell every department that has not been told; only then the prepared files may go.

    One whose folder cannot be written to is told by a later pass, the others now. The register is part of an answer:
    where it cannot be written, because somebody has it open, all is written again by the next pass.
    """
    reference = Reference(settings)
    receipts = Receipts(settings, store, reference)
    told: list[_Told] = []
    for seq in store.ledger.to_answer():
        verdict = read_verdict(settings, seq)
        if verdict is None:
            continue  # prepared again by the next pass
        try:
            if not _needs_no_answer(verdict):
                _answer(settings, store, receipts, verdict)
        except OSError as error:
            _log_unanswered(verdict.delivery.department_code, f"delivery {seq}", error)
        else:
            told.append(_as_told(verdict))
    unregistered = _register(settings, store, reference, told)
    periods = {one.line.delivery_seq: one.line.periods for one in told if one.line.department_code not in unregistered}
    store.ledger.answered(list(periods), periods=periods, at=datetime.now(UTC))
    for seq in periods:
        forget_prepared(settings, seq)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the register needs of an answer that was written: thousands may be given by one pass."""

    kind: Kind
    line: Answered


def _log_unanswered(department_code: str, what: str, error: OSError) -> None:
    _LOG.warning("%s: %s is not answered: %s", department_code, what, error.strerror)


def _answer(settings: Settings, store: Store, receipts: Receipts, verdict: Verdict) -> None:
    contracts = receipts.reference.contracts
    contract = contracts.ready.get(verdict.source_name)
    title = contract.source.title if contract else ""
    feedback.write_feedback(settings.inbox, verdict, title)
    try:
        if goes_back_marked(verdict) and not is_buried(store, verdict.delivery):
            slug, content = (
                "da-danh-dau",
                marked(verdict, title, store.verified_path(verdict.delivery.sha256), contracts),
            )
        elif contract and has_receipt(verdict):
            slug, content = "bien-nhan", receipt_workbook(receipts.receipt_of(verdict, contract.source))
        else:
            return
    except Exception as error:  # the text says everything; a workbook that we cannot write must hold nobody up
        seq = verdict.delivery.delivery_seq
        _LOG.error("delivery %d: its workbook could not be written: %s", seq, whereabouts(error))
    else:
        feedback.write_workbook(settings.inbox, verdict.delivery, slug, content)


def _register(settings: Settings, store: Store, reference: Reference, told: Sequence[_Told]) -> set[str]:
    """Bring the registers of the departments that are told up to date; give those whose register cannot be written.

    It is made from the ledger each time, so that no line is ever lost, and from what the ledger learns after it.
    """
    new: dict[str, list[Answered]] = {}
    for one in told:
        if one.kind in ("file", "withdrawal"):
            new.setdefault(one.line.department_code, []).append(one.line)
    known = store.ledger.register(list(new)) if new else []
    failed = set()
    for department_code, lines in new.items():
        lines = [*(one for one in known if one.department_code == department_code), *lines]
        unit = reference.org_units.get(department_code, local_day(lines[-1].received_at))
        name = unit.full_name if unit else department_code
        content = register_workbook(name, [_line(one, reference.contracts) for one in lines])
        try:
            feedback.write_register(settings.inbox, department_code, content)
        except OSError as error:
            _log_unanswered(department_code, "its register", error)
            failed.add(department_code)
        else:
            _put_away(settings, department_code, lines, new={line.delivery_seq for line in new[department_code]})
    return failed


def _put_away(settings: Settings, department_code: str, lines: Sequence[Answered], *, new: set[int]) -> None:
    """Of each form and period leave the newest answer at hand, and the receipt of what counts; shelve the others.

    What is `new` in this pass stays: nobody has seen it yet.
    """
    at_hand = set(new)
    seen: set[tuple[str, str, bool]] = set()
    for line in reversed(lines):
        of_form = line.source_name, line.periods
        is_accepted = line.outcome in ACCEPTED
        is_newest = not seen & {(*of_form, False), (*of_form, True)}
        if not all(of_form) or is_newest or (is_accepted and (*of_form, True) not in seen):
            at_hand.add(line.delivery_seq)
        seen.add((*of_form, is_accepted))
    years = {line.delivery_seq: as_local(line.received_at).year for line in lines if line.delivery_seq not in at_hand}
    try:
        put_away(settings.inbox, department_code, years)
    except OSError as error:  # untidy is all it is; the next answer tries again
        _LOG.warning("%s: older answers stay where they are: %s", department_code, error.strerror)


def _as_told(verdict: Verdict) -> _Told:
    one = verdict.delivery
    line = Answered(
        one.delivery_seq,
        one.department_code,
        one.file_name,
        one.received_at,
        verdict.outcome,
        verdict.source_name,
        labels(scope.period for scope in verdict.scopes),
    )
    return _Told(one.kind, line)


def _line(one: Answered, contracts: Contracts) -> RegisterLine:
    contract = contracts.ready.get(one.source_name)
    return RegisterLine(
        number=str(one.delivery_seq),
        received=f"{as_local(one.received_at):%d/%m/%Y %H:%M}",
        file_name=printable(without_identifiers(one.file_name)),
        form=contract.source.title if contract else one.source_name,
        periods=one.periods,
        outcome=feedback.SHORT[one.outcome],
    )


def _needs_no_answer(verdict: Verdict) -> bool:
    """Nobody sent a page or an extract by hand: its department hears of an extract only if something is wrong."""
    is_silent = verdict.delivery.kind == "extract" and verdict.outcome != "returned" and not verdict.problems
    return is_silent or verdict.outcome in ("page", "waiver", "release")
