"""The statistics office's own workbooks, as published: every number of the table, at its cell, and no other."""

import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
import python_calamine

from e2e.conftest import REPOSITORY, Installation

MONTH_OF_FILE = {
    "2019-10-29": "2019-10",
    "2020-03-27": "2020-03",
    "2021-09-29": "2021-09",
    "2022-12-29": "2022-12",
    "2023-12-29": "2023-12",
    "2024-12-29": "2024-12",
    "2025-01-29": "2025-01",
}
INDICATORS = {"B": "eco_labour_use_previous_month_index", "C": "eco_labour_use_same_month_last_year_index"}


def workbooks(shared: Path | None) -> list[Path]:
    return sorted((shared / "real_sheets").glob("gso_20*.xls*")) if shared else []


def read_independently(path: Path) -> dict[tuple[str, str], tuple[str, Decimal]]:
    """(name as written, cell) of each figure by sheet name and row shape alone: no code of ours."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    (name,) = [name for name in book.sheet_names if unicodedata.normalize("NFC", name).endswith("LĐCN_DP")]
    figures = {}
    for number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
        if isinstance(row[1], float) and isinstance(row[2], float) and "NƯỚC" not in str(row[0]):
            for letter, value in (("B", row[1]), ("C", row[2])):
                figures[(str(row[0]).strip(), f"{letter}{number}")] = (name, Decimal(repr(value)))
    return figures


@pytest.fixture(scope="module")
def taken(shared: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that took all of the workbooks to the marts."""
    made = Installation(tmp_path_factory.mktemp("real") / "home", REPOSITORY)
    for path in workbooks(shared):
        made.drop("cuc-thong-ke", path.name.removeprefix("gso_"), path.read_bytes())
    made.ioc("run")
    return made


def test_every_figure_of_the_seven_workbooks_is_in_the_marts_and_nothing_else(
    taken: Installation, shared: Path | None
) -> None:
    expected = {}
    for path in workbooks(shared):
        if (month := MONTH_OF_FILE.get(path.name.removeprefix("gso_")[:10])) is not None:
            for (unit, cell), (sheet, value) in read_independently(path).items():
                expected[(month, sheet, cell)] = (unit, INDICATORS[cell[0]], value)
    found = (
        taken.query(
            """
        select lineage.* replace (lineage.exact_value as value), series.exact_value as series_value,
            series.org_unit_name
        from mart_lineage as lineage
        inner join mart_indicator_series as series
            using (indicator_code, org_unit_code, geography, period_type, period_start_date, period_end_date)
        where lineage.indicator_code like 'eco_labour_use%' and geography = 'as_reported'
        """
        )
        if expected
        else []
    )
    assert len(found) == len(expected)
    for row in found:
        unit, indicator, value = expected[(row["period_start_date"][:7], row["sheet_name"], row["cell"])]
        assert row["indicator_code"] == indicator
        assert Decimal(row["value"]) == Decimal(row["series_value"]) == value
        assert unit.replace(" - ", " ").replace("TP.", "Thành phố").split()[-1] in row["org_unit_name"]
    answers = taken.answers("cuc-thong-ke")
    assert len(answers) == len(workbooks(shared))
    assert sum("khong-co-bieu" in name for name in answers) == len(answers) - len({key[0] for key in expected})


@pytest.mark.parametrize(("on", "name"), [("2024-12-01", "Tỉnh Thừa Thiên Huế"), ("2025-01-01", "Thành phố Huế")])
def test_hue_has_the_name_of_its_date_and_restated_the_one_of_today(
    taken: Installation, shared: Path | None, on: str, name: str
) -> None:
    names = taken.query(
        "select distinct geography, org_unit_name from mart_indicator_series where org_unit_code = '46'"
        f" and indicator_code like 'eco_labour%' and period_start_date = '{on}' order by all"
    )
    expected = [("as_reported", name), ("restated", "Thành phố Huế")] if workbooks(shared) else []
    assert [tuple(row.values()) for row in names] == expected
