"""The sweeps find what they are there to find: each bug is planted in a copy of the product, and seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crash import planted
from crash.crash_states import BYTES_ALONE, EVERYTHING
from crash.harness import Worker
from crash.planted import Bug
from crash.sweep import Stages, Sweep, kinds_of_steps, promises
from crash.two_at_once import faults_after_a_takeover, faults_of_a_late_writer
from crash.wrong_clock import faults_of_a_clock_set_back


def killed_anywhere(sweep: Sweep) -> list[str]:
    """The first fault that a kill brings, the last step first."""
    places = reversed(kinds_of_steps(sweep.steps()))
    return next(filter(None, map(sweep.killed, places)), [])


def killed_once_loaded(sweep: Sweep) -> list[str]:
    """The first fault that a kill right after a commit of the warehouse brings."""
    places = (number for number, what in promises(sweep.steps()).items() if "warehouse" in what)
    return next(filter(None, map(sweep.killed, places)), [])


def with_bytes_lost(sweep: Sweep) -> list[str]:
    """The first fault that a loss of power brings, the last promise first."""
    places = reversed(promises(sweep.steps()))
    return next(filter(None, (sweep.without_power(place, BYTES_ALONE) for place in places)), [])


def with_names_lost(sweep: Sweep) -> list[str]:
    """The same, of names too."""
    places = reversed(promises(sweep.steps()))
    return next(filter(None, (sweep.without_power(place, EVERYTHING) for place in places)), [])


BUGS: dict[str, tuple[Bug, str, Callable[[Sweep], list[str]]]] = {
    "no marker": (planted.NO_MARKER, "load", killed_once_loaded),
    "the inbox emptied too early": (planted.EMPTIED_TOO_EARLY, "land", killed_anywhere),
    "a verdict written in place": (planted.VERDICT_IN_PLACE, "load", with_bytes_lost),
    "bytes not synced": (planted.BYTES_NOT_SYNCED, "land", with_bytes_lost),
    "names not synced": (planted.NAMES_NOT_SYNCED, "land", with_names_lost),
    "what it was read under not synced": (planted.READ_UNDER_NOT_SYNCED, "prepare", with_bytes_lost),
    "an answer not synced": (planted.ANSWER_NOT_SYNCED, "load", with_bytes_lost),
    "a small file not synced": (planted.SMALL_FILE_NOT_SYNCED, "land", with_bytes_lost),
}


@pytest.mark.parametrize(("bug", "step", "look"), BUGS.values(), ids=BUGS)
def test_a_sweep_finds(
    worker: Worker,
    stages: Stages,
    tmp_path: Path,
    bug: Bug,
    step: str,
    look: Callable[[Sweep], list[str]],
) -> None:
    assert look(Sweep(worker, stages, step, tmp_path, bug.planted_in(tmp_path))) != []


def test_it_finds_that_deliveries_are_ordered_by_the_clock(worker: Worker, stages: Stages, tmp_path: Path) -> None:
    assert faults_of_a_clock_set_back(worker, stages, tmp_path / "right") == []
    source = planted.BY_CLOCK.planted_in(tmp_path)
    assert faults_of_a_clock_set_back(worker, stages, tmp_path / "wrong", source) != []


def test_a_process_whose_lease_was_taken_over_moves_nothing(worker: Worker, stages: Stages, tmp_path: Path) -> None:
    assert faults_after_a_takeover(worker, stages, tmp_path / "right") == []


def test_it_finds_files_that_count_whoever_wrote_them(worker: Worker, stages: Stages, tmp_path: Path) -> None:
    assert faults_of_a_late_writer(worker, stages, tmp_path / "right") == []
    source = planted.ANYBODYS_FILES.planted_in(tmp_path)
    assert faults_of_a_late_writer(worker, stages, tmp_path / "wrong", source) != []
