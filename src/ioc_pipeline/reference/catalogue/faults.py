"""Rows of the catalogue's seeds, and those that cannot be used."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.seeds import SeedColumn, read_lines

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_LARGE = 10**9  # no factor, coefficient or target is; a typing error may be


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be used, and so disables the element or indicator it is about.

    `name_vi` and `system_code` are those of an indicator's own row as far as it can be read, else empty.
    """

    kind: Literal["element", "indicator"]
    code: str
    file_name: str
    line_number: int
    reason: str
    name_vi: str = ""
    system_code: str = ""

    def __str__(self) -> str:
        return f"{self.file_name} line {self.line_number}: {self.reason}"


class Misfit(ValueError):  # noqa: N818  # says what does not fit, as BadCell does
    def __init__(self, row: "Row", reason: str) -> None:
        self.row = row
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a seed; `line` is the physical one."""

    file_name: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        if self[column] not in allowed:
            raise Misfit(self, f"{column} is '{self[column]}', expected one of {', '.join(sorted(allowed))}")
        return self[column]

    def filled(self, column: str) -> str:
        if not self[column].strip():
            raise Misfit(self, f"{column} is empty")
        return self[column].strip()

    def number(self, column: str) -> Decimal:
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= _LARGE:
            raise Misfit(self, f"{column} is '{self[column]}', expected a number such as 97.25")
        return number

    def whole_number(self, column: str, most: int) -> int:
        number = self.number(column)
        if number != int(number) or not 0 <= number <= most:
            raise Misfit(self, f"{column} is '{self[column]}', expected a whole number from 0 to {most}")
        return int(number)

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self[column])
        except ValueError:
            raise Misfit(self, f"{column} is '{self[column]}', expected a date such as 2025-09-14") from None


class Faults:
    """The first fault of each code; what is disabled stays disabled."""

    def __init__(self) -> None:
        self.of_elements: dict[str, Fault] = {}
        self.of_indicators: dict[str, Fault] = {}

    def add(self, code: str, row: Row, reason: str) -> None:
        kind: Literal["element", "indicator"] = "element" if row.file_name == "elements.csv" else "indicator"
        found = self.of_elements if kind == "element" else self.of_indicators
        found.setdefault(code, Fault(kind, code, row.file_name, row.line, reason))


def rows_by_code(
    path: Path, columns: dict[str, SeedColumn], faults: Faults, *, is_key: bool = False
) -> Iterator[tuple[str, Row]]:
    """Rows by the code in their first column; a row of another width disables its code, as a repeated key does."""
    lines = list(read_lines(path, columns))
    if is_key and not lines:
        raise ContractError(f"{path.name} line 2: expected rows: without any, nothing at all would be published")
    (key, *_) = columns
    times = Counter(cells[0] for _, cells in lines)
    for line, cells in lines:
        code = cells[0]
        row = Row(path.name, line, dict(zip(columns, cells, strict=False)))
        if not code:
            raise ContractError(f"{path.name} line {line}: {key} is empty")
        if len(cells) != len(columns):
            faults.add(code, row, f"{len(cells)} values, expected {len(columns)}")
        elif is_key and times[code] > 1:
            faults.add(code, row, f"{key} '{code}' is listed {times[code]} times")
        elif is_key and not _CODE.fullmatch(code):
            faults.add(code, row, f"{key} is '{code}', expected small letters, digits and _ after a letter")
        else:
            yield code, row
