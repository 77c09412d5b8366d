"""The files that a delivery was prepared as, and how their rows get into a table of raw."""

import duckdb
import pyarrow as pa

PREPARED = "read_parquet(?, hive_partitioning = false, filename = true)"
"""Takes a list of paths; `filename` tells the rows of one file from another's."""


def append_files(
    connection: duckdb.DuckDBPyConnection, table: str, paths: list[str], load_seqs: list[int], *, keys: str = ""
) -> None:
    """Append prepared rows, each file under the load_seq of its delivery: an extract's rows name their pages."""
    connection.register("assigned", pa.table({"load_seq": load_seqs, "path": paths}))
    connection.execute(
        f"""
        insert into raw."{table}" by name
        select assigned.load_seq, prepared.* exclude (filename), {keys}
        from {PREPARED} as prepared
        inner join assigned on prepared.filename = assigned.path
        """,  # noqa: S608
        [paths],
    )
    connection.unregister("assigned")
