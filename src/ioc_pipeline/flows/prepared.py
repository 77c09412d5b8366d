"""Prepared files: a delivery's verdict and values, ready to load; whole or not there."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pyarrow.parquet as pq

from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.durable import sync_folder
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.land.contract_versions import store_contract
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA, record_schema

FORM = hashlib.sha256(f"{OBSERVATION_SCHEMA} {[part.name for part in fields(Verdict)]}".encode()).hexdigest()
"""Version of what is written here: it changes by itself when a column of the values or a part of the verdict does."""
_FORM = "form"


def write_reading(settings: Settings, reading: Reading) -> Verdict:
    """Write what a reading came to, and the version of the contract it was read under."""
    if reading.contract:
        store_contract(settings.landing, reading.contract)
    with _new_folder(settings, reading.delivery.delivery_seq) as folder:
        verdict = verdict_on(reading, _write_values(folder, reading))
        verdict.write(folder / "verdict.json")
    return verdict


def write_verdict(settings: Settings, verdict: Verdict) -> None:
    """Write a verdict that has no values beside it."""
    with _new_folder(settings, verdict.delivery.delivery_seq) as folder:
        verdict.write(folder / "verdict.json")


def verdict_path(settings: Settings, delivery_seq: int) -> Path:
    """Where the verdict on a delivery lies until its department has been answered."""
    return settings.prepared / str(delivery_seq) / "verdict.json"


def is_prepared(settings: Settings, delivery_seq: int) -> bool:
    """Whether the prepared files of a delivery are there, in the form of today: an upgrade may have changed it."""
    form = verdict_path(settings, delivery_seq).with_name(_FORM)
    return verdict_path(settings, delivery_seq).exists() and form.exists() and form.read_text() == FORM


def _write_values(folder: Path, reading: Reading) -> int:
    """Write what is accepted; give how many observations that are."""
    accepted, count = reading.accepted, 0
    if accepted is None:
        return 0
    with pq.ParquetWriter(folder / "observation.parquet", OBSERVATION_SCHEMA, compression="lz4") as writer:
        for table in accepted.tables:
            for observations in table.observations(reading.delivery.delivery_seq):
                writer.write_batch(observations)
                count += observations.num_rows
    for records in accepted.records:
        path = folder / f"{records.table.record}.parquet"
        with pq.ParquetWriter(path, record_schema(records.table), compression="lz4") as writer:
            for rows in records.rows():
                writer.write_batch(rows)
    return count


@contextmanager
def _new_folder(settings: Settings, delivery_seq: int) -> Iterator[Path]:
    """A folder under a temporary name; it gets its own when all is written."""
    settings.prepared.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.prepared, prefix=".writing-"))
    (folder / _FORM).write_text(FORM)
    yield folder
    target = settings.prepared / str(delivery_seq)
    if target.exists():
        shutil.rmtree(target)
    folder.rename(target)
    sync_folder(settings.prepared)
