"""What the codes of the marts mean, in the two languages of the pages."""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

_NULL_REASONS: Words = {
    "nil": ("không phát sinh", "nothing to report"),
    "no_data": ("không có số liệu", "no data"),
    "not_applicable": ("không áp dụng", "not applicable"),
    "not_additive": ("không cộng được giữa các đơn vị", "cannot be added up over units"),
    "no_weight": ("thiếu trọng số để tính gộp", "no weight to combine units by"),
    "missing_term": ("thiếu một thành phần của công thức", "a term of the formula is missing"),
    "stock_too_old": ("số thời điểm đã quá cũ", "the stock is too old"),
    "zero_denominator": ("mẫu số bằng 0", "the denominator is 0"),
    "units_differ": ("tử số và mẫu số của các đơn vị khác nhau", "numerator and denominator of different units"),
    "split_unit": ("đơn vị bị chia khi sáp nhập", "the unit was split at the merger"),
    "predecessor_missing": ("thiếu số liệu của đơn vị trước sáp nhập", "a predecessor has no value"),
    "indicator_disabled": ("chỉ số đang tắt", "the indicator is switched off"),
    "no_reading": ("trạm không có số đo", "the gauge is silent"),
    "decreasing_reading": ("số đo giảm: lỗi trạm", "the reading falls: a fault of the gauge"),
    "nothing_reported_here": ("kho chưa có số liệu", "the marts have no figure"),
    "no_figure_given": ("không nêu con số", "no figure is given"),
    "not_in_delivery": ("không có trong tệp", "not in the file"),
    "ranked_counts_differ": ("số đơn vị xếp hạng khác nhau", "different numbers ranked"),
    "ranked_count_unknown": ("không rõ số đơn vị xếp hạng", "number ranked unknown"),
}

