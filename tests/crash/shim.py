"""What a process does to the disk, counted from outside the product: it can be killed, stopped or refused at any step.

A step is what makes something durable or takes it away: sync, rename, link, unlink, a new file or folder, a commit of
either database. The product knows nothing of this: a worker (`worker.py`) puts these functions in place of the real
ones in a process that it has forked for one job. What the databases write on their own, between two commits, is not
seen here; kills at random moments meet it.
"""

import builtins
import errno
import io
import json
import os
import resource
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_OF_DBT = "/build/"  # its working files are made anew by each build
_CALLS = ("fsync", "fdatasync", "rename", "replace", "unlink", "remove", "link", "symlink", "mkdir", "rmdir")
_FILLS_DISK = frozenset({"open", "write", "fsync", "fdatasync", "rename", "replace", "link", "symlink", "mkdir"})
DATABASES = (".db", ".db-wal", ".db-shm", ".duckdb", ".duckdb.wal")


@dataclass
class Plan:
    """What happens to a process. `at` is the number of the step, from 0; -1 for never; `call` counts only such steps.

    `deed`: "kill" ends it before that step, "stop" halts it there until somebody lets it go on, "full" lets this and
    every later step that needs space below `full_below` fail as on a full disk. `largest_file` lets no file grow beyond
    so many bytes. `clock` moves its clock by so many seconds. `trace` gets a
    line per step, `durable` what a crash of the machine at the moment of the kill would have left of `home`.
    """

    deed: str = "kill"
    at: int = -1
    call: str = ""
    clock: float = 0
    full_below: str = ""
    largest_file: int = 0
    trace: str = ""
    durable: str = ""
    home: str = ""


@dataclass
class Durable:
    """What is on the disk for sure: names of a folder by its inode, (size, time) of a file's bytes by its inode."""

    names: dict[int, dict[str, int]] = field(default_factory=dict)
    bytes: dict[int, tuple[int, int]] = field(default_factory=dict)
    rewritten: list[str] = field(default_factory=list)


