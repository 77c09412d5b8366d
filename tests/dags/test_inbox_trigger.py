"""When the inbox wakes Airflow. Times of files are the system's own; `now` is what the tests choose."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from inbox_trigger import AHEAD_SECONDS, InboxTrigger, InboxWatch

SETTLE, UNSEALED = 1.0, 60.0
DUE = SETTLE - AHEAD_SECONDS


@pytest.fixture
def department(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "so-khcn"
    (folder / "phan-hoi").mkdir(parents=True)
    return folder


@pytest.fixture
def watch(department: Path) -> InboxWatch:
    return InboxWatch(department.parent, SETTLE, UNSEALED)


def drop(path: Path, content: bytes = b"x") -> float:
    """Write a file; returns when it last changed, in seconds since the epoch."""
    path.write_bytes(content)
    return path.stat().st_ctime


def test_a_file_wakes_us_shortly_before_it_has_settled(watch: InboxWatch, department: Path) -> None:
    dropped = drop(department / "a.xlsx")
    is_due, wait = watch.look(dropped)
    assert not is_due
    assert wait == pytest.approx(DUE, abs=0.001)
    assert watch.look(dropped + DUE + 0.001)[0]
    assert not watch.look(dropped + DUE + 0.2)[0]


def test_a_file_that_stays_wakes_us_three_times_and_then_no_more(watch: InboxWatch, department: Path) -> None:
    dropped = drop(department / "refused.xlsx")
    wakes = [tenth for tenth in range(0, 2000) if watch.look(dropped + tenth / 10 + 0.01)[0]]
    assert wakes == [4, 40, 600]


def test_a_file_dropped_again_under_its_name_wakes_us_again(watch: InboxWatch, department: Path) -> None:
    assert watch.look(drop(department / "a.xlsx") + DUE + 0.01)[0]
    (department / "a.xlsx").unlink()
    assert not watch.look(time.time())[0]
    assert watch.look(drop(department / "a.xlsx", b"second") + DUE + 0.01)[0]


def test_a_file_that_is_still_written_does_not_wake_us(watch: InboxWatch, department: Path) -> None:
    first = drop(department / "a.xlsx", b"half")
    assert not watch.look(first + DUE - 0.05)[0]
    time.sleep(0.05)
    second = drop(department / "a.xlsx", b"half and half")
    assert second > first
    assert not watch.look(second + DUE - 0.01)[0]
    assert watch.look(second + DUE + 0.01)[0]


def test_a_modification_date_given_by_the_sender_changes_nothing(watch: InboxWatch, department: Path) -> None:
    path = department / "a.xlsx"
    drop(path)
    for year_away in (-1, 1):
        os.utime(path, (time.time() + year_away * 31_536_000,) * 2)
        changed = path.stat().st_ctime
        assert not watch.look(changed)[0]
        assert watch.look(changed + DUE + 0.01)[0]


@pytest.mark.parametrize("name", ["phan-hoi/receipt.txt", ".hidden.xlsx", "~$open.xlsx", "a.xlsx.part", "Thumbs.db"])
def test_what_no_department_sent_never_wakes_us(watch: InboxWatch, department: Path, name: str) -> None:
    dropped = drop(department / name)
    assert watch.look(dropped + UNSEALED + 1) == (False, float("inf"))


def test_the_seal_of_a_file_that_waits_for_it_wakes_us(watch: InboxWatch, department: Path) -> None:
    assert watch.look(drop(department / "a.csv") + DUE + 0.01)[0]
    assert watch.look(drop(department / "a.csv.sha256") + DUE + 0.01)[0]


def test_a_file_beside_the_department_folders_wakes_us_to_be_refused(watch: InboxWatch, department: Path) -> None:
    assert watch.look(drop(department.parent / "lost.xlsx") + DUE + 0.01)[0]


def test_the_trigger_fires_before_the_file_could_be_landed_and_says_nothing_about_it(
    department: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOC_HOME", str(department.parents[1]))

    async def first_event() -> tuple[dict[str, object], float]:
        events = InboxTrigger().run()
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.7)
        assert not waiting.done()
        dropped = time.monotonic()
        drop(department / "Biểu 01.xlsx")
        event = await asyncio.wait_for(waiting, 5)
        return event.payload, time.monotonic() - dropped

    payload, seconds = asyncio.run(first_event())
    assert payload == {}
    assert DUE <= seconds < 5


def test_the_trigger_can_be_rebuilt_from_what_airflow_stores() -> None:
    assert InboxTrigger().serialize() == ("inbox_trigger.InboxTrigger", {})
