"""Installations that are broken on purpose, and what must hold of them once they were run to the end."""

import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import duckdb
import psycopg

from crash.shim import Plan
from ioc_pipeline.domain.identifiers import guarded
from ioc_pipeline.flows import stores
from ioc_pipeline.flows.prepared import prepared_seqs
from ioc_pipeline.flows.verify import verify
from ioc_pipeline.folders import TEMPORARY
from ioc_pipeline.settings import Settings, from_environment

REPOSITORY = Path(__file__).resolve().parents[2]
TO_RAW = ("land", "prepare", "load")
SERVING = "IOC_SERVING_URL"
_OF_ITS_RUN = {"loaded_at", "received_at", "published_at", "imprint", "scan_seq"}  # a killed scan has had its number
_LINES_OF_ITS_RUN = ("Nhận lúc", "Mã biên")


class Worker:
    """A process that forks one for each job; see `worker.py`."""

    def __init__(self, errors: Path) -> None:
        path = os.pathsep.join([str(REPOSITORY / "src"), str(REPOSITORY / "tests")])
        self._errors = errors.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crash.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.errors = errors

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._errors.close()

    def run(
        self, home: "Home", steps: Sequence[str], *, source: str = "", kill_after: float | None = None, **plan: Any
    ) -> int:
        """Run steps; give the exit code, negative for the signal that ended or stopped it.

        `source` is a copy of the product, `plan` what happens to the process (`shim.Plan`).
        """
        planned = vars(Plan(home=str(home.folder), **plan))
        job = {"steps": steps, "environment": home.environment, "plan": planned, "source": source}
        return self._do(job, kill_after)

    def go_on(self, pid: int) -> int:
        """Let a process go on that has stopped; give the exit code."""
        return self._do({"continue": pid}, None)

    def _do(self, job: dict[str, Any], kill_after: float | None) -> int:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        self.pid = self._told("pid")
        if kill_after is None:
            return self._told("code")
        timer = threading.Timer(kill_after, os.kill, (self.pid, signal.SIGKILL))
        timer.start()
        try:
            return self._told("code")
        finally:
            timer.cancel()

    def _told(self, what: str) -> int:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self.errors.read_text(errors="replace")[-2000:]
        return int(json.loads(line)[what])


