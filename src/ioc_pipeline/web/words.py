"""Words for codes: those of the marts themselves (dim_code), and ours for what only the pages show."""

from collections.abc import Mapping

from ioc_pipeline.reference.code_sets import code_set_of

Words = Mapping[tuple[str, str], tuple[str, str]]
"""(code set, code) → Vietnamese and English."""

OURS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    # As it is written behind a number.
    "unit": {
        "pct": ("%", "%"),
        "count": ("", ""),
        "vnd_billion": ("tỷ đồng", "billion VND"),
        "index": ("", ""),
        "points": ("điểm", "points"),
        "rank": ("thứ hạng", "rank"),
    },
    "rain_level": {
        "none": ("Không mưa", "No rain"),
        "light": ("Mưa nhỏ", "Light"),
        "moderate": ("Mưa vừa", "Moderate"),
        "heavy": ("Mưa to", "Heavy"),
        "very_heavy": ("Mưa rất to", "Very heavy"),
        "unknown": ("Không rõ", "Unknown"),
    },
    # As a heading over units of the level.
    "level": {
        "country": ("Cả nước", "Country"),
        "province": ("Tỉnh", "Province"),
        "district": ("Huyện", "Districts"),
        "commune": ("Xã, phường", "Communes"),
        "agency": ("Cơ quan", "Agencies"),
    },
    # Of the ledger.
    "outcome": {
        "loaded": ("✓ Đã nhận", "✓ Accepted"),
        "nil_report": ("✓ Không phát sinh", "✓ Nil report"),
        "nothing_to_read": ("• Không có biểu cần đọc", "• Nothing to read"),
        "returned": ("✗ Trả lại", "✗ Returned"),
        "duplicate": ("• Trùng, đã có", "• Duplicate"),
        "withdrawal": ("• Rút lại", "• Withdrawal"),
        "waiver": ("• Miễn báo cáo", "• Waiver"),
        "waiting": ("… Đang xử lý", "… Being processed"),
    },
}


def word(words: Words, kind: str, code: str, language: str) -> str:
    """The words for a code; the code itself where nobody has said what it means, "" for none."""
    if not code:
        return ""
    pair = OURS.get(kind, {}).get(code) or words.get((code_set_of(kind), code), (code, code))
    return pair[0] if language == "vi" else pair[1]
