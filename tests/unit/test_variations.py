"""However a form is written, it gives the same values or a question; what says something else is never silent."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from form_variations import HARMLESS, Form, Variation, varied
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.reference.sources import Source
from settlements_form import ORG_UNITS
from telling_variations import TELLING

FORM = Source.model_validate(
    {
        "source": "revenue",
        "title": "Thu ngân sách",
        "system": "01",
        "department": "vp-ubnd",
        "period_type": "month",
        "clock": "calendar",
        "due_working_days": 5,
        "reporting_since": "2025-07-01",
        "tables": [
            {
                "table": "revenue",
                "titles": ["Kết quả thu ngân sách"],
                "unit_line": "tỷ đồng",
                "columns": [
                    {"name": "org_unit", "headers": ["Xã, phường"], "type": "org_unit", "level": "commune"},
                    {"name": "all", "headers": ["Thu ngân sách Tổng số"], "type": "money", "element": "revenue"},
                    {"name": "tax", "headers": ["Thu ngân sách Thu thuế"], "type": "money", "element": "tax"},
                    {"name": "items", "headers": ["Số khoản thu"], "type": "count", "element": "items"},
                    {"name": "note", "headers": ["Ghi chú"], "type": "text", "required": False, "blank": "no_data"},
                ],
            }
        ],
    }
)
Values = set[tuple[str, str, object, object, str]]
QUICK = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
THOROUGH = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def read(form: Form) -> tuple[ParsedDelivery | None, list[str]]:
    """What was read, None for a file that comes back; and the codes of what is told."""
    envelope = Envelope("vp-ubnd", "14", form.file_name, date(2025, 10, 20), ORG_UNITS)
    try:
        parsed = parse_workbook(form.workbook(), FORM, envelope)
    except SourceError as error:
        return None, [problem.code for problem in error.problems]
    return parsed, [problem.code for problem in parsed.warnings]


def values(parsed: ParsedDelivery) -> Values:
    return {
        (row["org_unit_code"], row["element_code"], row["measured_value"], row["period_start_date"], row["maturity"])
        for table in parsed.tables
        for batch in table.observations(7)
        for row in batch.to_pylist()
    }


def expected() -> Values:
    parsed, told = read(Form())
    assert parsed
    assert not told
    return values(parsed)


EXPECTED = expected()


def test_the_form_as_it_is_drawn_says_what_it_says() -> None:
    assert len(EXPECTED) == 12
    assert ("03646", "revenue", 57.25, date(2025, 9, 1), "official") in EXPECTED


@pytest.mark.parametrize(
    ("total", "code"), [(0.6, []), (0.61, ["rounded-total"]), (0.59, ["rounded-total"]), (0.65, ["total-mismatch"])]
)
def test_a_total_that_only_rounding_explains_is_told(total: float, code: list[str]) -> None:
    form = Form()
    for line, figure in zip(form.data, (0.1, 0.2, 0.3, 0.0), strict=True):
        line[3] = figure
    form.total[0][3] = total
    parsed, told = read(form)
    assert told == code
    assert (parsed is None) is (code == ["total-mismatch"])


PEOPLE = ("Lò Văn Anh", "Quàng Thị Bình", "Cầm Thị Dung", "Hà Văn Em")


def listed(header: list[Value], number: Callable[[int], Value]) -> list[list[Value]]:
    return [header, *([name, number(place)] for place, name in enumerate(PEOPLE))]


@pytest.mark.parametrize(
    "rows",
    [
        listed(["Họ tên", "CCCD"], lambda place: float(14085000105 + place)),
        listed([], lambda place: f"05000011{place}"),
        listed(["Họ tên", "Mã số BHXH"], lambda place: float(1423456780 + place)),
        listed(["Họ tên", "Số tài khoản"], lambda place: f"790020501234{place}"),
        listed(["Họ tên", "Hộ chiếu"], lambda place: f"B123456{place}"),
        listed(["Họ tên", "Điện thoại"], lambda place: f"091234567{place}"),
        listed(["Họ tên", "Năm sinh"], lambda place: float(1980 + place)),
        [["CMND:", 50000110.0]],
        [["CMND:", "50000110"]],
        [["Số CMND", "050000110"]],
        [["Số CMND"], ["050000110"]],
        [[14085000105.0 + place] for place in range(6)],
    ],
)
@pytest.mark.parametrize("gap", [1, 3])
def test_a_list_of_people_under_a_table_sends_the_form_back(rows: list[list[Value]], gap: int) -> None:
    form = Form()
    form.foot = [*([] for _ in range(gap)), *rows, *form.foot]
    parsed, told = read(form)
    assert (parsed, set(told)) == (None, {"personal-data"})


@pytest.mark.parametrize(
    "rows",
    [
        listed(["Họ tên", "Chức vụ"], lambda _: "Chuyên viên"),
        [["Email: vanphong@sonla.gov.vn"]],
        [["Người lập: Lò Văn Anh - 0912345678"]],
        [["Ghi chú: xem dưới"], ["Liên hệ bà 0912345678"]],
        [["Tài khoản:", "9527310567"], ["Mã số thuế", 5500123456.0]],
        [["Mã số thuế: 5500123456"], ["Tài khoản: 3711.0.1056789.00000 tại KBNN"]],
    ],
)
def test_officials_and_their_office_under_a_table_are_no_list_of_people(rows: list[list[Value]]) -> None:
    form = Form()
    form.foot = [[], *rows, *form.foot]
    parsed, _ = read(form)
    assert parsed
    assert values(parsed) == EXPECTED


def test_figures_that_cancel_each_other_may_leave_the_noise_of_their_sum() -> None:
    form = Form()
    for line, figure in zip(form.data, (0.3, -0.1, -0.2, 0.0), strict=True):
        line[2:4] = [figure, figure]
    form.total[0][2:4] = [0.3 - 0.1 - 0.2] * 2
    parsed, told = read(form)
    assert (parsed is not None, told) == (True, [])
    form.total[0][2] = 1.0
    assert read(form) == (None, ["total-mismatch"])


@pytest.mark.parametrize("variation", HARMLESS, ids=lambda each: each.__name__)
@QUICK
@given(data=st.data())
def test_what_changes_nothing_is_read(variation: Variation, data: st.DataObject) -> None:
    parsed, told = read(varied([variation], data.draw))
    assert parsed, told
    assert values(parsed) == EXPECTED


@THOROUGH
@given(data=st.data(), variations=st.lists(st.sampled_from(HARMLESS), min_size=2, max_size=5, unique=True))
def test_what_changes_nothing_together_gives_the_same_or_a_question(
    data: st.DataObject, variations: list[Variation]
) -> None:
    parsed, _ = read(varied(variations, data.draw))
    assert parsed is None or values(parsed) == EXPECTED


@pytest.mark.parametrize("variation", TELLING, ids=lambda each: each.__name__)
@QUICK
@given(data=st.data())
def test_what_says_something_else_is_asked_or_told(variation: Variation, data: st.DataObject) -> None:
    parsed, told = read(varied([variation], data.draw))
    assert told
    assert parsed is None or values(parsed) == EXPECTED


@THOROUGH
@given(
    data=st.data(),
    telling=st.sampled_from(TELLING),
    around=st.lists(st.sampled_from(HARMLESS), min_size=1, max_size=3, unique=True),
)
def test_what_says_something_else_is_heard_among_what_does_not(
    data: st.DataObject, telling: Variation, around: list[Variation]
) -> None:
    quiet = [each for each in around if not each.__name__.startswith("period")]
    parsed, told = read(varied([*quiet, telling], data.draw))
    assert told
    assert parsed is None or values(parsed) == EXPECTED
