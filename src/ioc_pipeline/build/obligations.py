"""The legal calendar: what each reporting unit owes, and by when."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from ioc_pipeline.domain.deliveries import ACCEPTED
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.periods import periods_between
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import Settings

_NOT_YET = "unit_did_not_exist"
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("source_name", "source_title", "system_code", "department_code")),
        ("reporting_unit_code", pa.string()),
        ("period_type", pa.string()),
        ("period_start_date", pa.date32()),
        ("period_end_date", pa.date32()),
        ("clock", pa.string()),
        ("cut_off_date", pa.date32()),
        ("due_date", pa.date32()),
        ("window_close_date", pa.date32()),
        ("fulfilled_by", pa.string()),
        ("not_required_reason", pa.string()),
    ]
)


class Obligation(NamedTuple):
    """One period of one form or API that one unit owes, a row of `raw.reporting_obligation`.

    `cut_off_date` is the period's last day, `due_date` the last one that is on time, `window_close_date` the last on
    which it still counts as the report of its period, None while it stays open. `fulfilled_by` is `delivery`, or
    `extract` where records have no period of their own and an API tells all that changed, or `reading` where it tells
    only what is now and nobody can ask it for yesterday. `not_required_reason` is '' for what is owed.
    """

    source_name: str
    source_title: str
    system_code: str
    department_code: str
    reporting_unit_code: str
    period_type: str
    period_start_date: date
    period_end_date: date
    clock: str
    cut_off_date: date
    due_date: date
    window_close_date: date | None
    fulfilled_by: str
    not_required_reason: str


def write_obligations(warehouse: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> None:
    """Replace what each reporting unit owes up to `as_of`, within the caller's transaction.

    Raises:
        ContractError: the holiday calendar or the list of units cannot be read.
    """
    calendar = WorkingCalendar.from_csv(settings.seeds / "calendar.csv")
    contracts = read_contracts(settings.sources, settings.expectations, settings.seeds)
    org_units = OrgUnits.from_seeds(settings.seeds)
    owed = obligations(contracts, calendar, org_units, province_code=settings.province_code, as_of=as_of)
    first_days = _first_days(warehouse)
    warehouse.register("owed", _as_table(one for one in owed if _could_be_told(one, first_days)))
    warehouse.execute("create table if not exists raw.reporting_obligation as select * from owed limit 0")
    # a contract that is broken today keeps the obligations it had; an older table may lack a column
    warehouse.execute(
        """
        create or replace table raw.reporting_obligation as
        select * from owed
        union all by name
        select * from raw.reporting_obligation where list_contains(?, source_name)
        """,
        [[Path(name).stem for name in contracts.broken]],
    )
    warehouse.unregister("owed")


def _first_days(warehouse: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """By API: the day of its first run that counted."""
    first = """
        select source_name, min(received_at) from raw.delivery
        where kind = 'extract' and list_contains(?, outcome) group by all
        """
    return {name: local_day(at) for name, at in warehouse.execute(first, [sorted(ACCEPTED)]).fetchall()}


def _could_be_told(owed: Obligation, first_days: Mapping[str, date]) -> bool:
    """An API that tells only of now owes nothing for the days before it was first asked."""
    return owed.fulfilled_by != "reading" or owed.period_end_date >= first_days.get(owed.source_name, date.min)


def _as_table(owed: Iterable[Obligation]) -> pa.Table:
    columns = list(zip(*owed, strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(values, kind) for values, kind in zip(columns, _SCHEMA.types, strict=True)]
    return pa.table(arrays, schema=_SCHEMA)


def obligations(
    contracts: Contracts, calendar: WorkingCalendar, org_units: OrgUnits, *, province_code: str, as_of: date
) -> Iterator[Obligation]:
    """Every form and API × reporting unit × period begun by `as_of`, between the contract's first and last day.

    The units are those of the period's last day. A unit of today that did not exist then has a row that says so; of a
    unit that has gone nothing is left to say.
    """

    @cache
    def communes(day: date) -> frozenset[str]:
        units = org_units.members(level="commune", province_code=province_code, on=day)
        return frozenset(unit.code for unit in units)

    @cache
    def reporters(department_code: str, day: date) -> list[tuple[str, str]]:
        if department_code:
            is_there = org_units.get(department_code, day) is not None
            return [(department_code, "" if is_there else _NOT_YET)]
        then = communes(day)
        return [(code, "" if code in then else _NOT_YET) for code in sorted(then | communes(as_of))]

    for contract in contracts.ready.values():
        source = contract.source
        if source.missing_table == "nothing_to_read":
            continue  # a publisher, who owes us nothing
        one_reporter = source.department if source.reporters == "department" else ""
        fulfilled_by = _fulfilled_by(source)
        last_day = min(as_of, source.reporting_until)
        for period in periods_between(source.reporting_since, last_day, source.period_type, source.clock):
            due = calendar.due_date(period.end, source.due_working_days)
            window = source.window_working_days
            closes = None if window is None else calendar.due_date(due, window)
            for code, reason in reporters(one_reporter, period.end):
                yield Obligation(
                    source.name,
                    source.title,
                    source.system,
                    source.department,
                    code,
                    period.type,
                    period.start,
                    period.end,
                    source.clock,
                    period.end,
                    due,
                    closes,
                    fulfilled_by,
                    reason,
                )


def _fulfilled_by(source: Source) -> str:
    if not all(table.record for table in source.tables):
        return "delivery"
    return "extract" if source.api and source.api.watermark else "reading"
