"""A form of one table for the tests of reading: what it looks like, its contract, and what was read of it."""

from decimal import Decimal
from typing import Any

from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.sheet import ParsedDelivery
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from shipped import SEEDS

ORG_UNITS = OrgUnits.from_seeds(SEEDS)

HEADER: list[list[Value]] = [
    ["STT", "Xã, phường", "Số hồ sơ tiếp nhận", None, "Tỷ lệ (%)"],
    [None, None, "Tổng số", "Trực tuyến", None],
    ["(1)", "(2)", "(3)", "(4)", "(5)"],
]
TOP: list[list[Value]] = [
    ["UBND TỈNH SƠN LA", None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["BÁO CÁO KẾT QUẢ", None, None],
    ["TIẾP NHẬN HỒ SƠ", None, None],
    ["Tháng 9 năm 2025", None, None],
    [None, None, "Đơn vị tính: hồ sơ"],
]
FOOT: list[list[Value]] = [["Ghi chú: số liệu mẫu"], ["NGƯỜI LẬP BIỂU", None, "KT. GIÁM ĐỐC"], ["012345678901"]]
ROWS: list[list[Value]] = [
    [1.0, "Phường Tô Hiệu", 10.0, "4", "40,5"],
    [2.0, "XÃ  VÂN HỒ", "1.200", 7.0, 0.5],
]


def source(**changes: Any) -> Source:
    table = {
        "table": "settlements",
        "titles": ["Kết quả tiếp nhận hồ sơ"],
        "columns": [
            {"name": "org_unit", "headers": ["Xã, phường"], "type": "org_unit", "level": "commune"},
            {"name": "received", "headers": ["Số hồ sơ tiếp nhận Tổng số"], "type": "count", "element": "received"},
            {"name": "online", "headers": ["Số hồ sơ tiếp nhận Trực tuyến"], "type": "count", "element": "online"},
            {"name": "share", "headers": ["Tỷ lệ (%)"], "type": "percent", "element": "share", "required": False},
        ],
        **changes,
    }
    return Source.model_validate(
        {
            "source": "dossiers",
            "title": "Biểu 01",
            "system": "02",
            "department": "vp-ubnd",
            "period_type": "month",
            "clock": "management",
            "due_working_days": 2,
            "reporting_since": "2025-07-15",
            "tables": [table],
        }
    )


def book(*sheets: list[list[Value]], hidden: tuple[int, ...] = ()) -> Workbook:
    return Workbook("xlsx", [Sheet(f"Biểu {n}", rows, is_hidden=n in hidden) for n, rows in enumerate(sheets, 1)])


def values(parsed: ParsedDelivery) -> list[tuple[str, str, Decimal, str]]:
    return [
        (row["org_unit_code"], row["element_code"], row["measured_value"], row["cell_address"])
        for table in parsed.tables
        for batch in table.observations(7)
        for row in batch.to_pylist()
    ]
