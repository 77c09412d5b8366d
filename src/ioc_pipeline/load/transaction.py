"""Prepared deliveries → raw in the warehouse: one transaction, each delivery once per contract version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from ioc_pipeline.domain.deliveries import ACCEPTED, Verdict
from ioc_pipeline.load.changed import count_changed
from ioc_pipeline.load.decision import decide
from ioc_pipeline.load.facts import append_facts
from ioc_pipeline.load.observations import append_observations
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.load.records import append_records
from ioc_pipeline.warehouse.raw import commit_turn, take_turn


def load_prepared(
    connection: duckdb.DuckDBPyConnection,
    prepared: Path,
    verdicts: Sequence[Verdict],
    *,
    elements: set[str],
    loaded_at: datetime,
) -> list[Loaded]:
    """Load prepared deliveries in one transaction: all of them, or none when it fails.

    Running it again changes nothing and gives the same answer: a delivery that was loaded under this contract
    version is left as it is. Where another, loading into the same DuckLake, was first, it is decided again: what that
    one loaded has its markers by then.

    Args:
        connection: the warehouse, open for writing.
        prepared: has `<delivery_seq>/observation.parquet` (observations.OBSERVATION_SCHEMA) for outcome `loaded`, and
            `<delivery_seq>/<record>.parquet` (observations.record_schema) for each of `record_counts`.
        elements: codes of the catalogue.
        loaded_at: an aware time.

    Returns:
        One answer per verdict, in the order of delivery_seq.

    Raises:
        ContractError: a contract fills an element that the catalogue does not have, or changes the type of a column.
        ValueError: prepared rows are not what their verdict says, or repeat. Ours.
        StoresError: a marker stands for other bytes than the delivery of its number.
    """
    while True:
        connection.begin()
        try:
            take_turn(connection)
            outcomes = append(connection, prepared, verdicts, elements=elements, loaded_at=loaded_at)
        except BaseException:
            connection.rollback()
            raise
        if commit_turn(connection):
            return outcomes


def append(
    connection: duckdb.DuckDBPyConnection,
    prepared: Path,
    verdicts: Sequence[Verdict],
    *,
    elements: set[str],
    loaded_at: datetime,
) -> list[Loaded]:
    """Do what `load_prepared` does, within the caller's transaction."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.delivery.delivery_seq)
    outcomes, new = decide(connection, ordered)
    accepted = [(verdict, loaded) for verdict, loaded in new if loaded.outcome == "loaded"]
    if accepted:
        append_observations(connection, prepared, accepted, elements)
    append_records(connection, prepared, [(verdict, loaded) for verdict, loaded in new if loaded.outcome in ACCEPTED])
    if new:
        append_facts(connection, new, loaded_at)
    return [
        replace(loaded, changed_count=count_changed(connection, loaded)) if loaded.replaced_delivery_seqs else loaded
        for loaded in outcomes
    ]
