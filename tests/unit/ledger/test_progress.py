"""States that only move forward, and decisions on deliveries."""

import pytest

from ioc_pipeline.domain.errors import ConflictError, UserError
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.progress import Lease, PreparedLoad
from ledger_entries import CONTRACT, LATER, NINE, in_warehouse, leased, received, states, withdrawn


def test_a_delivery_goes_from_landed_to_published(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    assert ledger.to_load() == []
    ledger.prepared([PreparedLoad(lease, "loaded", CONTRACT, "telecom")], at=NINE)
    assert ledger.to_load() == [1]
    ledger.loaded([(1, "loaded", 4)], at=NINE)
    assert (ledger.to_load(), states(ledger)) == ([], {1: "loaded"})
    ledger.published(4, "v1", at=NINE)
    row = ledger.status_rows()[0]
    assert (row.state, row.outcome, row.source_name) == ("published", "loaded", "telecom")


def test_a_returned_delivery_is_never_published(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    ledger.prepared([PreparedLoad(lease, "returned", CONTRACT, "")], at=NINE)
    ledger.loaded([(1, "returned", 1)], at=NINE)
    ledger.published(9, "v1", at=NINE)
    assert states(ledger) == {1: "returned"}


def test_publishing_moves_only_what_the_version_holds_and_twice_is_nothing_new(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx", "b.xlsx")
    for _ in range(2):
        ledger.published(1, "v1", at=NINE)
    assert states(ledger) == {1: "published", 2: "loaded"}
    assert ledger.verify_events() == 2 + 2 + 2 + 1


def test_noting_a_load_again_changes_nothing(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx")
    events = ledger.verify_events()
    ledger.loaded([(1, "loaded", 1)], at=LATER)
    ledger.published(1, "v1", at=LATER)
    ledger.loaded([(1, "loaded", 1)], at=LATER)
    assert states(ledger) == {1: "published"}
    assert ledger.verify_events() == events + 1


def test_a_load_that_was_not_prepared_is_refused_and_nothing_of_its_batch_is_noted(ledger: Ledger) -> None:
    first, _ = leased(ledger, "a.xlsx", "b.xlsx")
    ledger.prepared([PreparedLoad(first, "loaded", CONTRACT, "telecom")], at=NINE)
    with pytest.raises(ConflictError, match="delivery 2 is landed"):
        ledger.loaded([(1, "loaded", 1), (2, "loaded", 2)], at=NINE)
    assert states(ledger) == {1: "prepared", 2: "landed"}


def test_one_delivery_cannot_be_in_the_warehouse_under_two_load_numbers(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx")
    with pytest.raises(ConflictError):
        ledger.loaded([(1, "loaded", 2)], at=NINE)


def test_a_department_is_told_once(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx", "b.xlsx")
    assert ledger.to_answer() == [1, 2]
    ledger.answered([1], at=NINE)
    assert ledger.to_answer() == [2]
    events = ledger.verify_events()
    ledger.answered([1], at=LATER)
    assert ledger.verify_events() == events


def test_a_new_contract_version_loads_the_same_bytes_again(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx")
    first = Lease(1, 1)
    received(ledger, "b.xlsx")
    assert ledger.load_again([1, 2], at=LATER) == [1], "the other is on its way already"
    assert ledger.waiting(at=LATER) == [1, 2]
    assert ledger.prepared([PreparedLoad(first, "loaded", CONTRACT, "telecom")], at=LATER) == [first]
    lease = ledger.lease([1], owner="worker", seconds=60, at=LATER)[0]
    ledger.prepared([PreparedLoad(lease, "loaded", "d" * 64, "telecom")], at=LATER)
    ledger.loaded([(1, "loaded", 7)], at=LATER)
    ledger.published(7, "v2", at=LATER)
    assert states(ledger) == {1: "published", 2: "landed"}


def test_a_withdrawal_is_a_delivery_of_its_own_and_marks_what_it_decides_on(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx")
    decision = withdrawn(ledger, 1)
    assert (decision.delivery_seq, decision.kind, decision.decides_delivery_seq) == (2, "withdrawal", 1)
    assert decision.department_code == "so-khcn"
    assert ledger.delivery(2) == decision
    assert states(ledger)[1] == "loaded", "the decision is not in the warehouse yet"
    lease = ledger.lease([2], owner="worker", seconds=60, at=LATER)[0]
    ledger.prepared([PreparedLoad(lease, "withdrawal", "", "telecom")], at=LATER)
    ledger.loaded([(2, "withdrawal", 2)], at=LATER)
    assert states(ledger) == {1: "withdrawn", 2: "loaded"}
    ledger.loaded([(1, "loaded", 1)], at=LATER)
    assert states(ledger)[1] == "withdrawn"


def test_a_delivery_withdrawn_while_it_waits_is_never_prepared(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    decision = withdrawn(ledger, 1)
    taken = ledger.lease([decision.delivery_seq], owner="worker", seconds=60, at=LATER)[0]
    ledger.prepared([PreparedLoad(taken, "withdrawal", "", "")], at=LATER)
    ledger.loaded([(decision.delivery_seq, "withdrawal", 1)], at=LATER)
    assert ledger.prepared([PreparedLoad(lease, "loaded", CONTRACT, "telecom")], at=LATER) == [lease]
    assert ledger.waiting(at=LATER) == []


def test_a_delivery_and_its_withdrawal_may_be_loaded_together(ledger: Ledger) -> None:
    leases = leased(ledger, "a.xlsx")
    withdrawn(ledger, 1)
    leases += ledger.lease([2], owner="worker", seconds=60, at=LATER)
    ledger.prepared([PreparedLoad(lease, "loaded", CONTRACT, "telecom") for lease in leases], at=LATER)
    ledger.loaded([(1, "loaded", 1), (2, "withdrawal", 2)], at=LATER)
    assert states(ledger) == {1: "withdrawn", 2: "loaded"}


def test_the_same_decision_said_again_is_one_delivery(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    assert withdrawn(ledger, 1) == withdrawn(ledger, 1)


@pytest.mark.parametrize(("delivery_seq", "reason"), [(9, "no delivery 9"), (1, "already"), (2, "is a withdrawal")])
def test_what_cannot_be_withdrawn_is_the_users_mistake(ledger: Ledger, delivery_seq: int, reason: str) -> None:
    received(ledger, "a.xlsx")
    withdrawn(ledger, 1)
    with pytest.raises(UserError, match=reason):
        withdrawn(ledger, delivery_seq, "another decision")
    assert len(ledger.deliveries()) == 2
