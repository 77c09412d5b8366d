"""Components of `make run`: one that dies is started again, the later the more often it died."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ioc_pipeline.local_airflow.processes import LIVED_SECONDS, RESTART_SECONDS, ComponentError, Processes

FOR_EVER = ("-c", "import time, os; print(os.getpid(), flush=True); time.sleep(600)")
NOT_AT_ALL = ("-c", "raise SystemExit(3)")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    lock = os.open(tmp_path / "lock", os.O_CREAT)
    started = Processes(tmp_path, os.environ, tmp_path, lock)
    yield started
    for component in started._living.values():
        component.process.kill()
        component.process.wait()
    os.close(lock)


def die(processes: Processes, name: str) -> None:
    process = processes._living[name].process
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_what_dies_is_started_again_and_said(processes: Processes) -> None:
    processes.start("scheduler", *FOR_EVER)
    processes.start("triggerer", *FOR_EVER)
    first = processes._living["scheduler"].process.pid
    began = processes._living["scheduler"].started_at
    assert processes.revive(began) == []
    die(processes, "scheduler")
    (said,) = processes.revive(began + 1)
    assert "scheduler" in said
    assert "code -9" in said
    assert processes.revive(began + 1.5) == [], "not at once"
    assert processes.revive(began + 2) == ["scheduler: đã khởi động lại · started again"]
    processes.check()
    assert processes._living["scheduler"].process.pid != first


def test_what_dies_again_and_again_is_started_less_and_less_often(processes: Processes) -> None:
    processes.start("scheduler", *NOT_AT_ALL)
    now, waits = 0.0, []
    for _ in range(8):
        component = processes._living["scheduler"]
        component.process.wait()
        processes.revive(now)
        assert component.restart_at is not None
        waits.append(component.restart_at - now)
        now = component.restart_at
        processes.revive(now)
    assert waits == [1, 2, 4, 8, 16, 32, RESTART_SECONDS, RESTART_SECONDS]
    component.process.wait()
    processes.revive(now + LIVED_SECONDS + 1)
    assert component.restart_at == now + LIVED_SECONDS + 2, "after a long life it is a first death"


def test_before_anybody_serves_a_death_ends_the_run(processes: Processes) -> None:
    processes.start("scheduler", *NOT_AT_ALL)
    processes._living["scheduler"].process.wait()
    with pytest.raises(ComponentError, match="code 3"):
        processes.check()
