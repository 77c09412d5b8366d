"""How a CSV that people keep is read, a seed or the list of senders; the reader names its columns.

UTF-8 with commas. A person may have saved the file in Excel, which puts a byte order mark before the first name, and
may have left blank lines. Errors name the file and its physical line.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ioc_pipeline.domain.errors import ContractError


@dataclass(frozen=True, slots=True)
class SeedColumn:
    """What a column of a seed says, for docs/contracts.md; `values` are all it may hold, each with its meaning."""

    meaning: str
    example: str
    values: dict[str, str] = field(default_factory=dict)


def read_rows(path: Path, columns: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and values of each row, one value a column.

    Raises:
        ContractError: what `read_lines` raises, or a row has more or fewer values than there are columns.
    """
    for line, values in read_lines(path, columns):
        if len(values) != len(columns):
            raise ContractError(
                f"{path.name} line {line}: {len(values)} values, expected {len(columns)} between commas"
            )
        yield line, values


def read_lines(path: Path, columns: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and values of each row, whatever their number: for who can do without a faulty row.

    Raises:
        ContractError: the file is missing, is no CSV in UTF-8, or has other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            rows = ((reader.line_num, values) for values in reader if values)
            if next(rows, (0, []))[1] != list(columns):
                raise ContractError(f"{path.name} line 1: expected the columns {','.join(columns)}")
            yield from rows
    except csv.Error as error:
        raise ContractError(f"{path.name} line {reader.line_num}: not readable as CSV: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path.name}: not readable as CSV in UTF-8: {error}") from error
