"""The ledger in PostgreSQL: kills, and a server that is restarted in mid pass, lose nothing."""

from pathlib import Path

import pytest

from crash.drops import drop_everything
from crash.harness import Home, Worker, cloned, faults_of
from crash.sweep import TO_RAW, Stages, promises, steps_of
from postgresql_server import running_server


def dropped_in(folder: Path, worker: Worker, stages: Stages, url: str) -> Home:
    """An installation with its ledger in PostgreSQL, and something in its inbox."""
    folder.mkdir()
    home = Home(folder, stages.project, cloned(url))
    assert worker.run(home, ["land"]) == 0
    drop_everything(home, stages.forms)
    return home


@pytest.fixture(scope="session")
def dropped(worker: Worker, stages: Stages, postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return dropped_in(tmp_path_factory.mktemp("postgresql") / "home", worker, stages, postgresql_url)


def test_a_kill_right_after_each_promise_loses_nothing(
    worker: Worker, stages: Stages, dropped: Home, tmp_path: Path
) -> None:
    steps = steps_of(worker, dropped, TO_RAW, tmp_path)
    for number, what in list(promises(steps).items())[::3]:
        home = dropped.copied_to(tmp_path / str(number))
        assert worker.run(home, TO_RAW, at=number) == -9, what
        assert worker.run(home, [*TO_RAW, "maintain"]) == 0, what
        assert faults_of(home, stages.whole_of["load"]) == [], what


def test_a_server_that_is_restarted_in_mid_pass_keeps_nobody_waiting(
    worker: Worker, stages: Stages, tmp_path: Path
) -> None:
    with running_server() as server:
        home = dropped_in(tmp_path / "home", worker, stages, server.url)
        assert worker.run(home, ["land"]) == 0
        assert worker.run(home, ["prepare"], deed="stop", call="commit", at=5) < 0, "a transaction is open"
        stopped = worker.pid
        server.stop()
        server.start()
        worker.go_on(stopped)
        assert worker.run(home, ["prepare", "load", "maintain"]) == 0
        assert faults_of(home, stages.whole_of["load"]) == []
