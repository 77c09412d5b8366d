"""Where a step of the pipeline can be broken, and what must hold of it afterwards."""

import itertools
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crash.crash_states import Loss, lose_power
from crash.harness import Home, Whole, Worker, faults_of, faults_of_landing
from ioc_pipeline.domain.errors import DamagedError
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger

TO_RAW = ("land", "prepare", "load")

_NAMES_OF_A_RUN = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{16}|(?<=\.writing-)[\w-]+|(?<=_)\d{6}_[0-9a-f]{8}|(?<=^inbox/)[\w-]+|\d+"
    r"|(?<=/\.)\w{8}(?=\.tmp)"
)


def steps_of(worker: Worker, home: Home, steps: Sequence[str], folder: Path, source: str = "") -> list[str]:
    """What an undisturbed run does to the disk, in order: the call and its path below the home."""
    copy, trace = home.copied_to(folder / "traced"), folder / "trace"
    assert worker.run(copy, steps, source=source, trace=str(trace)) == 0
    return [line.replace(f"{copy.folder}/", "") for line in trace.read_text().splitlines()]


def kinds_of_steps(steps: Sequence[str]) -> dict[int, str]:
    """Of steps that differ by numbers, hashes, departments and names of files alone the first, by its place.

    What lies outside the home is nobody's to lose.
    """
    first: dict[tuple[str, ...], int] = {}
    for number, step in enumerate(steps):
        call, _, path = step.partition("\t")
        if call == "commit":
            first.setdefault((call, path), number)
        elif not path.startswith("/"):
            first.setdefault((call, str(Path(_NAMES_OF_A_RUN.sub("#", path)).parent), Path(path).suffix), number)
    return {number: steps[number] for number in first.values()}


def promises(steps: Sequence[str]) -> dict[int, str]:
    """Places right after something was said for good: a database has committed.

    Of commits with nothing on the disk between them the last: it has said what those before it did.
    """
    pairs = enumerate(itertools.pairwise(steps), start=1)
    return {
        number: f"after {before}"
        for number, (before, after) in pairs
        if before.startswith("commit") and not after.startswith("commit")
    }


@dataclass(frozen=True)
class Stages:
    """One installation before each step, by the step's name, and what it comes to undisturbed."""

    project: Path
    empty: Home
    before: dict[str, Home]
    whole_of: dict[str, Whole]
    forms: Sequence[tuple[str, str, bytes]]


@dataclass(frozen=True)
class Sweep:
    """One step of the pipeline, and what an installation must come to that is gone on with after a fault in it.

    `source` is a copy of the product with a bug, "" for the product itself.
    """

    worker: Worker
    stages: Stages
    step: str
    folder: Path
    source: str = ""

    def steps(self) -> list[str]:
        """What it does to the disk."""
        return steps_of(self.worker, self.stages.before[self.step], [self.step], self.folder, self.source)

    def killed(self, number: int) -> list[str]:
        """What does not hold after its process was killed."""
        home = self._copy(f"{number}")
        assert self.worker.run(home, [self.step], source=self.source, at=number) == -9
        return self._faults(home)

    def without_power(self, number: int, loss: Loss) -> list[str]:
        """What does not hold after the machine lost power, and with it what was not synced."""
        home = self._copy(f"{number}-{secrets.token_hex(3)}")
        noted = home.folder.with_suffix(".durable")
        assert self.worker.run(home, [self.step], source=self.source, at=number, durable=str(noted)) == -9
        rewritten = lose_power(home, noted, loss)
        return [f"rewritten in place: {one}" for one in rewritten] + self._at_once(home) + self._faults(home)

    def _copy(self, name: str) -> Home:
        return self.stages.before[self.step].copied_to(self.folder / name)

    def _at_once(self, home: Home) -> list[str]:
        """Before anything is mended: what the ledger has is in landing."""
        ledger = Ledger(home.settings.ledger_url)
        store = Store(home.settings.landing, ledger)
        try:
            for delivery in ledger.deliveries():
                store.verified_path(delivery.sha256)
        except DamagedError as error:
            return [str(error)]
        return []

    def _faults(self, home: Home) -> list[str]:
        rest = ["land"] if self.step == "land" else ["prepare", "load", "maintain"]
        if code := self.worker.run(home, rest, source=self.source):
            return [f"going on ends with {code}"]
        if self.step == "land":
            return faults_of_landing(home)
        return faults_of(home, self.stages.whole_of[self.step])
