"""What a delivery comes to: the verdict on a reading, and on what needs no reading."""

from ioc_pipeline.domain.deliveries import ACCEPTED, Delivery, Outcome, Scope, Verdict
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.land.decisions import read_reason, read_release, read_waiver
from ioc_pipeline.land.store import Store
from ioc_pipeline.parse.personal import without_personal_data

PROBLEMS_SHOWN = 1000  # of one delivery; nobody mends more at once, and the counts tell the rest


def verdict_on(reading: Reading, observation_count: int) -> Verdict:
    """What a reading comes to; `observation_count` is how many observations it holds, as counted by who wrote them."""
    record_counts = {str(read.table.record): read.row_count() for read in reading.records}
    outcome = _outcome(reading, observation_count + sum(record_counts.values()))
    contract = reading.contract
    return Verdict(
        delivery=reading.delivery,
        source_name=reading.source_name,
        contract_hash=contract.contract_hash if contract else "",
        outcome=outcome,
        problems=tuple(problems_of(reading)[:PROBLEMS_SHOWN]),
        scopes=reading.scopes,
        checks=tuple(reading.checks),
        observation_count=observation_count if outcome == "loaded" else 0,
        record_counts=record_counts if outcome in ACCEPTED else {},
        replaces={table.name: table.replaces for table in contract.source.tables} if contract else {},
        release=reading.release,
    )


def problems_of(reading: Reading) -> list[Problem]:
    """What was found, fit to be kept and shown."""
    return [without_personal_data(problem) for problem in reading.found]


def _outcome(reading: Reading, value_count: int) -> Outcome:
    if reading.accepted is None:
        return "returned" if any(problem.returns_all for problem in reading.found) else "nothing_to_read"
    if value_count:
        return "loaded"
    if reading.accepted.nil or reading.records:
        return "nil_report"
    # Figures that an API does not give yet are not "nothing occurred".
    return "nothing_to_read" if reading.delivery.kind == "extract" else "loaded"


def verdict_on_own(delivery: Delivery, store: Store) -> Verdict:
    """What a page or a person's decision comes to: each is its own outcome, and there is nothing to read in it."""
    if delivery.kind == "waiver":
        waiver = read_waiver(store, delivery)
        return Verdict(
            delivery=delivery,
            source_name=waiver.source_name,
            contract_hash="",
            outcome="waiver",
            scopes=(Scope("", waiver.reporting_unit_code, waiver.period),),
            reason=waiver.reason,
            waived_until=waiver.due_date,
        )
    if delivery.kind == "withdrawal":
        return Verdict(delivery, delivery.source_name, "", "withdrawal", reason=read_reason(store, delivery))
    if delivery.kind == "release":
        release = read_release(store, delivery)
        return Verdict(delivery, delivery.source_name, "", "release", reason=release.reason, release=release)
    assert delivery.kind == "page"
    return Verdict(delivery, delivery.source_name, "", "page")
