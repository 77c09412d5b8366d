"""However the deliveries came, built one by one or all at once: the same tables."""

import random
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from built_tables import BUILT_AS_OF, built_anew, tables_built
from ioc_pipeline.build.marts import build
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.settings import Settings
from raw_rows import Cell, Warehouse, management_month, query_warehouse
from record_rows import Dossier, deliver_records, local

UNITS = ("03646", "03703")
MONTHS = [
    *(management_month(2024, month) for month in range(1, 13)),
    *(management_month(2025, m) for m in range(1, 13)),
]


def _report(draw: random.Random) -> list[Cell]:
    return [
        Cell(unit, element, draw.randint(1, 1000))
        for unit in UNITS
        if draw.random() < 0.9
        for element in ("received", "online")
    ]


def test_months_corrections_withdrawals_and_reloads_end_where_a_full_build_does(
    built_settings: Settings, built_warehouse: Warehouse, tmp_path: Path
) -> None:
    draw = random.Random(1)  # the same steps at every run
    as_of = BUILT_AS_OF
    for number, month in enumerate(MONTHS[:20], start=1):
        built_warehouse.deliver(number, "admin_procedures", "settlements", month, _report(draw))
        built_warehouse.deliver(20 + number, "another_form", "settlements", month, _report(draw))
    built_warehouse.write()
    build(built_settings, as_of=as_of)
    steps = ["withdrawal", "month", "reload", "correction", "month"]
    for number, step in enumerate(steps, start=100):
        if step == "month":
            month = MONTHS[20 + number % 4]
            built_warehouse.deliver(number, "admin_procedures", "settlements", month, _report(draw))
        elif step == "correction":
            month = draw.choice(MONTHS[:12])
            built_warehouse.deliver(number, "admin_procedures", "settlements", month, _report(draw))
        elif step == "withdrawal":
            built_warehouse.withdraw(number, decided=draw.randint(1, 20))
        else:
            seq = draw.randint(1, 20)
            month = MONTHS[seq - 1]
            built_warehouse.deliver(
                seq, "admin_procedures", "settlements", month, _report(draw), contract="a newer contract"
            )
        built_warehouse.write()
        result = build(built_settings, as_of=as_of)
        assert result.is_full == (step in {"withdrawal", "reload"})
    again = built_anew(built_settings, tmp_path / "again", as_of)
    incremental, full = tables_built(built_settings), tables_built(again)
    assert set(incremental) == set(full)
    assert {name for name, rows in full.items() if rows} >= {
        "marts.mart_lineage",
        "marts.mart_revision",
        "indicators.fct_indicator_value",
        "measures.int_sources_compared",
    }
    assert {name: rows for name, rows in incremental.items() if rows != full[name]} == {}


def test_a_day_that_turns_without_new_data_ends_where_a_full_build_does(
    small_settings: Settings, small_warehouse: Warehouse, tmp_path: Path
) -> None:
    for number, month in enumerate(MONTHS[8:20], start=1):
        small_warehouse.deliver(number, "admin_procedures", "settlements", month, _report(random.Random(number)))
    dossier = Dossier("H1", "03646", local(2025, 8, 20), local(2025, 9, 30))
    deliver_records(small_warehouse, 31, [dossier], source="one_stop_dossiers", received_at=local(2025, 10, 16))
    small_warehouse.write()
    before, after = date(2025, 10, 14), date(2025, 11, 3)  # a month ends, and reports fall due
    build(small_settings, as_of=before)
    ages = "select max(age_days) from marts.mart_indicator_latest where indicator_code = 'gov_online_pct'"
    late = "select count(*) from marts.mart_reporting_status where status = 'late'"
    (age,), (late_before,) = query_warehouse(small_settings, ages)[0], query_warehouse(small_settings, late)[0]
    assert not build(small_settings, as_of=after).is_full
    assert query_warehouse(small_settings, ages) == [(age + 20,)]
    assert query_warehouse(small_settings, late)[0][0] > late_before
    again = built_anew(small_settings, tmp_path / "again", after)
    turned, full = tables_built(small_settings), tables_built(again)
    assert {name: rows for name, rows in turned.items() if rows != full[name]} == {}


def test_one_more_month_leaves_the_facts_of_other_years_alone(
    built_settings: Settings, built_warehouse: Warehouse
) -> None:
    draw = random.Random(2)
    for number, month in enumerate(MONTHS[:20], start=1):
        built_warehouse.deliver(number, "admin_procedures", "settlements", month, _report(draw))
    built_warehouse.write()
    build(built_settings, as_of=BUILT_AS_OF)
    with closing(duckdb.connect(str(built_settings.warehouse))) as warehouse:
        warehouse.execute("update measures.int_measure_value set maturity = 'untouched' where period_year = 2024")
    built_warehouse.deliver(21, "admin_procedures", "settlements", MONTHS[20], _report(draw))
    built_warehouse.write()
    build(built_settings, as_of=BUILT_AS_OF + timedelta(days=1))
    assert query_warehouse(
        built_settings,
        "select period_year, maturity, count(*) > 0 from measures.int_measure_value group by all order by all",
    ) == [(2024, "untouched", True), (2025, "official", True)]
    # what the longer periods and the marts show of the other year is still there too
    years = "select distinct year(period_end_date) from marts.{} order by 1"
    for mart in ("mart_indicator_series", "mart_lineage"):
        assert query_warehouse(built_settings, years.format(mart)) == [(2024,), (2025,)]


def test_a_year_that_loses_its_only_record_keeps_none_of_it(
    built_settings: Settings, built_warehouse: Warehouse
) -> None:
    def deliver(number: int, month: Period) -> None:
        built_warehouse.deliver(
            number,
            "admin_procedures",
            "settlements",
            month,
            [Cell("03646", "received", number, record_key="NV-1")],
            replaces="record",
        )
        built_warehouse.write()

    deliver(1, MONTHS[0])
    build(built_settings, as_of=BUILT_AS_OF)
    deliver(2, MONTHS[20])
    result = build(built_settings, as_of=BUILT_AS_OF)
    assert not result.is_full
    assert query_warehouse(
        built_settings,
        "select distinct period_year, measured_value from measures.int_measure_contribution order by all",
    ) == [(2025, 2)]


def test_a_build_leaves_out_what_no_new_delivery_can_change(
    small_settings: Settings, small_warehouse: Warehouse
) -> None:
    def built(as_of: date) -> set[str]:
        small_warehouse.write()
        return {node.name for node in build(small_settings, as_of=as_of).nodes}

    facts, records, views = {"fct_indicator_value"}, {"stg_dossier", "mart_procedures"}, {"int_measures_collected"}
    today = date(2025, 9, 20)
    small_warehouse.deliver(1, "admin_procedures", "settlements", MONTHS[19], _report(random.Random(3)))
    assert built(today) >= facts | records | views
    small_warehouse.deliver(2, "admin_procedures", "settlements", MONTHS[20], _report(random.Random(4)))
    of_a_form = built(today)
    assert of_a_form >= facts | {"key_of_fct_indicator_value"}
    assert of_a_form.isdisjoint(records | views | {"key_of_stg_dossier"})
    # no record, but now the month is known to be complete
    deliver_records(small_warehouse, 3, [], source="one_stop_dossiers", received_at=datetime(2025, 9, 20, 1))  # noqa: DTZ001
    assert built(today) >= facts | records
    assert built(today + timedelta(days=1)) >= facts | records | views