class Shim:
    """Stands between one process and the system."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.count, self.is_full = plan, 0, False
        self.real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in (*_CALLS, "open", "write")}
        self.open = io.open
        self.trace = os.open(plan.trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if plan.trace else -1
        self.durable = Durable()
        if plan.durable:
            self.graves = Path(plan.durable).with_suffix(".graves")
            self.graves.mkdir()
            self._look(Path(plan.home))

    def install(self) -> None:
        for name in _CALLS:
            setattr(os, name, self._wrapped(name))
        os.open = self._os_open  # type: ignore[assignment]
        os.write = self._write
        io.open = builtins.open = self._io_open  # type: ignore[assignment]
        self._watch_databases()
        if self.plan.largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.plan.largest_file, resource.RLIM_INFINITY))
        if self.plan.clock:
            _move_clock(timedelta(seconds=self.plan.clock))

    def step(self, name: str, path: object) -> None:
        """Something durable is about to happen."""
        if _OF_DBT in str(path):
            return
        counts = self.plan.call in ("", name)
        if counts and self.count == self.plan.at:
            if self.plan.durable:
                self.real["write"](
                    self.real["open"](self.plan.durable, os.O_WRONLY | os.O_CREAT),
                    json.dumps(asdict(self.durable)).encode(),
                )
            if self.plan.deed == "full":
                self.is_full = True
            else:
                self._note(name, path)
                os.kill(os.getpid(), signal.SIGKILL if self.plan.deed == "kill" else signal.SIGSTOP)
        self.count += counts
        self._note(name, path)
        if self.is_full and name in _FILLS_DISK and self.plan.full_below in str(path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _note(self, name: str, path: object) -> None:
        if self.trace >= 0:
            self.real["write"](self.trace, f"{name}\t{path}\n".encode(errors="replace"))

    def _wrapped(self, name: str) -> Callable[..., Any]:
        real = self.real[name]

        def call(*arguments: Any, **more: Any) -> Any:
            self.step(name, _path_of(arguments, more))
            if self.plan.durable:
                self._before(name, arguments, more)
            result = real(*arguments, **more)
            if self.plan.durable and name in ("fsync", "fdatasync"):
                self._synced(arguments[0])
            return result

        return call

    def _os_open(self, path: Any, flags: int, *arguments: Any, **more: Any) -> int:
        if flags & (os.O_CREAT | os.O_TRUNC) and not str(path).startswith("/dev/"):
            self.step("open", _path_of((path,), more))
        return int(self.real["open"](path, flags, *arguments, **more))

    def _io_open(self, file: Any, mode: str = "r", *arguments: Any, **more: Any) -> Any:
        if mode[:1] in "wx" and not isinstance(file, int):
            self.step("open", file)
        return self.open(file, mode, *arguments, **more)

    def _write(self, descriptor: int, data: Any) -> int:
        if self.is_full and stat.S_ISREG(os.fstat(descriptor).st_mode) and self.plan.full_below in _name_of(descriptor):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return int(self.real["write"](descriptor, data))

    def _watch_databases(self) -> None:
        import duckdb
        import psycopg
        from sqlalchemy.engine.default import DefaultDialect

        commit_ledger = DefaultDialect.do_commit
        end_transaction = psycopg.Transaction.__exit__
        commit, execute = duckdb.DuckDBPyConnection.commit, duckdb.DuckDBPyConnection.execute

        def do_commit(dialect: Any, connection: Any) -> None:
            self.step("commit", "ledger")
            commit_ledger(dialect, connection)

        def end(transaction: Any, *error: Any) -> Any:
            self.step("commit", "postgresql")
            return end_transaction(transaction, *error)

        def warehouse_commit(connection: Any) -> Any:
            self.step("commit", "warehouse")
            return commit(connection)

        def warehouse_execute(connection: Any, query: Any, *arguments: Any, **more: Any) -> Any:
            if isinstance(query, str) and query.strip().lower().startswith(("commit", "checkpoint", "detach")):
                self.step("commit", "warehouse")
            return execute(connection, query, *arguments, **more)

        psycopg.Transaction.__exit__ = end  # type: ignore[method-assign]
        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
        duckdb.DuckDBPyConnection.commit = warehouse_commit  # type: ignore[method-assign]
        duckdb.DuckDBPyConnection.execute = warehouse_execute  # type: ignore[method-assign,assignment]

    # ---------- what a crash of the machine would leave

    def _look(self, folder: Path) -> None:
        """Everything that is there when the process begins is on the disk."""
        names = {}
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            names[entry.name] = status.st_ino
            if entry.is_dir(follow_symlinks=False):
                self._look(Path(entry.path))
            else:
                self.durable.bytes[status.st_ino] = (status.st_size, status.st_mtime_ns)
        self.durable.names[folder.stat().st_ino] = names

    def _synced(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            self.durable.names[status.st_ino] = {
                entry.name: entry.inode() for entry in os.scandir(_name_of(descriptor))
            }
        else:
            self.durable.bytes[status.st_ino] = (status.st_size, status.st_mtime_ns)

    def _before(self, name: str, arguments: tuple[Any, ...], more: dict[str, Any]) -> None:
        """Keep what is about to lose its name: the name may come back."""
        if name in ("unlink", "remove"):
            victim = _path_of(arguments, more)
        elif name in ("rename", "replace"):
            victim = _path_of(arguments[1:], {"dir_fd": more.get("dst_dir_fd")})
        else:
            return
        try:
            status = os.lstat(victim)
            if not stat.S_ISDIR(status.st_mode):
                self.real["link"](victim, self.graves / str(status.st_ino), follow_symlinks=False)
        except (FileNotFoundError, FileExistsError):
            return


def _path_of(arguments: tuple[Any, ...], more: dict[str, Any]) -> str:
    """The path that a call names first, as far as the system tells it."""
    if isinstance(arguments[0], int):
        return _name_of(arguments[0])
    path = os.fsdecode(arguments[0])
    folder = more.get("dir_fd") or more.get("src_dir_fd")
    return f"{_name_of(folder)}/{path}" if folder is not None else path


def _name_of(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def _move_clock(by: timedelta) -> None:
    """Let every module of the product read another clock; the times of files stay those of the system."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + by

    for name, module in list(sys.modules.items()):
        if name.startswith("ioc_pipeline") and getattr(module, "datetime", None) is datetime:
            module.datetime = Moved  # type: ignore[attr-defined]
