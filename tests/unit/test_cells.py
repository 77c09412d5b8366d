from datetime import date, datetime, time
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.cells import BadCell, Parsed, parse_cell
from ioc_pipeline.reference.tables import ColumnType, Locale

NUMBERS = st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False, places=4)


def _code(value: Value, column_type: ColumnType, locale: Locale = "vi", mark: str = "") -> str:
    with pytest.raises(BadCell) as refused:
        parse_cell(value, column_type, locale, mark)
    assert refused.value.code in MESSAGES
    return refused.value.code


@given(NUMBERS, st.sampled_from(["", " ", "\u00a0"]))
def test_a_number_written_the_vietnamese_way_is_read_back_exactly(number: Decimal, blank: str) -> None:
    written = f"{number:,}".replace(",", "_").replace(".", ",").replace("_", ".")
    assert parse_cell(blank + written + blank, "number", "vi").value == number


@given(NUMBERS)
def test_a_number_written_the_english_way_is_read_back_in_an_english_source(number: Decimal) -> None:
    assert parse_cell(f"{number:,}", "number", "en").value == number


@given(st.floats(-1e15, 1e15, allow_nan=False))
def test_a_stored_number_is_read_at_the_fifteen_digits_that_a_spreadsheet_shows(number: float) -> None:
    parsed = parse_cell(number, "number", "vi").value
    assert parsed == (Decimal(int(number)) if number == int(number) else Decimal(f"{number:.15g}"))


@given(
    st.text() | st.text(alphabet="0123456789.,-−+()%/ OlIxđtỷ>~"),
    st.sampled_from(get_args(ColumnType)),
    st.sampled_from(get_args(Locale)),
)
def test_any_text_is_a_value_a_null_or_a_known_error(text: str, column_type: ColumnType, locale: Locale) -> None:
    try:
        outcome = "parsed" if isinstance(parse_cell(text, column_type, locale), Parsed) else "something else"
    except BadCell as error:
        outcome = error.code
    assert outcome in {"parsed", *MESSAGES}


@pytest.mark.parametrize("text", ["96.26", "2165.5", "97.25%", "1,234,567", "1,234.5", "1.2.3", "12.5 triệu"])
def test_a_number_of_another_convention_is_ambiguous(text: str) -> None:
    assert _code(text, "percent" if "%" in text else "number") == "ambiguous-number"


def test_three_digits_after_the_only_separator_are_ambiguous_where_they_could_be_either() -> None:
    assert _code("2,165", "count") == "ambiguous-number"
    assert _code("97.250", "percent") == "ambiguous-number"
    assert _code("57,250", "money") == "ambiguous-number"
    assert parse_cell("0,250", "money", "vi").value == Decimal("0.25")
    assert parse_cell("1.057,250", "money", "vi").value == Decimal("1057.25")
    assert parse_cell("2,165", "number", "vi").value == Decimal("2.165")
    assert parse_cell("2,165", "count", "en").value == 2165


def test_an_ambiguous_number_is_told_with_both_ways_to_write_it() -> None:
    with pytest.raises(BadCell) as refused:
        parse_cell("97.250", "percent", "vi")
    assert refused.value.fix == "Nếu là số thập phân, hãy ghi 97,250; nếu là số nguyên, hãy ghi 97250"


@pytest.mark.parametrize(
    "value", [5.5, -1, "5,5", "-3", True, "5%", "5 đồng", "12 chưa xong", "50 00", "00123", float("nan")]
)
def test_a_count_is_a_whole_number_not_below_zero(value: Value) -> None:
    assert _code(value, "count") == "bad-cell"


@pytest.mark.parametrize("value", [5, 5.0, "5", "05", "5,0", "5 hồ sơ", "'5", "+5"])
def test_a_count_may_be_stored_or_written(value: Value) -> None:
    assert parse_cell(value, "count", "vi").value == 5


def test_a_percent_format_scales_the_stored_number_and_no_written_one() -> None:
    assert parse_cell(0.9626, "percent", "vi", "%").value == Decimal("96.26")
    assert parse_cell("96,26", "percent", "vi", "%").value == Decimal("96.26")
    assert parse_cell(0.9626, "percent", "vi").value == Decimal("0.9626")
    assert _code(1.0, "count", mark="%") == "bad-cell"


