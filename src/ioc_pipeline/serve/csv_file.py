"""Answers as CSV, for people who open it in a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TextIO

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^[+\-]?[\d.,\s%]*$")


def write_csv(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the header and the rows; nothing in them is run as a formula by who opens it."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_neutral(value) for value in row] for row in rows)


def _neutral(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets a leading quote; numbers written as text do not.

    A number is written out: `0E-12`, Python's zero of twelve decimals, is a text to a spreadsheet. A count that is a
    double is `31250`, a boolean `true` as in JSON and SQL.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return f"{Decimal(str(value)):f}".removesuffix(".0")
    if isinstance(value, str) and _FORMULA.match(value) and not _PLAIN_NUMBER.match(value):
        return f"'{value}"
    return value
