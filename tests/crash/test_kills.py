"""A process is killed before each kind of step: it is gone on with, and all is as if nothing had happened."""

from pathlib import Path

import pytest

from crash.crash_states import BYTES_ALONE, EVERYTHING
from crash.harness import Worker
from crash.sweep import TO_RAW, Stages, Sweep, kinds_of_steps, promises


@pytest.mark.parametrize("step", TO_RAW)
def test_a_kill_on_the_way_to_raw_loses_nothing(worker: Worker, stages: Stages, tmp_path: Path, step: str) -> None:
    sweep = Sweep(worker, stages, step, tmp_path)
    for number, what in kinds_of_steps(sweep.steps()).items():
        assert sweep.killed(number) == [], what


@pytest.mark.parametrize("step", TO_RAW)
def test_what_was_not_synced_was_promised_to_nobody(worker: Worker, stages: Stages, tmp_path: Path, step: str) -> None:
    sweep = Sweep(worker, stages, step, tmp_path)
    for number, what in promises(sweep.steps()).items():
        assert sweep.without_power(number, EVERYTHING) == [], what
        assert sweep.without_power(number, BYTES_ALONE) == [], what
