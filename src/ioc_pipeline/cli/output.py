"""How `ioc` speaks: results to standard output, so that they can be piped, complaints to standard error."""

import csv
import re
import sys
from collections.abc import Sequence
from decimal import Decimal

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^[+\-]?[\d.,\s%]*$")


def write_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[_neutral(value) for value in row] for row in rows])


def complain(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _neutral(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets a leading quote; numbers written as text do not.

    A decimal is written out: `0E-12`, Python's zero of twelve decimals, is a text to a spreadsheet.
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str) and _FORMULA.match(value) and not _PLAIN_NUMBER.match(value):
        return f"'{value}"
    return value
