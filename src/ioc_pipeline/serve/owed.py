"""What people still owe: reports of forms that were due or will be, and that nobody has accepted."""

import duckdb

from ioc_pipeline.domain.duties import Duty
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.serve.result import records

# What came after its window counts for nothing any more, and sending it again would mend nothing.
_OWED = """
select
    source_name, source_title, reporting_unit_code, period_type, period_start_date, period_end_date, due_date,
    status = 'returned' as was_returned
from mart_reporting_status
where status in ('returned', 'late', 'due', 'not_yet_due') and blank_reason != 'received_after_window'
order by due_date, source_title, reporting_unit_code
"""


def owed(marts: duckdb.DuckDBPyConnection) -> list[Duty]:
    """Every report without an acceptance in the published version, that is due first in front."""
    return [
        Duty(
            row["source_name"],
            row["source_title"],
            row["reporting_unit_code"],
            Period(row["period_type"], row["period_start_date"], row["period_end_date"]),
            row["due_date"],
            row["was_returned"],
        )
        for row in records(marts, _OWED)
    ]
