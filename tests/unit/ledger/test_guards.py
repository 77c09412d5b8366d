"""One at a time, also where machines share a disk that knows nothing of locks: each has a folder of its own here."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ioc_pipeline.flows.prepare import end_leases_of_the_dead
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.locks import LockedError
from ioc_pipeline.settings import from_environment
from ledger_entries import NINE, received
from postgresql_server import new_database, running_server

HOLDS = """
import sys, time
from pathlib import Path
from ioc_pipeline.ledger.ledger import Ledger
with Ledger(sys.argv[1]).alone(Path(sys.argv[2])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def url(postgresql_url: str) -> str:
    return new_database(postgresql_url)


@contextmanager
def another_process_holding(url: str, guard: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLDS, url, guard], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def is_free(ledger: Ledger, guard: Path) -> bool:
    try:
        with ledger.alone_now(guard):
            return True
    except LockedError:
        return False


def test_a_guard_is_held_for_all_machines_and_ends_with_the_process_that_is_killed(url: str, tmp_path: Path) -> None:
    ledger = Ledger(url)
    here, there = tmp_path / "here" / "landing" / ".lock", tmp_path / "there" / "landing" / ".lock"
    with another_process_holding(url, there) as process:
        assert not is_free(ledger, here)
        assert is_free(ledger, tmp_path / "here" / "warehouse" / ".lock")
        process.kill()
        with ledger.alone(here):
            assert not is_free(ledger, there)
    assert is_free(ledger, there)


def test_a_server_that_is_restarted_meanwhile_ends_a_guard_for_other_machines_only(tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "landing" / ".lock", tmp_path / "there" / "landing" / ".lock"
    with running_server() as server:
        ledger = Ledger(server.url)
        with ledger.alone(here):
            server.stop()
            server.start()
            assert is_free(ledger, there)
            with pytest.raises(LockedError), ledger.alone_now(here):
                pytest.fail("two holders on one machine")
        assert is_free(ledger, here)


def test_what_a_process_of_another_machine_prepares_is_left_to_it_until_it_dies(url: str, tmp_path: Path) -> None:
    ledger = Ledger(url)
    ledger.migrate()
    settings = from_environment({"IOC_HOME": str(tmp_path / "here"), "IOC_LEDGER_URL": url})
    sign = settings.home / "preparing" / "4711-1"
    sign.parent.mkdir(parents=True)
    sign.touch()  # it lies on the disk that both share
    with another_process_holding(url, tmp_path / "there" / "preparing" / "4711-1") as process:
        ledger.lease(received(ledger, "a.xlsx"), owner="4711-1", seconds=900, at=NINE)
        end_leases_of_the_dead(settings, ledger)
        assert ledger.waiting(at=NINE) == []
        process.kill()
        process.wait()
        end_leases_of_the_dead(settings, ledger)
    assert ledger.waiting(at=NINE) == [1]
    assert not sign.exists()
