"""Raw rows as the load step leaves them, for tests that begin behind it."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.build.record_tables import make_record_tables
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.keys import CELL_KEY, SCOPE_KEY
from ioc_pipeline.warehouse.place import DuckDBFile, Lake

KEYS = {"scope_key": SCOPE_KEY, "cell_key": CELL_KEY}


@dataclass(frozen=True)
class Cell:
    """One observation; the address is made up from its place in the delivery."""

    org_unit_code: str
    element_code: str
    value: Decimal | int | None
    breakdown: str = ""
    qualifier: str = ""
    null_reason: str = ""
    maturity: str = "official"
    record_key: str = ""


@dataclass
class Warehouse:
    """Raw rows in the order they are delivered; load_seq counts up by itself."""

    path: Path | Lake
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    load_seq: int = 0

    def deliver(
        self,
        delivery_seq: int,
        source: str,
        table: str,
        period: Period,
        cells: list[Cell],
        *,
        department: str = "vp-ubnd",
        outcome: str = "loaded",
        replaces: str = "scope",
        received_at: datetime = datetime(2025, 9, 15, 3, tzinfo=UTC),
        errors: int = 0,
        contract: str = "contract",
    ) -> None:
        self.load_seq += 1
        bounds = (period.type, period.start, period.end)
        received = received_at.replace(tzinfo=None)
        file_name, sha256 = f"{source}_{period.end}.xlsx", f"{delivery_seq:064x}"
        envelope = ("file", source, department, file_name, sha256, 1000, received, 1, True, None)
        counts = (len(cells), errors, 0)
        self._add("delivery", self.load_seq, delivery_seq, *envelope, outcome, contract, *counts, "", "")
        self._add("delivery_scope", self.load_seq, delivery_seq, source, table, department, *bounds, replaces, outcome)
        self._add("load", self.load_seq, delivery_seq, contract, outcome, received)
        for row, cell in enumerate(cells, start=8):
            clock = "management" if period.start.day == 15 else "calendar"
            scope = (self.load_seq, delivery_seq, source, table, department, cell.org_unit_code, clock, *bounds)
            measure = (cell.element_code, cell.breakdown, cell.record_key, replaces, cell.value, str(cell.value))
            marks = (cell.qualifier, cell.null_reason, cell.maturity)
            self._add("observation", *scope, *measure, *marks, "Biểu", f"C{row}")

    def withdraw(self, delivery_seq: int, decided: int) -> None:
        self.load_seq += 1
        received = datetime(2025, 9, 20)  # noqa: DTZ001  # raw holds UTC without saying so
        envelope = ("withdrawal", "", "vp-ubnd", "", "0" * 64, 0, received, 1, True, decided)
        self._add("delivery", self.load_seq, delivery_seq, *envelope, "withdrawal", "", 0, 0, 0, "", "")
        self._add("load", self.load_seq, delivery_seq, "", "withdrawal", received)

    def write(self) -> None:
        place = self.path if isinstance(self.path, Lake) else DuckDBFile(self.path)
        with closing(place.connect()) as connection:
            make_record_tables(connection, from_environment({}).dbt_project)
            connection.begin()
            for table, rows in self.rows.items():
                marks = f"({', '.join('?' * len(rows[0]))})"
                given = [name for name, *_ in connection.execute(f"describe raw.{table}").fetchall()]
                keys = {name: key for name, key in KEYS.items() if name in given}
                columns = ", ".join([name for name in given if name not in keys][: len(rows[0])])  # the rest is blank
                made = ", ".join(f"{key} as {name}" for name, key in keys.items())
                for start in range(0, len(rows), 500):
                    part = rows[start : start + 500]
                    values = [value for row in part for value in row]
                    connection.execute(
                        f"insert into raw.{table} by name select *, {made}"
                        f" from (values {', '.join([marks] * len(part))}) as given ({columns})",
                        values,
                    )
            connection.commit()
        self.rows.clear()

    def _add(self, table: str, *row: Any) -> None:
        self.rows.setdefault(table, []).append(row)


def query_warehouse(settings: Settings, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(settings.warehouse), read_only=True)) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def management_month(year: int, month: int) -> Period:
    before = (year - 1, 12) if month == 1 else (year, month - 1)
    return Period("month", date(*before, 15), date(year, month, 14))


def write_seed(path: Path, *lines: str) -> None:
    """Replace the rows of a seed and keep its header."""
    header = path.read_text(encoding="utf-8").splitlines()[0]
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
