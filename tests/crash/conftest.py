"""One worker for the session, and installations as they are before each step of the way of a delivery."""

from collections.abc import Iterator

import pytest

from crash.drops import drop_everything, filled_forms, small_project
from crash.harness import Home, Whole, Worker
from crash.sweep import TO_RAW, Stages
from postgresql_server import postgresql_url

__all__ = ["postgresql_url"]


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    one = Worker(tmp_path_factory.mktemp("worker") / "errors")
    yield one
    one.close()


@pytest.fixture(scope="session")
def stages(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    folder = tmp_path_factory.mktemp("stages")
    project = small_project(folder / "project")
    forms = filled_forms(project, folder / "forms", seed=1)
    home = Home(folder / "home", project)
    home.folder.mkdir()
    assert worker.run(home, ["land"]) == 0, "an empty ledger: its schema is made once"
    empty = home.copied_to(folder / "empty")
    drop_everything(home, forms)
    before, whole_of = {}, {}
    for step in TO_RAW:
        before[step] = home.copied_to(folder / f"before-{step}")
        assert worker.run(home, [step]) == 0
    whole_of |= dict.fromkeys(TO_RAW, Whole.of(home))
    return Stages(project, empty, before, whole_of, forms)
