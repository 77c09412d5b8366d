"""A record that cannot be changed unseen, and a ledger brought back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc_pipeline.domain.errors import BrokenRecordError, StoresError
from ioc_pipeline.ledger.ledger import Ledger
from ledger_entries import LATER, as_intruder, in_warehouse, received, withdrawn


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


@pytest.mark.parametrize("statement", ["delete from head", "drop table event", "alter table load rename to loads"])
def test_a_ledger_that_lost_a_part_is_told_like_one_that_cannot_be_used(ledger: Ledger, statement: str) -> None:
    received(ledger, "a.xlsx")
    with ledger.transaction(writes=True) as connection:
        connection.execute(sa.text(statement))
    with pytest.raises(StoresError, match=r"cannot be used: .*`ioc ledger restore`"):
        received(ledger, "b.xlsx")
    with pytest.raises(StoresError, match=r"cannot be used: .*`ioc ledger restore`"):
        ledger.head(), ledger.verify_events()


def test_a_record_that_cannot_be_read_is_told_like_any_ledger_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database" * 1000)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    for look in (ledger.verify_events, ledger.verify_new_events):
        with pytest.raises(StoresError, match="cannot be used: file is not a database"):
            look()


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
