"""Marts made of records: each number against one counted here in Python from the same records."""

import random
import shutil
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ioc_pipeline.build.marts import build
from ioc_pipeline.publish.data_contract import expression
from ioc_pipeline.settings import Settings, from_environment
from modelled_joins import sums_of, sums_that_a_join_changes
from raw_rows import Warehouse, management_month, query_warehouse, write_seed
from record_rows import VIETNAM, Dossier, Reading, Task, deliver_records, local

AS_OF = date(2025, 12, 20)
FETCHED = local(2025, 12, 19, 6)
COMMUNES = ("03646", "03703")


@pytest.fixture(scope="module")
def record_project(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with the elements that records fill, and one indicator: a catalogue without any is refused."""
    project = tmp_path_factory.mktemp("records") / "project"
    shutil.copytree(small_project, project)
    seeds = project / "include" / "seeds"
    measures = [
        f"tthc_{name}" for name in ("received", "received_online", "settled", "settled_on_time", "settled_late")
    ]
    flows = [f"{code},Hồ sơ,count,flow,sum,sum,,,one_stop_dossiers>admin_procedures" for code in measures]
    stocks = [f"tthc_pending_{name},Hồ sơ,count,stock,sum,last,,,one_stop_dossiers" for name in ("on_time", "late")]
    write_seed(
        seeds / "elements.csv",
        *flows,
        *stocks,
        "rain_day_depth,Mưa,mm,flow,max,none,,,rain_gauges",
        "tasks_slow,Chậm,count,stock,sum,last,,,task_tracking",
    )
    write_seed(
        seeds / "indicators.csv",
        "received_count,,Hồ sơ,Dossiers,02,vp-ubnd,count,none,sum,tthc_received,,1,0,from_terms,Hồ sơ,Biểu 01/TTHC",
    )
    return project


@pytest.fixture(scope="module")
def built(record_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Marts of the records of three systems."""
    settings = _over(record_project, tmp_path_factory.mktemp("built"))
    warehouse = Warehouse(settings.warehouse)
    deliver_records(warehouse, 1, DOSSIERS, source="one_stop_dossiers", received_at=FETCHED)
    deliver_records(warehouse, 11, TASKS, source="task_tracking", received_at=FETCHED)
    deliver_records(warehouse, 21, READINGS, source="rain_gauges", received_at=local(2025, 12, 19, 20, 55))
    warehouse.write()
    build(settings, as_of=AS_OF)
    return settings


@pytest.fixture(scope="module")
def empty(record_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Marts of a warehouse without any record."""
    settings = _over(record_project, tmp_path_factory.mktemp("empty") / "home")
    Warehouse(settings.warehouse).write()
    build(settings, as_of=AS_OF)
    return settings


@pytest.fixture
def settings(record_project: Path, empty: Settings, tmp_path: Path) -> Settings:
    """The same in a home of its own."""
    return _over(record_project, Path(shutil.copytree(empty.home, tmp_path / "home")))


def _over(project: Path, home: Path) -> Settings:
    return from_environment({"IOC_HOME": str(home), "IOC_PROJECT": str(project)})


def _dossiers(count: int, seed: int) -> list[Dossier]:
    chance = random.Random(seed)
    dossiers = []
    for number in range(count):
        received = local(2025, 7, 15, 0) + timedelta(minutes=chance.randrange(150 * 24 * 60))
        settled = received + timedelta(hours=chance.randrange(1, 900)) if chance.random() < 0.9 else None
        dossiers.append(
            Dossier(
                f"H{number:05d}",
                chance.choice(COMMUNES),
                received,
                received + timedelta(days=chance.choice((1, 5, 15))),
                settled if settled and settled < FETCHED else None,
                channel=chance.choice(("online", "direct")),
                status="cancelled" if number % 17 == 0 else "",
            )
        )
    return dossiers


def _counted(dossiers: list[Dossier]) -> Counter[tuple[str, date, str]]:
    """Counts by commune, last day of the management month and name: month by month, dossier by dossier."""
    counts: Counter[tuple[str, date, str]] = Counter()
    for month in (management_month(2025, number) for number in range(8, 13)):
        begin = datetime.combine(month.start, datetime.min.time()) - VIETNAM
        end = datetime.combine(month.end, datetime.min.time()) + timedelta(days=1) - VIETNAM
        for dossier in dossiers:
            if dossier.status == "cancelled":
                continue
            place = (dossier.org_unit_code, month.end)
            if begin <= dossier.received_at < end:
                counts[*place, "received"] += 1
                counts[*place, "received_online"] += dossier.channel == "online"
            settled = dossier.settled_at
            if settled and begin <= settled < end:
                counts[*place, "settled"] += 1
                counts[*place, "settled_late" if settled > dossier.due_at else "settled_on_time"] += 1
            if dossier.received_at < end and not (settled and settled < end):
                counts[*place, "pending_late" if dossier.due_at < end else "pending_on_time"] += 1
    return +counts


def _measured(settings: Settings) -> dict[tuple[str, date, str], int]:
    rows = query_warehouse(
        settings,
        "select org_unit_code, period_end_date, replace(element_code, 'tthc_', ''), measured_value"
        " from measures.int_measure_value where org_unit_code in ('03646', '03703') and period_type = 'month'"
        " and geography = 'as_reported' and element_code like 'tthc%' and measured_value != 0",
    )
    return {(unit, end, name): int(value) for unit, end, name, value in rows}


DOSSIERS = _dossiers(600, seed=1)
TASKS = [
    Task("late", "so-y-te", local(2025, 10, 16), local(2025, 10, 30), local(2025, 11, 2)),
    Task("overdue", "so-y-te", local(2025, 10, 16), local(2025, 10, 30)),
    Task("on time", "so-y-te", local(2025, 10, 16), local(2025, 10, 30), local(2025, 10, 20)),
]
READINGS = [
    Reading("wet", "03646", local(2025, 12, 19, 19, 55), "30.5"),
    Reading("wet", "03646", local(2025, 12, 19, 20, 55), "70"),
    Reading("dry", "03646", local(2025, 12, 19, 20, 55), "0"),
    Reading("silent", "03703", local(2025, 12, 19, 20, 55), None),
    Reading("wet", "03646", local(2025, 12, 18, 20, 55), "120"),
]


def test_months_counted_from_dossiers_are_those_counted_one_by_one(built: Settings) -> None:
    assert _measured(built) == dict(_counted(DOSSIERS))


def test_adding_an_extract_gives_what_building_everything_anew_gives(settings: Settings) -> None:
    warehouse, before = Warehouse(settings.warehouse), _dossiers(400, seed=2)
    old = [dossier for dossier in before if dossier.received_at < local(2025, 10, 20)]
    known = [
        Dossier(old_one.dossier_id, old_one.org_unit_code, old_one.received_at, old_one.due_at, channel=old_one.channel)
        for old_one in old
    ]
    deliver_records(warehouse, 1, known, source="one_stop_dossiers", received_at=local(2025, 10, 20))
    warehouse.write()
    build(settings, as_of=date(2025, 10, 20))
    deliver_records(warehouse, 11, before, source="one_stop_dossiers", received_at=FETCHED)
    warehouse.write()
    second = build(settings, as_of=AS_OF)
    added = _measured(settings)
    assert not second.is_full
    assert added == dict(_counted(before))


def test_a_withdrawn_extract_gives_way_and_a_returned_one_never_counts(settings: Settings) -> None:
    warehouse, dossiers = Warehouse(settings.warehouse), _dossiers(100, seed=3)
    deliver_records(warehouse, 1, dossiers, source="one_stop_dossiers", received_at=FETCHED)
    changed = [
        Dossier(one.dossier_id, one.org_unit_code, one.received_at, one.due_at, updated_at=FETCHED) for one in dossiers
    ]
    deliver_records(warehouse, 11, changed, source="one_stop_dossiers", received_at=FETCHED)
    deliver_records(warehouse, 21, changed, source="one_stop_dossiers", received_at=FETCHED, outcome="returned")
    warehouse.write()
    build(settings, as_of=AS_OF)
    assert _measured(settings) == dict(_counted(changed))
    warehouse.withdraw(31, decided=12)
    warehouse.write()
    build(settings, as_of=AS_OF)
    assert _measured(settings) == dict(_counted(dossiers))


def test_an_older_state_told_by_a_later_run_changes_nothing(settings: Settings) -> None:
    warehouse = Warehouse(settings.warehouse)
    opened, due, settled = local(2025, 9, 20), local(2025, 9, 25), local(2025, 9, 24)
    dossier = Dossier("H1", "03646", opened, due, settled, updated_at=settled)
    task = Task("N1", "so-y-te", opened, due, settled, updated_at=settled)
    deliver_records(warehouse, 1, [dossier], source="one_stop_dossiers", received_at=FETCHED)
    deliver_records(warehouse, 11, [task], source="task_tracking", received_at=FETCHED)
    # a copy of the system that lags behind answers
    older = Dossier("H1", "03646", opened, due, updated_at=opened)
    deliver_records(warehouse, 21, [older], source="one_stop_dossiers", received_at=FETCHED)
    deliver_records(warehouse, 31, [Task("N1", "so-y-te", opened, due)], source="task_tracking", received_at=FETCHED)
    warehouse.write()
    build(settings, as_of=AS_OF)
    assert query_warehouse(
        settings,
        "select settled_count, pending_late_count from marts.mart_procedures"
        " where org_unit_code = '03646' and period_end_date = '2025-10-14'",
    ) == [(1, 0)]
    assert query_warehouse(
        settings,
        "select done_on_time_count, overdue_not_done_count from marts.mart_tasks where period_end_date = '2025-10-14'",
    ) == [(1, 0)]


def test_a_join_that_a_modelling_tool_draws_leaves_every_sum_as_it_is(built: Settings) -> None:
    assert sums_that_a_join_changes(built) == []


def test_sums_that_the_contract_allows_are_what_the_province_has(built: Settings) -> None:
    compared = 0
    for sums in sums_of("mart_procedures"):
        within = ", ".join(sums.within or ("true",))
        for name in sums.of:
            found = query_warehouse(
                built,
                f"select {expression(sums, name)}, sum({name}) filter (where org_unit_level = 'province')"
                f" from marts.mart_procedures group by {within}",
            )
            assert [row for row in found if row[0] != row[1]] == [], name
            compared += len(found)
    assert compared > 14


def test_dossiers_by_procedure_are_all_the_dossiers_there_are(built: Settings) -> None:
    [counted] = query_warehouse(
        built,
        "select sum(received_count), sum(cancelled_count), sum(settled_count), sum(settled_late_count),"
        " sum(pending_count) from marts.mart_dossiers_by_procedure",
    )
    standing = [dossier for dossier in DOSSIERS if dossier.status != "cancelled"]
    settled = [dossier for dossier in standing if dossier.settled_at]
    late = [dossier for dossier in settled if dossier.settled_at and dossier.settled_at > dossier.due_at]
    numbers = (len(standing), len(DOSSIERS) - len(standing), len(settled), len(late), len(standing) - len(settled))
    assert counted == numbers


def test_a_unit_of_today_says_what_it_was_made_of(built: Settings) -> None:
    assert query_warehouse(
        built,
        "select org_unit_name, predecessor_name, relation, weight_null_reason from marts.mart_predecessor order by all",
    ) == [
        ("Phường Tô Hiệu", "Phường Chiềng Lề", "full", "no_weight"),
        ("Tỉnh Sơn La", "Tỉnh Sơn La", "full", "no_weight"),
    ]


def test_a_running_month_is_on_the_screen_and_no_measure(settings: Settings) -> None:
    warehouse = Warehouse(settings.warehouse)
    received, due = local(2025, 11, 20), local(2025, 11, 25)
    dossier = Dossier("H1", "03646", received, due, agency_code="so-y-te")
    deliver_records(warehouse, 1, [dossier], source="one_stop_dossiers", received_at=local(2025, 12, 10))
    warehouse.write()
    # the month is over by the day asked about, but nobody has asked the API since
    build(settings, as_of=AS_OF)
    rows = query_warehouse(
        settings,
        "select org_unit_code, is_running, received_count, pending_late_count, settled_on_time_pct, null_reason,"
        " system_code from marts.mart_procedures where period_end_date = '2025-12-14' order by 1",
    )
    assert rows == [(unit, True, 1, 1, None, "zero_denominator", "02") for unit in ("03646", "14", "so-y-te")]
    assert _measured(settings) == {}


def test_a_station_in_the_red_is_above_the_threshold_and_a_silent_one_is_not(built: Settings) -> None:
    days = query_warehouse(
        built,
        "select station_uuid, rain_date, depth_mm, level_code, is_above_threshold_now, null_reason"
        " from marts.mart_rainfall where period_type = 'rain_day' order by 1, 2",
    )
    today = date(2025, 12, 20)
    assert days == [
        ("dry", today, 0, "none", False, ""),
        ("silent", today, None, "unknown", False, "no_reading"),
        ("wet", date(2025, 12, 19), 120, "very_heavy", False, ""),
        ("wet", today, 70, "heavy", True, ""),
    ]
    hours = query_warehouse(
        built,
        "select depth_mm from marts.mart_rainfall where period_type = 'hour' and station_uuid = 'wet'"
        " and rain_date = '2025-12-20' order by period_start_at",
    )
    assert hours == [(30.5,), (39.5,)]


def test_a_task_done_late_and_one_overdue_stand_apart(built: Settings) -> None:
    rows = query_warehouse(
        built,
        "select due_count, done_on_time_count, done_late_count, overdue_not_done_count, system_code"
        " from marts.mart_tasks where period_end_date = '2025-11-14'",
    )
    assert rows == [(3, 1, 1, 1, "14")]


def test_everything_published_is_in_mart_conflict_also_without_a_report_of_ours(built: Settings) -> None:
    published = query_warehouse(
        built, "select conflict_kind, count(*) from marts.mart_conflict group by all order by all"
    )
    # without a report of ours nothing is reproduced, and everything published is still there
    assert [kind for kind, _ in published] == ["published_figure", "published_pair", "statement", "trend_claim"]
    assert dict(published)["published_figure"] == 44
