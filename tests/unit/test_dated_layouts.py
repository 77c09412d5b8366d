"""A form changes: a report of older times is read by the form of its time, whenever it arrives."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.dated import layouts
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from settlements_form import ORG_UNITS, source


def dated() -> Source:
    """Until June the received had another header, and nothing was asked about online; before 2024 there was no form."""
    data: dict[str, Any] = source().model_dump(by_alias=True)
    (table,) = data["tables"]
    unit, received, online, _ = table["columns"]
    of_old = {**received, "headers": ["Hồ sơ đến"]}
    old = {"valid_from": "2024-01-15", "valid_to": "2025-06-30", "suite": "dossiers__settlements_2024"}
    data["tables"] = [
        {**table, "valid_from": "2025-07-01", "columns": [unit, received, online]},
        {**table, **old, "columns": [unit, of_old]},
    ]
    return Source.model_validate(data)


def book(label: str, header: list[Value], row: list[Value]) -> Workbook:
    return Workbook("xlsx", [Sheet("Biểu", [["KẾT QUẢ TIẾP NHẬN HỒ SƠ"], [label], header, row])])


OLD: tuple[list[Value], list[Value]] = (["Xã, phường", "Hồ sơ đến"], ["Phường Chiềng Lề", 12.0])
NEW: tuple[list[Value], list[Value]] = (
    ["Xã, phường", "Số hồ sơ tiếp nhận Tổng số", "Số hồ sơ tiếp nhận Trực tuyến"],
    ["Phường Tô Hiệu", 12.0, 3.0],
)


def read(workbook: Workbook, contract: Source, org_units: OrgUnits = ORG_UNITS) -> ParsedDelivery:
    return parse_workbook(workbook, contract, Envelope("vp-ubnd", "14", "bieu.xlsx", date(2025, 12, 1), org_units))


def problems(workbook: Workbook, contract: Source) -> list[Problem]:
    with pytest.raises(SourceError) as caught:
        read(workbook, contract)
    return list(caught.value.problems)


def received(parsed: ParsedDelivery) -> list[tuple[str, Decimal]]:
    rows = [row for table in parsed.tables for batch in table.observations(1) for row in batch.to_pylist()]
    return [(row["org_unit_code"], row["measured_value"]) for row in rows if row["element_code"] == "received"]


def test_a_backfill_is_read_and_checked_by_the_layout_of_its_period() -> None:
    parsed = read(book("Tháng 3 năm 2025", *OLD), dated())
    assert received(parsed) == [("03646", Decimal(12))]
    assert [table.suite_name for table in parsed.tables] == ["dossiers__settlements_2024"]


def test_a_report_of_today_is_read_by_the_layout_of_today() -> None:
    parsed = read(book("Tháng 9 năm 2025", *NEW), dated())
    assert received(parsed) == [("03646", Decimal(12))]
    assert [table.suite_name for table in parsed.tables] == ["dossiers__settlements"]


def test_an_old_form_for_a_new_period_is_told_what_the_new_form_lacks() -> None:
    told = problems(book("Tháng 9 năm 2025", *OLD), dated())
    assert {problem.code for problem in told} == {"missing-column"}


def test_a_period_before_every_layout_is_returned_with_the_times_that_have_one() -> None:
    (problem,) = problems(book("Tháng 3 năm 2023", *OLD), dated())
    assert (problem.code, problem.sheet, problem.cell, problem.found) == ("no-layout", "Biểu", "A1", "Tháng 3/2023")
    assert "từ 15/01/2024 đến 30/06/2025" in problem.expected


def test_rows_that_name_their_period_must_lie_in_the_time_of_their_layout() -> None:
    data: dict[str, Any] = dated().model_dump(by_alias=True)
    for table in data["tables"]:
        table["columns"].append({"name": "period", "headers": ["Kỳ"], "type": "period"})
    contract = Source.model_validate(data)
    header, row = OLD[0], ["Xã Vân Hồ", 12.0]
    fits = Workbook("xlsx", [Sheet("Biểu", [["KẾT QUẢ TIẾP NHẬN HỒ SƠ"], [*header, "Kỳ"], [*row, "Tháng 3/2025"]])])
    late = Workbook("xlsx", [Sheet("Biểu", [["KẾT QUẢ TIẾP NHẬN HỒ SƠ"], [*header, "Kỳ"], [*row, "Tháng 9/2025"]])])
    assert received(read(fits, contract)) == [("04048", Decimal(12))]
    assert [problem.code for problem in problems(late, contract)] == ["no-layout"]


def test_every_time_between_two_changes_is_one_layout_of_the_source() -> None:
    assert [[table.suite for table in then.tables] for then in layouts(dated())] == [
        [None],
        ["dossiers__settlements_2024"],
    ]
    assert layouts(source())[0].tables == source().tables
