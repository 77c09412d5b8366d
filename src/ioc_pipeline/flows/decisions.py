"""What a person decides about deliveries: withdraw or release one, waive a report, read a source's again."""

from datetime import UTC, date, datetime

from ioc_pipeline.domain.deliveries import Waiver
from ioc_pipeline.domain.errors import Problem, UserError
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.flows.prepare import read_batch
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_ledger, open_store
from ioc_pipeline.flows.verdicts import problems_of
from ioc_pipeline.land.decisions import land_release, land_waiver, land_withdrawal
from ioc_pipeline.land.tombstones import buried_verdict
from ioc_pipeline.settings import Settings


def withdraw(settings: Settings, delivery_seq: int, *, reason: str, by: str) -> int:
    """Record a person's decision that a delivery no longer counts; give the decision's own delivery_seq.

    Raises:
        UserError: there is no such delivery, or it put nothing into the marts that could be taken back.
    """
    store = open_store(settings)
    outcome = next((row.outcome for row in store.ledger.loads([delivery_seq])), None)
    if outcome in ("returned", "duplicate", "nothing_to_read", ""):
        raise UserError(
            f"delivery {delivery_seq} is '{outcome or 'waiting'}': only one that was loaded can be withdrawn;"
            " `ioc status` lists them, a duplicate repeats an earlier one"
        )
    decision = land_withdrawal(store, delivery_seq, reason=reason, by=by, at=datetime.now(UTC))
    return decision.delivery_seq


def release(settings: Settings, delivery_seq: int, *, reason: str, by: str) -> int:
    """Record a person's decision that what was taken for personal data in a delivery is none; give its own number.

    The delivery keeps its place in the order and is read again, with a warning at each place in place of the return.

    Raises:
        UserError: there is no such delivery, it is purged, or it was not returned for personal data.
    """
    store = open_store(settings)
    delivery = store.ledger.delivery(delivery_seq)
    if buried_verdict(store, delivery):
        raise UserError(f"delivery {delivery_seq} is purged: its sender has to send it again")
    (reading,) = read_batch([delivery], store, Reference(settings))
    places = [told_place(problem) for problem in problems_of(reading) if problem.code == "personal-data"]
    if not places:
        raise UserError(f"delivery {delivery_seq} was not returned for personal data: there is nothing to release")
    reason = without_identifiers(reason)
    decision = land_release(store, delivery_seq, places=places, reason=reason, by=by, at=datetime.now(UTC))
    return decision.delivery_seq


def told_place(problem: Problem) -> str:
    """Where and what a finding is, without what was found."""
    where = [
        f"trang “{problem.sheet}”" if problem.sheet else "",
        f"ô {problem.cell}" if problem.cell else "",
        problem.page,
    ]
    return ": ".join(filter(None, [", ".join(filter(None, where)), problem.expected]))


def waive(
    settings: Settings, source_name: str, unit_code: str, period: Period, *, until: date | None, reason: str, by: str
) -> int:
    """Record a person's decision that a unit does not owe a period, or owes it `until` a later day; give its number.

    Raises:
        UserError: the source is unknown, the unit does not report it, or `until` lies before the period's end.
    """
    reference = Reference(settings)
    reference.expect_reporter(reference.contract_of(source_name).source, unit_code, period.end)
    if until and until <= period.end:
        raise UserError(f"--until {until}: the period ends on {period.end}; expected a later day")
    waiver = Waiver(source_name, unit_code, period, until, reason, by)
    return land_waiver(open_store(settings), waiver, at=datetime.now(UTC)).delivery_seq


def load_again(settings: Settings, source_name: str) -> list[int]:
    """Let everything ever delivered for a source be read again under the contract in force; give the deliveries.

    The next run takes them up. Their older loads stay: the marts of an earlier day can still be told.

    Raises:
        UserError: the source is unknown, or its contract is stopped.
    """
    Reference(settings).contract_of(source_name)
    ledger = open_ledger(settings)
    kinds = ("file", "extract")
    seqs = [row.delivery_seq for row in ledger.status_rows() if row.source_name == source_name and row.kind in kinds]
    return ledger.load_again(seqs, at=datetime.now(UTC))
