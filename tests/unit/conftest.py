"""Ledgers on both engines."""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ioc_pipeline.ledger.ledger import Ledger
from postgresql_server import postgresql_url

__all__ = ["postgresql_url"]


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
