"""The marts in PostgreSQL: complete, for readers only, switched at once, and never in the way of the files."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import psycopg
import pytest
from psycopg import errors

from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.publish import postgresql
from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.publish.postgresql import publish_to_postgresql
from postgresql_server import new_database, postgresql_url, write_version

__all__ = ["postgresql_url"]

VALUES = Mart(
    "mart_value",
    "Values.",
    ("indicator_code", "org_unit_code"),
    (
        Column("indicator_code", "varchar", "Which indicator."),
        Column("org_unit_code", "varchar", "Whom it describes."),
        Column("value", "decimal(38,12)", "How much."),
        Column("is_final", "boolean", "Whether it stays."),
        Column("told_at", "timestamp", "When, UTC."),
        Column("note", "varchar", "What else."),
    ),
)
ROWS = [("a", "14", "1.5", True, "2026-11-27 01:02:03", ""), ("a", "03646", None, False, None, 'a "quoted", line\n2')]


@pytest.fixture
def url(postgresql_url: str) -> str:
    return new_database(postgresql_url)


def switched(url: str, folder: Path, number: int, rows: list[tuple[object, ...]] = ROWS, mart: Mart = VALUES) -> bool:
    return publish_to_postgresql(url, write_version(folder, number, rows, mart), [mart])


def test_rows_types_and_words_are_those_of_the_version(url: str, tmp_path: Path) -> None:
    assert switched(url, tmp_path, 1)
    with psycopg.connect(url) as there:
        there.execute("set timezone = 'UTC'")
        rows = there.execute("select * from marts.mart_value order by org_unit_code desc").fetchall()
        assert [row[:4] for row in rows] == [("a", "14", Decimal("1.5"), True), ("a", "03646", None, False)]
        assert rows[0][4].isoformat() == "2026-11-27T01:02:03+00:00"
        assert [row[5] for row in rows] == ["", 'a "quoted", line\n2']
        view = "'marts.mart_value'::regclass"
        said = there.execute(f"select obj_description({view}), col_description({view}, 3)")
        assert said.fetchone() == ("Values.", "How much.")
    assert not publish_to_postgresql(url, tmp_path / "marts_000001.duckdb", [VALUES])


@pytest.fixture(scope="module")
def reader(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection]:
    """Somebody of the role that BI tools log in with."""
    url = new_database(postgresql_url)
    switched(url, tmp_path_factory.mktemp("read"), 1)
    with psycopg.connect(url, autocommit=True) as there:
        there.execute("set role ioc_bi")
        yield there


@pytest.mark.parametrize(
    "statement",
    [
        "delete from marts.mart_value",
        "insert into marts.mart_value (note) values ('x')",
        "select * from marts_000001_abc.mart_value",
        "create table marts.mine (x int)",
        "create schema mine",
        "create table public.mine (x int)",
        "create temporary table mine (x int)",
        "select pg_read_file('/etc/passwd')",
        "select pg_ls_dir('/')",
        "select lo_import('/etc/passwd')",
        "select lo_from_bytea(0, 'x')",
        "select lo_create(0)",
        "copy marts.mart_value to '/tmp/x'",
        "copy (select 1) to program 'true'",
        "create role another",
    ],
)
def test_a_reader_is_refused_by_its_grants(reader: psycopg.Connection, statement: str) -> None:
    assert reader.execute("select count(*) from marts.mart_value").fetchone() == (2,)
    with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState, errors.WrongObjectType)):
        reader.execute(statement.encode())


def test_a_view_of_their_own_works_on_when_columns_come_and_go(url: str, tmp_path: Path) -> None:
    switched(url, tmp_path, 1)
    with psycopg.connect(url, autocommit=True) as there:
        there.execute("create schema bi; create view bi.own as select org_unit_code, note, value from marts.mart_value")
        fewer = Mart("mart_value", "Values.", VALUES.key, (*VALUES.columns[:4], Column("more", "bigint", "More.")))
        assert switched(url, tmp_path, 2, [("a", "14", "2", True, 7)], fewer)
        assert there.execute("select * from bi.own").fetchall() == [("14", None, Decimal(2))]
        assert there.execute("select more from marts.mart_value").fetchall() == [(7,)]
        assert switched(url, tmp_path, 3)
        assert there.execute("select count(note) from bi.own").fetchone() == (2,)
        kept = there.execute("select nspname from pg_namespace where nspname like 'marts\\_%' order by 1").fetchall()
        assert kept == [("marts_000002_abc",), ("marts_000003_abc",)]
        assert there.execute("select has_table_privilege('ioc_bi', 'marts.mart_value', 'select')").fetchone() == (True,)


def test_a_column_of_another_type_is_shown_with_it_unless_somebody_built_upon_the_view(
    url: str, tmp_path: Path
) -> None:
    switched(url, tmp_path, 1)
    columns = [replace(column, data_type="double") if column.name == "value" else column for column in VALUES.columns]
    rounded = replace(VALUES, columns=tuple(columns))
    asked = "select value from marts.mart_value where org_unit_code = '14'"
    with psycopg.connect(url, autocommit=True) as there:
        there.execute("create schema bi; create view bi.own as select value from marts.mart_value")
        switched(url, tmp_path, 2, mart=rounded)
        assert type(there.execute(asked).fetchall()[0][0]) is Decimal
        there.execute("drop view bi.own")
        switched(url, tmp_path, 3, mart=rounded)
        assert type(there.execute(asked).fetchall()[0][0]) is float
        there.execute("set role ioc_bi")
        assert there.execute(asked).fetchall() == [(1.5,)]


def test_readers_that_poll_see_one_version_in_a_statement_and_never_wait(url: str, tmp_path: Path) -> None:
    switched(url, tmp_path, 1, [("a", "14", "1", True, None, "1")])
    seen: list[tuple[object, ...]] = []
    waited: list[float] = []
    stop = threading.Event()

    def poll() -> None:
        with psycopg.connect(url, autocommit=True) as there:
            while not stop.is_set():
                began = time.monotonic()
                found = there.execute(
                    "select value::bigint, (select load_seq from marts._publication) from marts.mart_value"
                ).fetchone()
                waited.append(time.monotonic() - began)
                seen.append(found or ())

    readers = [threading.Thread(target=poll) for _ in range(3)]
    for thread in readers:
        thread.start()
    for number in range(2, 8):
        switched(url, tmp_path, number, [("a", "14", str(number), True, None, str(number))])
    stop.set()
    for thread in readers:
        thread.join()
    assert {one for one, other in seen} == set(range(1, 8))
    assert [pair for pair in seen if pair[0] != pair[1]] == []
    assert max(waited) < 1


def test_a_reader_who_stays_holds_the_switch_up_but_no_other_reader(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "TRIES", 3)
    switched(url, tmp_path, 1)
    path = write_version(tmp_path, 2, ROWS, VALUES)
    with psycopg.connect(url) as stays, psycopg.connect(url, autocommit=True) as another:
        stays.execute("select * from marts.mart_value")  # and its transaction stays open
        failed: list[BaseException] = []

        def publish() -> None:
            try:
                publish_to_postgresql(url, path, [VALUES])
            except psycopg.Error as error:
                failed.append(error)

        publisher = threading.Thread(target=publish)
        publisher.start()
        while publisher.is_alive():
            another.execute("set statement_timeout = '1s'; select count(*) from marts.mart_value")
            time.sleep(0.01)
    assert [type(error) for error in failed] == [errors.LockNotAvailable]
    assert publish_to_postgresql(url, path, [VALUES])


def test_a_publisher_that_is_killed_leaves_the_version_before(url: str, tmp_path: Path) -> None:
    switched(url, tmp_path, 1)
    path = write_version(tmp_path, 2, [], VALUES)
    with duckdb.connect(str(path)) as connection:
        many = "select 'a', range::varchar, 1, true, null, repeat('x', 100) from range(20000)"
        connection.execute(f"insert into marts.mart_value {many}")
    fork = multiprocessing.get_context("fork")
    with psycopg.connect(url, autocommit=True) as there:
        for seconds in (0.0, 0.03, 0.1, 0.2, 0.3):
            process = fork.Process(target=publish_to_postgresql, args=(url, path, [VALUES]))
            process.start()
            wait_for_publisher(there, process)
            time.sleep(seconds)
            process.kill()
            process.join()
            ((load_seq,),) = there.execute("select load_seq from marts._publication").fetchall()
            ((count,),) = there.execute("select count(*) from marts.mart_value").fetchall()
            assert (load_seq, count) in ((1, 2), (2, 20_000))
        publish_until_there(url, path)
        assert there.execute("select count(*) from marts.mart_value").fetchone() == (20_000,)


def wait_for_publisher(there: psycopg.Connection, process: BaseProcess) -> None:
    while process.is_alive():
        if there.execute("select 1 from pg_locks where locktype = 'advisory'").fetchone():
            return
        time.sleep(0.005)


def publish_until_there(url: str, path: Path) -> None:
    """The server notices a killed publisher a moment later."""
    for _ in range(100):
        try:
            publish_to_postgresql(url, path, [VALUES])
        except ConflictError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the killed publisher still holds its lock")
