"""The ledger on SQLite and on PostgreSQL: one order, states that only move forward, a record nobody rewrites unseen."""

import hashlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ioc_pipeline.domain.deliveries import Delivery, Kind, Outcome
from ioc_pipeline.domain.errors import BrokenRecordError, ConflictError, StoresError, UserError
from ioc_pipeline.ledger.arrivals import Arrival, Own
from ioc_pipeline.ledger.journal import MIGRATIONS, NEWEST_REVISION
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.progress import Lease, PreparedLoad
from ioc_pipeline.ledger.tables import METADATA

NINE = datetime(2025, 9, 15, 2, 0, tzinfo=UTC)
LATER = NINE + timedelta(minutes=10)
CONTRACT = "c" * 64


def arrival(name: str, content: str = "v1", *, origin: str = "", department: str = "so-khcn") -> Arrival:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return Arrival(department, name, sha256, len(content), True, origin or f"{name}:{content}")


def received(ledger: Ledger, *names: str) -> list[int]:
    arrivals = [arrival(name) for name in names]
    deliveries = ledger.record_files(arrivals, received_at=NINE, scan_seq=ledger.open_scan())
    return [delivery.delivery_seq for delivery in deliveries]


def leased(ledger: Ledger, *names: str) -> list[Lease]:
    return ledger.lease(received(ledger, *names), owner="worker", seconds=60, at=NINE)


def in_warehouse(ledger: Ledger, *names: str) -> list[int]:
    leases = leased(ledger, *names)
    ledger.prepared_batch([PreparedLoad(lease, "loaded", CONTRACT, "telecom") for lease in leases], at=NINE)
    ledger.loaded_batch([(lease.delivery_seq, "loaded", lease.delivery_seq) for lease in leases], at=NINE)
    return [lease.delivery_seq for lease in leases]


def withdrawn(ledger: Ledger, delivery_seq: int, content: str = "decision") -> Delivery:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return ledger.record_withdrawal(delivery_seq, reason="gửi nhầm", by="an", at=LATER, sha256=sha256, size_bytes=8)


def own(kind: Kind, name: str, *, source_name: str = "one_stop") -> Own:
    return Own(
        kind=kind,
        department_code="vp-ubnd",
        file_name=f"{source_name}/{name}",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        size_bytes=8,
        source_name=source_name,
        origin=f"{kind}:{source_name}/{name}",
        extract_id=name.partition("/")[0],
        request='{"path": "/dossiers"}' if kind == "page" else "",
    )


def accepted(ledger: Ledger, kind: Kind, name: str, outcome: Outcome = "loaded", source_name: str = "one_stop") -> int:
    seq = ledger.record_own(own(kind, name, source_name=source_name), at=NINE).delivery_seq
    leases = ledger.lease([seq], owner="worker", seconds=60, at=NINE)
    ledger.prepared_batch([PreparedLoad(lease, outcome, CONTRACT, source_name) for lease in leases], at=NINE)
    ledger.loaded_batch([(seq, outcome, seq)], at=NINE)
    return seq


def states(ledger: Ledger) -> dict[int, str]:
    return {row.delivery_seq: row.state for row in ledger.status_rows()}


def as_intruder(ledger: Ledger, *statements: str) -> None:
    """What somebody with the database's password can try."""
    with ledger._engine.connect() as connection, connection.begin():
        for statement in statements:
            connection.execute(sa.text(statement))


# ---------- schema


def test_migrations_make_exactly_the_tables_of_the_metadata(ledger: Ledger) -> None:
    with ledger._engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_the_newest_revision_is_the_one_the_ledger_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST_REVISION


def test_migrating_again_changes_nothing(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    ledger.migrate()
    assert states(ledger) == {1: "landed"}


def _migrate(url: str) -> None:
    Ledger(url).migrate()


def test_several_processes_may_migrate_at_once(new_ledger_url: Callable[[], str]) -> None:
    url = new_ledger_url()
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_migrate, [url] * 3))
    assert received(Ledger(url), "a.xlsx") == [1]


def test_sqlite_commits_are_durable_and_readers_do_not_wait(tmp_path: Any) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    ledger.migrate()
    with ledger._engine.connect() as connection, connection.begin():
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2


