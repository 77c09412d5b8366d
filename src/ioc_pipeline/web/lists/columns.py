"""Which columns of a list a page shows, under which words, and how each is written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the page. `kind` is text, indicator, place, day, moment, count, value, score, period or a kind of
    words.

    `why` is the column that says why this one is blank.
    """

    name: str
    vi: str
    en: str
    kind: str = "text"
    why: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A list as a page: its heading, what it is in a sentence, its columns, the words for its filters."""

    vi: str
    en: str
    about_vi: str
    about_en: str
    columns: tuple[Column, ...]


FILTERS = {
    "status": ("Tình trạng", "Status", "reporting_status"),
    "department_code": ("Cơ quan", "Department", ""),
    "source_name": ("Biểu, API", "Form or API", ""),
    "reporting_unit_code": ("Đơn vị báo cáo", "Reporting unit", ""),
    "period_type": ("Loại kỳ", "Kind of period", "period_type"),
    "verdict": ("Kết luận", "Verdict", "verdict"),
    "conflict_kind": ("So giữa", "Between", "conflict_kind"),
    "indicator_code": ("Chỉ số", "Indicator", ""),
    "org_unit_code": ("Nơi", "Unit", ""),
    "outcome": ("Kết quả", "Outcome", "outcome"),
}
"""Vietnamese and English name of a filter, and the kind of words that its choices have, if any."""

VIEWS = {
    "reporting": View(
        "Tình hình báo cáo",
        "Reporting",
        "Ai phải báo cáo gì, hạn nào, đã nhận chưa, chậm mấy ngày làm việc.",
        "Who owes which report, by when, whether it came, and how many working days late.",
        (
            Column("source_title", "Biểu, API", "Form or API"),
            Column("reporting_unit_name", "Đơn vị báo cáo", "Reporting unit"),
            Column("period_label_vi", "Kỳ", "Period", "period"),
            Column("period_end_date", "Đến ngày", "To", "day"),
            Column("due_date", "Hạn", "Due", "day"),
            Column("status", "Tình trạng", "Status", "reporting_status", "blank_reason"),
            Column("accepted_at", "Nhận lúc", "Accepted", "moment"),
            Column("late_working_days", "Chậm (ngày làm việc)", "Late (working days)", "count"),
            Column("error_count", "Lỗi", "Errors", "count"),
            Column("left_out_count", "Bản ghi bị loại", "Records left out", "count"),
        ),
    ),
    "quality": View(
        "Chất lượng số liệu",
        "Data quality",
        "Đúng, đủ, sạch, sống (công văn 1709/BKHCN-CĐSQG), từ 0 đến 100.",
        "Correct, complete, clean and live (ministry letter 1709/BKHCN-CĐSQG), from 0 to 100.",
        (
            Column("source_title", "Biểu, API", "Form or API"),
            Column("department_name", "Cơ quan", "Department"),
            Column("period_label_vi", "Kỳ", "Period", "period"),
            Column("period_end_date", "Đến ngày", "To", "day"),
            Column("correct_score", "Đúng", "Correct", "score", "correct_blank_reason"),
            Column("complete_score", "Đủ", "Complete", "score", "complete_blank_reason"),
            Column("clean_score", "Sạch", "Clean", "score", "clean_blank_reason"),
            Column("live_score", "Sống", "Live", "score", "live_blank_reason"),
        ),
    ),
    "conflicts": View(
        "Hai con số về một việc",
        "One fact, two figures",
        "Hai nguồn, báo chí và kho, số tính và số báo cáo: cả hai được giữ và đặt cạnh nhau.",
        "Two sources, press and marts, computed and reported: both are kept and stand side by side.",
        (
            Column("verdict", "Kết luận", "Verdict", "verdict", "reason"),
            Column("conflict_kind", "So giữa", "Between", "conflict_kind"),
            Column("indicator_name_vi", "Chỉ số", "Indicator", "indicator"),
            Column("org_unit_name", "Nơi", "Unit"),
            Column("period_end_date", "Đến ngày", "To", "day"),
            Column("first_value", "Số thứ nhất", "First", "value"),
            Column("second_value", "Số thứ hai", "Second", "value"),
            Column("difference", "Chênh lệch", "Difference", "value"),
            Column("first_place", "Số thứ nhất ở", "First stands in", "place"),
            Column("second_place", "Số thứ hai ở", "Second stands in", "place"),
        ),
    ),
    "revisions": View(
        "Số liệu đã sửa",
        "Revisions",
        "Ô nào đổi, từ bao nhiêu thành bao nhiêu, do tệp nào.",
        "Which cell changed, from what to what, and by which delivery.",
        (
            Column("received_at", "Nhận lúc", "Received", "moment"),
            Column("indicator_name_vi", "Chỉ số", "Indicator", "indicator"),
            Column("org_unit_name", "Nơi", "Unit"),
            Column("period_end_date", "Đến ngày", "To", "day"),
            Column("old_value", "Trước", "Before", "value", "old_null_reason"),
            Column("new_value", "Sau", "After", "value", "new_null_reason"),
            Column("difference", "Chênh lệch", "Difference", "value"),
            Column("department_name", "Bên gửi", "Sent by"),
            Column("file_name", "Tệp", "File"),
            Column("sheet_name", "Trang tính", "Sheet"),
            Column("cell_address", "Ô", "Cell"),
        ),
    ),
}
