"""A ratio, a total over time and a change are formed over one set of units, or not at all."""

from datetime import date

import pytest

from ioc_pipeline.build.marts import build
from ioc_pipeline.settings import Settings
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


@pytest.fixture
def province(small_settings: Settings, small_warehouse: Warehouse):
    """What the province's ratio is in each month and in the quarter, after the reports of three months."""

    def built(*reports: list[Cell]) -> dict[str, tuple[object, ...]]:
        for number, (month, cells) in enumerate(zip(MONTHS, reports, strict=False), start=1):
            small_warehouse.deliver(number, "admin_procedures", "settlements", month, cells)
        small_warehouse.write()
        build(small_settings, as_of=date(2026, 1, 20))
        rows = query_warehouse(
            small_settings,
            "select period_type || ' ' || month(period_end_date), value, null_reason, units_left_out"
            " from marts.mart_indicator_series where indicator_code = 'gov_online_pct' and org_unit_code = '14'"
            " and geography = 'as_reported' and period_type in ('month', 'quarter')",
        )
        return {str(period): row for period, *row in ((period, *row) for period, *row in rows)}

    return built


BOTH, ONE, OTHER = {TO_HIEU, QUYNH_NHAI}, {TO_HIEU}, {QUYNH_NHAI}


def test_a_ratio_of_equally_many_and_other_units_has_no_value_and_names_them(province) -> None:
    assert province(_report(received=ONE, online=OTHER)) == {
        "month 10": [None, "units_differ", "; ".join(NAMED.values())],
    }


def test_a_ratio_over_the_same_some_units_has_its_value_and_names_those_left_out(province) -> None:
    assert province(_report(received=ONE, online=ONE)) == {"month 10": [50, "", NAMED[QUYNH_NHAI]]}


def test_a_unit_that_writes_not_applicable_is_not_in_the_term(province) -> None:
    crossed = [
        *_report(received=BOTH, online=ONE)[:3],
        Cell(QUYNH_NHAI, "online", None, null_reason="not_applicable"),
    ]
    assert province(crossed) == {"month 10": [None, "units_differ", NAMED[QUYNH_NHAI]]}


def test_months_over_other_units_make_no_ratio_of_a_quarter(province) -> None:
    found = province(
        _report(received=BOTH, online=BOTH), _report(received=ONE, online=BOTH), _report(received=BOTH, online=ONE)
    )
    assert found == {
        "month 10": [50, "", ""],
        "month 11": [None, "units_differ", NAMED[QUYNH_NHAI]],
        "month 12": [None, "units_differ", NAMED[QUYNH_NHAI]],
        "quarter 12": [None, "units_differ", NAMED[QUYNH_NHAI]],
    }


def test_a_change_is_between_values_over_the_same_units(province, small_settings: Settings) -> None:
    province(*(_report(units, units) for units in (BOTH, BOTH, ONE)))
    change = (
        "select value, previous_value, change_from_previous, previous_blank_reason from marts.mart_indicator_latest"
        " where org_unit_code = '14'"
    )
    assert query_warehouse(small_settings, change) == [(50, 50, None, "units_differ")]


def test_an_indicator_nobody_reported_has_a_row_with_the_reason(province, small_settings: Settings) -> None:
    province([])
    assert query_warehouse(
        small_settings, "select org_unit_code, value, null_reason from marts.mart_indicator_latest"
    ) == [("", None, "never_reported")]
