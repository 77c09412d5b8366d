"""A ratio, a total over time and a change are formed over one set of units, or not at all."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ioc_pipeline.build.marts import build
from ioc_pipeline.settings import Settings, from_environment
from raw_rows import Cell, Warehouse, management_month, query_warehouse

TO_HIEU, QUYNH_NHAI = "03646", "03703"
NAMED = {TO_HIEU: "03646 Phường Tô Hiệu", QUYNH_NHAI: "03703 Xã Quỳnh Nhai"}
MONTHS = [management_month(2025, month) for month in (10, 11, 12)]


def _report(received: set[str], online: set[str]) -> list[Cell]:
    """Both figures of both communes, blank where a commune is not in the set."""
    wanted = {"received": (received, 200), "online": (online, 100)}
    return [
        Cell(unit, element, *((value,) if unit in units else (None, "", "", "no_data")))
        for element, (units, value) in wanted.items()
        for unit in NAMED
    ]


BOTH, ONE, OTHER = {TO_HIEU, QUYNH_NHAI}, {TO_HIEU}, {QUYNH_NHAI}
# The reports of up to three months; each world is a breakdown, so that one build is enough.
WORLDS = {
    "equally many": [_report(received=ONE, online=OTHER)],
    "the same": [_report(received=ONE, online=ONE)],
    "crossed out": [
        [*_report(received=BOTH, online=ONE)[:3], Cell(QUYNH_NHAI, "online", None, null_reason="not_applicable")]
    ],
    "quarter": [
        _report(received=BOTH, online=BOTH),
        _report(received=ONE, online=BOTH),
        _report(received=BOTH, online=ONE),
    ],
    "change": [_report(units, units) for units in (BOTH, BOTH, ONE)],
}


@pytest.fixture(scope="module")
def built(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("units")
    project = Path(shutil.copytree(small_project, folder / "project"))
    with (project / "include" / "seeds" / "indicators.csv").open("a", encoding="utf-8") as seed:
        seed.write(
            "gov_unheard_of_count,,Tên,Name,02,vp-ubnd,count,none,sum,unheard_of,,1,0,from_terms,Định nghĩa,Nguồn\n"
        )
    with (project / "include" / "seeds" / "elements.csv").open("a", encoding="utf-8") as seed:
        seed.write("unheard_of,Chưa ai báo cáo,count,flow,sum,sum,,,admin_procedures\n")
    settings = from_environment({"IOC_HOME": str(folder / "home"), "IOC_PROJECT": str(project)})
    warehouse = Warehouse(settings.warehouse)
    for number, month in enumerate(MONTHS):
        cells = [
            replace(cell, breakdown=f"world={world}")
            for world, reports in WORLDS.items()
            if number < len(reports)
            for cell in reports[number]
        ]
        warehouse.deliver(number + 1, "admin_procedures", "settlements", month, cells)
    warehouse.write()
    build(settings, as_of=date(2026, 1, 20))
    return settings


def province(built: Settings, world: str) -> dict[str, list[object]]:
    """What the province's ratio is in each month and in the quarter."""
    rows = query_warehouse(
        built,
        "select period_type || ' ' || month(period_end_date), value, null_reason, units_left_out"
        " from marts.mart_indicator_series where indicator_code = 'gov_online_pct' and org_unit_code = '14'"
        " and geography = 'as_reported' and period_type in ('month', 'quarter') and breakdown = ?",
        f"world={world}",
    )
    return {str(period): row for period, *row in rows}


def test_a_ratio_of_equally_many_and_other_units_has_no_value_and_names_them(built: Settings) -> None:
    assert province(built, "equally many") == {"month 10": [None, "units_differ", "; ".join(NAMED.values())]}


def test_a_ratio_over_the_same_some_units_has_its_value_and_names_those_left_out(built: Settings) -> None:
    assert province(built, "the same") == {"month 10": [50, "", NAMED[QUYNH_NHAI]]}


def test_a_unit_that_writes_not_applicable_is_not_in_the_term(built: Settings) -> None:
    assert province(built, "crossed out") == {"month 10": [None, "units_differ", NAMED[QUYNH_NHAI]]}


def test_months_over_other_units_make_no_ratio_of_a_quarter(built: Settings) -> None:
    assert province(built, "quarter") == {
        "month 10": [50, "", ""],
        "month 11": [None, "units_differ", NAMED[QUYNH_NHAI]],
        "month 12": [None, "units_differ", NAMED[QUYNH_NHAI]],
        "quarter 12": [None, "units_differ", NAMED[QUYNH_NHAI]],
    }


def test_a_change_is_between_values_over_the_same_units(built: Settings) -> None:
    change = (
        "select value, previous_value, change_from_previous, previous_blank_reason from marts.mart_indicator_latest"
        " where org_unit_code = '14' and breakdown = 'world=change'"
    )
    assert query_warehouse(built, change) == [(50, 50, None, "units_differ")]


def test_an_indicator_nobody_reported_has_a_row_with_the_reason(built: Settings) -> None:
    unheard_of = (
        "select org_unit_code, value, null_reason from marts.mart_indicator_latest"
        " where indicator_code = 'gov_unheard_of_count'"
    )
    assert query_warehouse(built, unheard_of) == [("", None, "never_reported")]