WORDS: Mapping[str, Words] = {
    "null_reason": _NULL_REASONS,
    "unit_measure": {
        "pct": ("%", "%"),
        "count": ("", ""),
        "vnd_billion": ("tỷ đồng", "billion VND"),
        "index": ("", ""),
        "points": ("điểm", "points"),
        "rank": ("thứ hạng", "rank"),
        "mm": ("mm", "mm"),
    },
    "change_unit": {
        "pct": ("điểm %", "pp"),
        "points": ("điểm", "points"),
        "rank": ("bậc", "places"),
        "mm": ("mm", "mm"),
    },
    "target_status": {
        "met": ("Đạt", "Met"),
        "not_met": ("Chưa đạt", "Not met"),
        "no_target": ("Không có chỉ tiêu", "No target"),
        "undetermined": ("Chưa xác định", "Undetermined"),
        "not_judged": ("Chỉ tiêu ví dụ", "Example target"),
    },
    "maturity": {
        "estimate": ("ước", "estimate"),
        "preliminary": ("sơ bộ", "preliminary"),
        "official": ("chính thức", "official"),
    },
    "reporting_status": {
        "not_required": ("Không phải báo cáo", "Not required"),
        "not_yet_due": ("Chưa đến hạn", "Not yet due"),
        "due": ("Đến hạn", "Due"),
        "late": ("Quá hạn", "Late"),
        "returned": ("Đã trả lại", "Returned"),
        "accepted_on_time": ("Đúng hạn", "On time"),
        "accepted_late": ("Nộp muộn", "Accepted late"),
        "corrected": ("Đã sửa", "Corrected"),
    },
    "blank_reason": {
        "waived": ("được miễn", "waived"),
        "unit_did_not_exist": ("đơn vị chưa có", "the unit did not exist"),
        "before_reporting_since": ("trước khi có biểu này", "before the form began"),
        "not_in_calendar": ("chưa có lịch làm việc", "not in the calendar"),
        "period_not_over": ("kỳ chưa kết thúc", "the period is not over"),
        "nothing_received": ("chưa nhận được gì", "nothing received"),
        "returned": ("đã trả lại", "returned"),
        "withdrawn": ("đã rút lại", "withdrawn"),
        "received_after_window": ("nhận sau khi khóa kỳ", "received after the window"),
        "nothing_checked": ("chưa kiểm tra được", "nothing could be checked"),
        "not_yet_due": ("chưa đến hạn", "not yet due"),
        "not_required": ("không phải báo cáo", "not required"),
        "no_values": ("không có giá trị nào", "no values"),
    },
    "conflict_kind": {
        "two_sources": ("Hai nguồn", "Two sources"),
        "published_figure": ("Báo chí và kho", "Press and marts"),
        "published_pair": ("Hai bài báo", "Two articles"),
        "computed_reported": ("Tính và báo cáo", "Computed and reported"),
        "trend_claim": ("Xu hướng đã nêu", "Claimed trend"),
        "statement": ("Nhận định", "Statement"),
    },
    "verdict": {
        "equal": ("Khớp", "Equal"),
        "compatible": ("Phù hợp", "Compatible"),
        "conflict": ("Mâu thuẫn", "Conflict"),
        "not_comparable": ("Không so được", "Not comparable"),
    },
    "period_type": {
        "hour": ("Giờ", "Hour"),
        "day": ("Ngày", "Day"),
        "rain_day": ("Ngày mưa", "Rain day"),
        "week": ("Tuần", "Week"),
        "month": ("Tháng", "Month"),
        "quarter": ("Quý", "Quarter"),
        "half_year": ("6 tháng", "Half year"),
        "nine_months": ("9 tháng", "Nine months"),
        "year": ("Năm", "Year"),
    },
    "clock": {
        "management": ("từ ngày 15 đến ngày 14", "from the 15th to the 14th"),
        "calendar": ("theo lịch", "by the calendar"),
        "rain_day": ("từ 19 giờ đến 19 giờ", "from 19:00 to 19:00"),
    },
    "restatement": {
        "exact": ("chính xác", "exact"),
        "estimated": ("ước tính", "estimated"),
        "not_restatable": ("không quy đổi được", "not restatable"),
    },
    "geography": {
        "as_reported": ("như báo cáo", "as reported"),
        "restated": ("theo địa giới hiện nay", "by today's units"),
    },
    "outcome": {
        "loaded": ("✓ Đã nhận", "✓ Accepted"),
        "nil_report": ("✓ Không phát sinh", "✓ Nil report"),
        "nothing_to_read": ("• Không có biểu cần đọc", "• Nothing to read"),
        "returned": ("✗ Trả lại", "✗ Returned"),
        "duplicate": ("• Trùng, đã có", "• Duplicate"),
        "withdrawal": ("• Rút lại", "• Withdrawal"),
        "waiver": ("• Miễn báo cáo", "• Waiver"),
        "release": ("• Xác nhận không có dữ liệu cá nhân", "• Released"),
        "waiting": ("… Đang xử lý", "… Being processed"),
    },
    "role": {"numerator": ("tử số", "numerator"), "denominator": ("mẫu số", "denominator")},
    "rain_level": {
        "none": ("Không mưa", "No rain"),
        "light": ("Mưa nhỏ", "Light"),
        "moderate": ("Mưa vừa", "Moderate"),
        "heavy": ("Mưa to", "Heavy"),
        "very_heavy": ("Mưa rất to", "Very heavy"),
        "unknown": ("Không rõ", "Unknown"),
    },
    "level": {
        "country": ("Cả nước", "Country"),
        "province": ("Tỉnh", "Province"),
        "district": ("Huyện", "District"),
        "commune": ("Xã, phường", "Communes"),
        "agency": ("Cơ quan", "Agencies"),
    },
}


def word(kind: str, code: str, language: str) -> str:
    """The words for a code; the code itself where nobody has said what it means, "" for none."""
    pair = WORDS[kind].get(code, (code, code))
    return pair[0] if language == "vi" else pair[1]
