"""Who prepares a delivery, and who is fenced off."""

from datetime import timedelta

import pytest

from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.progress import Lease, PreparedLoad
from ledger_entries import CONTRACT, LATER, NINE, leased, received, states


def test_only_one_worker_gets_the_lease(ledger: Ledger) -> None:
    seqs = received(ledger, "a.xlsx", "b.xlsx")
    assert ledger.waiting(at=NINE) == seqs
    assert ledger.lease(seqs, owner="one", seconds=60, at=NINE) == [Lease(1, 1), Lease(2, 1)]
    assert ledger.lease(seqs, owner="two", seconds=60, at=NINE) == []
    assert ledger.waiting(at=NINE) == []


def test_an_expired_lease_can_be_taken_and_fences_its_first_holder(ledger: Ledger) -> None:
    stale = leased(ledger, "a.xlsx")[0]
    after = NINE + timedelta(seconds=60)
    assert ledger.waiting(at=after - timedelta(milliseconds=1)) == []
    assert ledger.waiting(at=after) == [1]
    current = ledger.lease([1], owner="other", seconds=60, at=after)[0]
    assert current.token > stale.token
    assert ledger.prepared([PreparedLoad(stale, "loaded", CONTRACT, "telecom")], at=after) == [stale]
    with pytest.raises(ConflictError):
        ledger.hold(stale, "contract", at=after)
    ledger.prepared([PreparedLoad(current, "returned", CONTRACT, "telecom")], at=after)
    assert ledger.status_rows()[0].outcome == "returned"


def test_what_is_prepared_is_not_prepared_again(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    assert ledger.prepared([PreparedLoad(lease, "loaded", CONTRACT, "telecom")], at=NINE) == []
    assert ledger.prepared([PreparedLoad(lease, "loaded", CONTRACT, "telecom")], at=NINE) == [lease]


def test_the_leases_of_a_dead_worker_end_at_once_and_fence_it(ledger: Ledger) -> None:
    stale, prepared = leased(ledger, "a.xlsx", "b.xlsx")
    ledger.prepared([PreparedLoad(prepared, "loaded", CONTRACT, "telecom")], at=NINE)
    ledger.end_leases("somebody else")
    assert ledger.waiting(at=NINE) == []
    ledger.end_leases("worker")
    assert ledger.waiting(at=NINE) == [1]
    (current,) = ledger.lease([1, 2], owner="other", seconds=60, at=NINE)
    assert current.token > stale.token


def test_a_batch_keeps_what_it_may_and_names_the_leases_it_lost(ledger: Ledger) -> None:
    first, second = leased(ledger, "a.xlsx", "b.xlsx")
    ledger.lease([1], owner="other", seconds=60, at=LATER)
    results = [PreparedLoad(lease, "loaded", CONTRACT, "telecom") for lease in (first, second)]
    assert ledger.prepared(results, at=LATER) == [first]
    assert states(ledger) == {1: "landed", 2: "prepared"}


def test_a_held_delivery_waits_again_and_says_why(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    ledger.hold(lease, "telecom.yml: period_type: missing", at=NINE)
    assert ledger.waiting(at=NINE) == [1]
    assert ledger.status_rows()[0].held_reason == "telecom.yml: period_type: missing"
    again = ledger.lease([1], owner="worker", seconds=60, at=NINE)[0]
    ledger.hold(again, "telecom.yml: period_type: missing", at=NINE)
    assert ledger.verify_events() == 2, "the same reason again is no news"
    last = ledger.lease([1], owner="worker", seconds=60, at=NINE)[0]
    ledger.prepared([PreparedLoad(last, "loaded", CONTRACT, "telecom")], at=NINE)
    assert ledger.status_rows()[0].held_reason == ""