@dataclass
class Home:
    """One installation, and what was dropped into it: (department, name) → the bytes of each time, in order."""

    folder: Path
    project: Path
    ledger_url: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    dropped: list[tuple[str, str, bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "IOC_HOME": str(self.folder),
            "IOC_PROJECT": str(self.project),
            "IOC_LEDGER_URL": self.ledger_url,
            "IOC_SETTLE_SECONDS": "0",
            "IOC_UNSEALED_SECONDS": "60",
            **self.more,
        }

    @property
    def settings(self) -> Settings:
        return from_environment(self.environment)

    def copied_to(self, folder: Path) -> "Home":
        """The same once more, with databases of its own in PostgreSQL; inodes and times are others."""
        shutil.copytree(self.folder, folder, symlinks=True)
        url = cloned(self.ledger_url) if self.ledger_url else ""
        more = {name: cloned(value) if name == SERVING else value for name, value in self.more.items()}
        return Home(folder, self.project, url, more, list(self.dropped))

    def drop(self, department: str, name: str, content: bytes) -> None:
        """As a department should: by rename, a CSV after its checksum."""
        path = self.folder / "inbox" / department / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{name}.part")
        if path.suffix == ".csv":
            part.write_text(hashlib.sha256(content).hexdigest())
            part.replace(path.with_name(f"{name}.sha256"))
        part.write_bytes(content)
        part.replace(path)
        self.dropped.append((department, name, content))

    def raw(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of raw without the times of the run, and without how often somebody loaded."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as warehouse:
            tables = warehouse.execute(
                "select table_name, list(column_name order by column_index) from duckdb_columns()"
                " where schema_name = 'raw' and table_name not in ('installation', 'turn') group by all"
            ).fetchall()
            return {table: _rows(warehouse, f"raw.{table}", columns) for table, columns in tables}

    def answers(self) -> dict[str, Any]:
        """What each department reads, without times and codes of the run; of a workbook its name."""
        found: dict[str, Any] = {}
        for path in sorted(self.settings.inbox.glob("*/phan-hoi/**/*")):
            if path.suffix == ".txt":
                lines = path.read_text("utf-8-sig").splitlines()
                found[_below(path, self.settings.inbox)] = [
                    one for one in lines if not one.startswith(_LINES_OF_ITS_RUN)
                ]
            elif path.is_file() and not TEMPORARY.fullmatch(path.name):
                found[_below(path, self.settings.inbox)] = path.stat().st_size > 0
        return found

    def left(self) -> list[str]:
        """What lies in the departments' folders and is no answer."""
        paths = self.settings.inbox.glob("*/*")
        return sorted(_below(path, self.settings.inbox) for path in paths if path.name != "phan-hoi")


def cloned(url: str) -> str:
    """A copy of a database of PostgreSQL, to which nobody is connected; its URL."""
    name, base = f"d{secrets.token_hex(6)}", urlsplit(url)
    with psycopg.connect(urlunsplit(base._replace(path="/template1")), autocommit=True) as connection:
        connection.execute(f"create database {name} template {base.path[1:]}".encode())
    return urlunsplit(base._replace(path=f"/{name}"))


def _below(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder))


def _rows(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    chosen = ", ".join(f'"{column}"' for column in columns if column not in _OF_ITS_RUN)
    return connection.execute(f"select {chosen} from {table} order by all").fetchall()


@dataclass(frozen=True)
class Whole:
    """What a run that nobody disturbed comes to."""

    raw: dict[str, list[tuple[Any, ...]]]
    answers: dict[str, Any]

    @classmethod
    def of(cls, home: Home) -> "Whole":
        return cls(home.raw(), home.answers())


def faults_of(home: Home, whole: Whole) -> list[str]:
    """What does not hold of an installation that was run to the end; nothing if all does.

    What `faults_at_rest` says; raw and answers are those of the undisturbed run.
    """
    differing = _differences("raw", home.raw(), whole.raw) + _differences("answers", home.answers(), whole.answers)
    return faults_at_rest(home) + differing


def faults_at_rest(home: Home) -> list[str]:
    """What `faults_of_landing` says; nothing waits or is held, everybody is answered, no prepared files are left."""
    ledger = stores.open_ledger(home.settings)
    rows = [row for row in ledger.status_rows() if row.state in ("landed", "prepared")]
    waiting = [f"at rest as {row.state} {row.held_reason}" for row in rows]
    unanswered = [f"unanswered: {seq}" for seq in ledger.to_answer()]
    return faults_of_landing(home) + waiting + unanswered + [f"left: {seq}" for seq in prepared_seqs(home.settings)]


def faults_of_landing(home: Home) -> list[str]:
    """What does not hold of what was dropped: every file is one delivery, in its order, and the inbox is empty.

    Each piece of the stores is as it was recorded.
    """
    settings = home.settings
    deliveries = [one for one in stores.open_ledger(settings).deliveries() if one.kind == "file"]
    found = [(one.department_code, one.file_name, one.sha256) for one in deliveries]
    sent = [(one, guarded(name), hashlib.sha256(content).hexdigest()) for one, name, content in home.dropped]
    faults = [f"lost: {one}" for one in Counter(sent) - Counter(found)]
    faults += [f"twice: {one}" for one in Counter(found) - Counter(sent)]
    for name in {one[:2] for one in sent}:
        if [one for one in found if one[:2] == name] != [one for one in sent if one[:2] == name]:
            faults.append(f"not in their order: {name}")
    if left := home.left():
        faults.append(f"left in the inbox: {left}")
    faults += [f"{one.area}: {one.place}: {one.what}" for one in verify(settings)]
    return faults + [f"left behind: {path.name}" for path in (settings.landing / "incoming").glob("*")]


def _differences(what: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    keys = sorted(found.keys() | wanted.keys())
    return [f"{what}: {key} differs" for key in keys if found.get(key) != wanted.get(key)]
