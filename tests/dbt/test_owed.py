"""What the built marts say is owed: what was accepted, is not required or came after its window is not among it."""

from contextlib import closing
from datetime import date

import duckdb

from ioc_pipeline.domain.periods import of_months
from ioc_pipeline.serve.owed import owed
from ioc_pipeline.settings import Settings


def test_what_is_owed_is_what_nobody_accepted(year_of_reports: Settings) -> None:
    with closing(duckdb.connect(str(year_of_reports.warehouse))) as marts:
        marts.execute("use marts")
        found = owed(marts)
        settled = marts.execute(
            "select source_name, reporting_unit_code, period_end_date from mart_reporting_status"
            " where accepted_at is not null or status = 'not_required'"
        ).fetchall()
    keys = {(one.source_name, one.unit_code, one.period.end) for one in found}
    assert len(keys) == len(found) > 100
    assert settled
    assert not keys & set(settled)
    december = of_months("month", 2025, 12, "management")
    mine = [one for one in found if one.source_name == "signed_documents" and one.period == december]
    assert [(one.unit_code, one.due_date, one.was_returned) for one in mine] == [("so-khcn", date(2025, 12, 16), False)]
    assert [one.due_date for one in found] == sorted(one.due_date for one in found)
