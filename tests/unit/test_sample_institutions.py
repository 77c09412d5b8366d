"""Sample files of systems 21 to 25 and of the stocks; three years of history, and the communes of each time."""

import csv
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.sample import institutions, stocks
from sample_files import Read, complaints, observations, read_samples, total
from shipped import EXPECTATIONS, SEEDS, SOURCES

FORMS = (*institutions.FILLS, *stocks.FILLS)
BEFORE_AND_AFTER = ("admin_procedures", "vneid_accounts", "telecom_coverage")
QUARTER, YEAR = "2025-09-14", "2024-12-31"
ROW = 1  # of the table, counted from 0: the one that a test falsifies


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return read_contracts(SOURCES, EXPECTATIONS, SEEDS)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, contracts: Contracts) -> list[Read]:
    """Three years."""
    return read_samples(tmp_path_factory.mktemp("inbox"), contracts, seed=1, months=36, sources=FORMS)


@pytest.fixture(scope="module")
def found(samples: list[Read]) -> pd.DataFrame:
    return observations(samples)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory, contracts: Contracts) -> pd.DataFrame:
    """What the three oldest forms of communes say of the year in which the communes merged."""
    inbox = tmp_path_factory.mktemp("merged")
    return observations(read_samples(inbox, contracts, seed=1, months=7, sources=BEFORE_AND_AFTER))


def test_three_years_are_accepted_without_a_word(samples: list[Read]) -> None:
    assert complaints(samples) == (14, [])


def test_each_form_is_there_for_three_years_with_the_units_of_its_time(samples: list[Read]) -> None:
    found: dict[str, dict[str, int]] = {}
    for read in samples:
        (day,) = set(read.frame()["period_end_date"])
        found.setdefault(read.table.suite_name, {})[f"{day:%Y-%m-%d}"] = read.table.row_count()
    by_year = {"2022-12-31": 200, "2023-12-31": 200, "2024-12-31": 200}
    ends = [f"{year}-{month:02}-14" for year in (2022, 2023, 2024, 2025) for month in (3, 6, 9, 12)][3:15]
    quarters = dict.fromkeys(ends, 200) | {QUARTER: 75}
    assert found["population_statistics__population"] == found["smart_classrooms__classrooms"] == by_year
    assert found["ecommerce_products__products"] == found["it_workforce__workforce"] == quarters
    assert found["party_network__connections"] == dict.fromkeys(ends, 1)
    assert found["enterprise_statistics__enterprises"] == dict.fromkeys(by_year, 1)
    assert found["network_security__systems"]["2025-03-14"] == found["portal_sites__sites"]["2025-03-14"] == 22
    assert found["network_security__systems"]["2024-12-14"] == 20  # two departments were founded on 2025-03-01


@pytest.fixture(scope="module")
def of_another_seed(tmp_path_factory: pytest.TempPathFactory, contracts: Contracts) -> pd.DataFrame:
    inbox = tmp_path_factory.mktemp("other")
    return observations(read_samples(inbox, contracts, seed=20250914, months=1, sources=FORMS))


