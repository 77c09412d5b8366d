"""Airflow stops with everything it started, however it is stopped. Runs last of those that share one installation."""

import fcntl
import json
import signal
import time

import pytest

from e2e.running_airflow import STOP_SECONDS, Installation, start, wait_for
from ioc_pipeline.local_airflow.installation import COMPONENTS


@pytest.fixture
def installation(running_airflow: Installation) -> Installation:
    return running_airflow


def test_ctrl_c_stops_every_process_it_started(installation: Installation) -> None:
    started = installation.processes()
    assert len(started) > 4
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(STOP_SECONDS) == 0
    assert [process for process in started if process.is_running()] == []
    # The last process that inherited the lock has let it go.
    with (installation.home / "airflow" / "components.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_killed_run_leaves_no_process_behind_and_the_state_is_continued(installation: Installation) -> None:
    again = start(installation.home)
    wait_for(lambda: len(again.processes()) > len(COMPONENTS), STOP_SECONDS, "components", again)
    time.sleep(3)
    started = again.processes()
    again.process.kill()
    again.process.wait()
    wait_for(lambda: not any(process.is_running() for process in started), STOP_SECONDS, "end", again)
    assert "sample" not in again.said()
    assert json.loads((installation.home / "airflow" / "passwords.json").read_text("utf-8"))["ioc"] not in again.said()
