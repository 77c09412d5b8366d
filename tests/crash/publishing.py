"""Building and publishing: where they can be broken, what people read meanwhile, and what must hold afterwards."""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from crash.crash_states import Loss, lose_power
from crash.harness import Home, Worker, faults_at_rest
from crash.steps import DAY
from crash.sweep import kinds_of_steps, steps_of
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows import marts, stores
from ioc_pipeline.publish.data_contract import CONTRACTS
from ioc_pipeline.publish.published import ordered_row_hash
from ioc_pipeline.publish.versions import LINK, read_pointer

_POINTER_MOVED = re.compile(r"replace\tpublished/\.\w+\.tmp$")


@dataclass(frozen=True)
class Shown:
    """What people read: the hash of the rows of each mart, and what is said of each in published/contracts/."""

    rows: dict[str, str]
    contracts: dict[str, bytes]

    @classmethod
    def by(cls, home: Home) -> "Shown":
        """Raise UserError where they read nothing."""
        folder = home.settings.published
        with duckdb.connect(str(folder / LINK), read_only=True) as linked:
            linked.execute("select version from marts._publication")
        contracts = {path.name: path.read_bytes() for path in (folder / CONTRACTS).iterdir()}
        return cls(ordered_row_hash(home.settings), contracts)


@dataclass(frozen=True)
class Built:
    """A version is published, another load is in `raw`: installations before that is built, and before it is published.

    `old` is what people read until it is published, `new` what they read from then on.
    """

    loaded: Home
    built: Home
    old: Shown
    new: Shown


@dataclass(frozen=True)
class PublishingSweep:
    """Breaks the publishing of what is built in `home`. `source` is a copy of the product with a bug, "" for itself."""

    worker: Worker
    built: Built
    folder: Path
    source: str = ""

    def steps(self) -> list[str]:
        """What publishing does to the disk."""
        return steps_of(self.worker, self.built.built, ["publish"], self.folder, self.source)

    def build_killed(self, number: int) -> list[str]:
        """What does not hold after the process that builds was killed."""
        home = self.built.loaded.copied_to(self.folder / f"build-{number}")
        assert self.worker.run(home, ["build"], source=self.source, at=number) == -9
        return self._faults(home)

    def killed(self, number: int) -> list[str]:
        """What does not hold after the process that publishes was killed."""
        home = self._copy()
        assert self.worker.run(home, ["publish"], source=self.source, at=number) == -9
        return self._faults(home)

    def without_power(self, number: int, loss: Loss) -> list[str]:
        """What does not hold after the machine lost power, and with it what was not synced."""
        home = self._copy()
        noted = home.folder.with_suffix(".durable")
        assert self.worker.run(home, ["publish"], source=self.source, at=number, durable=str(noted)) == -9
        rewritten = lose_power(home, noted, loss)
        return [f"rewritten in place: {one}" for one in rewritten] + self._faults(home)

    def on_a_full_disk(self, **plan: str | int) -> list[str]:
        """What does not hold after the disk was full; people read what they read before."""
        home = self._copy()
        assert self.worker.run(home, ["publish"], source=self.source, **plan) == 1
        if Shown.by(home).rows != self.built.old.rows:
            return ["the former version does not stand"]
        return self._faults(home)

    def _copy(self) -> Home:
        return self.built.built.copied_to(self.folder / secrets.token_hex(4))

    def _faults(self, home: Home) -> list[str]:
        """At once, people read one version or the other; after the next run the new one."""
        if faults := list(self._unread(home)):
            return faults
        if code := self.worker.run(home, ["publish", "maintain"], source=self.source):
            return [f"going on ends with {code}"]
        return faults_of_publication(home, self.built.new)

    def _unread(self, home: Home) -> Iterator[str]:
        try:
            shown, old, new = Shown.by(home), self.built.old, self.built.new
            if shown.rows not in (old.rows, new.rows):
                yield "people read neither version"
            for name, said in shown.contracts.items():
                if name.endswith(".yaml") and said not in (old.contracts.get(name), new.contracts.get(name)):
                    yield f"people read of {name} what nobody promised"
        except (UserError, duckdb.Error, OSError) as error:
            yield f"people read nothing: {error}"


def faults_of_publication(home: Home, new: Shown) -> list[str]:
    """What does not hold of an installation that has published all it has; nothing if all does."""
    settings, shown = home.settings, Shown.by(home)
    pointer = read_pointer(settings.published)
    assert pointer
    faults = [f"{name} differs" for name, of in shown.rows.items() if new.rows.get(name) != of]
    faults += [f"{name} differs" for name in shown.contracts | new.contracts if _differs(name, shown, new)]
    if str((settings.published / LINK).readlink()) != pointer.file:
        faults.append(f"{LINK} is not the current version")
    if stores.open_ledger(settings).head().published_version != pointer.version:
        faults.append("the ledger knows another version")
    if marts.is_due(settings, DAY):
        faults.append("something is still to be published")
    left = [f"left behind: {path.name}" for path in settings.published.glob(".unfinished_*")]
    return faults + left + faults_at_rest(home)


def _differs(name: str, shown: Shown, new: Shown) -> bool:
    return shown.contracts.get(name) != new.contracts.get(name)


def kinds_of_publishing(steps: Sequence[str]) -> dict[int, str]:
    """`kinds_of_steps` below published/, and each commit."""
    commits = {number: step for number, step in enumerate(steps) if step.startswith("commit")}
    kinds = {number: step for number, step in kinds_of_steps(steps).items() if "published" in step or "link" in step}
    return dict(sorted((commits | kinds).items()))


def pointer_moved(steps: Sequence[str]) -> int:
    """Where the pointer is given its name, and with it the version."""
    return next(number for number, step in enumerate(steps) if _POINTER_MOVED.match(step))


def served(url: str, names: Sequence[str]) -> dict[str, str]:
    """What people read in PostgreSQL: the hash of each mart's rows, all of one moment."""
    hashes = sql.SQL("md5(coalesce(string_agg(one::text, '|' order by one::text), ''))")
    parts = [sql.SQL("select {}, {} from marts.{} as one").format(name, hashes, sql.Identifier(name)) for name in names]
    with closing(psycopg.connect(url)) as connection:
        return dict(connection.execute(sql.SQL(" union all ").join(parts)).fetchall())
