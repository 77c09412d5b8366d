"""Prepared files: a delivery's verdict and values, ready to load; whole and as they were written, or not there."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.durable import remove, sync_file, sync_folder, write_durably
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.land.contract_versions import store_contract
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA, record_schema

FORM = hashlib.sha256(f"{OBSERVATION_SCHEMA} {[part.name for part in fields(Verdict)]}".encode()).hexdigest()
"""Version of what is written here: it changes by itself when a column of the values or a part of the verdict does."""
_VERDICT = "verdict.json"
_OBSERVATIONS = "observation.parquet"


def write_reading(settings: Settings, reading: Reading) -> Verdict:
    """Write what a reading came to, and the version of the contract it was read under."""
    if reading.contract:
        store_contract(settings.landing, reading.contract)
    with _new_folder(settings, reading.delivery.delivery_seq) as folder:
        verdict = verdict_on(reading, _write_values(folder, reading))
        _write_verdict(folder, verdict)
    return verdict


def write_verdict(settings: Settings, verdict: Verdict) -> None:
    """Write a verdict that has no values beside it."""
    with _new_folder(settings, verdict.delivery.delivery_seq) as folder:
        _write_verdict(folder, verdict)


def rewrite_verdict(settings: Settings, verdict: Verdict) -> None:
    """Write what loading made of a verdict over the one that was prepared; the values beside it stay."""
    _write_verdict(_folder(settings, verdict.delivery.delivery_seq), verdict)


def read_verdict(settings: Settings, delivery_seq: int) -> Verdict | None:
    """The verdict on a delivery; None when it, or a file of values beside it, is gone, torn, changed or of an old form.

    An upgrade may have changed the form: then it is to be prepared again.
    """
    folder = _folder(settings, delivery_seq)
    try:
        said = json.loads((folder / _VERDICT).read_bytes())
        is_whole = said["sha256"] == _sha256_of_text(said["verdict"]) and said["files"] == _hashes(folder)
        if said["form"] != FORM or not is_whole:
            return None
        verdict = Verdict.from_json(said["verdict"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return verdict if verdict.delivery.delivery_seq == delivery_seq else None


def read_observations(settings: Settings, delivery_seq: int, columns: Sequence[str]) -> pa.Table:
    """Columns of a delivery's values as they were prepared, words as plain text; none where it has no file of them."""
    path = _folder(settings, delivery_seq) / _OBSERVATIONS
    if path.exists():
        with pq.ParquetFile(path) as file:
            table = file.read(columns=list(columns), use_threads=False)
    else:
        table = OBSERVATION_SCHEMA.empty_table().select(list(columns))
    plain = [
        pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(plain))


def forget_prepared(settings: Settings, delivery_seq: int) -> None:
    """Remove the files of a delivery whose department has been answered."""
    with suppress(OSError):  # another process is at it; what is left of it goes in the night
        remove(_folder(settings, delivery_seq))


def prepared_seqs(settings: Settings) -> list[int]:
    """The deliveries that have a folder of prepared files."""
    if not settings.prepared.is_dir():
        return []
    return sorted(int(path.name) for path in settings.prepared.iterdir() if path.name.isdecimal())


def _folder(settings: Settings, delivery_seq: int) -> Path:
    return settings.prepared / str(delivery_seq)


def _write_verdict(folder: Path, verdict: Verdict) -> None:
    text = verdict.to_json()
    content = {"form": FORM, "sha256": _sha256_of_text(text), "files": _hashes(folder), "verdict": text}
    write_durably(folder / _VERDICT, json.dumps(content, ensure_ascii=False).encode())


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of values."""
    hashes = {}
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as stream:
            hashes[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashes


def _sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write_values(folder: Path, reading: Reading) -> int:
    """Write what is accepted; give how many observations that are."""
    accepted, count = reading.accepted, 0
    if accepted is None:
        return 0
    with _writer(folder / _OBSERVATIONS, OBSERVATION_SCHEMA) as writer:
        for table in accepted.tables:
            for observations in table.observations(reading.delivery.delivery_seq):
                writer.write_batch(observations)
                count += observations.num_rows
    for records in accepted.records:
        with _writer(folder / f"{records.table.record}.parquet", record_schema(records.table)) as writer:
            for rows in records.rows():
                writer.write_batch(rows)
    return count


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Only words are written as a dictionary: what else repeats is too little, and looking for it is half the writing.

    Whoever reads a file reads all of it, so that it needs no bounds of its columns.
    """
    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    return pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=words, write_statistics=False)


@contextmanager
def _new_folder(settings: Settings, delivery_seq: int) -> Iterator[Path]:
    """A folder under a temporary name; it gets its own when all is written and on the disk."""
    settings.prepared.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.prepared, prefix=f".writing-{os.getpid()}-"))
    yield folder
    for path in folder.glob("*.parquet"):
        sync_file(path)
    target = _folder(settings, delivery_seq)
    remove(target)
    folder.rename(target)
    sync_folder(settings.prepared)
