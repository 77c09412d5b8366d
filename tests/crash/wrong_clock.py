"""A clock that is set back between two versions of a form, and forward while they are read."""

from pathlib import Path

from crash.drops import filled_forms
from crash.harness import Whole, Worker, faults_of
from crash.sweep import Stages

DAY = 86_400.0


def faults_of_a_clock_set_back(worker: Worker, stages: Stages, folder: Path, source: str = "") -> list[str]:
    """Two versions of one form, the second on a clock a day behind: what does not hold afterwards.

    They come to what they come to on one clock that goes right.
    """
    folder.mkdir()
    first, second = (filled_forms(stages.project, folder / f"{seed}", seed=seed)[0] for seed in (1, 2))
    homes = []
    for name, clocks in (("right", (0.0, 0.0, 0.0)), ("moved", (0.0, -DAY, DAY))):
        home = stages.empty.copied_to(folder / name)
        for form, clock in zip((first, second), clocks, strict=False):
            home.drop(*form)
            assert worker.run(home, ["land"], source=source, clock=clock) == 0
        assert worker.run(home, ["prepare", "load"], source=source, clock=clocks[2]) == 0
        homes.append(home)
    if not source:
        return faults_of(homes[1], Whole.of(homes[0]))
    newest = [home.raw()["delivery"] for home in homes]
    return [] if newest[0] == newest[1] else ["another delivery is the newest"]
