"""The tables of raw themselves, and warehouses from before today's shape."""

from dataclasses import replace

import duckdb
import pyarrow as pa

from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA
from ioc_pipeline.warehouse.place import DuckDBFile
from ioc_pipeline.warehouse.raw import create_raw
from loading_desk import Desk, observation, scope, write_observations


def test_a_warehouse_of_before_there_were_apis_is_widened(desk: Desk) -> None:
    desk.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(desk.warehouse) as connection:
        create_raw(connection)
        connection.execute("alter table raw.delivery drop request")
        connection.execute("alter table raw.delivery drop extract_id")
    desk.load(desk.verdict(1))
    assert desk.ask("select extract_id, request from raw.delivery") == [("", "")]


def test_a_warehouse_of_before_rows_had_a_clock_and_keys_gets_them(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    columns = {"observation": "scope_key, cell_key, clock", "delivery_scope": "scope_key"}
    written = {table: desk.ask(f"select {names} from raw.{table} order by all") for table, names in columns.items()}
    with duckdb.connect(desk.warehouse) as connection:
        for table, names in columns.items():
            for name in names.split(", "):
                connection.execute(f"alter table raw.{table} drop {name}")
    DuckDBFile(desk.warehouse).connect().close()
    assert {table: desk.ask(f"select {names} from raw.{table} order by all") for table, names in columns.items()} == (
        written
    )


def test_a_warehouse_of_before_the_floors_loses_their_one_schema_and_nothing_else(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    with duckdb.connect(desk.warehouse) as connection:
        for schema in ("intermediate", "measures"):
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {schema}.int_measure_value as select 1 as value")
            connection.execute(f"create view {schema}.int_term_value as from {schema}.int_measure_value")
    DuckDBFile(desk.warehouse).connect().close()
    left = "select schema_name, table_name from duckdb_tables() where schema_name != 'raw'"
    assert desk.ask(left) == [("measures", "int_measure_value")]


def test_two_cells_never_share_a_key(desk: Desk) -> None:
    rows = [
        {**observation(1, scope(), "03646", "tthc_received", "1"), "breakdown": breakdown, "record_key": key}
        for breakdown, key in (("a|b", ""), ("a", "b|"), ("a\\", "b"), ("a\\|b", ""))
    ]
    verdict = replace(desk.verdict(1), observation_count=len(rows))
    write_observations(desk.prepared / "1" / "observation.parquet", rows)
    desk.load(verdict)
    assert desk.ask("select count(distinct cell_key) from raw.observation") == [(4,)]


def test_the_columns_of_raw_observation_are_those_the_parser_writes() -> None:
    with duckdb.connect() as connection:
        create_raw(connection)
        loaded = connection.execute("select * from raw.observation limit 0").to_arrow_table().schema
    plain = [
        (column.name, column.type.value_type if pa.types.is_dictionary(column.type) else column.type)
        for column in OBSERVATION_SCHEMA
    ]
    keys = [(name, pa.string()) for name in ("scope_key", "cell_key")]
    assert [("load_seq", pa.int64()), *keys, *plain] == [(column.name, column.type) for column in loaded]


def test_creating_raw_twice_keeps_what_is_there(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    DuckDBFile(desk.warehouse).connect().close()
    assert desk.ask("select count(*) from raw.observation") == [(2,)]
