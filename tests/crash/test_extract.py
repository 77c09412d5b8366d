"""An API's run is killed at each kind of step: the next one misses nothing and counts nothing twice."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crash import planted
from crash.drops import small_project
from crash.harness import Home, Worker, faults_at_rest
from crash.steps import API, DOSSIERS
from crash.sweep import kinds_of_steps, steps_of
from dossiers_api import Dossiers
from ioc_pipeline.flows import stores
from ioc_pipeline.land.fetched import read_extract
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.warehouse.place import place_of


@dataclass(frozen=True)
class Fetching:
    """A system that is asked, and an installation before its first run and before one after something changed."""

    system: Dossiers
    before: Home
    later: Home


@pytest.fixture(scope="module")
def fetching(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetching]:
    folder, system = tmp_path_factory.mktemp("fetching"), Dossiers()
    project = small_project(folder / "project", [DOSSIERS])
    contract = project / "include" / "sources" / f"{DOSSIERS}.yml"
    contract.write_text(contract.read_text("utf-8").replace("size: 2000", "size: 3"), "utf-8")
    # one expectation is enough: how often an answer counts does not depend on how much of it is checked
    suite = project / "expectations" / f"{DOSSIERS}__dossiers.yml"
    suite.write_text(suite.read_text("utf-8").partition("\n\n")[0] + "\n", "utf-8")
    with system.serving() as api:
        before = Home(folder / "home", project, more={API: api.host})
        before.folder.mkdir()
        assert worker.run(before, ["land"]) == 0, "an empty ledger: its schema is made once"
        later = before.copied_to(folder / "later")
        assert worker.run(later, ["extract"]) == 0
        yield Fetching(system, before, later)


def faults_after(worker: Worker, fetching: Fetching, home: Home, source: str = "") -> list[str]:
    """What does not hold once the next run has ended: nothing missed, nothing twice, a dead run's pages never count."""
    if code := worker.run(home, ["extract", "maintain"], source=source):
        return [f"the next run ends with {code}"]
    store = stores.open_store(home.settings)
    with closing(place_of(home.settings).connect_to_read()) as raw:
        if not raw.execute("from duckdb_tables() where table_name = 'dossier'").fetchall():
            return ["nothing is in raw"]
        rows = raw.execute("select delivery_seq, record_key, updated_at from raw.dossier order by load_seq").fetchall()
    found = {key: time.replace(tzinfo=time.tzinfo or UTC) for _, key, time in rows}
    extracts = [read_extract(store, one) for one in store.ledger.deliveries() if one.kind == "extract"]
    counted = {page for extract in extracts for page in extract.pages}
    restored = Ledger(f"sqlite:///{home.folder}/restored.db")
    restored.migrate()
    faults = faults_at_rest(home)
    if found.items() < fetching.system.newest().items():
        faults.append("missed")
    if not {seq for seq, _, _ in rows} <= counted:
        faults.append("a page of a dead run counts")
    if len({(seq, key) for seq, key, _ in rows}) != len(rows):
        faults.append("twice")
    if Store(store.folder, restored).restore_ledger(at=datetime.now(UTC)) or restored.deliveries() != (
        store.ledger.deliveries()
    ):
        faults.append("landing cannot restore the ledger")
    return faults


def first_fault(worker: Worker, fetching: Fetching, base: Home, folder: Path, source: str = "") -> str:
    """The first that a kill brings before any kind of step of a run; "" for none."""
    for number, what in kinds_of_steps(steps_of(worker, base, ["extract"], folder, source)).items():
        home = base.copied_to(folder / f"{number}")
        assert worker.run(home, ["extract"], source=source, at=number) == -9
        if faults := faults_after(worker, fetching, home, source):
            return f"{what}: {faults}"
    return ""


def test_a_kill_of_a_run_misses_nothing_and_counts_nothing_twice(
    worker: Worker, fetching: Fetching, tmp_path: Path
) -> None:
    assert first_fault(worker, fetching, fetching.before, tmp_path) == ""


def test_a_kill_of_a_run_after_another_starts_again_where_that_ended(
    worker: Worker, fetching: Fetching, tmp_path: Path
) -> None:
    fetching.system.change()
    home = fetching.later.copied_to(tmp_path / "home")
    steps = steps_of(worker, home, ["extract"], tmp_path)
    commits = [number for number, step in enumerate(steps) if step.startswith("commit")]
    for number in (commits[0], commits[len(commits) // 2], commits[-1]):
        assert worker.run(home, ["extract"], at=number) in (-9, 0), "what a dead run loaded is not fetched again"
    assert faults_after(worker, fetching, home) == []
    store = stores.open_store(home.settings)
    extracts = [read_extract(store, one) for one in store.ledger.deliveries() if one.kind == "extract"]
    assert extracts[1].since == "2025-09-05T08:50:00+07:00"


def test_it_finds_a_run_that_counts_before_it_is_whole(worker: Worker, fetching: Fetching, tmp_path: Path) -> None:
    source = planted.COUNTED_PAGE_BY_PAGE.planted_in(tmp_path)
    assert first_fault(worker, fetching, fetching.before, tmp_path, source) != ""