@pytest.mark.parametrize("column_type", ["count", "percent", "text", "date", "code"])
def test_excel_errors_and_formulas_without_a_value_are_no_blanks(column_type: ColumnType) -> None:
    assert _code(None, column_type, mark="#DIV/0!") == "excel-error"
    assert _code(None, column_type, mark="formula") == "formula-without-value"


@pytest.mark.parametrize("column_type", ["count", "number", "percent", "money", "rank", "ratio"])
@pytest.mark.parametrize("value", [date(2025, 8, 6), datetime(2025, 8, 6, 7), time(7)])  # noqa: DTZ001
def test_a_date_in_a_column_of_numbers_is_refused(column_type: ColumnType, value: Value) -> None:
    assert _code(value, column_type) == "date-in-number"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, "NaN", "inf", "1e5", "-1.#IND", "9" * 30])
def test_what_no_warehouse_can_hold_is_refused(value: Value) -> None:
    assert _code(value, "number") == "bad-cell"


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [("> 97%", ">"), ("≥97", ">="), ("<5", "<"), ("trên 90", ">"), ("hơn 90", ">"), ("dưới 5", "<"), ("gần 97", "~"),
     ("khoảng 97", "~"), ("~97", "~"), ("từ 97 trở lên", ">="), ("tối đa 5", "<=")],
)  # fmt: skip
def test_a_qualified_value_is_never_taken_for_an_exact_one(text: str, qualifier: str) -> None:
    assert parse_cell(text, "percent", "vi").qualifier == qualifier


@pytest.mark.parametrize(
    ("text", "maturity"), [("ước 96,5", "estimate"), ("Ước đạt 96,5", "estimate"), ("96,5 (sơ bộ)", "preliminary")]
)
def test_estimates_and_preliminary_figures_are_marked(text: str, maturity: str) -> None:
    assert parse_cell(text, "number", "vi") == Parsed(Decimal("96.5"), maturity=maturity)  # type: ignore[arg-type]


def test_money_with_its_own_multiplier_is_in_dong_and_says_so() -> None:
    assert parse_cell("12,3 tỷ đồng", "money", "vi") == Parsed(
        Decimal("12300000000.0"), unit_measure="VND", is_scaled=True
    )
    assert parse_cell("12,3", "money", "vi") == Parsed(Decimal("12.3"))


@pytest.mark.parametrize("text", ["64/63", "0/63", "27-63", "1/2/3"])
def test_a_rank_lies_within_the_number_ranked(text: str) -> None:
    assert _code(text, "rank") == "bad-cell"


def test_a_ratio_of_nothing_is_refused() -> None:
    assert _code("6/0", "ratio") == "bad-cell"


@pytest.mark.parametrize("text", ["12/13/2025", "29/2/2025", "1/2/25", "tháng 9/2025", "45900", "2025-13-01"])
def test_a_date_is_day_month_and_a_full_year(text: str) -> None:
    assert _code(text, "date") == "bad-date"


def test_stored_dates_and_times_keep_what_they_say() -> None:
    morning = datetime(2025, 7, 1, 8, 30)  # noqa: DTZ001  # as a workbook stores it
    assert parse_cell(datetime(2025, 7, 1), "date", "vi").value == date(2025, 7, 1)  # noqa: DTZ001
    assert parse_cell(morning, "date", "vi").value == morning.replace(tzinfo=LOCAL_TIME)
    assert parse_cell(45900, "date", "vi").value == date(2025, 8, 31)
    assert parse_cell(2025.0, "period", "vi").value == "2025"
    assert parse_cell(date(2025, 9, 1), "period", "vi").value == date(2025, 9, 1)


def test_a_code_keeps_its_zeros_and_never_becomes_a_date() -> None:
    assert parse_cell("00123", "code", "vi").value == "00123"
    assert parse_cell(3646.0, "code", "vi").value == "3646"
    assert _code(date(2025, 1, 2), "code") == "bad-cell"
    assert _code(1e20, "code") == "bad-cell"


def test_a_letter_for_a_digit_is_told_as_such() -> None:
    with pytest.raises(BadCell) as refused:
        parse_cell("1O5", "count", "vi")
    assert "chữ cái O" in refused.value.fix


def test_equal_values_of_different_types_are_not_mixed_up() -> None:
    assert parse_cell(1, "count", "vi").value == 1
    assert _code(True, "count") == "bad-cell"
    assert parse_cell(1.0, "text", "vi").value == "1"
    assert parse_cell("1,0", "text", "vi").value == "1,0"
