"""Sample files of dossiers, meetings, signatures, rankings, awards, skills and communes: read, checked, added up."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.sample import assessments, e_government
from sample_files import Read, complaints, observations, read_samples, total
from shipped import EXPECTATIONS, SEEDS, SOURCES

FORMS = (*e_government.FILLS, *e_government.FILLS_OF_COMMUNES, *assessments.FILLS)
ROW = 2  # of the table, counted from 0: the one that a test falsifies


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return read_contracts(SOURCES, EXPECTATIONS, SEEDS)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, contracts: Contracts) -> list[Read]:
    """Six months: the last quarter before the merger of the communes is among them."""
    return read_samples(tmp_path_factory.mktemp("inbox"), contracts, seed=1, months=6, sources=FORMS)


@pytest.fixture(scope="module")
def found(samples: list[Read]) -> pd.DataFrame:
    return observations(samples)


@pytest.fixture(scope="module")
def of_another_seed(tmp_path_factory: pytest.TempPathFactory, contracts: Contracts) -> pd.DataFrame:
    inbox = tmp_path_factory.mktemp("other")
    return observations(read_samples(inbox, contracts, seed=20250914, months=1, sources=FORMS))


def value_of(frame: pd.DataFrame, element: str, unit: str, year: int) -> Decimal:
    chosen = frame[
        (frame["element_code"] == element)
        & (frame["org_unit_code"] == unit)
        & (frame["period_end_date"] == date(year, 12, 31))
    ]
    (value,) = chosen["measured_value"]
    assert isinstance(value, Decimal)
    return value


def test_every_sample_is_accepted_without_a_word(samples: list[Read]) -> None:
    assert complaints(samples) == (11, [])


def test_each_form_names_the_units_of_its_time(samples: list[Read]) -> None:
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for read in samples:
        for day, count in read.frame()["period_end_date"].value_counts().items():
            found = rows.setdefault((read.contract.source.name, read.table.table.name), {})
            found[f"{day:%Y-%m-%d}"] = found.get(f"{day:%Y-%m-%d}", 0) + int(count)
    quarters, years = {"2025-06-14": 200, "2025-09-14": 75}, {"2022-12-31": 63, "2023-12-31": 63, "2024-12-31": 63}
    assert {key: dict(sorted(found.items())) for key, found in rows.items()} == {
        ("digital_settlement", "dossiers"): {
            "2025-04-14": 200, "2025-05-14": 200, "2025-06-14": 200, "2025-08-14": 75, "2025-09-14": 75,
        },
        ("online_meetings", "meetings"): {"2025-06-14": 22, "2025-09-14": 22},
        ("digital_signatures", "signatures"): {"2025-06-14": 22, "2025-09-14": 22},
        ("digital_skills", "learners"): quarters,
        ("commune_radio", "stations"): quarters,
        ("smart_communes", "communes"): {"2025-09-14": 75},
        ("dti_results", "provinces"): years,
        ("yearly_assessment", "agencies"): {"2024-12-31": 20},
        ("yearly_assessment", "communes"): {"2024-12-31": 200},
        ("emulation_awards", "awards"): {"2024-12-31": 20},
        ("awareness_activities", "activities"): {"2024-12-31": 20},
    }  # fmt: skip


def test_each_commune_tells_about_itself_only(samples: list[Read]) -> None:
    own = [read for read in samples if read.contract.source.name == "smart_communes"]
    assert {read.file.split("/")[0] for read in own} == {read.frame()["org_unit_code"][0] for read in own}
    assert all(read.table.reporting_unit_code == read.frame()["org_unit_code"][0] for read in own)
    assert len(own) == 75


@pytest.mark.parametrize("figures", ["found", "of_another_seed"])
def test_the_published_figures_come_out_whatever_the_seed(figures: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(figures)
    quarter, year = "2025-09-14", "2024-12-31"
    for part, whole, day in (
        ("meetings_online", "meetings_held", quarter),
        ("meetings_paperless", "meetings_held", quarter),
        ("officials_with_signature", "officials", quarter),
    ):
        assert total(found, part, day) == total(found, whole, day), part
    assert total(found, "agencies_without_signature", quarter) == 0
    assert total(found, "tthc_digitised", quarter) / total(found, "tthc_completed", quarter) > Decimal("0.95")
    assert set(found[found["element_code"] == "digital_targets_met"]["measured_value"]) == {6}
    assert set(found[found["element_code"] == "digital_targets_set"]["measured_value"]) == {8}
    assert total(found, "agencies_missing_targets", year) == 0
    assert total(found, "awareness_participants", year) > 250_000
    assert [total(found, f"awards_{who}_since_2021", year) for who in ("groups", "people")] == [12, 15]
    assert total(found, "assessment_agency_score", year) / total(found, "assessed_agencies", year) == Decimal("73.2")
    assert [value_of(found, "dti_rank", unit, 2022) for unit in ("80", "33", "14")] == [11, 33, 44]
    ranked = found[found["element_code"] == "dti_ranked_units"]
    assert set(ranked["measured_value"]) == {63}
    for units, mean in ((("01",), "0.8241"), (("31", "30"), "0.7857"), (("79", "74", "77"), "0.7770")):
        totals = [value_of(found, "dti_total", unit, 2024) for unit in units]
        assert sum(totals) / len(totals) == Decimal(mean)


def test_two_provinces_share_the_fifteenth_rank_of_2022_and_none_is_sixteenth(found: pd.DataFrame) -> None:
    ranks = list(
        found[(found["element_code"] == "dti_rank") & (found["period_end_date"] == date(2022, 12, 31))][
            "measured_value"
        ]
    )
    assert (ranks.count(15), ranks.count(16), ranks.count(17)) == (2, 0, 1)


def test_what_a_year_says_of_awards_adds_up_over_the_years(tmp_path: Path, contracts: Contracts) -> None:
    found = observations(read_samples(tmp_path, contracts, seed=1, months=36, sources=("emulation_awards",)))
    in_years = [total(found, "awards_people", f"{year}-12-31") for year in (2022, 2023, 2024)]
    since = [total(found, "awards_people_since_2021", f"{year}-12-31") for year in (2022, 2023, 2024)]
    assert in_years == [3, 4, 5]
    assert [later - earlier for earlier, later in pairwise(since)] == in_years[1:]


@pytest.mark.parametrize(
    ("suite", "column", "wrong", "told"),
    [
        ("digital_settlement__dossiers", "digitised_count", 1e6, "Hồ sơ đã số hóa là một phần"),
        ("digital_settlement__dossiers", "paid_online_count", 1e6, "Hồ sơ thanh toán trực tuyến là một phần"),
        ("online_meetings__meetings", "online_count", 9_999, "Cuộc họp trực tuyến là một phần"),
        ("digital_signatures__signatures", "signature_count", 99_999, "Người có chữ ký số cá nhân là một phần"),
        ("digital_signatures__signatures", "agency_signs", 0, "Mỗi cơ quan hoặc sử dụng, hoặc chưa"),
        ("dti_results__provinces", "total", 72.3, "Chỉ số phải từ 0 đến 1"),
        ("dti_results__provinces", "total", 0.999, "không thể lớn hơn chỉ số chính lớn nhất"),
        ("dti_results__provinces", "total", 0.001, "không thể nhỏ hơn chỉ số chính nhỏ nhất"),
        ("yearly_assessment__agencies", "score", 101, "Điểm đánh giá từ 0 đến 100"),
        ("yearly_assessment__agencies", "grade", "Xuất sắc", "một trong bốn mức"),
        ("yearly_assessment__agencies", "meets_targets", 0, "phải khớp với số mục tiêu"),
        ("yearly_assessment__communes", "assessed", 0, "không được đánh giá thì không có điểm"),
        ("yearly_assessment__communes", "grade", "Yếu", "Xếp loại phải theo điểm"),
        ("emulation_awards__awards", "group_count", 99, "không thể ít hơn số trong năm"),
        ("emulation_awards__awards", "title_class", "Giỏi", "hoặc Không xét"),
        ("awareness_activities__activities", "activity_count", 0, "ít nhất một hoạt động"),
        ("digital_skills__learners", "completed_count", 1e6, "Người đã hoàn thành là một phần"),
        ("digital_skills__learners", "team_count", 0, "không có thành viên"),
        ("smart_communes__communes", "has_portal", 2, "Ghi 1 nếu trang thông tin điện tử đang hoạt động"),
        ("commune_radio__stations", "it_count", 9, "một phần số đài truyền thanh"),
    ],
)
def test_a_figure_that_cannot_be_is_returned_with_its_row(
    samples: list[Read], suite: str, column: str, wrong: float | str, told: str
) -> None:
    read = next(read for read in reversed(samples) if read.table.suite_name == suite)
    frame = read.frame()
    row = min(ROW, len(frame) - 1)
    frame[column] = frame[column].astype(object if isinstance(wrong, str) else "float64")
    frame.loc[row, column] = wrong
    (check,) = [check for check in read.check(frame)[1] if told in check.description and check.outcome == "failed"]
    assert (check.severity, check.failed_row_ids) == ("critical", (row,))
    place = read.table.locate(row, check.columns[0])
    assert place.cell == f"{read.table.blocks[0].letters[check.columns[0]]}{read.table.blocks[0].numbers[row]}"
