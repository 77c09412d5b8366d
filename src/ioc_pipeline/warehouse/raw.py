"""The append-only schema `raw` of the warehouse, in which dbt builds beside it."""

import duckdb

from ioc_pipeline.warehouse.imprints import take_imprints
from ioc_pipeline.warehouse.keys import CELL_KEY, SCOPE_KEY

# raw.observation has the columns of observations.OBSERVATION_SCHEMA, load_seq and the keys; a test compares them.
# Facts have no keys in the database: they cost half the insert again, and loading looks for repeats before it.
_RAW = """
create schema if not exists raw;

create table if not exists raw.observation (
    load_seq bigint,
    scope_key varchar,
    cell_key varchar,
    delivery_seq bigint,
    source_name varchar,
    table_name varchar,
    reporting_unit_code varchar,
    org_unit_code varchar,
    clock varchar,
    period_type varchar,
    period_start_date date,
    period_end_date date,
    element_code varchar,
    breakdown varchar,
    record_key varchar,
    replaces varchar,
    measured_value decimal(38, 12),
    value_text varchar,
    value_qualifier varchar,
    null_reason varchar,
    maturity varchar,
    sheet_name varchar,
    cell_address varchar
);

create table if not exists raw.delivery (
    load_seq bigint,
    delivery_seq bigint,
    kind varchar,
    source_name varchar,
    department_code varchar,
    file_name varchar,
    sha256 varchar,
    size_bytes bigint,
    received_at timestamp,
    scan_seq bigint,
    is_sealed boolean,
    decides_delivery_seq bigint,
    outcome varchar,
    contract_hash varchar,
    observation_count bigint,
    error_count bigint,
    warning_count bigint,
    extract_id varchar,
    request varchar,
    channel varchar,
    sender varchar
);

-- A warehouse of before there were APIs, and of before one could send in the browser.
alter table raw.delivery add column if not exists extract_id varchar;
alter table raw.delivery add column if not exists request varchar;
alter table raw.delivery add column if not exists channel varchar;
alter table raw.delivery add column if not exists sender varchar;

create table if not exists raw.waiver (
    load_seq bigint,
    delivery_seq bigint,
    source_name varchar,
    reporting_unit_code varchar,
    period_type varchar,
    period_start_date date,
    period_end_date date,
    due_date date,
    reason varchar
);

-- One row for each place at which a released delivery holds what looked like personal data.
create table if not exists raw.release (
    load_seq bigint,
    delivery_seq bigint,
    decides_delivery_seq bigint,
    found_place varchar,
    reason varchar,
    decided_by varchar
);

create table if not exists raw.delivery_scope (
    load_seq bigint,
    scope_key varchar,
    delivery_seq bigint,
    source_name varchar,
    table_name varchar,
    reporting_unit_code varchar,
    period_type varchar,
    period_start_date date,
    period_end_date date,
    replaces varchar,
    outcome varchar
);

create table if not exists raw.delivery_error (
    load_seq bigint,
    delivery_seq bigint,
    problem_index int,
    code varchar,
    severity varchar,
    sheet_name varchar,
    cell_address varchar,
    column_header varchar,
    expected varchar
);

create table if not exists raw.check_result (
    load_seq bigint,
    delivery_seq bigint,
    suite_name varchar,
    expectation_index bigint,
    expectation_type varchar,
    column_name varchar,
    severity varchar,
    outcome varchar,
    description varchar,
    checked_count bigint,
    failed_count bigint,
    failed_cells varchar
);

create table if not exists raw.load (
    load_seq bigint,
    delivery_seq bigint,
    contract_hash varchar,
    outcome varchar,
    loaded_at timestamp{once}
);

-- Every load changes its one row, so of two at once only one is committed.
create table if not exists raw.turn (taken bigint);
insert into raw.turn select 0 where not exists (from raw.turn);

-- A warehouse of before the models had their floors: nothing builds or reads this schema now.
drop schema if exists intermediate cascade;

-- The marker names the bytes it stands for and how its rows look (imprints.py).
alter table raw.load add column if not exists sha256 varchar;
alter table raw.load add column if not exists imprint varchar;
"""

# DuckLake has no such thing; there, and here too, a load takes its turn and looks at the markers.
_ONCE = ", unique (delivery_seq, contract_hash)"

# A warehouse of before rows had a clock and keys. The clock is what the models took it for until then.
_HAS_KEYS = """
select count(*) > 0 from duckdb_columns()
where schema_name = 'raw' and table_name = 'delivery_scope' and column_name = 'scope_key'
"""
_ADD_KEYS = f"""
alter table raw.observation add column if not exists scope_key varchar;
alter table raw.observation add column if not exists cell_key varchar;
alter table raw.observation add column if not exists clock varchar;
update raw.observation set
    scope_key = {SCOPE_KEY},
    cell_key = {CELL_KEY},
    clock = case when day(period_start_date) = 15 and day(period_end_date) = 14 then 'management' else 'calendar' end
where scope_key is null;
alter table raw.delivery_scope add column scope_key varchar;
update raw.delivery_scope set scope_key = {SCOPE_KEY};
"""  # noqa: S608  # columns of ours

_LACK_IMPRINT = "select load_seq from raw.load where sha256 is null or imprint is null"
_NAME_BYTES = (
    "update raw.load set sha256 = (select any_value(d.sha256) from raw.delivery as d where d.load_seq = load.load_seq)"
)


def is_lock(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because another process has it open; nothing is wrong with it."""
    return isinstance(error, duckdb.IOException) and "Could not set lock" in str(error)


def create_raw(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the append-only schema `raw`, where it is not there yet."""
    connection.execute(_RAW.format(once=_ONCE))
    (has_keys,) = connection.execute(_HAS_KEYS).fetchall()[0]
    if not has_keys:
        connection.execute(_ADD_KEYS)
    lacking = [load_seq for (load_seq,) in connection.execute(_LACK_IMPRINT).fetchall()]
    if lacking:  # a warehouse of before markers had them: from now on it is as it is
        connection.execute(f"{_NAME_BYTES} where sha256 is null")
        for load_seq, imprint in take_imprints(connection, lacking).items():
            connection.execute("update raw.load set imprint = ? where load_seq = ?", [imprint, load_seq])


def create_raw_of_lake(connection: duckdb.DuckDBPyConnection) -> None:
    """The same in a DuckLake, all at once: a commit there costs a snapshot."""
    connection.begin()
    connection.execute(_RAW.format(once=""))
    connection.commit()


def take_turn(connection: duckdb.DuckDBPyConnection) -> None:
    """Let `commit_turn` find out whether another transaction that took its turn was committed since this one began."""
    connection.execute("update raw.turn set taken = taken + 1")


def commit_turn(connection: duckdb.DuckDBPyConnection) -> bool:
    """Commit; false where another was first, and nothing of this one is there."""
    try:
        connection.commit()
    except duckdb.TransactionException as error:
        if "Transaction conflict" not in str(error):
            raise
        return False
    return True