# ---------- what arrived


def test_deliveries_are_numbered_in_the_order_they_are_recorded(ledger: Ledger) -> None:
    assert received(ledger, "b.xlsx", "a.xlsx") == [1, 2]
    assert received(ledger, "c.xlsx") == [3]
    assert [one.file_name for one in ledger.deliveries()] == ["b.xlsx", "a.xlsx", "c.xlsx"]


def test_a_delivery_comes_back_as_it_was_recorded(ledger: Ledger) -> None:
    hanoi = timezone(timedelta(hours=7))
    (recorded,) = ledger.record_files(
        [Arrival("so-khcn", "Biểu 02.xlsx", "a" * 64, 12, False, "1-2-3")],
        received_at=datetime(2025, 9, 15, 9, 0, 0, 123456, tzinfo=hanoi),
        scan_seq=ledger.open_scan(),
    )
    assert ledger.delivery(1) == recorded
    assert recorded.received_at == datetime(2025, 9, 15, 2, 0, 0, 123456, tzinfo=UTC)
    assert not recorded.is_sealed


def test_a_page_comes_back_as_it_was_recorded_and_keeps_its_number(ledger: Ledger) -> None:
    page = ledger.record_own(own("page", "run-1/0001.json"), at=NINE)
    assert (page.kind, page.source_name, page.extract_id) == ("page", "one_stop", "run-1")
    assert (page.request, page.received_at, page.is_sealed) == ('{"path": "/dossiers"}', NINE, True)
    assert ledger.delivery(1) == page
    assert ledger.record_own(own("page", "run-1/0001.json"), at=LATER) == page
    assert ledger.record_own(own("page", "run-2/0001.json"), at=LATER).delivery_seq == 2
    assert ledger.verify_events() == 2


def test_only_extracts_that_count_say_how_far_an_api_was_fetched(ledger: Ledger) -> None:
    first = accepted(ledger, "extract", "run-1")
    accepted(ledger, "page", "run-2/0001.json", "page")
    accepted(ledger, "extract", "run-2", "returned")
    accepted(ledger, "extract", "run-3", source_name="task_tracking")
    empty = accepted(ledger, "extract", "run-4", "nil_report")
    ledger.record_own(own("extract", "run-5"), at=NINE)
    assert [one.delivery_seq for one in ledger.accepted_extracts("one_stop")] == [first, empty]
    ledger.load_again([first], at=LATER)
    assert [one.delivery_seq for one in ledger.accepted_extracts("one_stop")] == [empty]


def test_pages_alone_are_nothing_to_publish(ledger: Ledger) -> None:
    accepted(ledger, "page", "run-1/0001.json", "page")
    assert not ledger.has_unpublished()
    accepted(ledger, "extract", "run-1")
    assert ledger.has_unpublished()


def test_a_time_without_its_zone_is_refused(ledger: Ledger) -> None:
    naive = NINE.replace(tzinfo=None)
    with pytest.raises(sa.exc.StatementError, match="zone"):
        ledger.record_refusal("key", department_code="so-khcn", file_name="a", code="bad-file-name", at=naive)


def test_a_crashed_repeat_of_an_arrival_finds_its_delivery_again(ledger: Ledger) -> None:
    first = ledger.record_files([arrival("a.xlsx")], received_at=NINE, scan_seq=1)
    again = ledger.record_files([arrival("b.xlsx"), arrival("a.xlsx")], received_at=LATER, scan_seq=2)
    assert again[1] == first[0]
    assert [one.delivery_seq for one in again] == [2, 1]
    assert len(ledger.deliveries()) == 2


def test_the_same_bytes_dropped_again_are_a_new_delivery_over_one_blob(ledger: Ledger) -> None:
    drops = [arrival("a.xlsx", content, origin=str(n)) for n, content in enumerate(["v1", "v2", "v1"])]
    deliveries = [ledger.record_files([drop], received_at=NINE, scan_seq=1)[0] for drop in drops]
    assert [one.delivery_seq for one in deliveries] == [1, 2, 3]
    assert deliveries[0].sha256 == deliveries[2].sha256
    with ledger._engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from blob")).scalar() == 2


