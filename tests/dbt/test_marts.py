"""The marts over a year of reports: each figure against one worked out here in another way."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from ioc_pipeline.domain.periods import Period, label
from ioc_pipeline.publish.data_contract import expression
from ioc_pipeline.settings import Settings
from modelled_joins import sums_of, sums_that_a_join_changes
from raw_rows import query_warehouse as query

REPOSITORY = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 1, 20)


def _value(settings: Settings, indicator: str, unit: str, period_type: str, end: str) -> tuple[object, ...]:
    [row] = query(
        settings,
        "select exact_value, units_present_count, units_expected_count, is_rolled_up_in_space, is_rolled_up_in_time"
        " from marts.mart_indicator_series"
        " where indicator_code = ? and org_unit_code = ? and period_type = ? and period_end_date = ?"
        " and geography = 'as_reported'",
        indicator,
        unit,
        period_type,
        end,
    )
    return row


def test_a_province_ratio_is_the_ratio_of_the_sums_of_its_communes(year_of_reports: Settings) -> None:
    value, *how = _value(year_of_reports, "gov_online_submission_pct", "14", "month", "2025-09-14")
    online = sum(90 + number for number in range(75))
    received = sum(100 + number + 10 for number in range(75))
    assert value == (Decimal(online) / received * 100).quantize(Decimal("1e-12"))
    assert how == [75, 75, True, False]


def test_a_year_adds_up_a_flow_over_reported_and_rolled_up_months(year_of_reports: Settings) -> None:
    value, *how = _value(year_of_reports, "gov_dossiers_received_count", "14", "year", "2025-12-14")
    reported = sum(100 + seq for seq in range(2, 8))
    rolled_up = sum(100 + number + seq for seq in range(8, 14) for number in range(75))
    assert value == reported + rolled_up
    assert how[2:] == [True, True]


def test_a_stock_at_the_end_of_a_quarter_is_that_of_its_last_month(year_of_reports: Settings) -> None:
    value, *_ = _value(year_of_reports, "gov_dossiers_pending_late_count", "14", "quarter", "2025-09-14")
    assert value == sum(number + 10 for number in range(75))


def test_a_quarter_with_a_missing_month_has_no_flow(year_of_reports: Settings) -> None:
    quarters = query(
        year_of_reports,
        "select distinct period_end_date from marts.mart_indicator_series"
        " where indicator_code = 'gov_dossiers_received_count' and org_unit_code = '14' and period_type = 'quarter'",
    )
    # of the last quarter of 2024 only December is there
    assert {row[0] for row in quarters} == {date(2025, month, 14) for month in (3, 6, 9, 12)}


def test_a_commune_code_is_not_added_up_over_the_day_it_changed_hands(year_of_reports: Settings) -> None:
    years = query(
        year_of_reports,
        "select count(*) from marts.mart_indicator_series"
        " where indicator_code = 'gov_dossiers_received_count' and org_unit_code = '03646' and period_type = 'year'",
    )
    names = query(
        year_of_reports, "select distinct org_unit_name from marts.mart_indicator_series where org_unit_code = '03646'"
    )
    assert years == [(0,)]
    assert names == [("Phường Tô Hiệu",)]


def test_an_index_is_published_as_read_for_its_own_unit_and_month_only(year_of_reports: Settings) -> None:
    rows = query(
        year_of_reports,
        "select org_unit_code, org_unit_name, period_type, exact_value from marts.mart_indicator_series"
        " where indicator_code = 'eco_labour_use_previous_month_index' and geography = 'as_reported' order by 1",
    )
    assert rows == [
        ("14", "Tỉnh Sơn La", "month", Decimal("99.906543210987")),
        ("80", "Tỉnh Long An", "month", Decimal("101.25")),
        ("VN", "Việt Nam", "month", Decimal("100.4")),
    ]


def test_terms_with_a_breakdown_make_one_total(year_of_reports: Settings) -> None:
    value, *_ = _value(year_of_reports, "soc_vneid_accounts_count", "14", "month", "2025-09-14")
    assert value == sum(6000 + 2 * (number + 10) for number in range(75))


def test_late_and_undone_tasks_of_agencies_add_up_apart_and_keep_their_bound(year_of_reports: Settings) -> None:
    rows = query(
        year_of_reports,
        "select indicator_code, exact_value, value_qualifier, units_present_count, units_expected_count"
        " from marts.mart_indicator_series"
        " where indicator_code in ('gov_tasks_done_late_pct', 'gov_tasks_overdue_not_done_pct')"
        " and org_unit_code = '14' and period_type = 'month'"
        " and period_end_date = '2025-09-14' and geography = 'as_reported' order by 1",
    )
    due = sum(20 + number + 10 for number in range(3))
    late, undone = ((Decimal(count) / due * 100).quantize(Decimal("1e-12")) for count in (0 + 1 + 2, 3))
    assert rows == [
        ("gov_tasks_done_late_pct", late, ">", 3, None),
        ("gov_tasks_overdue_not_done_pct", undone, "", 3, None),
    ]


def test_every_value_can_be_computed_again_from_its_lineage(year_of_reports: Settings) -> None:
    differing = query(
        year_of_reports,
        """
        with recomputed as (
            select
                lineage.indicator_code, org_unit_code, indicator_breakdown, geography, period_type, period_start_date,
                period_end_date, shape,
                sum(exact_value * coefficient) filter (role = 'numerator') * any_value(factor) as numerator,
                sum(exact_value * coefficient) filter (role = 'denominator') as denominator
            from marts.mart_lineage as lineage
            inner join marts.dim_indicator as indicators on lineage.indicator_code = indicators.indicator_code
            group by all
        )
        select count(*), count(*) filter (
            abs(
                series.exact_value
                - case shape when 'ratio' then cast(numerator as double) / denominator else numerator end
            ) > 1e-9
        )
        from marts.mart_indicator_series as series
        left join recomputed
            on series.indicator_code = recomputed.indicator_code
            and series.org_unit_code = recomputed.org_unit_code
            and series.breakdown = recomputed.indicator_breakdown
            and case when series.restatement_basis = '' then 'as_reported' else 'restated' end = recomputed.geography
            and series.period_type = recomputed.period_type
            and series.period_start_date = recomputed.period_start_date
            and series.period_end_date = recomputed.period_end_date
        where series.value is not null
        """,
    )
    [(values, wrong)] = differing
    assert values > 4000
    assert wrong == 0


def test_lineage_names_file_sheet_and_cell_of_each_commune_behind_a_province(year_of_reports: Settings) -> None:
    rows = query(
        year_of_reports,
        "select role, count(*), count(distinct source_org_unit_code), min(file_name), min(sheet_name), min(cell),"
        " min(value_text), min(department_code), min(sha256)"
        " from marts.mart_lineage where indicator_code = 'gov_online_submission_pct' and org_unit_code = '14'"
        " and period_type = 'month' and period_end_date = '2025-09-14' group by 1 order by 1",
    )
    file_name = "admin_procedures_2025-09-14.xlsx"
    assert [row[:6] for row in rows] == [
        ("denominator", 75, 75, file_name, "Biểu", "C103"),
        ("numerator", 75, 75, file_name, "Biểu", "C104"),
    ]
    assert {row[7:] for row in rows} == {("vp-ubnd", f"{10:064x}")}


def test_maturity_is_the_weakest_of_the_parts(year_of_reports: Settings) -> None:
    [(maturity,)] = query(
        year_of_reports,
        "select distinct maturity from marts.mart_indicator_series where indicator_code = 'gov_dossiers_on_time_pct'"
        " and org_unit_code = '14' and period_end_date = '2025-09-14' and period_type = 'month'",
    )
    assert maturity == "preliminary"


def test_latest_ranks_seventy_five_communes_and_compares_with_the_month_before(year_of_reports: Settings) -> None:
    rows = query(
        year_of_reports,
        "select rank_number, ranked_count, change_from_previous < 0, period_label_vi, age_days"
        " from marts.mart_indicator_latest where indicator_code = 'gov_online_submission_pct'"
        " and org_unit_level = 'commune' order by value desc",
    )
    assert [row[0] for row in rows] == list(range(1, 76))
    assert {row[1:] for row in rows} == {(75, True, "Tháng 12/2025", 37)}


def test_latest_compares_with_the_same_month_a_year_before(year_of_reports: Settings) -> None:
    [row] = query(
        year_of_reports,
        "select value, year_before_value from marts.mart_indicator_latest"
        " where indicator_code = 'gov_dossiers_received_count' and org_unit_code = '14'",
    )
    assert row == (sum(100 + number + 13 for number in range(75)), 101)


def test_period_labels_are_those_departments_read(year_of_reports: Settings) -> None:
    rows = query(
        year_of_reports, "select period_type, period_start_date, period_end_date, period_label_vi from marts.dim_period"
    )
    assert len(rows) > 20
    assert [row[3] for row in rows] == [label(Period(*row[:3])) for row in rows]


def test_every_period_owed_has_a_status_on_the_day_asked_about(year_of_reports: Settings) -> None:
    rows = query(
        year_of_reports,
        "select period_end_date, due_date, status, late_working_days from marts.mart_reporting_status"
        " where source_name = 'assigned_tasks' and period_end_date >= '2025-08-14' order by 1",
    )
    # every delivery of the fixture arrives on Monday 15 September 2025
    assert rows == [
        (date(2025, 8, 14), date(2025, 8, 18), "accepted_late", 18),
        (date(2025, 9, 14), date(2025, 9, 16), "accepted_on_time", 0),
        (date(2025, 10, 14), date(2025, 10, 16), "accepted_on_time", 0),
        (date(2025, 11, 14), date(2025, 11, 18), "accepted_on_time", 0),
        (date(2025, 12, 14), date(2025, 12, 16), "accepted_on_time", 0),
        (date(2026, 1, 14), date(2026, 1, 16), "late", 2),
        (date(2026, 2, 14), date(2026, 2, 24), "not_yet_due", 0),
    ]


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "dbt_project" / "models").glob("*/*.sql")), ids=lambda path: path.stem
)
def test_every_model_is_described_and_tests_its_key(path: Path) -> None:
    [model] = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["models"]
    assert model["name"] == path.stem
    assert model["description"]
    if "ephemeral" in model.get("config", {}).get("materialized", ""):
        return  # no table: its rows are tested in those of the models that read it
    assert "data_tests" in model
    if path.parent.name in ("dimensions", "marts"):
        assert model["config"]["contract"] == {"enforced": True}
        assert model["config"]["meta"]["key"] == model["data_tests"][0]["sound_rows"]["arguments"]["key"]


def test_a_publisher_owes_nothing(year_of_reports: Settings) -> None:
    owing = query(year_of_reports, "select distinct source_name from marts.mart_reporting_status")
    assert ("admin_procedures",) in owing
    assert ("gso_monthly",) not in owing


def test_the_arithmetic_holds_case_by_case(year_of_reports: Settings) -> None:
    variables = json.dumps({"as_of": AS_OF.isoformat(), "warehouse": str(year_of_reports.warehouse)})
    project, target = str(year_of_reports.dbt_project), str(year_of_reports.home / "build" / "target")
    quiet = ["--quiet", "--no-write-json", "--log-level", "none", "--log-level-file", "none", "--log-path", target]
    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", target]
    try:
        outcome = dbtRunner().invoke([*quiet, "test", "--select", "test_type:unit", *folders, "--vars", variables])
    finally:
        DuckDBConnectionManager.close_all_connections()
    found = {result.node.name: (str(result.status), result.message) for result in outcome.result.results}
    assert {name: message for name, (status, message) in found.items() if status != "pass"} == {}
    assert len(found) >= 16


def test_a_join_that_a_modelling_tool_draws_leaves_every_sum_as_it_is(year_of_reports: Settings) -> None:
    assert sums_that_a_join_changes(year_of_reports) == []
    # a code alone, the join there was before, gives the number twice
    received = (
        "select sum(value) from marts.mart_indicator_latest as latest {}"
        " where indicator_code = 'gov_dossiers_received_count'"
    )
    by_code = "inner join marts.dim_org_unit as units on latest.org_unit_code = units.org_unit_code"
    [(alone,)], [(doubled,)] = (query(year_of_reports, received.format(join)) for join in ("", by_code))
    assert doubled > alone


def test_the_rows_that_are_in_a_total_add_up_to_what_the_province_has(year_of_reports: Settings) -> None:
    [sums] = sums_of("mart_indicator_series")
    rows = query(
        year_of_reports,
        f"select {', '.join(sums.within)}, {expression(sums, 'exact_value')},"
        " max(exact_value) filter (where org_unit_code = '14' and geography = 'as_reported')"
        " from marts.mart_indicator_series where indicator_code in"
        " (select indicator_code from marts.dim_indicator where is_additive_over_units) and breakdown = ''"
        " and units_left_out = '' and null_reason = '' group by all having bool_or(org_unit_code = '14')",
    )
    assert len(rows) > 20
    assert [row for row in rows if row[2] != row[3]] == []
    ratios = query(
        year_of_reports,
        "select count(*) from marts.mart_indicator_series where is_in_total and unit_measure = 'pct'",
    )
    assert ratios == [(0,)]
