"""Which accounts may send for whom: `include/senders.csv`."""

from collections import defaultdict
from pathlib import Path

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.seeds import read_rows

EVERYBODY = "*"
_COLUMNS = ("user_name", "org_unit_code")


def read_senders(path: Path) -> dict[str, frozenset[str]]:
    """The folders that each account may send to, `*` for all; nobody where there is no such file.

    Raises:
        ContractError: it is not as expected; the message names the line.
    """
    if not path.exists():
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    for line, cells in read_rows(path, _COLUMNS):
        if not all(cell.strip() == cell != "" for cell in cells):
            raise ContractError(f"{path.name} line {line}: expected an account and a code, without blanks")
        user_name, code = cells
        found[user_name].add(code)
    return {user_name: frozenset(codes) for user_name, codes in found.items()}
