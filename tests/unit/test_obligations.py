"""Who owes what by when: forms and APIs × reporting units × periods, over Tết and the merger of 2025."""

from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ioc_pipeline.build.obligations import Obligation, obligations, write_obligations
from ioc_pipeline.build.working_days import write_working_days
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.reference.contracts import Contract, Contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import from_environment
from ioc_pipeline.warehouse.place import DuckDBFile
from settlements_form import ORG_UNITS, SEEDS, source
from shipped import copy_seeds

CALENDAR = WorkingCalendar.from_csv(SEEDS / "calendar.csv")


def owed(as_of: date, *, org_units: OrgUnits = ORG_UNITS, **changes: Any) -> list[Obligation]:
    contract = source().model_copy(update={"reporting_since": date(2025, 1, 15), **changes})
    contracts = Contracts({"dossiers": Contract(contract, b"")}, {})
    return list(obligations(contracts, CALENDAR, org_units, province_code="14", as_of=as_of))


def test_a_month_over_tet_is_due_after_the_holidays_and_its_make_up_days_count() -> None:
    dates = {one.period_end_date: (one.cut_off_date, one.due_date) for one in owed(date(2026, 5, 20))}
    # 14/2/2026 is the first day of Tết off: Monday 23/2 and Tuesday 24/2 are the two working days
    assert dates[date(2026, 2, 14)] == (date(2026, 2, 14), date(2026, 2, 24))
    assert dates[date(2025, 9, 14)] == (date(2025, 9, 14), date(2025, 9, 16))


def test_a_saturday_made_up_for_is_a_working_day() -> None:
    by_end = {one.period_end_date: one.due_date for one in owed(date(2025, 6, 1), clock="calendar", due_working_days=1)}
    assert by_end[date(2025, 4, 30)] == date(2025, 5, 5)
    daily = owed(date(2025, 5, 1), period_type="day", due_working_days=1)
    assert next(one.due_date for one in daily if one.period_end_date == date(2025, 4, 25)) == date(2025, 4, 26)


def test_the_window_closes_working_days_after_the_due_day_or_never() -> None:
    first = owed(date(2025, 2, 1), window_working_days=3)[0]
    assert (first.due_date, first.window_close_date) == (date(2025, 2, 18), date(2025, 2, 21))
    assert owed(date(2025, 2, 1))[0].window_close_date is None


def test_every_commune_of_the_periods_last_day_owes() -> None:
    required = Counter(one.period_end_date for one in owed(date(2025, 9, 20), reporters="communes"))
    assert (required[date(2025, 6, 14)], required[date(2025, 7, 14)]) == (200, 75)


def test_a_unit_owes_nothing_before_it_was_and_is_gone_after_it_ended() -> None:
    communes = [("00001", date(1900, 1, 1), date(2025, 6, 30)), ("00002", date(2025, 7, 1), None)]
    agency = ("vp-ubnd", date(2025, 3, 1), None)
    units = [
        *(OrgUnit(code, "commune", code, code, "Xã", "14", "14", first, last) for code, first, last in communes),
        OrgUnit(agency[0], "agency", "Văn phòng", "Văn phòng", "office", "14", "14", *agency[1:]),
    ]
    of_communes = owed(date(2025, 7, 20), org_units=OrgUnits(units, []), reporters="communes")
    june, july = date(2025, 6, 14), date(2025, 7, 14)
    assert [
        (one.reporting_unit_code, one.not_required_reason) for one in of_communes if one.period_end_date == june
    ] == [
        ("00001", ""),
        ("00002", "unit_did_not_exist"),
    ]
    assert [one.reporting_unit_code for one in of_communes if one.period_end_date == july] == ["00002"]
    of_agency = owed(date(2025, 4, 1), org_units=OrgUnits(units, []))
    assert [one.not_required_reason for one in of_agency] == ["unit_did_not_exist", "", ""]


def test_an_api_of_records_owes_by_what_it_can_still_tell_and_a_publisher_owes_nothing() -> None:
    data = source().model_dump(by_alias=True)
    api = {"connection": "one_stop", "schedule": "0 * * * *", "path": "/dossiers"}
    watermark = {"watermark": {"field": "updatedAt", "parameter": "updatedSince"}}
    unit = {"name": "org_unit", "field": "commune", "type": "org_unit", "level": "commune"}
    key = {"name": "dossier_id", "field": "id", "type": "code"}
    table = {"table": "dossiers", "record": "dossier", "replaces": "record", "record_key": ["dossier_id"]}
    updated = {"name": "updated_at", "field": "updatedAt", "type": "timestamp"}
    data["tables"] = [{**table, "columns": [unit, key, updated]}]
    for told, fulfilled_by in ((watermark, "extract"), ({}, "reading")):
        contract = Source.model_validate(data | {"api": api | told})
        records = {"api": contract.api, "tables": contract.tables}
        assert {one.fulfilled_by for one in owed(date(2025, 9, 20), **records)} == {fulfilled_by}
    assert {one.fulfilled_by for one in owed(date(2025, 9, 20))} == {"delivery"}
    assert owed(date(2025, 9, 20), missing_table="nothing_to_read") == []


