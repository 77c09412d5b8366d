"""The blank form of any contract: filled in and dropped into the inbox, it is accepted."""

from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from ioc_pipeline.durable import write_durably
from ioc_pipeline.reference.contracts import Contract
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Column, Table
from ioc_pipeline.sample.printed import PrintedSheet, Style
from ioc_pipeline.sample.writers import xlsx_bytes

EMPTY_ROWS = 20  # to fill in where no list of units is expected
EXAMPLE_PERIOD = {
    "day": "Ngày 15/9/2025",
    "week": "Tuần 37/2025",
    "month": "Tháng 9 năm 2025",
    "quarter": "Quý III năm 2025",
    "half_year": "6 tháng đầu năm 2025",
    "nine_months": "9 tháng năm 2025",
    "year": "Năm 2025",
}
NUMBER_FORMAT = {"count": "#,##0", "money": "#,##0.00", "number": "#,##0.00", "percent": "0.00", "date": "dd/mm/yyyy"}
WHAT_TO_WRITE = {
    "count": "Số nguyên, không âm. Không có số liệu: ghi dấu “…”.",
    "money": "Số, phần thập phân sau dấu phẩy. Không có số liệu: ghi dấu “…”.",
    "number": "Số, phần thập phân sau dấu phẩy. Không có số liệu: ghi dấu “…”.",
    "percent": "Phần trăm từ 0 đến 100, ví dụ 97,25 (không ghi 0,9725).",
    "rank": "Thứ hạng trên tổng số, ví dụ 27/63.",
    "ratio": "Số đạt trên tổng số, ví dụ 6/8.",
    "date": "Ngày/tháng/năm, ví dụ 14/9/2025.",
}


def write_blank_form(contract: Contract, path: Path, org_units: OrgUnits, *, province_code: str) -> None:
    """Write an .xlsx with one sheet a table: title, period to fill in, headers, units where all are expected.

    Layouts of former times are left out. Units are those with no end to their validity. A period that the contract
    reads from the header is part of the header there, so the sender writes it in place of `…`.
    """
    tables = contract.source.on(date.max).tables
    sheets = [
        _sheet(contract.source, table, number, org_units, province_code) for number, table in enumerate(tables, 1)
    ]

    def add_checks(_: Any, worksheets: list[Worksheet]) -> None:
        for table, sheet, worksheet in zip(tables, sheets, worksheets, strict=True):
            _add_checks(contract.source, table, sheet, worksheet)

    write_durably(path, xlsx_bytes(sheets, add_checks))


def _sheet(source: Source, table: Table, number: int, org_units: OrgUnits, province_code: str) -> PrintedSheet:
    sheet = PrintedSheet(f"Bieu {number}", [6.0, *(_width(column) for column in table.columns)])
    last = len(table.columns)
    sheet.merge(0, 0, 0, last, source.title, Style(italic=True))
    sheet.merge(2, 0, 2, last, table.titles[0], Style(bold=True, size=14, align="center"))
    sheet.heights[2] = 40
    if _asks_period(table):
        sheet.merge(3, 0, 3, 1, "Kỳ báo cáo:", Style(bold=True, align="right"))
        sheet.put(3, 2, None, Style(border=True, fill=True, number_format="@"))
    header = Style(bold=True, align="center", border=True, fill=True)
    sheet.put(5, 0, "STT", header)
    sheet.heights[5] = 62
    for position, column in enumerate(table.columns, start=1):
        sheet.put(5, position, _header(column), header)
    names = _unit_names(table, org_units, province_code)
    unit_position = next((position for position, column in enumerate(table.columns, 1) if column.type == "org_unit"), 0)
    for line in range(len(names) or (1 if table.org_unit and not _has_period_column(table) else EMPTY_ROWS)):
        sheet.put(6 + line, 0, line + 1 if names else None, Style(border=True, align="center"))
        for position, column in enumerate(table.columns, start=1):
            text = column.type not in NUMBER_FORMAT
            style = Style(
                border=True, align="left" if text else "right", number_format=NUMBER_FORMAT.get(column.type, "@")
            )
            sheet.put(6 + line, position, names[line] if names and position == unit_position else None, style)
    return sheet


def _header(column: Column) -> str:
    words = next(text for text in column.headers if text != "(trống)") if column.headers != ["(trống)"] else ""
    return words.replace("*", "…").strip("… ") if words.startswith("*") else words.replace("*", "…")


def _unit_names(table: Table, org_units: OrgUnits, province_code: str) -> list[str]:
    level = next((column.level for column in table.columns if column.type == "org_unit"), None)
    if level is None or not table.expects_all_units:
        return []
    return [unit.full_name for unit in org_units.members(level=level, province_code=province_code, on=date.max)]


def _asks_period(table: Table) -> bool:
    return not _has_period_column(table) and table.period.places != ["header"]


def _has_period_column(table: Table) -> bool:
    return any(column.type == "period" for column in table.columns)


def _width(column: Column) -> float:
    return 34.0 if column.type == "org_unit" else 18.0


def _add_checks(source: Source, table: Table, sheet: PrintedSheet, worksheet: Worksheet) -> None:
    """Excel's own input checks: a warning, since the marks for "none" and "no data" are allowed too."""
    if _asks_period(table):
        example = f"Ghi kỳ báo cáo, ví dụ: {EXAMPLE_PERIOD[source.period_type]}"
        worksheet.data_validation(
            3, 2, 3, 2, {"validate": "any", "input_title": "Kỳ báo cáo", "input_message": example}
        )
    last_row = sheet.size[0] - 1
    for position, column in enumerate(table.columns, start=1):
        if column.type == "period":
            message = f"Ví dụ: {EXAMPLE_PERIOD[source.period_type]}"
        elif column.type in WHAT_TO_WRITE:
            message = WHAT_TO_WRITE[column.type]
        else:
            continue
        check: dict[str, Any] = {"validate": "any", "input_title": "Cách ghi", "input_message": message}
        if column.type in NUMERIC and column.type not in ("rank", "ratio"):
            first = f"{xl_col_to_name(position)}7"
            whole = (
                f"AND(ISNUMBER({first}),{first}>=0,{first}=INT({first}))"
                if column.type == "count"
                else f"ISNUMBER({first})"
            )
            check |= {
                "validate": "custom",
                "value": f'=OR({whole},{first}="-",{first}="…",{first}="x")',
                "error_type": "warning",
                "error_title": "Kiểm tra lại",
                "error_message": message,
            }
        worksheet.data_validation(6, position, last_row, position, check)
