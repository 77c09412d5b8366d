"""Building and publishing break at each kind of step: a whole version is read, the next run publishes the new one."""

import itertools
from pathlib import Path

import pytest

from crash import planted
from crash.crash_states import BYTES_ALONE, EVERYTHING
from crash.harness import SERVING, Home, Worker, cloned
from crash.publishing import Built, PublishingSweep, kinds_of_publishing, pointer_moved, served
from crash.sweep import steps_of


@pytest.fixture
def sweep(worker: Worker, built: Built, tmp_path: Path) -> PublishingSweep:
    return PublishingSweep(worker, built, tmp_path)


def test_the_two_versions_differ(built: Built) -> None:
    assert built.old.rows != built.new.rows


def test_a_kill_while_the_marts_are_built_is_made_good_by_the_next_build(sweep: PublishingSweep) -> None:
    places = len(steps_of(sweep.worker, sweep.built.loaded, ["build"], sweep.folder))
    for number in (1, places // 2, places - 1):
        assert sweep.build_killed(number) == [], number


def test_a_kill_while_they_are_published_leaves_a_whole_version(sweep: PublishingSweep) -> None:
    for number, what in kinds_of_publishing(sweep.steps()).items():
        assert sweep.killed(number) == [], what


def test_a_version_that_the_pointer_names_was_synced(sweep: PublishingSweep) -> None:
    assert without_power(sweep) == []


def without_power(sweep: PublishingSweep) -> list[str]:
    """The first fault that a loss of power brings, right after the pointer moved, was synced, and at the end."""
    steps = sweep.steps()
    places = itertools.product(
        (pointer_moved(steps) + 1, pointer_moved(steps) + 2, len(steps) - 1), (BYTES_ALONE, EVERYTHING)
    )
    return next(filter(None, itertools.starmap(sweep.without_power, places)), [])


@pytest.mark.parametrize("what", [".unfinished_marts", ".unfinished_parquet", "the pointer"])
def test_a_full_disk_leaves_the_former_version_standing(sweep: PublishingSweep, what: str) -> None:
    steps = sweep.steps()
    number = next((n for n, step in enumerate(steps) if what in step), pointer_moved(steps) - 2)
    assert sweep.on_a_full_disk(deed="full", at=number, full_below="/published") == []


def test_a_disk_that_is_full_for_the_database_leaves_the_former_version_standing(sweep: PublishingSweep) -> None:
    assert sweep.on_a_full_disk(largest_file=65536) == []


def test_a_kill_on_the_way_into_postgresql_leaves_a_whole_version_there(
    worker: Worker, built: Built, postgresql_url: str, tmp_path: Path
) -> None:
    base = built.built.copied_to(tmp_path / "base")
    base = Home(base.folder, base.project, more={SERVING: cloned(postgresql_url)}, dropped=base.dropped)
    assert worker.run(base, ["serve"]) == 0
    names = list(built.new.rows)
    old = served(base.more[SERVING], names)
    steps = steps_of(worker, base, ["publish"], tmp_path)
    whole = base.copied_to(tmp_path / "whole")
    assert worker.run(whole, ["publish"]) == 0
    new = served(whole.more[SERVING], names)
    assert old != new
    commits = [number for number, step in enumerate(steps) if step == "commit\tpostgresql"]
    assert len(commits) > 2
    for number in sorted({*commits, *(number + 1 for number in commits)}):
        home = base.copied_to(tmp_path / f"{number}")
        assert worker.run(home, ["publish"], at=number) == -9
        assert served(home.more[SERVING], names) in (old, new), steps[number]
        assert worker.run(home, ["publish"]) == 0
        assert served(home.more[SERVING], names) == new, steps[number]


def test_it_finds_a_pointer_that_moves_before_the_version_is_synced(
    worker: Worker, built: Built, tmp_path: Path
) -> None:
    source = planted.POINTER_BEFORE_SYNC.planted_in(tmp_path)
    assert without_power(PublishingSweep(worker, built, tmp_path, source)) != []


def test_it_finds_a_pointer_that_is_written_in_place(worker: Worker, built: Built, tmp_path: Path) -> None:
    sweep = PublishingSweep(worker, built, tmp_path, planted.POINTER_IN_PLACE.planted_in(tmp_path))
    assert "rewritten in place: published/current.json" in sweep.without_power(len(sweep.steps()) - 1, BYTES_ALONE)


def test_it_finds_promises_that_are_not_synced(worker: Worker, built: Built, tmp_path: Path) -> None:
    source = planted.CONTRACTS_NOT_SYNCED.planted_in(tmp_path)
    assert without_power(PublishingSweep(worker, built, tmp_path, source)) != []


def test_it_finds_marts_that_count_as_built_before_they_are(worker: Worker, built: Built, tmp_path: Path) -> None:
    source = planted.BUILT_TOO_EARLY.planted_in(tmp_path)
    assert PublishingSweep(worker, built, tmp_path, source).build_killed(3) != []
