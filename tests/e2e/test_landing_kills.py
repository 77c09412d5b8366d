"""A pass over the inbox is killed at every step and at any moment: nothing is lost, nothing comes twice."""

import hashlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ioc_pipeline.land.admission import Inbox
from ioc_pipeline.land.intake import STEPS, land_inbox
from ioc_pipeline.land.store import Store, carry_on
from ioc_pipeline.ledger.ledger import Ledger
from killed_steps import forked, killed_at

DEPARTMENTS = ("so-khcn", "thue-tinh")
DROPS = {
    "so-khcn/Biểu 02.xlsx": b"first form",
    "so-khcn/same bytes.xlsx": b"first form",
    "thue-tinh/thuế.csv": b"don vi;so luong\n",
}
# Steps of one pass over DROPS that a file of its own goes through; the others happen once for all.
PER_FILE = {"copied", "renamed", "described", "taken", "released"}


@dataclass
class Home:
    folder: Path

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def ledger(self) -> Ledger:
        return Ledger(f"sqlite:///{self.folder}/ledger.db")

    def drop(self, name: str, content: bytes) -> None:
        """As a department should: by rename, a CSV with its checksum."""
        path = self.inbox / name
        part = path.with_name(path.name + ".part")
        if path.suffix == ".csv":
            part.write_text(hashlib.sha256(content).hexdigest())
            part.replace(path.with_name(path.name + ".sha256"))
        part.write_bytes(content)
        part.replace(path)

    def land(self, at_step: Callable[[str], None]) -> None:
        inbox = Inbox(self.inbox, DEPARTMENTS, settle_seconds=1, unsealed_seconds=60)
        store = Store(self.landing, self.ledger, at_step)
        land_inbox(inbox, store, now=datetime.now(UTC) + timedelta(seconds=2))

    def finish(self) -> None:
        """A put back file looks new; a second pass takes it."""
        for _ in range(2):
            self.land(carry_on)

    def delivered(self) -> list[tuple[str, bytes]]:
        return [
            (f"{one.department_code}/{one.file_name}", Store(self.landing, self.ledger).read(one))
            for one in self.ledger.deliveries()
        ]

    def check_rest(self) -> None:
        """What must hold whenever no pass is running and none is killed half way."""
        deliveries = self.ledger.deliveries()
        assert [path for path in self.inbox.rglob("*") if not path.is_dir()] == []
        assert list((self.landing / "incoming").iterdir()) == []
        assert [one.delivery_seq for one in deliveries] == list(range(1, len(deliveries) + 1))
        assert self.ledger.waiting(at=datetime.now(UTC)) == [one.delivery_seq for one in deliveries]
        blobs = [path for path in self.landing.glob("??/*") if len(path.name) == 64]
        assert {path.name for path in blobs} >= {one.sha256 for one in deliveries}
        assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in blobs] == [path.name for path in blobs]
        assert self.ledger.verify_events() == len(deliveries)
        empty = self.folder.parent / "empty" / "ledger.db"
        (self.folder / "restored.db").write_bytes(empty.read_bytes())
        restored = Ledger(f"sqlite:///{self.folder}/restored.db")
        assert Store(self.landing, restored).restore_ledger(at=datetime.now(UTC)) == []
        assert restored.deliveries() == deliveries


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[[str], Home]:
    empty = Home(tmp_path / "empty")
    empty.folder.mkdir()
    empty.ledger.migrate()

    def new(name: str) -> Home:
        home = Home(tmp_path / name)
        for department in DEPARTMENTS:
            (home.inbox / department).mkdir(parents=True)
        (home.folder / "ledger.db").write_bytes((empty.folder / "ledger.db").read_bytes())
        return home

    return new


def test_the_sweep_meets_every_step(new_home: Callable[[str], Home]) -> None:
    home = new_home("home")
    for name, content in DROPS.items():
        home.drop(name, content)
    steps: list[str] = []
    home.land(steps.append)
    assert Counter(steps) == {step: len(DROPS) if step in PER_FILE else 1 for step in STEPS}


def test_killed_once_at_each_step_every_drop_is_delivered_once(new_home: Callable[[str], Home]) -> None:
    number, step = 0, "begin"
    while step:
        home = new_home(f"home-{number}")
        for name, content in DROPS.items():
            home.drop(name, content)
        step = killed_at(number, home.land)
        home.finish()
        assert sorted(home.delivered()) == sorted(DROPS.items()), step
        home.check_rest()
        number += 1
    assert number > len(STEPS)


def test_killed_again_and_again_every_drop_is_delivered_once(new_home: Callable[[str], Home]) -> None:
    for number in range(5):
        home = new_home(f"home-{number}")
        for name, content in DROPS.items():
            home.drop(name, content)
        for again in range(number, 30):
            if not killed_at(again - number if again % 2 else number, home.land):
                break
        home.finish()
        assert sorted(home.delivered()) == sorted(DROPS.items())
        home.check_rest()


@pytest.mark.parametrize("content", [b"second form", b"first form"], ids=["another version", "the same bytes"])
def test_a_drop_after_each_kill_is_the_last_delivery_of_its_name(
    new_home: Callable[[str], Home], content: bytes
) -> None:
    name = "so-khcn/Biểu 02.xlsx"
    number, step = 0, "begin"
    while step:
        home = new_home(f"home-{number}")
        home.drop(name, b"first form")
        step = killed_at(number, home.land)
        home.drop(name, content)
        home.finish()
        was_recorded = step not in ("copied", "renamed", "synced")
        assert home.delivered() == [(name, b"first form")] * was_recorded + [(name, content)], step
        home.check_rest()
        number += 1


def test_a_file_taken_back_after_a_kill_is_a_delivery_only_if_it_had_its_number(
    new_home: Callable[[str], Home],
) -> None:
    name = "so-khcn/Biểu 02.xlsx"
    number, step = 0, "begin"
    while step:
        home = new_home(f"home-{number}")
        home.drop(name, b"first form")
        step = killed_at(number, home.land)
        (home.inbox / name).unlink(missing_ok=True)
        home.finish()
        was_recorded = step not in ("copied", "renamed", "synced")
        assert home.delivered() == [(name, b"first form")] * was_recorded, step
        home.check_rest()
        number += 1


def test_two_passes_at_once_killed_at_any_moment_deliver_every_drop_once(new_home: Callable[[str], Home]) -> None:
    home = new_home("home")
    moments = random.Random(20250915)
    dropped = []
    for turn in range(40):
        for department in DEPARTMENTS:
            name, content = f"{department}/{turn}.xlsx", b"%d" % (turn // 2)
            home.drop(name, content)
            dropped.append((name, content))
        children = []
        for _ in range(2):
            children.append(forked(lambda: home.land(carry_on)))
        for child in children:
            time.sleep(moments.uniform(0, 0.06))
            os.kill(child, signal.SIGKILL)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) in (0, -signal.SIGKILL)
    home.finish()
    assert Counter(home.delivered()) == Counter(dropped)
    home.check_rest()
