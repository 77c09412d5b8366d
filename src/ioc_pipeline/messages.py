"""What each problem code says to a department, in Vietnamese; docs/errors.md is generated from here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """`says` is what is wrong, `expected` what is needed, `fix` what to do; `english` is for docs/errors.md."""

    says: str
    expected: str
    fix: str
    english: str


MESSAGES: dict[str, Message] = {
    # ---------- the file
    # ---------- the workbook
    # ---------- CSV
    # ---------- the form
    # ---------- cells
    # ---------- periods and units
    # ---------- checks and order
}
