"""One call builds what must be built, all of it when the project changed, and says which node failed."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import pytest

from built_tables import BUILT_AS_OF
from http_api import Reply, serving
from ioc_pipeline.build.marts import BuildError, build
from ioc_pipeline.domain.errors import ConflictError, ContractError
from ioc_pipeline.flows.marts import build_and_publish
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.publish.published import ordered_row_hash
from ioc_pipeline.settings import PROJECT, Settings
from raw_rows import Cell, Warehouse, management_month, query_warehouse, write_seed

AS_OF = date(2025, 10, 20)
SEPTEMBER = management_month(2025, 9)


def _report(received: int, online: int) -> list[Cell]:
    return [Cell("03646", "received", received), Cell("03646", "online", online)]


def _values(settings: Settings) -> list[tuple[object, ...]]:
    return query_warehouse(
        settings,
        "select indicator_code, org_unit_code, value from marts.mart_indicator_series"
        " where period_type = 'month' and org_unit_code != '14' and geography = 'as_reported' order by all",
    )


def _parsed_at(settings: Settings) -> int:
    """When dbt last parsed the project."""
    return (settings.home / "build" / "target" / "perf_info.json").stat().st_mtime_ns


class Interrupted(BaseException):
    """As the timeout of a task of Airflow's."""


@pytest.mark.parametrize(("error", "raised"), [(Interrupted, Interrupted), (MemoryError, BuildError)])
def test_a_build_that_is_cut_short_by_something_without_words_is_not_finished(
    built_settings: Settings,
    built_warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    raised: type[BaseException],
) -> None:
    def stop(*_: object) -> None:
        raise error

    built_warehouse.deliver(1, "admin_procedures", "settlements", SEPTEMBER, _report(200, 150))
    built_warehouse.write()
    monkeypatch.setattr("dbt.task.build.BuildTask.handle_job_queue", stop)
    with pytest.raises(raised):
        build(built_settings, as_of=AS_OF)
    with pytest.raises(ConflictError):
        publish(built_settings, published_at=datetime(2025, 10, 20, tzinfo=UTC))


def test_a_receiver_of_lineage_is_told_of_what_is_published_and_of_nothing_else(built_settings: Settings) -> None:
    with serving(lambda _asked: Reply(status=201)) as receiver:
        told = replace(built_settings, openlineage_url=receiver.host)
        changed = [build_and_publish(told, as_of=BUILT_AS_OF).changed for _ in range(2)]
    assert changed == [True, False]
    assert [asked.path for asked in receiver.asked] == ["/api/v1/lineage"]


