"""The imprint of a load: count and hash of its rows in each table of `raw`, kept with its marker.

A number changed in the warehouse by hand, or by a failing disk, no longer fits the imprint of its load.
"""

import json
from collections import defaultdict
from collections.abc import Collection

import duckdb

Imprint = dict[str, tuple[int, int, str]]
"""By table: how many columns it had, how many rows the load has in it, and the sum of their hashes.

Columns are only ever added, behind the others: the first so many are those that were hashed.
"""

# DuckDB may change its hash from one version to the next: then no imprint of before can be compared.
_PROBE = "select cast(hash('a', 1, 1.5::decimal(38, 12), date '2025-01-01', null) as varchar)"
_TABLES = """
select table_name, list(column_name order by column_index) from duckdb_columns()
where schema_name = 'raw' and database_name = current_database()
group by table_name having bool_or(column_name = 'load_seq') and table_name != 'load'
"""


def hash_function(connection: duckdb.DuckDBPyConnection) -> str:
    """What tells this hash function from another."""
    ((probe,),) = connection.execute(_PROBE).fetchall()
    return str(probe)


def take_imprints(connection: duckdb.DuckDBPyConnection, load_seqs: Collection[int]) -> dict[int, str]:
    """The imprint of each of these loads, as the text that its marker keeps."""
    found: dict[int, Imprint] = defaultdict(dict)
    for table, columns in connection.execute(_TABLES).fetchall():
        for load_seq, count, total in _hashes(connection, table, columns, load_seqs):
            found[load_seq][table] = (len(columns), count, total)
    function = hash_function(connection)
    return {seq: json.dumps({"hash": function, "tables": found[seq]}, separators=(",", ":")) for seq in load_seqs}


def changed_loads(connection: duckdb.DuckDBPyConnection) -> dict[int, list[str]]:
    """Loads whose rows are not what was loaded, with the tables; reads every row of `raw`.

    Raises:
        duckdb.Error: a block of the file is damaged.
    """
    function = hash_function(connection)
    kept: dict[int, Imprint] = {}
    for load_seq, text in connection.execute("select load_seq, imprint from raw.load").fetchall():
        imprint = json.loads(text) if text else {}
        if imprint.get("hash") == function:
            kept[load_seq] = {table: tuple(value) for table, value in imprint["tables"].items()}
    changed: dict[int, set[str]] = defaultdict(set)
    for table, columns in connection.execute(_TABLES).fetchall():
        widths = {imprint[table][0] for imprint in kept.values() if table in imprint} or {len(columns)}
        for width in widths:
            said = {seq: one[table] for seq, one in kept.items() if table in one and one[table][0] == width}
            there = {seq: (width, n, total) for seq, n, total in _hashes(connection, table, columns[:width], None)}
            for seq in said.keys() | (there.keys() & kept.keys()):
                was_never_there = seq not in said and table not in kept[seq]
                if was_never_there or (seq in said and said[seq] != there.get(seq)):
                    changed[seq].add(table)
    return {seq: sorted(tables) for seq, tables in sorted(changed.items())}


def _hashes(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], load_seqs: Collection[int] | None
) -> list[tuple[int, int, str]]:
    names = ", ".join(f'"{name}"' for name in columns)
    where = "" if load_seqs is None else "where load_seq in (select unnest(?))"
    return connection.execute(
        f"""
        select load_seq, count(*), cast(sum(cast(hash({names}) as hugeint)) as varchar)
        from raw."{table}" {where} group by load_seq
        """,  # noqa: S608  # names of ours
        [] if load_seqs is None else [list(load_seqs)],
    ).fetchall()
