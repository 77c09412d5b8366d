"""The sweeps find what they are there to find: each bug is planted in a copy of the product, and seen."""

import itertools
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


def without_power_anywhere(sweep: Sweep) -> list[str]:
    """The first fault that a loss of power brings, the last promise first."""
    places = itertools.product(reversed(promises(sweep.steps())), (BYTES_ALONE, EVERYTHING))
    return next(filter(None, itertools.starmap(sweep.without_power, places)), [])


BUGS: dict[str, tuple[Bug, str, Callable[[Sweep], list[str]]]] = {
    "no marker": (planted.NO_MARKER, "load", killed_anywhere),
    "the inbox emptied too early": (planted.EMPTIED_TOO_EARLY, "land", killed_anywhere),
    "a verdict written in place": (planted.VERDICT_IN_PLACE, "load", without_power_anywhere),
    "bytes not synced": (planted.BYTES_NOT_SYNCED, "land", without_power_anywhere),
    "names not synced": (planted.NAMES_NOT_SYNCED, "land", without_power_anywhere),
    "a small file not synced": (planted.SMALL_FILE_NOT_SYNCED, "land", without_power_anywhere),
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
