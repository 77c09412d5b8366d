"""Which deliveries went back because people stand in them."""

from datetime import UTC, datetime

import duckdb

_RETURNED = """
select marker.delivery_seq
from raw.load as marker
inner join raw.delivery_error as found on marker.load_seq = found.load_seq
where
    marker.outcome = 'returned'
    and found.code = 'personal-data'
    and found.severity = 'critical'
    and not exists (
        select 1 from raw.load as later
        where
            later.delivery_seq = marker.delivery_seq
            and later.load_seq > marker.load_seq
            and later.outcome != 'returned'
    )
group by all
having min(marker.loaded_at) <= ?
order by 1
"""


def returned_for_personal_data(connection: duckdb.DuckDBPyConnection, before: datetime) -> list[int]:
    """The delivery_seq of those that were first returned for it before a moment, and do not count since."""
    moment = before.astimezone(UTC).replace(tzinfo=None)
    return [seq for (seq,) in connection.execute(_RETURNED, [moment]).fetchall()]
