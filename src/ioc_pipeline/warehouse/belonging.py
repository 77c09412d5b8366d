"""Which installation the warehouse belongs to, and the markers of what was loaded into it."""

from dataclasses import dataclass, replace
from datetime import UTC

import duckdb

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.domain.installation import Installation, Marker

_MARKERS = """
select
    marker.load_seq, marker.delivery_seq, delivery.sha256, marker.outcome,
    split_part(marker.contract_hash, '/', 1), -- the number of a release may follow it
    delivery.source_name
from raw.load as marker
inner join raw.delivery as delivery on marker.load_seq = delivery.load_seq
where marker.load_seq >= ?
order by marker.load_seq
"""


@dataclass(frozen=True, slots=True)
class WarehouseHead:
    """How far the warehouse has come; `installation` is None in one of before it had any."""

    installation: Installation | None
    load_seq: int
    delivery_seq: int
    marker_count: int


def read_head(connection: duckdb.DuckDBPyConnection) -> WarehouseHead | None:
    """Where the warehouse stands; None where it has no schema `raw` yet."""
    tables = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' and database_name = current_database()"
        ).fetchall()
    }
    if "load" not in tables:
        return None
    ((load_seq, delivery_seq, count),) = connection.execute(
        "select coalesce(max(load_seq), 0), coalesce(max(delivery_seq), 0), count(*) from raw.load"
    ).fetchall()
    said = (
        connection.execute("select installation_id, epoch from raw.installation").fetchone()
        if "installation" in tables
        else None
    )
    return WarehouseHead(Installation(*said) if said else None, load_seq, delivery_seq, count)


def read_markers(connection: duckdb.DuckDBPyConnection, *, from_load_seq: int = 0) -> list[Marker]:
    """The markers from one load on, in the order they were loaded."""
    return [Marker(*row) for row in connection.execute(_MARKERS, [from_load_seq]).fetchall()]


def join(connection: duckdb.DuckDBPyConnection, installation: Installation) -> None:
    """Let the warehouse belong to this installation."""
    connection.execute("create table if not exists raw.installation (installation_id varchar, epoch bigint)")
    connection.execute("delete from raw.installation")
    connection.execute("insert into raw.installation values (?, ?)", [installation.installation_id, installation.epoch])


def read_deliveries(connection: duckdb.DuckDBPyConnection) -> list[Delivery]:
    """The envelope of every delivery that was loaded, as its newest load noted it; `source_name` is the contract's."""
    rows = connection.execute(
        f"""
        select {", ".join(Delivery.__slots__)}
        from raw.delivery
        qualify row_number() over (partition by delivery_seq order by load_seq desc) = 1
        order by delivery_seq
        """  # noqa: S608  # columns of ours
    ).fetchall()
    found = [Delivery(*row) for row in rows]
    return [
        replace(
            one,
            received_at=one.received_at.replace(tzinfo=UTC),
            source_name="" if one.kind in ("file", "withdrawal", "release") else one.source_name,
            extract_id=one.extract_id or "",
            request=one.request or "",
            channel=one.channel or "",
            sender=one.sender or "",
        )
        for one in found
    ]


def last_loaded(connection: duckdb.DuckDBPyConnection) -> set[int]:
    """The deliveries of the last transaction that loaded."""
    rows = connection.execute(
        "select delivery_seq from raw.load where loaded_at = (select max(loaded_at) from raw.load)"
    ).fetchall()
    return {delivery_seq for (delivery_seq,) in rows}
