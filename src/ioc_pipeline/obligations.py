"""The legal calendar: what each reporting unit owes, by when, and the working days that tell how late it is."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.periods import WorkingCalendar, periods_between
from ioc_pipeline.settings import Settings
from ioc_pipeline.sources import Contracts, load_contracts

_VIETNAM = timedelta(hours=7)


def write_obligations(warehouse: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> None:
    """Replace what each reporting unit owes up to `as_of`, and the working days that tell how late it is.

    Raises:
        ContractError: the holiday calendar cannot be read.
    """
    calendar = WorkingCalendar.from_csv(settings.seeds / "calendar.csv")
    contracts = load_contracts(settings.sources, settings.expectations)
    rows = list(_obligations(contracts, calendar, as_of))
    # a contract that is broken today keeps the obligations it had
    broken = [Path(name).stem for name in contracts.broken]
    warehouse.execute("begin")
    warehouse.execute("delete from raw.reporting_obligation where not list_contains(?, source_name)", [broken])
    _insert(warehouse, "raw.reporting_obligation", rows)
    warehouse.execute("create or replace table raw.working_day (date date, working_days_so_far integer)")
    bounds = warehouse.execute("select min(due_date), max(due_date) from raw.reporting_obligation").fetchone()
    received = warehouse.execute("select max(received_at) from raw.delivery").fetchone()
    if bounds and bounds[0]:
        last_received = (received[0] + _VIETNAM).date() if received and received[0] else as_of
        days = _working_days(calendar, bounds[0], max(bounds[1], as_of, last_received))
        _insert(warehouse, "raw.working_day", days)
    warehouse.execute("commit")


def _obligations(contracts: Contracts, calendar: WorkingCalendar, as_of: date) -> Iterable[tuple[Any, ...]]:
    for contract in contracts.ready.values():
        source = contract.source
        if source.missing_table == "nothing_to_read":
            continue  # a publisher, who owes us nothing
        for period in periods_between(source.reporting_since, as_of, source.period_type, source.clock):
            yield (
                source.source,
                source.title,
                source.department,
                source.department,
                period.type,
                period.start,
                period.end,
                calendar.due_date(period.end, source.due_working_days),
                source.clock,
            )


def _working_days(calendar: WorkingCalendar, first: date, last: date) -> list[tuple[date, int]]:
    days: list[tuple[date, int]] = []
    so_far = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        so_far += calendar.is_working_day(day)
        days.append((day, so_far))
    return days


def _insert(warehouse: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        one = f"({', '.join('?' * len(rows[0]))})"
        values = [value for row in rows for value in row]
        warehouse.execute(f"insert into {table} values {', '.join([one] * len(rows))}", values)  # noqa: S608
