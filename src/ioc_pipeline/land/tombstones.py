"""What stays of bytes that were deleted because people stand in them: the hash, who deleted them and why.

A tombstone lies where the bytes lay, `<sha256>.purged`, written before they go. It keeps what was said of each delivery
of these bytes, free of what was found, so that a rebuild comes to the same.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ioc_pipeline.domain.deliveries import Delivery, Scope, Verdict
from ioc_pipeline.domain.errors import DamagedError, Problem
from ioc_pipeline.durable import read_json, sync_folder, write_json
from ioc_pipeline.land.own_json import as_json
from ioc_pipeline.land.sent_names import forget_sent_name
from ioc_pipeline.land.store import Store

_SUFFIX = ".purged"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`deliveries` are those that had these bytes, as numbers."""

    sha256: str
    reason: str
    by: str
    at: datetime
    deliveries: frozenset[int]


def bury(
    store: Store, sha256: str, verdicts: Iterable[Verdict], pages: Iterable[int], *, reason: str, by: str, at: datetime
) -> None:
    """Write the tombstone of some bytes: `verdicts` of their deliveries, or the numbers of their `pages`. Durable."""
    said: dict[str, object] = {str(verdict.delivery.delivery_seq): _said_of(verdict) for verdict in verdicts}
    said.update({str(page): None for page in pages})
    path = _path(store, sha256)
    with suppress(DamagedError):  # the same bytes came again after they were deleted
        said = {**_read(path)["deliveries"], **said}
    content = {"sha256": sha256, "reason": reason, "by": by, "at": at, "deliveries": said}
    write_json(path, json.loads(as_json(content)))


def tombstone_of(store: Store, sha256: str) -> Tombstone | None:
    """What stays of these bytes; None where nobody deleted them.

    Raises:
        DamagedError: something does, and it cannot be read.
    """
    path = _path(store, sha256)
    if not path.exists():
        return None
    content = _read(path)
    return Tombstone(
        sha256=sha256,
        reason=content["reason"],
        by=content["by"],
        at=datetime.fromisoformat(content["at"]),
        deliveries=frozenset(map(int, content["deliveries"])),
    )


def _read(path: Path) -> dict[str, Any]:
    content = read_json(path)
    if content.keys() < {"reason", "by", "at", "deliveries"}:
        raise DamagedError(f"{path.name} is no tombstone")
    return content


def is_buried(store: Store, delivery: Delivery) -> bool:
    """Whether the bytes of a delivery are gone on purpose; a tombstone that is not whole says nothing."""
    try:
        tombstone = tombstone_of(store, delivery.sha256)
    except DamagedError:
        return False
    return tombstone is not None and delivery.delivery_seq in tombstone.deliveries


def buried_verdict(store: Store, delivery: Delivery) -> Verdict | None:
    """What was said of a delivery whose bytes are deleted; None while they are there, whatever lies beside them.

    Raises:
        DamagedError: they are gone, and what was said cannot be read.
    """
    path = _path(store, delivery.sha256)
    if not path.exists():
        return None
    try:
        said = _read(path)["deliveries"].get(str(delivery.delivery_seq))
    except DamagedError:
        if store.blob_path(delivery.sha256).exists():
            return None
        raise
    if said is None:
        return None
    return Verdict(
        delivery=delivery,
        source_name=said["source_name"],
        contract_hash=said["contract_hash"],
        outcome="returned",
        problems=tuple(Problem(**problem) for problem in said["problems"]),
        scopes=tuple(Scope.from_fields(scope) for scope in said["scopes"]),
    )


def finish_burials(store: Store) -> Iterator[str]:
    """Delete bytes that have a tombstone for each of their deliveries and lie there still; give their hashes.

    A process that was killed between the two leaves them. Bytes that came again since then have a delivery more.
    """
    for path in sorted(store.folder.glob(f"??/*{_SUFFIX}")):
        sha256 = path.name.removesuffix(_SUFFIX)
        try:
            tombstone = tombstone_of(store, sha256)
        except DamagedError as error:
            _LOG.warning("%s: nothing is deleted by it", error)
            continue
        blob = store.blob_path(sha256)
        if tombstone and blob.exists() and set(store.ledger.deliveries_of(sha256)) <= tombstone.deliveries:
            blob.unlink()
            forget_sent_name(blob)
            sync_folder(blob.parent)
            yield sha256


def _path(store: Store, sha256: str) -> Path:
    path = store.blob_path(sha256)
    return path.with_name(path.name + _SUFFIX)


def _said_of(verdict: Verdict) -> dict[str, object]:
    return {
        "source_name": verdict.source_name,
        "contract_hash": verdict.contract_hash,
        "problems": [asdict(problem) for problem in verdict.problems],
        "scopes": [asdict(scope) for scope in verdict.scopes],
    }
