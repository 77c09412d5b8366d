"""One worker for the session, and installations as they are before each step of the way of a delivery."""

from collections.abc import Iterator

import pytest

from crash.drops import drop_everything, filled_forms, small_project
from crash.harness import Home, Whole, Worker
from crash.publishing import Built, Shown
from crash.sweep import TO_RAW, Stages
from ioc_pipeline.publish.data_contract import CONTRACTS
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


@pytest.fixture(scope="session")
def built(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    project = small_project(folder / "project")
    home = Home(folder / "home", project)
    home.folder.mkdir()
    assert worker.run(home, ["land"]) == 0
    for form in filled_forms(project, folder / "first", seed=1):
        home.drop(*form)
    assert worker.run(home, [*TO_RAW, "publish"]) == 0
    old = Shown.by(home)
    home.drop(*filled_forms(project, folder / "second", seed=2)[0])
    assert worker.run(home, TO_RAW) == 0
    loaded = home.copied_to(folder / "loaded")
    assert worker.run(home, ["build"]) == 0
    # As after a change of the project: the contracts are written again too.
    (home.settings.published / CONTRACTS / "written.sha256").write_text("others")
    built = home.copied_to(folder / "built")
    assert worker.run(home, ["publish"]) == 0
    return Built(loaded, built, old, Shown.by(home))
