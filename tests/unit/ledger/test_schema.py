"""Migrations, and what the engines promise."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ioc_pipeline.domain.errors import StoresError
from ioc_pipeline.ledger.journal import MIGRATIONS, NEWEST_REVISION
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.ledger.tables import METADATA
from ledger_entries import received, states


def test_migrations_make_exactly_the_tables_of_the_metadata(ledger: Ledger) -> None:
    with ledger._engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_the_newest_revision_is_the_one_the_ledger_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST_REVISION


def test_migrating_again_changes_nothing(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    ledger.migrate()
    assert states(ledger) == {1: "landed"}


def _migrate(url: str) -> None:
    Ledger(url).migrate()


def test_a_ledger_of_a_newer_version_is_left_alone(ledger: Ledger) -> None:
    with ledger.transaction(writes=True) as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoresError, match=r"made by a newer version .*9999.*install that version"):
        ledger.migrate()


def test_several_processes_may_migrate_at_once(new_ledger_url: Callable[[], str]) -> None:
    url = new_ledger_url()
    with ProcessPoolExecutor(3, multiprocessing.get_context("fork")) as pool:
        list(pool.map(_migrate, [url] * 3))
    assert received(Ledger(url), "a.xlsx") == [1]


def test_sqlite_commits_are_durable_and_readers_do_not_wait(tmp_path: Any) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    ledger.migrate()
    with ledger._engine.connect() as connection, connection.begin():
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2


def _seqs(url: str) -> list[int]:
    return [one.delivery_seq for one in Ledger(url).deliveries()]


def test_no_connection_outlives_a_call(ledger: Ledger) -> None:
    received(ledger, "a.xlsx")
    assert isinstance(ledger._engine.pool, sa.pool.NullPool)
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        forked = list(pool.map(_seqs, [ledger._url.render_as_string(hide_password=False)] * 2))
    assert forked == [[1], [1]]
    assert received(ledger, "b.xlsx") == [2]
