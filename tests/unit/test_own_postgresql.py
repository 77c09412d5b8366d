"""The PostgreSQL of `make run`: whom it lets in, and what it shows after it died, at rest or in mid-publication."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from ioc_pipeline.local_airflow.postgresql import OWNER, Server, why_not
from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.publish.postgresql import publish_to_postgresql
from ioc_pipeline.settings import PRIVATE
from postgresql_server import write_version

VALUES = Mart("mart_value", "Values.", ("code",), (Column("code", "varchar", "Which."),))


@dataclass(frozen=True)
class Own:
    """A server that may be started again and again over the same data."""

    server: Server

    @property
    def as_reader(self) -> str:
        return self.server.url.replace(f"{OWNER}:{self.server.owner_password}", f"ioc_bi:{self.server.reader_password}")

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        module = "ioc_pipeline.local_airflow.postgresql"
        command = [sys.executable, "-m", module, str(self.server.folder), str(self.server.port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, umask=PRIVATE) as process:
            while self.server.missing():
                assert process.poll() is None
                time.sleep(0.1)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)
                process.wait(30)

    def shown(self) -> tuple[object, ...] | None:
        with psycopg.connect(self.as_reader) as there:
            return there.execute(
                "select load_seq, (select count(*) from marts.mart_value) from marts._publication"
            ).fetchone()


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    home = Path(tempfile.mkdtemp(prefix="own-postgresql-"))
    folder = home / "postgresql"
    folder.mkdir(mode=0o750)
    if os.geteuid() == 0:  # there the server is another user, who has to get to its folder
        assert why_not(folder).endswith(f"chmod o+x {home}")
    home.chmod(0o751)
    assert why_not(folder) == ""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield Own(Server.of(folder, port))
    shutil.rmtree(home)


def test_it_keeps_its_data_and_lets_in_who_has_a_password(own: Own, tmp_path: Path) -> None:
    for number in (1, 2):
        with own.running() as process:
            publish_to_postgresql(own.server.url, write_version(tmp_path, number, [("a",)], VALUES), [VALUES])
            assert {each.laddr.ip for each in psutil.Process(process.pid).net_connections("inet")} == {"127.0.0.1"}
            assert own.shown() == (number, 1)
            for wrong in ("", "wrong"):
                with pytest.raises(psycopg.OperationalError):
                    psycopg.connect(own.as_reader.replace(own.server.reader_password, wrong), connect_timeout=3)
            if number == 1:
                process.kill()
    assert (own.server.folder / "passwords.json").stat().st_mode & 0o077 == 0


def test_a_server_that_dies_in_mid_publication_shows_the_version_before_until_the_next(
    own: Own, tmp_path: Path
) -> None:
    new = write_version(tmp_path, 4, [("a",), ("b",), ("c",)], VALUES)
    failed: list[BaseException] = []

    def publish() -> None:
        try:
            publish_to_postgresql(own.server.url, new, [VALUES])
        except psycopg.Error as error:
            failed.append(error)

    with own.running() as process:
        publish_to_postgresql(own.server.url, write_version(tmp_path, 3, [("a",), ("b",)], VALUES), [VALUES])
        publisher = threading.Thread(target=publish)
        stays = psycopg.connect(own.as_reader)
        stays.execute("select * from marts.mart_value")  # so that the switch has to wait, its tables written
        with psycopg.connect(own.server.url, autocommit=True) as there:
            publisher.start()
            while not there.execute("select 1 from pg_locks where not granted").fetchone():
                assert publisher.is_alive()
                time.sleep(0.01)
        process.send_signal(signal.SIGQUIT)  # it ends at once, as when the machine is restarted
        publisher.join()
        stays.close()
    [error] = failed
    assert isinstance(error, psycopg.OperationalError)  # AdminShutdown is one
    with own.running():
        assert own.shown() == (3, 2)
        assert publish_to_postgresql(own.server.url, new, [VALUES])
        assert own.shown() == (4, 3)