def test_what_changed_is_built_seeds_when_one_changed_and_all_when_a_delivery_is_withdrawn(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    small_warehouse.deliver(1, "admin_procedures", "settlements", SEPTEMBER, _report(200, 150))
    small_warehouse.write()
    first = build(small_settings, as_of=AS_OF)
    assert publish(small_settings, published_at=datetime(2025, 10, 20, tzinfo=UTC)).changed
    parsed_at = _parsed_at(small_settings)
    small_warehouse.deliver(2, "admin_procedures", "settlements", SEPTEMBER, _report(200, 150))
    small_warehouse.write()
    second = build(small_settings, as_of=AS_OF)
    assert _parsed_at(small_settings) == parsed_at
    # the same figures from another delivery
    assert publish(small_settings, published_at=datetime(2025, 10, 21, tzinfo=UTC)).changed
    again = build(small_settings, as_of=AS_OF)
    assert (again.nodes, again.is_full) == ((), False)
    assert not publish(small_settings, published_at=datetime(2025, 10, 21, tzinfo=UTC)).changed
    # a new indicator over existing elements is one row
    seed = small_settings.seeds / "indicators.csv"
    rows = seed.read_text(encoding="utf-8").splitlines()[1:]
    write_seed(
        seed,
        *rows,
        "gov_received_count,,Tiếp nhận,Received,02,vp-ubnd,count,none,sum,received,,1,0,from_terms,Định nghĩa,Nguồn",
    )
    small_warehouse.deliver(3, "admin_procedures", "settlements", SEPTEMBER, _report(200, 160))
    small_warehouse.write()
    third = build(small_settings, as_of=AS_OF)
    assert _parsed_at(small_settings) > parsed_at
    assert [first.is_full, second.is_full, third.is_full] == [True, False, True]
    built = {node.name for node in second.nodes}
    assert built.isdisjoint({"org_units", "dim_org_unit", "dim_indicator", "rows_of_dim_org_unit"})
    assert {"fct_indicator_value", "mart_lineage", "rows_of_mart_lineage"} <= built
    assert _values(small_settings) == [("gov_online_pct", "03646", 80), ("gov_received_count", "03646", 200)]
    small_warehouse.withdraw(4, decided=3)
    small_warehouse.write()
    build(small_settings, as_of=AS_OF)
    assert _values(small_settings) == [("gov_online_pct", "03646", 75), ("gov_received_count", "03646", 200)]


def test_marts_that_somebody_dropped_from_the_warehouse_are_built_again_and_published(small_settings: Settings) -> None:
    build_and_publish(small_settings, as_of=AS_OF)
    published = ordered_row_hash(small_settings)
    with closing(duckdb.connect(str(small_settings.warehouse))) as warehouse:
        warehouse.execute("drop table marts.dim_org_unit; drop table marts.mart_lineage")
    shutil.rmtree(small_settings.published)
    assert build_and_publish(small_settings, as_of=AS_OF).changed
    assert ordered_row_hash(small_settings) == published


def test_a_wrong_catalogue_row_stops_its_indicator_and_no_other(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    small_warehouse.deliver(1, "admin_procedures", "settlements", SEPTEMBER, _report(200, 150))
    small_warehouse.write()
    with (small_settings.seeds / "indicators.csv").open("a", encoding="utf-8") as seed:
        seed.write(
            "gov_wrong_pct,,Sai,Wrong,02,vp-ubnd,pct,up,ratio,online,unheard_of,100,2,from_terms,Định nghĩa,Nguồn\n"
            "gov_aimed_count,,Đích,Aim,02,vp-ubnd,count,up,sum,online,,1,0,from_terms,Định nghĩa,Nguồn\n"
        )
    with (small_settings.seeds / "targets.csv").open("a", encoding="utf-8") as seed:
        seed.write("gov_aimed_count,14,2025-01-01,2025-12-31,98,5,at_least,Quyết định,false\n")  # a comma too many
    build(small_settings, as_of=AS_OF)
    assert _values(small_settings) == [("gov_online_pct", "03646", 75)]
    reasons = [
        ("gov_aimed_count", "02", "targets.csv line 2: 9 values, expected 8"),
        ("gov_wrong_pct", "02", "indicators.csv line 3: unknown element 'unheard_of': expected a row of elements.csv"),
    ]
    for mart in ("dim_indicator", "mart_indicator_latest"):
        disabled = f"select indicator_code, system_code, disabled_reason from marts.{mart} where not is_enabled"
        assert query_warehouse(small_settings, f"{disabled} order by 1") == reasons
    blank = "select distinct null_reason, value from marts.mart_indicator_latest where not is_enabled"
    assert query_warehouse(small_settings, blank) == [("indicator_disabled", None)]


def test_a_structural_fault_of_the_catalogue_stops_the_build(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    small_warehouse.write()
    (small_settings.seeds / "targets.csv").unlink()
    with pytest.raises(ContractError, match=r"targets\.csv: not readable"):
        build(small_settings, as_of=AS_OF)


def test_a_failing_node_is_named_kept_on_file_and_never_published(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    small_warehouse.deliver(1, "admin_procedures", "settlements", SEPTEMBER, _report(200, 150) * 2)
    small_warehouse.write()
    with pytest.raises(BuildError, match="key_of_stg_observation: Got 2 results"):
        build(small_settings, as_of=AS_OF)
    [results] = (small_settings.home / "build").glob("*/results.json")
    nodes = {node["name"]: node["status"] for node in json.loads(results.read_text(encoding="utf-8"))["nodes"]}
    assert nodes["key_of_stg_observation"] == "fail"
    assert nodes["mart_indicator_latest"] == "skipped"
    with pytest.raises(ConflictError, match="did not finish"):
        publish(small_settings, published_at=datetime(2025, 10, 20, tzinfo=UTC))


def test_a_project_that_cannot_be_parsed_is_a_build_error_and_leaves_the_warehouse_free(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    small_warehouse.write()
    (small_settings.dbt_project / "models" / "marts" / "broken.sql").write_text("select * from {{ ref('nothing') }}")
    with pytest.raises(BuildError, match="nothing"):
        build(small_settings, as_of=AS_OF)
    with closing(duckdb.connect(str(small_settings.warehouse))) as connection:
        assert connection.execute("select is_complete from build.run").fetchall() == [(False,)]


def test_an_empty_warehouse_is_published_and_a_broken_contract_keeps_the_obligations_it_had(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    # the contract names its elements
    shutil.copy(PROJECT / "include" / "seeds" / "elements.csv", small_settings.seeds.shared)
    small_warehouse.write()  # without a delivery
    result = build(small_settings, as_of=AS_OF)
    assert {node.status for node in result.nodes} == {"success", "pass"}
    published = publish(small_settings, published_at=datetime(2025, 10, 20, tzinfo=UTC))
    assert (published.changed, published.load_seq) == (True, 0)
    owed = "select count(*) from marts.mart_reporting_status where source_name = 'assigned_tasks'"
    before = query_warehouse(small_settings, owed)
    (small_settings.sources / "assigned_tasks.yml").write_text("source: [", encoding="utf-8")
    build(small_settings, as_of=AS_OF)
    assert before[0][0] > 0
    assert query_warehouse(small_settings, owed) == before
