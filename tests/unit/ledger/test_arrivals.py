"""One order of all deliveries."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.ledger.arrivals import Arrival
from ioc_pipeline.ledger.ledger import Ledger
from ledger_entries import LATER, NINE, accepted, arrival, own, received


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
    with ProcessPoolExecutor(3, multiprocessing.get_context("fork")) as pool:
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
