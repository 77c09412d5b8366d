"""What ODBC clients such as Excel see of the marts: Debian's driver of PostgreSQL, through a DSN of its own."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import psycopg
import pyodbc
import pytest

from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.publish.postgresql import publish_to_postgresql
from postgresql_server import new_database, postgresql_url, write_version

__all__ = ["postgresql_url"]

VALUES = Mart(
    "mart_value",
    "Values.",
    ("org_unit_name",),
    (
        Column("org_unit_name", "varchar", "Whom it describes."),
        Column("value", "double", "How much."),
        Column("exact_value", "decimal(38,12)", "The same to all its decimals."),
        Column("units_present_count", "bigint", "Of how many."),
        Column("is_in_total", "boolean", "Whether it is counted."),
        Column("period_end_date", "date", "Until when."),
        Column("received_at", "timestamp", "When it came, UTC."),
    ),
)
EXACT, CAME = "97.250033041897", "2025-09-15 01:02:03"
ROW = ("Phường Tô Hiệu", 97.25, Decimal(EXACT), 75, True, date(2025, 9, 14), datetime.fromisoformat(CAME))


@pytest.fixture(scope="module")
def connection(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pyodbc.Connection]:
    """A member of ioc_bi that logs in by the DSN docs/bi.md describes."""
    driver = "PostgreSQL Unicode"
    assert driver in pyodbc.drivers(), "the ODBC driver is missing: `make odbc`, or apt-get install odbc-postgresql"
    folder = tmp_path_factory.mktemp("odbc")
    url = new_database(postgresql_url)
    rows = [("Phường Tô Hiệu", 97.25, EXACT, 75, True, "2025-09-14", CAME), ("Xã Vân Hồ", *[None] * 6)]
    publish_to_postgresql(url, write_version(folder, 1, rows, VALUES), [VALUES])
    with psycopg.connect(url, autocommit=True) as there:
        there.execute("create role excel login in role ioc_bi")
        there.execute("alter role excel set timezone = 'UTC'")
        place = {"Servername": there.info.host, "Database": there.info.dbname, "Username": "excel"}
    lines = {"Driver": driver, **place, "BoolsAsChar": "0"}
    ini = folder / "odbc.ini"
    ini.write_text("\n".join(["[ioc]", *(f"{name}={value}" for name, value in lines.items()), ""]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ODBCINI", str(ini))
        there_by_odbc = pyodbc.connect("DSN=ioc", autocommit=True)
    yield there_by_odbc
    there_by_odbc.close()


def test_numbers_booleans_days_and_vietnamese_come_as_what_they_are(connection: pyodbc.Connection) -> None:
    found = connection.execute("select * from marts.mart_value where value is not null")
    assert [column[1] for column in found.description] == [str, float, Decimal, int, bool, date, datetime]
    assert [tuple(row) for row in found.fetchall()] == [ROW]
    nothing = connection.execute("select * from marts.mart_value where value is null").fetchall()
    assert [tuple(row) for row in nothing] == [("Xã Vân Hồ", *[None] * 6)]


def test_a_driver_tells_a_modelling_tool_the_types_before_it_asks(connection: pyodbc.Connection) -> None:
    told = {row.column_name: row.type_name for row in connection.cursor().columns(table="mart_value", schema="marts")}
    types = ("text", "float8", "numeric", "int8", "bool", "date", "timestamptz")
    assert told == dict(zip((column.name for column in VALUES.columns), types, strict=True))


@pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy")
def test_pandas_takes_a_value_as_a_number(connection: pyodbc.Connection) -> None:
    frame = pd.read_sql("select value, is_in_total from marts.mart_value where value is not null", connection)
    assert [str(kind) for kind in frame.dtypes] == ["float64", "bool"]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from marts.mart_value",
        "update marts.mart_value set value = 1",
        "create table marts.mine (x int)",
        "create temporary table mine (x int)",
        "select * from marts_000001_abc.mart_value",
        "select pg_read_file('/etc/passwd')",
    ],
)
def test_a_write_or_another_schema_is_refused(connection: pyodbc.Connection, statement: str) -> None:
    with pytest.raises(pyodbc.Error, match="permission denied"):
        connection.execute(statement)
    assert connection.execute("select count(*) from marts.mart_value").fetchval() == 2
