"""A process that seems dead and is not: its lease runs out, another takes over, and then it goes on."""

from pathlib import Path

from crash.drops import small_project
from crash.harness import Home, Whole, Worker, faults_of
from crash.sweep import Stages, steps_of
from crash.wrong_clock import DAY


def faults_after_a_takeover(worker: Worker, stages: Stages, folder: Path) -> list[str]:
    """The first halts once it has written its files; a contract changes, and a second takes over and halts there too.

    Then both go on, the first one first. What the second has read is what counts.
    """
    home, last = _installation(worker, stages, folder)
    assert worker.run(home, ["prepare"], deed="stop", call="fsync", at=last) < 0
    first = worker.pid
    whole = _with_changed_contracts(home, worker)
    assert worker.run(home, ["prepare"], clock=DAY, deed="stop", call="fsync", at=last) < 0
    second = worker.pid
    assert worker.go_on(first) == 0
    assert worker.go_on(second) == 0
    return _faults(home, whole, worker)


def faults_of_a_late_writer(worker: Worker, stages: Stages, folder: Path, source: str = "") -> list[str]:
    """The first halts before the first of its files gets its name; a second is through before it goes on."""
    home, _ = _installation(worker, stages, folder)
    assert worker.run(home, ["prepare"], source=source, deed="stop", call="fsync", at=2) < 0
    first = worker.pid
    whole = _with_changed_contracts(home, worker)
    assert worker.run(home, ["prepare"], source=source, clock=DAY) == 0
    assert worker.go_on(first) == 0
    return _faults(home, whole, worker, source)


def _installation(worker: Worker, stages: Stages, folder: Path) -> tuple[Home, int]:
    """One with a project of its own that waits to be prepared, and the number of the last sync of preparing."""
    folder.mkdir()
    steps = steps_of(worker, stages.before["prepare"], ["prepare"], folder)
    home = stages.before["prepare"].copied_to(folder / "home")
    home.project = small_project(folder / "project")
    return home, sum(step.startswith("fsync") for step in steps) - 1


def _with_changed_contracts(home: Home, worker: Worker) -> Whole:
    """Change the contracts, and give what the installation comes to under them with nobody else at it."""
    for path in (home.project / "include" / "sources").glob("*.yml"):
        path.write_text(path.read_text("utf-8") + "\n# another version\n", "utf-8")
    alone = home.copied_to(home.folder.with_name("alone"))
    assert worker.run(alone, ["prepare", "load"], clock=DAY) == 0
    return Whole.of(alone)


def _faults(home: Home, whole: Whole, worker: Worker, source: str = "") -> list[str]:
    if code := worker.run(home, ["prepare", "load", "maintain"], source=source):
        return [f"going on ends with {code}"]
    return faults_of(home, whole)
