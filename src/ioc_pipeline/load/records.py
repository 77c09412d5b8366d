"""Records of APIs → raw.<record>, a table of their own each."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.load.prepared import PREPARED, append_files
from ioc_pipeline.reference.tables import OWN_TABLES
from ioc_pipeline.warehouse.records import fit_record_table


def append_records(
    connection: duckdb.DuckDBPyConnection, prepared: Path, accepted: Sequence[tuple[Verdict, Loaded]]
) -> None:
    """Append the records of all extracts, table by table; a table or column that a contract added is made first."""
    files: dict[str, list[tuple[Path, Verdict, Loaded]]] = defaultdict(list)
    for verdict, loaded in accepted:
        for record in verdict.record_counts:
            files[record].append((prepared / str(loaded.delivery_seq) / f"{record}.parquet", verdict, loaded))
    for record, parts in files.items():
        for path, verdict, _ in parts:
            _fit_record_table(connection, record, path, verdict)
        paths = [str(path) for path, _, _ in parts]
        _check_records(connection, record, paths, [verdict for _, verdict, _ in parts])
        for path, _, loaded in parts:  # one by one: under two contract versions their columns may differ
            append_files(connection, record, [str(path)], [loaded.load_seq])


def _fit_record_table(connection: duckdb.DuckDBPyConnection, record: str, path: Path, verdict: Verdict) -> None:
    """Give `raw.<record>` the columns of a prepared file, whose types are the contract's. None is ever taken away."""
    if record in OWN_TABLES:
        raise ContractError(f"{verdict.source_name}.yml: record: raw.{record} is a table of the pipeline's own")
    wanted = connection.execute(f"describe select * exclude (filename) from {PREPARED}", [[str(path)]]).fetchall()  # noqa: S608
    columns = [(name, kind) for name, kind, *_ in wanted]
    fit_record_table(connection, record, columns, said_by=f"{verdict.source_name}.yml")


def _check_records(
    connection: duckdb.DuckDBPyConnection, record: str, paths: list[str], verdicts: Sequence[Verdict]
) -> None:
    for path, verdict in zip(paths, verdicts, strict=True):
        ((rows, keys, last),) = connection.execute(
            f"select count(*), count(distinct record_key), max(delivery_seq) from {PREPARED}",  # noqa: S608
            [[path]],
        ).fetchall()
        seq = verdict.delivery.delivery_seq
        if rows != verdict.record_counts[record]:
            raise ValueError(
                f"delivery {seq}: prepared rows are not the {verdict.record_counts[record]} of its verdict"
            )
        if rows != keys:
            raise ValueError(f"delivery {seq}: table {record} gives a record twice")
        if rows and last >= seq:
            raise ValueError(f"delivery {seq}: prepared rows of a page that came after it")