@pytest.mark.parametrize("figures", ["found", "of_another_seed"])
def test_the_published_figures_come_out_whatever_the_seed(figures: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(figures)
    assert total(found, "party_agencies_connected", QUARTER) == total(found, "party_agencies", QUARTER) == 84
    holders = total(found, "payment_account_holders", QUARTER) / total(found, "population_adults", YEAR)
    assert Decimal("0.90") < holders < Decimal("0.91")
    users = total(found, "digital_application_users", YEAR) / total(found, "population", YEAR)
    assert round(users * 100, 2) == Decimal("66.76")


def test_every_part_lies_within_its_whole_for_the_province_too(found: pd.DataFrame) -> None:
    for part, whole, day in (
        ("information_systems_approved", "information_systems", QUARTER),
        ("security_incidents_handled", "security_incidents", QUARTER),
        ("agency_sites_upgraded", "agency_sites", QUARTER),
        ("local_products_listed", "local_products", QUARTER),
        ("commune_it_officials", "commune_officials", QUARTER),
        ("classrooms_smart", "classrooms", YEAR),
        ("hospitals_medical_records", "hospitals", YEAR),
        ("enterprises_small_medium", "enterprises", YEAR),
        ("population_adults", "population", YEAR),
    ):
        assert 0 < total(found, part, day) <= total(found, whole, day), part
    staffed = total(found, "communes_with_it_official", QUARTER)
    assert staffed + total(found, "communes_without_it_official", QUARTER) == 75


def test_the_month_in_which_the_communes_merged_was_reported_by_nobody(merged: pd.DataFrame) -> None:
    months = merged[merged["period_type"] == "month"].groupby("period_end_date")["org_unit_code"].nunique()
    assert {f"{day:%Y-%m-%d}": int(count) for day, count in months.items()} == {
        "2025-03-14": 201, "2025-04-14": 201, "2025-05-14": 201, "2025-06-14": 201, "2025-08-14": 76, "2025-09-14": 76,
    }  # fmt: skip


def test_a_form_from_before_the_merger_is_read_by_the_layout_of_its_time(merged: pd.DataFrame) -> None:
    by_quarter = merged[merged["period_type"] == "quarter"].groupby("period_end_date")["element_code"].agg(set)
    before, after = by_quarter[date(2025, 6, 14)], by_quarter[date(2025, 9, 14)]
    assert after - before == {"telecom_population_5g"}
    assert before < after


@pytest.mark.parametrize(
    ("element", "before", "after"),
    [
        ("population", "2025-06-14", "2025-09-14"),
        ("vneid_eligible_population", "2025-06-14", "2025-08-14"),
    ],
)
def test_old_communes_add_up_to_the_commune_they_became(
    merged: pd.DataFrame, element: str, before: str, after: str
) -> None:
    with (SEEDS / "crosswalk.csv").open(encoding="utf-8", newline="") as stream:
        successors = {row["old_code"]: row["new_code"] for row in csv.DictReader(stream) if row["level"] == "commune"}
    chosen = merged[merged["element_code"] == element]
    old = chosen[chosen["period_end_date"] == date.fromisoformat(before)]
    new = chosen[chosen["period_end_date"] == date.fromisoformat(after)].set_index("org_unit_code")["measured_value"]
    sums = old.groupby(old["org_unit_code"].map(successors))["measured_value"].sum()
    assert (len(old), len(new), sum(sums)) == (200, 75, sum(new))
    assert max(abs(sums[code] - new[code]) for code in new.index) <= 5  # each part is a whole person


@pytest.mark.parametrize(
    ("suite", "column", "wrong", "told"),
    [
        ("party_network__connections", "province_connected_count", 99, "Cơ quan đã kết nối là một phần"),
        ("party_network__connections", "commune_connected_count", 999, "Đảng ủy đã kết nối là một phần"),
        ("network_security__systems", "approved_count", 999, "đã được phê duyệt cấp độ là một phần"),
        ("network_security__systems", "handled_count", 999, "Sự cố đã xử lý không thể nhiều hơn"),
        ("network_security__data_centre", "storage_used_tb", 999.5, "Dung lượng đã sử dụng không thể nhiều hơn"),
        ("portal_sites__sites", "upgraded_count", 99, "Trang đã nâng cấp là một phần"),
        ("portal_sites__portal", "met_count", 43, "Số chức năng, thông tin đã đáp ứng"),
        ("payment_accounts__accounts", "account_count", 1, "số tài khoản không thể ít hơn số người"),
        ("digital_applications__users", "service_user_count", 1e7, "là một phần của người sử dụng ứng dụng số"),
        ("ecommerce_products__products", "listed_count", 999, "Sản phẩm đã lên sàn là một phần"),
        ("it_workforce__workforce", "trained_count", 9_999, "Người đã bồi dưỡng kỹ năng số"),
        ("it_workforce__workforce", "with_it", 2, "Ghi 1 nếu xã, phường có người phụ trách"),
        ("it_workforce__workforce", "it_official_count", 0, "số người phụ trách phải từ 1 trở lên"),
        ("smart_classrooms__classrooms", "smart_count", 9_999, "Phòng học thông minh là một phần"),
        ("smart_hospitals__hospitals", "emr_count", 18, "Bệnh viện triển khai bệnh án điện tử không thể"),
        ("population_statistics__population", "adults", 1e7, "Dân số từ đủ 15 tuổi là một phần"),
        ("population_statistics__population", "households", 1e7, "Số hộ không thể nhiều hơn dân số"),
        ("enterprise_statistics__enterprises", "small_medium_count", 1e6, "Doanh nghiệp nhỏ và vừa là một phần"),
    ],
)
def test_a_figure_that_cannot_be_is_returned_at_its_cell(
    samples: list[Read], suite: str, column: str, wrong: float, told: str
) -> None:
    read = next(read for read in reversed(samples) if read.table.suite_name == suite)
    frame = read.frame()
    row = min(ROW, len(frame) - 1)
    frame[column] = frame[column].astype("float64")
    frame.loc[row, column] = wrong
    checks = [check for check in read.check(frame)[1] if told in check.description and check.outcome == "failed"]
    assert [(check.severity, check.failed_row_ids) for check in checks] == [("critical", (row,))]
    assert column in checks[0].columns
    place = read.table.locate(row, column)
    assert place.cell == f"{read.table.blocks[0].letters[column]}{read.table.blocks[0].numbers[row]}"