def test_a_transaction_that_fails_leaves_no_gap_in_the_order(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    impossible = Arrival("so-khcn", "b.xlsx", None, 3, True, "b")  # type: ignore[arg-type]
    with pytest.raises(sa.exc.IntegrityError):
        ledger.record_files([arrival("c.xlsx"), impossible], received_at=NINE, scan_seq=1)
    assert received(ledger, "d.xlsx") == [2]
    assert ledger.verify_events() == 2


def _record_many(url: str, name: str) -> list[int]:
    ledger = Ledger(url)
    return [received(ledger, f"{name}-{n}.xlsx")[0] for n in range(15)]


def test_several_processes_record_into_one_order_without_gap_or_repeat(new_ledger_url: Callable[[], str]) -> None:
    url = new_ledger_url()
    Ledger(url).migrate()
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        given = list(pool.map(_record_many, [url] * 3, ["a", "b", "c"]))
    assert all(seqs == sorted(seqs) for seqs in given)
    assert sorted(seq for seqs in given for seq in seqs) == list(range(1, 46))
    assert Ledger(url).verify_events() == 45


def test_an_unknown_delivery_is_the_users_mistake(ledger: Ledger) -> None:
    with pytest.raises(UserError, match="no delivery 7"):
        ledger.delivery(7)


def test_sidecars_are_pending_until_they_are_confirmed(ledger: Ledger) -> None:
    received(ledger, "a.xlsx", "b.xlsx")
    assert [one.delivery.delivery_seq for one in ledger.without_sidecar()] == [1, 2]
    ledger.note_sidecars(1)
    assert [one.origin for one in ledger.without_sidecar()] == ["b.xlsx:v1"]
    ledger.note_sidecars(2)
    ledger.note_sidecars(1)
    assert ledger.without_sidecar() == []


def test_a_refused_thing_is_answered_once(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.record_refusal("k1", department_code="so-khcn", file_name="a", code="bad-file-name", at=NINE)
    assert ledger.answered_refusals(["k1", "k2"]) == {"k1"}
    assert ledger.verify_events() == 1


# ---------- leases


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
    with pytest.raises(ConflictError):
        ledger.prepared(stale, "loaded", CONTRACT, source_name="telecom", at=after)
    with pytest.raises(ConflictError):
        ledger.hold(stale, "contract", at=after)
    ledger.prepared(current, "returned", CONTRACT, source_name="telecom", at=after)
    assert ledger.status_rows()[0].outcome == "returned"


def test_preparing_twice_is_a_conflict(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    ledger.prepared(lease, "loaded", CONTRACT, source_name="telecom", at=NINE)
    with pytest.raises(ConflictError):
        ledger.prepared(lease, "loaded", CONTRACT, source_name="telecom", at=NINE)


def test_the_leases_of_a_dead_worker_end_at_once_and_fence_it(ledger: Ledger) -> None:
    stale, prepared = leased(ledger, "a.xlsx", "b.xlsx")
    ledger.prepared(prepared, "loaded", CONTRACT, source_name="telecom", at=NINE)
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
    assert ledger.prepared_batch(results, at=LATER) == [first]
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
    ledger.prepared(last, "loaded", CONTRACT, source_name="telecom", at=NINE)
    assert ledger.status_rows()[0].held_reason == ""


# ---------- into the warehouse and out


def test_a_delivery_goes_from_landed_to_published(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    assert ledger.to_load() == []
    ledger.prepared(lease, "loaded", CONTRACT, source_name="telecom", at=NINE)
    assert ledger.to_load() == [1]
    ledger.loaded(1, "loaded", 4, at=NINE)
    assert (ledger.to_load(), states(ledger)) == ([], {1: "loaded"})
    ledger.published(4, "v1", at=NINE)
    row = ledger.status_rows()[0]
    assert (row.state, row.outcome, row.source_name) == ("published", "loaded", "telecom")


def test_a_returned_delivery_is_never_published(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    ledger.prepared(lease, "returned", CONTRACT, source_name="", at=NINE)
    ledger.loaded(1, "returned", 1, at=NINE)
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
    ledger.loaded(1, "loaded", 1, at=LATER)
    ledger.published(1, "v1", at=LATER)
    ledger.loaded(1, "loaded", 1, at=LATER)
    assert states(ledger) == {1: "published"}
    assert ledger.verify_events() == events + 1


def test_a_load_that_was_not_prepared_is_refused_and_nothing_of_its_batch_is_noted(ledger: Ledger) -> None:
    first, _ = leased(ledger, "a.xlsx", "b.xlsx")
    ledger.prepared(first, "loaded", CONTRACT, source_name="telecom", at=NINE)
    with pytest.raises(ConflictError, match="delivery 2 is landed"):
        ledger.loaded_batch([(1, "loaded", 1), (2, "loaded", 2)], at=NINE)
    assert states(ledger) == {1: "prepared", 2: "landed"}


def test_one_delivery_cannot_be_in_the_warehouse_under_two_load_numbers(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx")
    with pytest.raises(ConflictError):
        ledger.loaded(1, "loaded", 2, at=NINE)


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
    with pytest.raises(ConflictError):
        ledger.prepared(first, "loaded", CONTRACT, source_name="telecom", at=LATER)
    lease = ledger.lease([1], owner="worker", seconds=60, at=LATER)[0]
    ledger.prepared(lease, "loaded", "d" * 64, source_name="telecom", at=LATER)
    ledger.loaded(1, "loaded", 7, at=LATER)
    ledger.published(7, "v2", at=LATER)
    assert states(ledger) == {1: "published", 2: "landed"}


# ---------- withdrawals


def test_a_withdrawal_is_a_delivery_of_its_own_and_marks_what_it_decides_on(ledger: Ledger) -> None:
    in_warehouse(ledger, "a.xlsx")
    decision = withdrawn(ledger, 1)
    assert (decision.delivery_seq, decision.kind, decision.decides_delivery_seq) == (2, "withdrawal", 1)
    assert decision.department_code == "so-khcn"
    assert ledger.delivery(2) == decision
    assert states(ledger)[1] == "loaded", "the decision is not in the warehouse yet"
    lease = ledger.lease([2], owner="worker", seconds=60, at=LATER)[0]
    ledger.prepared(lease, "withdrawal", "", source_name="telecom", at=LATER)
    ledger.loaded(2, "withdrawal", 2, at=LATER)
    assert states(ledger) == {1: "withdrawn", 2: "loaded"}
    ledger.loaded(1, "loaded", 1, at=LATER)
    assert states(ledger)[1] == "withdrawn"


def test_a_delivery_withdrawn_while_it_waits_is_never_prepared(ledger: Ledger) -> None:
    lease = leased(ledger, "a.xlsx")[0]
    decision = withdrawn(ledger, 1)
    taken = ledger.lease([decision.delivery_seq], owner="worker", seconds=60, at=LATER)[0]
    ledger.prepared(taken, "withdrawal", "", source_name="", at=LATER)
    ledger.loaded(decision.delivery_seq, "withdrawal", 1, at=LATER)
    with pytest.raises(ConflictError):
        ledger.prepared(lease, "loaded", CONTRACT, source_name="telecom", at=LATER)
    assert ledger.waiting(at=LATER) == []


def test_a_delivery_and_its_withdrawal_may_be_loaded_together(ledger: Ledger) -> None:
    leases = leased(ledger, "a.xlsx")
    withdrawn(ledger, 1)
    leases += ledger.lease([2], owner="worker", seconds=60, at=LATER)
    ledger.prepared_batch([PreparedLoad(lease, "loaded", CONTRACT, "telecom") for lease in leases], at=LATER)
    ledger.loaded_batch([(1, "loaded", 1), (2, "withdrawal", 2)], at=LATER)
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


# ---------- events


@pytest.mark.parametrize(
    "attack",
    [
        "update event set detail = '{}' where event_seq = 2",
        "delete from event where event_seq = 2",
        "update delivery set file_name = 'other.xlsx'",
        "delete from blob",
    ],
)
def test_what_was_recorded_cannot_be_changed(ledger: Ledger, attack: str) -> None:
    received(ledger, "a.xlsx", "b.xlsx", "c.xlsx")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        as_intruder(ledger, attack)
    assert ledger.verify_events() == 3


@pytest.mark.parametrize(
    ("attack", "finding"),
    [
        ("update event set detail = '{}' where event_seq = 2", "event 2 is not what was recorded"),
        ("delete from event where event_seq = 2", "event 2 does not follow"),
        ("delete from event where event_seq = 3", "events end at 2, 3 were recorded"),
        ("update event set delivery_seq = 3 where event_seq = 1", "event 1 is not what was recorded"),
    ],
)
def test_whoever_removes_the_triggers_is_still_found_out(ledger: Ledger, attack: str, finding: str) -> None:
    received(ledger, "a.xlsx", "b.xlsx", "c.xlsx")
    without_triggers(ledger, attack)
    for verify in (ledger.verify_events, ledger.verify_new_events):
        with pytest.raises(BrokenRecordError, match=finding):
            verify()


def without_triggers(ledger: Ledger, *statements: str) -> None:
    if ledger.is_sqlite:
        as_intruder(ledger, "drop trigger event_no_update", "drop trigger event_no_delete", *statements)
    else:
        as_intruder(ledger, "drop trigger event_append_only on event", *statements)


def test_a_verified_event_is_not_read_again_until_all_are_verified(ledger: Ledger) -> None:
    received(ledger, "a.xlsx", "b.xlsx")
    assert (ledger.verify_new_events(), ledger.verify_new_events()) == (2, 0)
    without_triggers(ledger, "update event set detail = '{}' where event_seq = 1")
    received(ledger, "c.xlsx")
    assert ledger.verify_new_events() == 1
    with pytest.raises(BrokenRecordError, match="event 1 is not what was recorded"):
        ledger.verify_events()


def test_a_chain_that_was_written_anew_is_not_the_one_that_was_verified(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    ledger.verify_new_events()
    without_triggers(ledger, "delete from event", "update head set event_seq = 0, event_hash = ''", "delete from load")
    received(ledger, "another.xlsx")
    for verify in (ledger.verify_events, ledger.verify_new_events):
        with pytest.raises(BrokenRecordError, match="event 1 is not the one that was verified before"):
            verify()


def test_a_broken_chain_is_told_each_time(ledger: Ledger) -> None:
    received(ledger, "a.xlsx", "b.xlsx")
    without_triggers(ledger, "update event set detail = '{}' where event_seq = 2")
    for _ in range(2):
        with pytest.raises(BrokenRecordError):
            ledger.verify_new_events()


# ---------- restoring


def test_a_restored_ledger_has_the_same_deliveries_and_goes_on_from_there(
    ledger: Ledger, new_ledger_url: Callable[[], str]
) -> None:
    in_warehouse(ledger, "a.xlsx", "b.xlsx")
    withdrawn(ledger, 1)
    sidecars = ledger.sidecars([1, 2, 3])
    other = Ledger(new_ledger_url())
    other.migrate()
    other.restore(reversed(sidecars), at=LATER)
    assert other.deliveries() == ledger.deliveries()
    assert other.waiting(at=LATER) == [1, 2, 3]
    assert other.without_sidecar() == []
    assert received(other, "a.xlsx", "d.xlsx") == [1, 4], "a known arrival is still known"
    assert other.verify_events() == 1 + 3 + 1


def test_a_ledger_takes_in_what_it_lacks_of_its_own_and_nothing_of_another(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    (mine,) = ledger.all_sidecars()
    later = replace(mine, delivery=replace(mine.delivery, delivery_seq=2), origin="later")
    assert ledger.restore([mine, later], at=LATER) == [2]
    with pytest.raises(StoresError, match="delivery 1 is another one"):
        ledger.restore([replace(mine, delivery=replace(mine.delivery, sha256="f" * 64))], at=LATER)


# ---------- processes


def _seqs(url: str) -> list[int]:
    return [one.delivery_seq for one in Ledger(url).deliveries()]


def test_no_connection_outlives_a_call(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    assert isinstance(ledger._engine.pool, sa.pool.NullPool)
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        forked = list(pool.map(_seqs, [ledger._url.render_as_string(hide_password=False)] * 2))
    assert forked == [[1], [1]]
    assert received(ledger, "b.xlsx") == [2]
