"""Loading into real DuckDB files, from Parquet as the parser writes it."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ioc_pipeline.build.catalogue import write_catalogue
from ioc_pipeline.build.record_tables import make_record_tables, record_columns
from ioc_pipeline.domain.deliveries import CheckResult, Delivery, Scope, Verdict
from ioc_pipeline.domain.errors import ContractError, Problem
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.load import transaction
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.reference.catalogue.load import Catalogue
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.tables import OWN_TABLES
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA, record_schema
from ioc_pipeline.warehouse.raw import create_raw, open_warehouse

ELEMENTS = {"tthc_received", "tthc_received_online"}
LOADED_AT = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
SEPTEMBER = Period("month", date(2025, 8, 15), date(2025, 9, 14))
OCTOBER = Period("month", date(2025, 9, 15), date(2025, 10, 14))


def scope(period: Period = SEPTEMBER, table: str = "settlements") -> Scope:
    return Scope(table, "vp-ubnd", period)


class Desk:
    """A warehouse with the folder of prepared deliveries beside it."""

    def __init__(self, home: Path) -> None:
        self.warehouse = home / "warehouse" / "warehouse.duckdb"
        self.prepared = home / "prepared"

    def verdict(
        self,
        delivery_seq: int,
        content: str = "v1",
        *,
        outcome: str = "loaded",
        scopes: Sequence[Scope] = (scope(),),
        scan_seq: int | None = None,
        contract_hash: str = "c1",
        values: Sequence[tuple[str, str, str]] = (("03646", "tthc_received", "10"), ("03649", "tthc_received", "5.5")),
        **more: Any,
    ) -> Verdict:
        """Prepare a delivery; `values` are (org_unit_code, element_code, value) for each of its scopes."""
        rows = [
            observation(delivery_seq, place, unit, element, value)
            for place in scopes
            for unit, element, value in values
        ]
        if outcome == "loaded":
            write_observations(self.prepared / str(delivery_seq) / "observation.parquet", rows)
        return Verdict(
            delivery=Delivery(
                delivery_seq=delivery_seq,
                kind="file",
                department_code="vp-ubnd",
                file_name=f"Biểu 01 ({delivery_seq}).xlsx",
                sha256=content,
                size_bytes=4096,
                received_at=datetime(2025, 9, 16, 1, 0, tzinfo=UTC),
                scan_seq=scan_seq or delivery_seq,
                is_sealed=True,
            ),
            source_name="admin_procedures",
            contract_hash=contract_hash,
            outcome=outcome,
            scopes=tuple(scopes),
            observation_count=len(rows) if outcome == "loaded" else 0,
            replaces={"settlements": "scope", "dossiers": "record"},
            **more,
        )

    def withdrawal(self, delivery_seq: int, decides: int) -> Verdict:
        verdict = self.verdict(delivery_seq, f"withdraws {decides}", outcome="withdrawal", scopes=(), contract_hash="")
        delivery = replace(verdict.delivery, kind="withdrawal", decides_delivery_seq=decides)
        return replace(verdict, delivery=delivery, source_name="")

    def load(self, *verdicts: Verdict) -> list[Loaded]:
        with closing(open_warehouse(self.warehouse)) as connection:
            return transaction.load_prepared(
                connection, self.prepared, verdicts, elements=ELEMENTS, loaded_at=LOADED_AT
            )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            return connection.execute(query).fetchall()


def observation(delivery_seq: int, place: Scope, unit: str, element: str, value: str) -> dict[str, Any]:
    return {
        "delivery_seq": delivery_seq,
        "source_name": "admin_procedures",
        "table_name": place.table_name,
        "reporting_unit_code": place.reporting_unit_code,
        "org_unit_code": unit,
        "clock": "management",
        "period_type": place.period.type,
        "period_start_date": place.period.start,
        "period_end_date": place.period.end,
        "element_code": element,
        "breakdown": "",
        "record_key": "",
        "replaces": "scope",
        "measured_value": Decimal(value),
        "value_text": value,
        "value_qualifier": "",
        "null_reason": "",
        "maturity": "official",
        "sheet_name": "Biểu 01",
        "cell_address": "C7",
    }


def write_observations(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=OBSERVATION_SCHEMA), path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def outcomes(answers: list[Loaded]) -> list[tuple[int, str]]:
    return [(answer.delivery_seq, answer.outcome) for answer in answers]


# ---------- records and waivers


def test_no_table_that_the_pipeline_makes_is_free_for_an_api() -> None:
    with duckdb.connect() as connection:
        create_raw(connection)
        write_catalogue(connection, Catalogue({}, {}, [], []))
        made = connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
    of_the_build = {"reporting_obligation", "working_day"}
    assert {name for (name,) in made} | of_the_build == OWN_TABLES


def test_the_columns_of_records_that_models_read_are_those_of_the_contracts() -> None:
    root = Path(__file__).resolve().parents[2]
    contracts = read_contracts(root / "include" / "sources", root / "expectations", root / "include" / "seeds").apis()
    tables = [table for contract in contracts for table in contract.source.tables if table.record]
    given = {}
    with duckdb.connect() as connection:
        for table in tables:
            written = connection.from_arrow(record_schema(table).empty_table())
            types = ["VARCHAR" if "ENUM" in str(each) else str(each) for each in written.types]
            given[table.record] = {"load_seq": "BIGINT", **dict(zip(written.columns, types, strict=True))}
    assert record_columns(root / "dbt_project") == given


def test_tables_of_records_that_models_read_are_there_before_the_first_record_is(tmp_path: Path) -> None:
    project = Path(__file__).resolve().parents[2] / "dbt_project"
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


def records(desk: Desk, delivery_seq: int, columns: dict[str, list[Any]], **more: Any) -> Verdict:
    """Prepare an extract of two records of an API that no other test knows; its page is the delivery before it."""
    verdict = desk.verdict(delivery_seq, scopes=(), values=(), **more)
    common = {
        "delivery_seq": [delivery_seq - 1] * 2,
        "source_name": ["visits"] * 2,
        "record_key": ["a", "b"],
        "org_unit_code": [""] * 2,
    }
    pq.write_table(pa.table({**common, **columns}), desk.prepared / str(delivery_seq) / "visit.parquet")
    delivery = replace(verdict.delivery, kind="extract", source_name="visits", extract_id="run-1")
    return replace(verdict, delivery=delivery, source_name="visits", record_counts={"visit": 2})


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
    open_warehouse(desk.warehouse).close()
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
    open_warehouse(desk.warehouse).close()
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


# ---------- what a load writes


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
    open_warehouse(desk.warehouse).close()
    assert desk.ask("select count(*) from raw.observation") == [(2,)]


def test_a_loaded_value_keeps_its_digits_and_its_place(desk: Desk) -> None:
    assert desk.load(desk.verdict(1)) == [Loaded(1, 1, "loaded")]
    assert desk.ask("select * from raw.observation order by org_unit_code")[1] == (
        1,
        "admin_procedures|settlements|vp-ubnd|month|2025-08-15|2025-09-14",
        "03649|tthc_received||",
        1,
        "admin_procedures",
        "settlements",
        "vp-ubnd",
        "03649",
        "management",
        "month",
        date(2025, 8, 15),
        date(2025, 9, 14),
        "tthc_received",
        "",
        "",
        "scope",
        Decimal("5.500000000000"),
        "5.5",
        "",
        "",
        "official",
        "Biểu 01",
        "C7",
    )


def test_the_envelope_and_the_marker_go_with_the_rows(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert desk.ask("select * from raw.delivery") == [
        (
            *(1, 1, "file", "admin_procedures", "vp-ubnd", "Biểu 01 (1).xlsx", "v1", 4096),
            *(datetime(2025, 9, 16, 1, 0), 1, True, None, "loaded", "c1", 2, 0, 0, "", ""),  # noqa: DTZ001  # as DuckDB gives it
        )
    ]
    assert desk.ask("select * exclude (sha256, imprint) from raw.load") == [
        (1, 1, "c1", "loaded", datetime(2025, 11, 22, 8, 30))  # noqa: DTZ001
    ]
    assert desk.ask("select * from raw.delivery_scope") == [
        (
            *(1, "admin_procedures|settlements|vp-ubnd|month|2025-08-15|2025-09-14", 1),
            *("admin_procedures", "settlements", "vp-ubnd"),
            *("month", date(2025, 8, 15), date(2025, 9, 14), "scope", "loaded"),
        )
    ]


def test_a_returned_delivery_reaches_raw_with_its_errors_but_without_its_texts(desk: Desk) -> None:
    problems = (
        Problem(
            "failed-check",
            sheet="Biểu 01",
            cell="D17",
            column="Trực tuyến",
            found="012345678901",
            expected="Số nhỏ hơn",
        ),
        Problem("two-versions", severity="warning"),
    )
    verdict = desk.verdict(1, outcome="returned", problems=problems)
    assert outcomes(desk.load(verdict)) == [(1, "returned")]
    assert desk.ask("select * from raw.delivery_error order by problem_index") == [
        (1, 1, 0, "failed-check", "critical", "Biểu 01", "D17", "Trực tuyến", "Số nhỏ hơn"),
        (1, 1, 1, "two-versions", "warning", "", "", "", MESSAGES["two-versions"].expected),
    ]
    assert desk.ask("select outcome, observation_count, error_count, warning_count from raw.delivery") == [
        ("returned", 0, 1, 1)
    ]
    assert desk.ask("select count(*) from raw.observation") == [(0,)]
    assert b"012345678901" not in desk.warehouse.read_bytes()


def test_check_results_are_numbered_within_their_suite(desk: Desk) -> None:
    check = CheckResult(
        "a__b", "expect_x", "received_count", "warning", "failed", "Phải đúng.", 75, 1, (("Biểu 01", "D17"),)
    )
    desk.load(
        desk.verdict(1, checks=(check, replace(check, outcome="passed", cells=()), replace(check, suite_name="a__c")))
    )
    assert desk.ask("select * exclude (load_seq, delivery_seq) from raw.check_result") == [
        ("a__b", 0, "expect_x", "received_count", "warning", "failed", "Phải đúng.", 75, 1, '[["Biểu 01", "D17"]]'),
        ("a__b", 1, "expect_x", "received_count", "warning", "passed", "Phải đúng.", 75, 1, "[]"),
        ("a__c", 0, "expect_x", "received_count", "warning", "failed", "Phải đúng.", 75, 1, '[["Biểu 01", "D17"]]'),
    ]


def test_reports_without_rows_are_recorded_too(desk: Desk) -> None:
    answers = desk.load(
        desk.verdict(1, "nil", outcome="nil_report"), desk.verdict(2, "other", outcome="nothing_to_read", scopes=())
    )
    assert outcomes(answers) == [(1, "nil_report"), (2, "nothing_to_read")]
    assert desk.ask("select outcome, count(*) from raw.load group by all order by all") == [
        ("nil_report", 1),
        ("nothing_to_read", 1),
    ]


def test_many_deliveries_are_loaded_in_their_order_whatever_the_order_given(desk: Desk) -> None:
    verdicts = [desk.verdict(seq, f"v{seq}") for seq in (3, 1, 2)]
    assert [(answer.delivery_seq, answer.load_seq) for answer in desk.load(*verdicts)] == [(1, 1), (2, 2), (3, 3)]
    assert desk.ask("select load_seq, delivery_seq, count(*) from raw.observation group by all order by all") == [
        (1, 1, 2),
        (2, 2, 2),
        (3, 3, 2),
    ]


# ---------- once, and again


def test_loading_the_same_verdict_twice_changes_nothing_and_answers_the_same(desk: Desk) -> None:
    verdicts = [
        desk.verdict(1, "v1"),
        desk.verdict(2, "v1"),
        desk.verdict(3, "v3", scan_seq=9, scopes=(scope(OCTOBER),)),
        desk.verdict(4, "v4", scan_seq=9, scopes=(scope(OCTOBER),)),
        desk.withdrawal(5, decides=1),
    ]
    first = desk.load(*verdicts)
    assert outcomes(first) == [(1, "loaded"), (2, "duplicate"), (3, "returned"), (4, "returned"), (5, "withdrawal")]
    before = {table: desk.ask(f"select * from raw.{table} order by all") for table in TABLES}
    assert desk.load(*verdicts) == first
    assert [desk.load(verdict) for verdict in verdicts] == [[answer] for answer in first]
    assert {table: desk.ask(f"select * from raw.{table} order by all") for table in TABLES} == before


TABLES = ["observation", "delivery", "delivery_scope", "delivery_error", "check_result", "load"]


def test_a_new_contract_version_loads_the_same_delivery_again(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert desk.load(desk.verdict(1, contract_hash="c2")) == [Loaded(1, 2, "loaded")]
    assert desk.ask("select load_seq, count(*) from raw.observation group by all order by all") == [(1, 2), (2, 2)]


def test_what_was_true_at_a_load_is_read_by_its_number(desk: Desk) -> None:
    for seq, value in ((1, "10"), (2, "20"), (3, "30")):
        desk.load(desk.verdict(seq, f"v{seq}", values=[("03646", "tthc_received", value)]))

    def newest(load_seq: int) -> list[tuple[Any, ...]]:
        return desk.ask(
            f"""
            select measured_value from raw.observation where load_seq <= {load_seq}
            qualify row_number() over (partition by org_unit_code order by delivery_seq desc, load_seq desc) = 1
            """
        )

    assert [newest(load_seq) for load_seq in (1, 2, 3)] == [[(10,)], [(20,)], [(30,)]]


# ---------- the same bytes again


def test_the_same_bytes_again_keep_the_same_receipt(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert desk.load(desk.verdict(2)) == [Loaded(2, 2, "duplicate", same_as_delivery_seq=1)]
    assert desk.ask("select delivery_seq, count(*) from raw.observation group by all") == [(1, 2)]
    assert desk.ask("select observation_count from raw.delivery where delivery_seq = 2") == [(0,)]


def test_a_delivery_that_is_loaded_late_repeats_no_later_one(desk: Desk) -> None:
    desk.load(desk.verdict(2, "v1"))
    assert outcomes(desk.load(desk.verdict(1, "v1"))) == [(1, "loaded")]


def test_the_same_bytes_twice_in_one_scan_are_one_load(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1, scan_seq=7), desk.verdict(2, scan_seq=7), desk.verdict(3, scan_seq=7))
    assert answers == [
        Loaded(1, 1, "loaded"),
        Loaded(2, 2, "duplicate", same_as_delivery_seq=1),
        Loaded(3, 3, "duplicate", same_as_delivery_seq=1),
    ]


@pytest.mark.parametrize("in_one_transaction", [True, False])
def test_going_back_to_the_first_version_is_a_third_delivery(desk: Desk, in_one_transaction: bool) -> None:
    verdicts = [desk.verdict(1, "v1"), desk.verdict(2, "v2"), desk.verdict(3, "v1")]
    answers = desk.load(*verdicts) if in_one_transaction else [desk.load(verdict)[0] for verdict in verdicts]
    assert outcomes(answers) == [(1, "loaded"), (2, "loaded"), (3, "loaded")]
    assert [loaded.replaced_delivery_seqs for loaded in answers] == [(), (1,), (2,)]


def test_the_same_bytes_count_again_once_the_first_were_withdrawn(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1), desk.withdrawal(2, decides=1), desk.verdict(3))
    assert outcomes(answers) == [(1, "loaded"), (2, "withdrawal"), (3, "loaded")]
    assert desk.ask("select decides_delivery_seq from raw.delivery where kind = 'withdrawal'") == [(1,)]


def test_a_withdrawal_brings_back_the_version_before(desk: Desk) -> None:
    desk.load(desk.verdict(1, "v1"), desk.verdict(2, "v2"))
    answers = desk.load(desk.withdrawal(3, decides=2), desk.verdict(4, "v1"))
    assert answers[1] == Loaded(4, 4, "duplicate", same_as_delivery_seq=1)


def test_the_same_bytes_for_another_period_are_loaded(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert outcomes(desk.load(desk.verdict(2, scopes=(scope(OCTOBER),)))) == [(2, "loaded")]


def test_the_same_bytes_are_loaded_when_one_of_their_scopes_has_moved_on(desk: Desk) -> None:
    both = (scope(SEPTEMBER), scope(OCTOBER))
    desk.load(desk.verdict(1, "v1", scopes=both), desk.verdict(2, "v2", scopes=(scope(OCTOBER),)))
    assert outcomes(desk.load(desk.verdict(3, "v1", scopes=both))) == [(3, "loaded")]


def test_the_same_bytes_that_speak_for_less_are_loaded(desk: Desk) -> None:
    desk.load(desk.verdict(1, scopes=(scope(SEPTEMBER), scope(OCTOBER))))
    assert outcomes(desk.load(desk.verdict(2, scopes=(scope(OCTOBER),)))) == [(2, "loaded")]


def test_the_same_bytes_under_a_new_contract_are_loaded(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert outcomes(desk.load(desk.verdict(2, contract_hash="c2"))) == [(2, "loaded")]


def test_bytes_that_were_returned_before_are_no_duplicate(desk: Desk) -> None:
    desk.load(desk.verdict(1, outcome="returned"))
    assert outcomes(desk.load(desk.verdict(2))) == [(2, "loaded")]


# ---------- two versions in one scan


def test_two_versions_in_one_scan_are_both_returned(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1, "v1", scan_seq=7), desk.verdict(2, "v2", scan_seq=7))
    assert answers == [
        Loaded(1, 1, "returned", (Problem("two-versions"),)),
        Loaded(2, 2, "returned", (Problem("two-versions"),)),
    ]
    assert desk.ask("select count(*) from raw.observation") == [(0,)]
    assert desk.ask("select delivery_seq, code from raw.delivery_error order by all") == [
        (1, "two-versions"),
        (2, "two-versions"),
    ]
    assert desk.ask("select distinct outcome, error_count from raw.delivery") == [("returned", 1)]


def test_two_versions_leave_what_was_accepted_before(desk: Desk) -> None:
    desk.load(desk.verdict(1, "v0", scan_seq=1))
    desk.load(desk.verdict(2, "v1", scan_seq=7), desk.verdict(3, "v2", scan_seq=7))
    assert desk.load(desk.verdict(4, "v0", scan_seq=8)) == [Loaded(4, 4, "duplicate", same_as_delivery_seq=1)]


def test_a_version_against_one_of_its_scan_that_is_loaded_already_is_returned(desk: Desk) -> None:
    desk.load(desk.verdict(1, "v1", scan_seq=7))
    assert outcomes(desk.load(desk.verdict(2, "v2", scan_seq=7))) == [(2, "returned")]


def test_one_contested_scope_returns_the_whole_delivery(desk: Desk) -> None:
    answers = desk.load(
        desk.verdict(1, "v1", scan_seq=7, scopes=(scope(SEPTEMBER), scope(OCTOBER))),
        desk.verdict(2, "v2", scan_seq=7, scopes=(scope(OCTOBER),)),
        desk.verdict(3, "v3", scan_seq=7, scopes=(scope(table="overdue"),)),
    )
    assert outcomes(answers) == [(1, "returned"), (2, "returned"), (3, "loaded")]


def test_a_version_that_was_sent_back_contests_nothing(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1, "v1", scan_seq=7, outcome="returned"), desk.verdict(2, "v2", scan_seq=7))
    assert outcomes(answers) == [(1, "returned"), (2, "loaded")]


def test_partial_tables_may_come_in_several_files(desk: Desk) -> None:
    part = (scope(table="dossiers"),)
    answers = desk.load(desk.verdict(1, "v1", scan_seq=7, scopes=part), desk.verdict(2, "v2", scan_seq=7, scopes=part))
    assert outcomes(answers) == [(1, "loaded"), (2, "loaded")]


# ---------- what must not get in


def test_an_element_outside_the_catalogue_is_refused_and_nothing_is_loaded(desk: Desk) -> None:
    good, bad = desk.verdict(1), desk.verdict(2, "v2", values=[("03646", "tthc_recieved", "1")])
    with pytest.raises(ContractError, match=r"admin_procedures\.yml: tthc_recieved: no such element"):
        desk.load(good, bad)
    assert desk.ask("select (select count(*) from raw.observation), (select count(*) from raw.load)") == [(0, 0)]


def test_a_value_given_twice_in_one_delivery_is_refused(desk: Desk) -> None:
    twice = [("03646", "tthc_received", "1"), ("03646", "tthc_received", "2")]
    with pytest.raises(ValueError, match="delivery 2: table settlements gives tthc_received of 03646 twice"):
        desk.load(desk.verdict(1), desk.verdict(2, "v2", values=twice))
    assert desk.ask("select count(*) from raw.load") == [(0,)]


def test_prepared_rows_that_are_not_those_of_the_verdict_are_refused(desk: Desk) -> None:
    verdict = replace(desk.verdict(1), observation_count=3)
    with pytest.raises(ValueError, match="delivery 1: prepared rows are not the 3 of its verdict"):
        desk.load(verdict)


def test_rows_of_another_delivery_are_refused(desk: Desk) -> None:
    verdict = desk.verdict(1)
    write_observations(
        desk.prepared / "1" / "observation.parquet",
        [observation(delivery_seq, scope(), "03646", "tthc_received", "1") for delivery_seq in (1, 2)],
    )
    with pytest.raises(ValueError, match="delivery 1: prepared rows of deliveries nobody asked for"):
        desk.load(verdict)
    assert desk.ask("select count(*) from raw.observation") == [(0,)]


def test_an_extract_takes_no_rows_of_a_page_after_it(desk: Desk) -> None:
    verdict = desk.verdict(2)
    rows = [observation(page, scope(), unit, "tthc_received", "1") for page, unit in ((1, "03646"), (3, "03649"))]
    write_observations(desk.prepared / "2" / "observation.parquet", rows)
    with pytest.raises(ValueError, match="delivery 2: prepared rows of deliveries nobody asked for"):
        desk.load(replace(verdict, delivery=replace(verdict.delivery, kind="extract")))


def test_a_warehouse_that_is_open_elsewhere_is_left_alone(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    hold = (
        f"import duckdb, sys; c = duckdb.connect({str(desk.warehouse)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException, match="lock"):
            desk.load(desk.verdict(2, "v2"))
        other.stdin.close()
    assert outcomes(desk.load(desk.verdict(2, "v2"))) == [(2, "loaded")]


# ---------- a crash anywhere

IN_A_CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from ioc_pipeline.load import transaction
from ioc_pipeline.warehouse.raw import open_warehouse
from ioc_pipeline.domain.deliveries import Verdict

warehouse, prepared, crash = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
verdicts = [Verdict.from_json(path.read_text("utf-8")) for path in sorted(prepared.glob("*/verdict.json"))]
known = dict(elements={"tthc_received"}, loaded_at=datetime(2025, 11, 22, 8, 30, tzinfo=UTC))
connection = open_warehouse(warehouse)
if crash == "before the commit":
    connection.begin()
    transaction.append(connection, prepared, verdicts, **known)
    assert connection.execute("select count(*) from raw.observation").fetchone() == (4,)
else:
    transaction.load_prepared(connection, prepared, verdicts, **known)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("crash", "rows_left"), [("before the commit", 0), ("after the commit", 4)])
def test_a_crash_around_the_commit_loads_each_row_once(desk: Desk, crash: str, rows_left: int) -> None:
    verdicts = [desk.verdict(1, "v1"), desk.verdict(2, "v2")]
    for verdict in verdicts:
        path = desk.prepared / str(verdict.delivery.delivery_seq) / "verdict.json"
        path.write_text(verdict.to_json(), "utf-8")
    child = subprocess.run(
        [sys.executable, "-c", IN_A_CHILD, desk.warehouse, desk.prepared, crash], check=False, capture_output=True
    )
    assert (child.returncode, child.stderr) == (-signal.SIGKILL, b"")
    assert desk.ask("select count(*) from raw.observation") == [(rows_left,)]

    assert outcomes(desk.load(*verdicts)) == [(1, "loaded"), (2, "loaded")]
    assert desk.ask("select delivery_seq, count(*) from raw.observation group by all order by all") == [(1, 2), (2, 2)]
    assert desk.ask("select count(*) from raw.load") == [(2,)]


def test_a_loaded_warehouse_is_closed_and_holds_nothing_beside_it(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    write = f"import duckdb; duckdb.connect({str(desk.warehouse)!r}).execute('create table raw.free (a int)')"
    subprocess.run([sys.executable, "-c", write], check=True)
    assert desk.ask("select count(*) from raw.free") == [(0,)]
    assert [path.name for path in desk.warehouse.parent.iterdir()] == ["warehouse.duckdb"]
