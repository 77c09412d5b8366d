"""How much a newer delivery says otherwise than the ones it takes the place of."""

import duckdb

from ioc_pipeline.load.outcome import Loaded

_CHANGED = """
with
now as (
    select scope_key, cell_key, measured_value, value_qualifier, null_reason
    from raw.observation
    where load_seq = $load_seq
),

before as (
    select scope_key, cell_key, measured_value, value_qualifier, null_reason
    from raw.observation
    where
        load_seq in (
            select max(load_seq)
            from raw.load
            where delivery_seq in (select unnest($replaced)) and load_seq < $load_seq
            group by delivery_seq
        )
        and scope_key in (select scope_key from raw.delivery_scope where load_seq = $load_seq)
)

select count(*)
from now
full join before using (scope_key, cell_key)
where
    now.cell_key is null
    or before.cell_key is null
    or (now.measured_value, now.value_qualifier, now.null_reason)
    is distinct from (before.measured_value, before.value_qualifier, before.null_reason)
"""


def count_changed(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> int:
    """Values that differ, are new or are no longer there, in the scopes that a loaded delivery speaks for."""
    parameters = {"load_seq": loaded.load_seq, "replaced": list(loaded.replaced_delivery_seqs)}
    ((count,),) = connection.execute(_CHANGED, parameters).fetchall()
    return int(count)
