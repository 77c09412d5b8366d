"""Ledgers on both engines. Migrating one costs more than most tests: it is done once a session, then copied."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ioc_pipeline.ledger.ledger import Ledger
from postgresql_server import postgresql_url

__all__ = ["postgresql_url"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated ledger in SQLite."""
    path = tmp_path_factory.mktemp("migrated") / "ledger.db"
    Ledger(f"sqlite:///{path}").migrate()
    return path


@pytest.fixture(scope="session")
def migrated_database(postgresql_url: str) -> str:
    """Name of a database with an empty, migrated ledger."""
    Ledger(_new_database(postgresql_url, "migrated")).migrate()
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine and then the other."""
    return str(request.param)


@pytest.fixture
def new_ledger_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of a ledger that is yet to be made, at each call."""
    if engine == "postgresql":
        server: str = request.getfixturevalue("postgresql_url")
        return lambda: _new_database(server, f"ledger_{time.monotonic_ns()}")
    return lambda: f"sqlite:///{tmp_path}/ledger-{time.monotonic_ns()}.db"


@pytest.fixture
def ledger_file(migrated_file: Path, tmp_path: Path) -> Path:
    """An empty, migrated ledger in SQLite, of this test."""
    return Path(shutil.copyfile(migrated_file, tmp_path / "ledger.db"))


@pytest.fixture
def ledger(engine: str, request: pytest.FixtureRequest) -> Ledger:
    """An empty, migrated ledger."""
    if engine == "postgresql":
        server, migrated = (request.getfixturevalue(name) for name in ("postgresql_url", "migrated_database"))
        return Ledger(_new_database(server, f"ledger_{time.monotonic_ns()}", template=migrated))
    return Ledger(f"sqlite:///{request.getfixturevalue('ledger_file')}")


def _new_database(server: str, name: str, *, template: str = "template1") -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    return server.replace("/postgres?", f"/{name}?")
