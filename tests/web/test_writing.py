"""Numbers, days, periods and codes as people write them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ioc_pipeline.domain.figures import number
from ioc_pipeline.web import numbers
from ioc_pipeline.web.page import Page
from ioc_pipeline.web.trail.chart import series_chart
from ioc_pipeline.web.wall.trend import polyline
from ioc_pipeline.web.words import word


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        ("1248415", 0, "1.248.415", "1,248,415"),
        ("97.250033041897", 2, "97,25", "97.25"),
        ("0.125", 2, "0,13", "0.13"),  # half up, as by hand
        ("-0.09", 2, "−0,09", "−0.09"),
        ("-0.001", 2, "0,00", "0.00"),
        ("98", None, "98", "98"),
        ("57.80", None, "57,8", "57.8"),
        ("0E-12", None, "0", "0"),
    ],
)
def test_a_number_is_written_as_its_readers_do(value: str, decimals: int | None, vi: str, en: str) -> None:
    assert number(Decimal(value), decimals, "vi") == vi
    assert number(Decimal(value), decimals, "en") == en


def test_a_change_has_its_sign_and_none_is_a_plain_zero() -> None:
    assert [numbers.change(Decimal(text), 2, "vi") for text in ("1.4", "-1.4", "0", "0.001")] == [
        "+1,40",
        "−1,40",
        "0,00",
        "0,00",
    ]


def test_days_and_times_are_those_of_the_province() -> None:
    assert numbers.day(date(2025, 9, 5)) == "05/09/2025"
    assert numbers.moment(datetime(2025, 9, 5, 18, 30, tzinfo=UTC)) == "01:30 06/09/2025"


def test_every_kind_of_period_has_an_english_label() -> None:
    labels = (
        "Tháng 9/2025", "Quý III/2025", "6 tháng đầu năm 2025", "6 tháng cuối năm 2025", "9 tháng năm 2025",
        "Năm 2025", "Ngày 20/9/2025",
    )  # fmt: skip
    assert all(numbers.period(label, "vi") == label for label in labels)
    english = " ".join(numbers.period(label, "en") for label in labels)
    assert english.isascii()
    assert "ng" not in english.replace("months", "")


def test_a_code_has_the_words_of_the_marts_or_else_speaks_for_itself() -> None:
    words = {("reason", "nil"): ("Không phát sinh", "Nil")}
    assert word(words, "null_reason", "nil", "vi") == "Không phát sinh"
    assert word(words, "unit", "points", "en") == "points"
    assert word(words, "target_status", "unheard_of", "vi") == "unheard_of"
    assert word(words, "maturity", "", "vi") == ""


def test_an_address_keeps_language_theme_and_version_and_drops_what_is_not_asked() -> None:
    page = Page("/ioc", "reporting", {"lang": "en", "v": "000002_ab", "status": "late", "from": "50"})
    assert page.link("quality", status="") == "/ioc/quality?lang=en&v=000002_ab"
    assert page.again(status="", **{"from": ""}) == "/ioc/reporting?lang=en&v=000002_ab"
    assert page.csv() == "/ioc/reporting.csv?lang=en&v=000002_ab&status=late"


def test_a_trend_of_one_value_is_no_line_and_an_even_one_lies_in_the_middle() -> None:
    assert polyline([Decimal(1)]) == polyline(None) == ""
    assert polyline([Decimal(5), Decimal(5)]) == "3.0,15.0 97.0,15.0"
    assert polyline([Decimal(0), Decimal(10)]) == "3.0,27.0 97.0,3.0"
    assert polyline([Decimal(23), Decimal(22)], is_upside_down=True) == "3.0,27.0 97.0,3.0"


def month(day: date, reported: str, restated: str) -> dict[str, object]:
    """A row of a series: the month that ends on this day."""
    return {
        "period_type": "month",
        "period_start_date": day.replace(day=1),
        "period_end_date": day,
        "period_label_vi": f"Tháng {day.month}/{day.year}",
        "reported_value": Decimal(reported),
        "restated_value": Decimal(restated),
    }


def of(unit_measure: str, decimals: int = 1) -> dict[str, object]:
    return {"unit_measure": unit_measure, "decimals": decimals}


def ticks(unit_measure: str, decimals: int, *values: str) -> list[Decimal]:
    """The numbers at the left of a chart, from above."""
    days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    rows = [month(day, value, value) for day, value in zip(days, values, strict=False)]
    chart = series_chart(Page("/ioc", "", {"lang": "en"}), of(unit_measure, decimals), rows, None)
    labels = re.findall(
        r'<text text-anchor="end" transform="translate\([-\d.]+,([-\d.]+)\)"[^>]*>([−\d.,]+)<', str(chart)
    )
    return [Decimal(text.replace("−", "-").replace(",", "")) for _, text in sorted(labels, key=lambda at: float(at[0]))]


def test_an_axis_has_no_number_that_no_value_can_be() -> None:
    shares = ticks("pct", 2, "100", "97.06", "98.58")
    assert shares == sorted(shares, reverse=True)
    assert 97 < shares[0] <= 100
    counts = ticks("count", 0, "0", "3", "4")
    assert min(counts) == 0
    assert [count for count in counts if count % 1] == []
    assert len(ticks("count", 0, "1248415", "1248415")) > 1
    ranks = ticks("rank", 0, "2", "1", "5")
    assert ranks == sorted(ranks)  # the first place stands on top
    assert min(ranks) >= 1


def test_a_chart_breaks_at_the_merger_marks_the_target_and_brings_no_script_or_style() -> None:
    rows = [month(date(2025, 5, 31), "1.05", "1.15"), month(date(2025, 6, 30), "1.1", "1.2")]
    rows += [month(date(2025, 7, 31), "1.25", "1.25"), month(date(2025, 8, 31), "1.3", "1.3")]
    page = Page("/ioc", "", {})
    target = {"target_value": Decimal("1.4")}
    chart = series_chart(page, of("index"), rows, target)
    assert chart is not None
    for text in ("Sáp nhập 01/07/2025", "Chỉ tiêu 1,4", "Như báo cáo", "Theo địa giới hiện nay", ">1,2<"):
        assert text in chart
    assert chart.count('"line mark"') == 3  # as reported before and after, restated before
    assert "<script" not in chart
    assert "style=" not in chart
    assert "#000" not in chart  # every colour is the page's
    assert series_chart(page, of("index"), rows[:1], target) is None


def test_a_month_that_is_missing_leaves_a_gap() -> None:
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30), date(2026, 5, 31)]
    chart = series_chart(Page("/ioc", "", {}), of("index"), [month(end, "1", "1") for end in ends], None)
    assert chart is not None
    assert chart.count('"line mark"') == 2
