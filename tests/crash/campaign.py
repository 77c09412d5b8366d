"""`make crash`: files are dropped while processes are killed at random, on a disk that fills up and a clock that jumps.

    python -m crash.campaign SEEDS KILLS FILES

Every process lands, prepares and loads. One in two is killed before a step at random, one in four at a random moment,
one in eight finds a full disk; one in four has a clock up to a day off. Some files come twice, some names again with
other bytes. At the end nobody is killed any more, and everything that was dropped must be there, once.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crash.drops import nobodys_form, small_project
from crash.harness import Home, Worker, faults_at_rest
from crash.sweep import TO_RAW
from crash.wrong_clock import DAY

DEPARTMENTS = ("so-khcn", "thue-tinh")
_LONGEST = 1.5  # seconds until a kill at a random moment
_FURTHEST = 120  # steps until a kill before one


def campaign(worker: Worker, folder: Path, *, seed: int, kills: int, files: int) -> tuple[Counter[str], list[str]]:
    """Give what was done how often, and what does not hold at the end."""
    chance = random.Random(seed)
    home = Home(folder / f"home-{seed}", small_project(folder / f"project-{seed}"), more={"IOC_UNSEALED_SECONDS": "0"})
    home.folder.mkdir()
    worker.run(home, ["land"])
    done: Counter[str] = Counter()
    while done["killed"] < kills or done["dropped"] < files:
        if done["dropped"] < files:
            _drop(home, chance, done, per_kill=files / kills)
        code = _run(worker, home, chance)
        done["killed" if code < 0 else "failed" if code else "ended"] += 1
    while worker.run(home, [*TO_RAW, "maintain"]):
        done["failed"] += 1
    return done, faults_at_rest(home)


def _drop(home: Home, chance: random.Random, done: Counter[str], *, per_kill: float) -> None:
    for _ in range(chance.randint(0, round(2 * per_kill))):
        number = done["dropped"] if chance.random() < 0.9 else chance.randint(0, done["dropped"])
        department, name = chance.choice(DEPARTMENTS), f"{number:06d}.xlsx"
        if not (home.settings.inbox / department / name).exists():  # else its sender would have replaced it
            home.drop(department, name, nobodys_form(f"{chance.randint(0, 1000)}"))
            done["dropped"] += 1


def _run(worker: Worker, home: Home, chance: random.Random) -> int:
    clock = chance.uniform(-DAY, DAY) if chance.random() < 0.25 else 0.0
    fate = chance.random()
    if fate < 0.5:
        return worker.run(home, TO_RAW, at=chance.randrange(_FURTHEST), clock=clock)
    if fate < 0.75:
        return worker.run(home, TO_RAW, kill_after=chance.uniform(0, _LONGEST), clock=clock)
    if fate < 0.875:
        return worker.run(home, TO_RAW, deed="full", at=chance.randrange(_FURTHEST), clock=clock)
    return worker.run(home, TO_RAW, clock=clock)


def main() -> int:
    seeds, kills, files = map(int, sys.argv[1:])
    is_bad = False
    with tempfile.TemporaryDirectory(prefix="crash-") as name:
        worker = Worker(Path(name) / "errors")
        for seed in range(1, seeds + 1):
            began = time.monotonic()
            done, faults = campaign(worker, Path(name), seed=seed, kills=kills, files=files)
            what = ", ".join(f"{count} {kind}" for kind, count in sorted(done.items()))
            print(f"seed {seed}: {what}; {len(faults)} faults, {time.monotonic() - began:.0f} s", flush=True)
            print(*faults[:20], sep="\n")
            is_bad |= bool(faults)
        worker.close()
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
