"""Values of forms → raw.observation."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.load.prepared import PREPARED, append_files
from ioc_pipeline.warehouse.keys import CELL_KEY, SCOPE_KEY

_MADE_KEYS = f"{SCOPE_KEY} as scope_key, {CELL_KEY} as cell_key"
_KEY = "table_name, org_unit_code, period_type, period_start_date, period_end_date, element_code, breakdown, record_key"


def append_observations(
    connection: duckdb.DuckDBPyConnection,
    prepared: Path,
    accepted: Sequence[tuple[Verdict, Loaded]],
    elements: set[str],
) -> None:
    """Check the rows of all files together, and append them in one statement."""
    paths = [str(prepared / str(loaded.delivery_seq) / "observation.parquet") for _, loaded in accepted]
    _check_observations(connection, paths, [verdict for verdict, _ in accepted], elements)
    load_seqs = [loaded.load_seq for _, loaded in accepted]
    append_files(connection, "observation", paths, load_seqs, keys=_MADE_KEYS)


def _check_observations(
    connection: duckdb.DuckDBPyConnection, paths: list[str], verdicts: Sequence[Verdict], elements: set[str]
) -> None:
    found = connection.execute(f"select distinct source_name, element_code from {PREPARED}", [paths]).fetchall()  # noqa: S608
    if unknown := sorted(f"{source_name}.yml: {code}" for source_name, code in found if code not in elements):
        raise ContractError(f"{'; '.join(unknown)}: no such element: expected a code of elements.csv")

    # Hashes first: comparing the keys themselves takes several times the memory, and only equal ones need it.
    rows = connection.execute(
        f"""
        select filename, count(*), count(distinct hash({_KEY})), min(delivery_seq), max(delivery_seq)
        from {PREPARED} group by filename
        """,  # noqa: S608
        [paths],
    ).fetchall()
    counted = {path: (row_count, first, last) for path, row_count, _, first, last in rows}
    for path, verdict in zip(paths, verdicts, strict=True):
        delivery_seq = verdict.delivery.delivery_seq
        row_count, first, last = counted.get(path, (0, delivery_seq, delivery_seq))
        if row_count != verdict.observation_count:
            raise ValueError(
                f"delivery {delivery_seq}: prepared rows are not the {verdict.observation_count} of its verdict"
            )
        is_own = last < delivery_seq if verdict.delivery.kind == "extract" else first == last == delivery_seq
        if row_count and not is_own:
            raise ValueError(f"delivery {delivery_seq}: prepared rows of deliveries nobody asked for")
    if any(row_count != key_count for _, row_count, key_count, *_ in rows):
        repeated = connection.execute(
            f"""
            select min(delivery_seq), table_name, element_code, org_unit_code from {PREPARED}
            group by filename, {_KEY} having count(*) > 1 order by all limit 1
            """,  # noqa: S608
            [paths],
        ).fetchone()
        if repeated:
            raise ValueError("delivery {}: table {} gives {} of {} twice".format(*repeated))
