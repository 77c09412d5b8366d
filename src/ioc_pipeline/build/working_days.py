"""The working days that tell how late a report is → raw.working_day."""

from datetime import date, timedelta
from itertools import accumulate

import duckdb
import pyarrow as pa

from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.settings import Settings


def write_working_days(warehouse: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> None:
    """Every day from the first due day to the last that anything was due or received, waived days included.

    Raises:
        ContractError: the holiday calendar cannot be read.
    """
    calendar = WorkingCalendar.from_csv(settings.seeds / "calendar.csv")
    warehouse.execute("create or replace table raw.working_day (date date, working_days_so_far integer)")
    first, last, last_waived, last_received = warehouse.execute(
        """
        select
            least(min(due_date), (select min(due_date) from raw.waiver)),
            max(due_date),
            (select max(due_date) from raw.waiver),
            (select max(received_at) from raw.delivery)
        from raw.reporting_obligation
        """
    ).fetchall()[0]
    if first is None:
        return
    received_on = local_day(last_received) if last_received else as_of
    last = max(last, last_waived or last, as_of, received_on)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    so_far = accumulate(int(calendar.is_working_day(day)) for day in days)
    warehouse.register(
        "days", pa.table({"date": pa.array(days, pa.date32()), "working_days_so_far": pa.array(so_far, pa.int32())})
    )
    warehouse.execute("insert into raw.working_day by name select * from days")
    warehouse.unregister("days")
