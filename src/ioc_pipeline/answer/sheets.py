"""Workbooks of our own for departments: every text stays a text."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]


def harmless_workbook(stream: io.BytesIO) -> Any:
    """An empty .xlsx, a context manager: nothing that is put in becomes a formula or a link (CWE-1236)."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(stream, options)


def harmless(text: str) -> str:
    """A text of the sender's that nobody takes for a formula, wherever it is copied to (CWE-1236)."""
    return f"“{text}”" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def height_of(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Points for the longest of a row's wrapped texts; programs do not work it out when they open the file."""
    lines = max(len(text) // max(width - 2, 1) + 1 for text, width in zip(texts, widths, strict=True))
    return 15 * lines
