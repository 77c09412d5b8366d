"""What a sheet's own parts say that the workbook reader does not: errors, missing results, percent formats, notes."""

import re

_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

NOT_CALCULATED = "formula"
PERCENT = "%"
PERCENT_FORMATS = frozenset({9, 10})  # built in: 0% and 0.00%


class SheetFacts:
    """`marks` is row → column → "#DIV/0!" and the like, "formula" or "%"; positions are 0-based.

    `notes` are (A1, text). `merged` is None where the workbook reader knows the merged ranges itself.
    """

    __slots__ = ("marks", "merged", "notes")

    def __init__(self) -> None:
        self.marks: dict[int, dict[int, str]] = {}
        self.notes: list[tuple[str, str]] = []
        self.merged: list[tuple[int, int, int, int]] | None = None

    def mark(self, row: int, column: int, mark: str) -> None:
        """Note what a cell is. An error or a missing result outranks a format."""
        columns = self.marks.setdefault(row, {})
        if mark != PERCENT or column not in columns:
            columns[column] = mark


def shows_percent(number_format: str) -> bool:
    """Whether a number format multiplies by 100: a % that is neither quoted nor escaped."""
    return "%" in _LITERALS.sub("", number_format)


def unescape(text: str) -> str:
    """Resolve the five XML entities and character references; nothing else is ever expanded."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
