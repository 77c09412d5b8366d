"""A disk that is full: nothing is taken that cannot be kept, nobody else's answers wait, and then it is gone on with.

Python's own writes fail with ENOSPC, at the step where the shim says so; what the databases write fails for real, by
the limit that the system sets to the size of files.
"""

from pathlib import Path
from typing import Any

import pytest

from crash.harness import Worker, faults_of, faults_of_landing
from crash.sweep import Stages
from ioc_pipeline.flows import stores

FULL = {"deed": "full", "at": 0}


@pytest.mark.parametrize(
    "plan",
    [FULL | {"full_below": "/landing"}, {"largest_file": 16384}, FULL | {"full_below": "/landing", "at": 25}],
    ids=["landing", "ledger", "landing half way"],
)
def test_what_cannot_be_kept_stays_in_the_inbox(
    worker: Worker, stages: Stages, tmp_path: Path, plan: dict[str, Any]
) -> None:
    home = stages.before["land"].copied_to(tmp_path / "home")
    assert worker.run(home, ["land"], **plan) == 1
    assert {name for name in home.left() if not name.endswith(".sha256")} >= {
        f"{department}/{name}" for department, name, _ in home.dropped
    }
    assert stores.open_ledger(home.settings).deliveries() == []
    assert worker.run(home, ["land"]) == 0
    assert faults_of_landing(home) == []


@pytest.mark.parametrize(
    ("step", "plan"),
    [
        ("prepare", FULL | {"full_below": "/prepared"}),
        ("load", {"largest_file": 4096}),
        ("load", {"largest_file": 9000}),
    ],
    ids=["prepared", "warehouse", "warehouse half made"],
)
def test_what_cannot_be_loaded_waits(
    worker: Worker, stages: Stages, tmp_path: Path, step: str, plan: dict[str, Any]
) -> None:
    home = stages.before[step].copied_to(tmp_path / "home")
    worker.run(home, [step], **plan)
    states = {row.state for row in stores.open_ledger(home.settings).status_rows()}
    assert states == {"landed" if step == "prepare" else "prepared"}
    assert worker.run(home, ["prepare", "load"]) == 0
    assert faults_of(home, stages.whole_of["load"]) == []


def test_a_department_whose_folder_takes_no_answer_is_the_only_one_that_waits(
    worker: Worker, stages: Stages, tmp_path: Path
) -> None:
    home, (mine, theirs) = stages.before["load"].copied_to(tmp_path / "home"), sorted({one for one, *_ in stages.forms})
    assert worker.run(home, ["load"], **FULL, full_below=f"/inbox/{mine}/phan-hoi") == 0
    whole = stages.whole_of["load"]
    assert home.answers() == {name: text for name, text in whole.answers.items() if name.startswith(theirs)}
    assert home.raw() == whole.raw
    ledger = stores.open_ledger(home.settings)
    assert {ledger.delivery(seq).department_code for seq in ledger.to_answer()} == {mine}
    assert worker.run(home, ["load"]) == 0
    assert faults_of(home, whole) == []
