"""One drop without Airflow: CPU seconds of each step, in a process forked from the modules that the fork server holds.

    python tests/bench/warm_drop.py [DROPS] [MONTHS]

What Airflow's task does for a form of 75 communes on top of the sample files of so many months, 3 unless said;
`make run` begins with 15. CPU seconds hold on a busy machine too, though each costs up to half as much again there.
The last line says what a drop builds.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from statistics import median

DEPARTMENT, FORM = "so-khcn", "Hạ tầng viễn thông"
UNTIL = "2025-09-15"

Marks = dict[str, float]


def main() -> None:
    drops, months = (*map(int, sys.argv[1:]), *(5, 3)[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"IOC_HOME": f"{folder}/home", "AIRFLOW_HOME": f"{folder}/airflow", "IOC_SETTLE_SECONDS": "0"}
        import ioc_preload  # noqa: F401  # and nothing of ours before the fork

        forked(write_samples, Path(folder), drops, months)
        everything = forked(build_and_publish)
        marks_of_drops = []
        for seed in range(drops):
            file = next((Path(folder) / f"seed{seed}" / DEPARTMENT).glob(f"{FORM}*"))
            shutil.copyfile(file, Path(folder) / "home" / "inbox" / DEPARTMENT / file.name)
            marks_of_drops.append(forked(take_and_publish))
        nothing = forked(build_and_publish)
    print("CPU seconds, median of", drops, "drops")
    for step in [step for step in marks_of_drops[0] if step != "nodes"]:
        print(f"  {step:24}{median(marks[step] for marks in marks_of_drops):8.2f}")
    print(f"  {'build, nothing new':24}{nothing['build']:8.2f}")
    print(f"nodes: {marks_of_drops[-1]['nodes']:.0f} of {everything['nodes']:.0f}")


def forked(work: Callable[..., Marks], *arguments: object) -> Marks:
    """What `work` gives, done in a process of its own."""
    reader, writer = os.pipe()
    if (process := os.fork()) == 0:
        try:
            os.write(writer, json.dumps(work(*arguments)).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as answer:
        marks: Marks = json.loads(answer.read())
    os.waitpid(process, 0)
    return marks


def write_samples(folder: Path, drops: int, months: int) -> Marks:
    """The samples, loaded, and the same form with other figures for each drop."""
    from ioc_pipeline.cli.main import main as ioc
    from ioc_pipeline.flows import inbox, loads, prepare
    from ioc_pipeline.settings import from_environment

    with Path(os.devnull).open("w") as sys.stdout:
        ioc(["sample", "--until", UNTIL, "--months", str(months)])
        for seed in range(drops):
            ioc(["sample", "--until", UNTIL, "--seed", str(1000 + seed), "--output", str(folder / f"seed{seed}")])
    given = from_environment()
    prepare.prepare_all(given, inbox.land_inbox(given))
    loads.load_prepared(given)
    return {}


def take_and_publish() -> Marks:
    """What the task does."""
    return take() | build_and_publish()


def take() -> Marks:
    """A handful of files to raw."""
    clock = Clock()
    from ioc_pipeline.flows import inbox, loads, prepare
    from ioc_pipeline.settings import from_environment

    clock.mark("take: import")
    given = from_environment()
    batches = inbox.land_inbox(given)
    clock.mark("land")
    prepare.prepare_all(given, batches)
    clock.mark("prepare")
    loads.load_prepared(given)
    clock.mark("load")
    return clock.marks


def build_and_publish() -> Marks:
    """From raw to published marts."""
    clock = Clock()
    from datetime import UTC, date, datetime

    from ioc_pipeline.flows import marts
    from ioc_pipeline.settings import from_environment

    clock.mark("build: import")
    given = from_environment()
    result = marts.build(given, as_of=date(2025, 10, 1))
    clock.mark("build")
    marts.publish(given, published_at=datetime.now(UTC))
    clock.mark("publish")
    return {**clock.marks, "nodes": len(result.nodes)}


class Clock:
    """CPU seconds of this process and its children, by what was done."""

    def __init__(self) -> None:
        self.marks: Marks = {}
        self._before = self._now()

    def mark(self, what: str) -> None:
        now = self._now()
        self.marks[what], self._before = now - self._before, now

    @staticmethod
    def _now() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