GAUGES = """
source: gauges
title: Đo mưa
system: "20"
department: so-khcn
period_type: day
clock: calendar
due_working_days: 1
reporting_since: 2026-07-01
api: {connection: gauges, schedule: "0 * * * *", path: /now}
tables:
  - table: gauges
    record: gauge_reading
    replaces: record
    record_key: [gauge]
    org_unit: reporter
    columns: [{name: gauge, field: id, type: code}]
"""
CONTRACT = """
source: stations
title: Biểu thử
system: "20"
department: so-khcn
reporters: communes
period_type: month
clock: management
due_working_days: 2
reporting_since: 2023-07-15
tables:
  - table: stations
    titles: [Đài truyền thanh]
    org_unit: reporter
    columns: [{name: households, headers: [Số hộ], type: count, element: households}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy_seeds(tmp_path)
    (tmp_path / "include" / "sources" / "stations.yml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "expectations" / "stations__stations.yml").write_text(
        "name: stations__stations\nexpectations: []\n", encoding="utf-8"
    )
    return tmp_path


def test_three_years_of_all_communes_replace_what_was_owed_and_older_columns(project: Path, tmp_path: Path) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path / "home"), "IOC_PROJECT": str(project)})
    with closing(DuckDBFile(settings.warehouse).connect()) as warehouse:
        warehouse.execute("create table raw.reporting_obligation (source_name varchar, due_date date)")
        warehouse.execute("insert into raw.reporting_obligation values ('stations', null), ('gone', null)")
        for _ in range(2):
            write_obligations(warehouse, settings, date(2026, 7, 14))
            write_working_days(warehouse, settings, date(2026, 7, 14))
        rows = warehouse.execute(
            """
            select count(*), count(distinct period_end_date), count(due_date), min(cut_off_date), max(cut_off_date)
            from raw.reporting_obligation
            """
        ).fetchall()
        (months, first, last) = (rows[0][1], rows[0][3], rows[0][4])
        bounds = warehouse.execute("select min(date), max(working_days_so_far) > 600 from raw.working_day").fetchall()
    assert (months, first, last) == (36, date(2023, 8, 14), date(2026, 7, 14))
    assert rows[0][0] == rows[0][2] > 36 * 75
    assert bounds == [(date(2023, 8, 16), True)]


@pytest.mark.parametrize("broken", ["include/sources/stations.yml", "expectations/stations__stations.yml"])
def test_a_stopped_contract_keeps_what_was_owed(project: Path, tmp_path: Path, broken: str) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path / "home"), "IOC_PROJECT": str(project)})
    count = "select count(*) from raw.reporting_obligation"
    with closing(DuckDBFile(settings.warehouse).connect()) as warehouse:
        write_obligations(warehouse, settings, date(2026, 7, 14))
        before = warehouse.execute(count).fetchall()
        (project / broken).write_text("source: [", encoding="utf-8")
        write_obligations(warehouse, settings, date(2026, 7, 14))
        assert warehouse.execute(count).fetchall() == before != [(0,)]


def test_an_api_that_tells_only_of_now_owes_from_its_first_run_that_counted(project: Path, tmp_path: Path) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path / "home"), "IOC_PROJECT": str(project)})
    (settings.sources / "gauges.yml").write_text(GAUGES, encoding="utf-8")
    (settings.expectations / "gauges__gauges.yml").write_text("name: gauges__gauges\nexpectations: []\n", "utf-8")
    first = "select min(period_end_date) from raw.reporting_obligation where source_name = 'gauges'"
    with closing(DuckDBFile(settings.warehouse).connect()) as warehouse:
        write_obligations(warehouse, settings, date(2026, 7, 14))
        assert warehouse.execute(first).fetchall() == [(date(2026, 7, 1),)]
        for outcome, received_at in (("returned", "2026-07-08 02:00"), ("loaded", "2026-07-09 17:30")):
            warehouse.execute(
                "insert into raw.delivery by name"
                " select 'gauges' as source_name, 'extract' as kind, ? as outcome, ?::timestamp as received_at",
                [outcome, received_at],
            )
        write_obligations(warehouse, settings, date(2026, 7, 14))
        assert warehouse.execute(first).fetchall() == [(date(2026, 7, 10),)]
