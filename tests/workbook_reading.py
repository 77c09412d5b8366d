"""Workbooks read as deliveries are, for the tests of cells."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from hostile.attacks import packed, sheet, xlsx_parts
from ioc_pipeline.domain.workbooks import Sheet, Workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

NAMESPACES = ("office", "table", "text")


DAY, MOMENT = date(2025, 9, 14), datetime.fromisoformat("2025-09-14T07:30")


def read(path: Path, name: str = "") -> Workbook:
    (result,) = read_deliveries([ReadRequest(path, name or path.name, None)])
    assert isinstance(result, Workbook), str(result)
    return result


def read_rows(folder: Path, rows: str, **parts: Any) -> Sheet:
    """The one sheet of an .xlsx with these row tags."""
    path = folder / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(rows), **parts)))
    return read(path).sheets[0]
