"""Tables of records: made by their contracts, widened by new fields, refused where they are not the verdict's."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ioc_pipeline.build.catalogue import write_catalogue
from ioc_pipeline.build.record_tables import make_record_tables, record_columns
from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.catalogue.load import Catalogue
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.tables import OWN_TABLES
from ioc_pipeline.warehouse.observations import record_schema
from ioc_pipeline.warehouse.raw import create_raw
from loading_desk import SEPTEMBER, Desk, observation, outcomes, records, scope, write_observations
from shipped import EXPECTATIONS, SEEDS, SOURCES


def test_no_table_that_the_pipeline_makes_is_free_for_an_api() -> None:
    with duckdb.connect() as connection:
        create_raw(connection)
        write_catalogue(connection, Catalogue({}, {}, [], []))
        made = connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
    of_the_build = {"reporting_obligation", "working_day"}
    assert {name for (name,) in made} | of_the_build == OWN_TABLES


def test_the_columns_of_records_that_models_read_are_those_of_the_contracts() -> None:
    root = Path(__file__).resolve().parents[3]
    contracts = read_contracts(SOURCES, EXPECTATIONS, SEEDS).apis()
    tables = [table for contract in contracts for table in contract.source.tables if table.record]
    given = {}
    with duckdb.connect() as connection:
        for table in tables:
            written = connection.from_arrow(record_schema(table).empty_table())
            types = ["VARCHAR" if "ENUM" in str(each) else str(each) for each in written.types]
            given[table.record] = {"load_seq": "BIGINT", **dict(zip(written.columns, types, strict=True))}
    assert record_columns(root / "dbt_project") == given


def test_tables_of_records_that_models_read_are_there_before_the_first_record_is(tmp_path: Path) -> None:
    project = Path(__file__).resolve().parents[3] / "dbt_project"
    with duckdb.connect() as connection:
        create_raw(connection)
        connection.execute("create table raw.task as select 1::bigint as load_seq, 'T1' as task_id, 7 as other")
        for _ in range(2):
            make_record_tables(connection, project)
        assert connection.execute("select task_id, other, progress from raw.task").fetchall() == [("T1", 7, None)]
        for name, columns in record_columns(project).items():
            assert set(columns) <= set(connection.table(f"raw.{name}").columns)
        connection.execute("alter table raw.dossier alter fee_vnd type varchar")
        with pytest.raises(
            ContractError, match=r"sources\.yml: column fee_vnd is DECIMAL\(38,12\), and raw\.dossier has"
        ):
            make_record_tables(connection, project)
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "sources.yml").write_text("sources: [{name: raw, tables: [{columns: 1}]}]", "utf-8")
        with pytest.raises(ContractError, match=r"models/sources\.yml: expected"):
            make_record_tables(connection, tmp_path)


def test_records_of_a_new_api_make_their_table_and_a_new_field_its_column(desk: Desk) -> None:
    desk.load(records(desk, 2, {"visit_count": [1, 2]}))
    desk.load(records(desk, 4, {"visit_count": [3, 4], "reason": ["x", "y"]}))
    assert desk.ask("select load_seq, delivery_seq, record_key, visit_count, reason from raw.visit order by all") == [
        (1, 1, "a", 1, None),
        (1, 1, "b", 2, None),
        (2, 3, "a", 3, "x"),
        (2, 3, "b", 4, "y"),
    ]


def test_a_column_may_be_called_like_a_word_of_sql(desk: Desk) -> None:
    desk.load(records(desk, 2, {"visit_count": [1, 2]}))
    desk.load(records(desk, 4, {"visit_count": [3, 4], "order": ["x", "y"]}))
    assert desk.ask('select "order" from raw.visit where load_seq = 2 order by all') == [("x",), ("y",)]


def test_a_column_of_records_keeps_its_type(desk: Desk) -> None:
    desk.load(records(desk, 2, {"visit_count": [1, 2]}))
    with pytest.raises(ContractError, match=r"visits.yml: column visit_count is VARCHAR, and raw.visit has it as BIG"):
        desk.load(records(desk, 4, {"visit_count": ["1", "2"]}))
    assert desk.ask("select count(*) from raw.visit") == [(2,)]


@pytest.mark.parametrize(
    ("columns", "count", "message"),
    [
        ({}, 3, "prepared rows are not the 3"),
        ({"record_key": ["a", "a"]}, 2, "gives a record twice"),
        ({"delivery_seq": [1, 2]}, 2, "a page that came after it"),
    ],
)
def test_records_that_are_not_those_of_the_verdict_are_refused(
    desk: Desk, columns: dict[str, list[Any]], count: int, message: str
) -> None:
    verdict = replace(records(desk, 2, columns), record_counts={"visit": count})
    with pytest.raises(ValueError, match=message):
        desk.load(verdict)


def test_no_api_fills_a_table_of_the_pipelines_own(desk: Desk) -> None:
    verdict = records(desk, 2, {})
    (desk.prepared / "2" / "visit.parquet").rename(desk.prepared / "2" / "delivery.parquet")
    with pytest.raises(ContractError, match="a table of the pipeline's own"):
        desk.load(replace(verdict, record_counts={"delivery": 2}))


def test_the_newest_extract_may_say_the_same_as_the_one_before(desk: Desk) -> None:
    polls = []
    for seq in (2, 4):
        verdict = desk.verdict(seq, "same bytes", scan_seq=1)
        rows = [observation(seq - 1, scope(), "03646", "tthc_received", "10")]
        write_observations(desk.prepared / str(seq) / "observation.parquet", rows)
        polls.append(replace(verdict, delivery=replace(verdict.delivery, kind="extract"), observation_count=1))
    assert outcomes(desk.load(*polls)) == [(2, "loaded"), (4, "loaded")]
    assert desk.ask("select load_seq, delivery_seq from raw.observation order by all") == [(1, 1), (2, 3)]


@pytest.mark.parametrize("until", [None, date(2025, 10, 1)])
def test_a_waiver_says_what_is_not_owed_and_speaks_for_no_scope(desk: Desk, until: date | None) -> None:
    verdict = desk.verdict(1, outcome="waiver", scopes=(scope(table=""),), reason="Bão", waived_until=until)
    desk.load(replace(verdict, delivery=replace(verdict.delivery, kind="waiver")))
    assert desk.ask("select * from raw.waiver") == [
        (1, 1, "admin_procedures", "vp-ubnd", "month", SEPTEMBER.start, SEPTEMBER.end, until, "Bão")
    ]
    assert desk.ask("select count(*) from raw.delivery_scope") == [(0,)]
