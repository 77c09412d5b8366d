"""Which accounts may send for whom: `include/senders.csv`."""

import csv
from collections import defaultdict
from pathlib import Path

from ioc_pipeline.domain.errors import ContractError

EVERYBODY = "*"
_HEADER = ["user_name", "org_unit_code"]


def read_senders(path: Path) -> dict[str, frozenset[str]]:
    """The folders that each account may send to, `*` for all; nobody where there is no such file.

    Raises:
        ContractError: it is not as expected; the message names the line.
    """
    if not path.exists():
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream, strict=True)
            if next(rows, None) != _HEADER:
                raise ContractError(f"{path.name} line 1: expected {','.join(_HEADER)}")
            for row in rows:
                if len(row) != len(_HEADER) or not all(cell.strip() == cell != "" for cell in row):
                    raise ContractError(
                        f"{path.name} line {rows.line_num}: expected an account and a code, without blanks"
                    )
                found[row[0]].add(row[1])
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContractError(f"{path.name}: expected a CSV in UTF-8: {error}") from error
    return {user: frozenset(codes) for user, codes in found.items()}
