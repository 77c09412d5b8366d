"""What was returned for personal data does not stay: deleted after seven days, or at once when a person says so.

Law 91/2025/QH15, article 14: personal data are deleted when the purpose they are processed for is fulfilled. That of
what came back is that its sender and the IOC can look at it; a corrected file is a delivery of its own.
"""

import logging
from datetime import UTC, datetime

from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import DamagedError, UserError
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.flows.prepare import read_batch
from ioc_pipeline.flows.purge_dates import KEPT, due_for_purge
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.land.fetched import read_extract
from ioc_pipeline.land.store import Store
from ioc_pipeline.land.tombstones import buried_verdict, bury, finish_burials
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)
_BY_RULE, _REASON = "ioc maintain", "trả lại vì có dữ liệu cá nhân, đã giữ 7 ngày"


def purge(settings: Settings, delivery_seq: int, *, reason: str, by: str) -> int:
    """Delete the bytes of a returned delivery from landing now; give how many files went. The record of it stays.

    Raises:
        UserError: there is no such delivery, it was not returned, it is purged, or its bytes count elsewhere.
    """
    store = open_store(settings)
    delivery = store.ledger.delivery(delivery_seq)
    if buried_verdict(store, delivery):
        raise UserError(f"delivery {delivery_seq} is purged already")
    return _purge(settings, store, delivery, reason=without_identifiers(reason), by=by)


def purge_due(settings: Settings, *, now: datetime | None = None) -> list[int]:
    """Delete everything that was returned for personal data seven days ago or earlier; give its delivery_seq.

    Nothing is deleted whose bytes count for another delivery.
    """
    now = now or datetime.now(UTC)
    store = open_store(settings)
    list(finish_burials(store))
    purged = []
    for delivery in store.ledger.deliveries(due_for_purge(settings, now - KEPT)):
        if buried_verdict(store, delivery):
            continue
        try:
            _purge(settings, store, delivery, reason=_REASON, by=_BY_RULE)
            purged.append(delivery.delivery_seq)
        except (UserError, DamagedError) as error:  # stays due, and an alert says so
            _LOG.warning("delivery %d stays: %s", delivery.delivery_seq, error)
    return purged


def _purge(settings: Settings, store: Store, delivery: Delivery, *, reason: str, by: str) -> int:
    """Tombstones first, then the event, then the bytes: killed anywhere, `finish_burials` or a repetition ends it."""
    verdict = _verdict(settings, store, delivery)
    pages = store.ledger.deliveries(read_extract(store, delivery).pages) if delivery.kind == "extract" else []
    at = datetime.now(UTC)
    going = {delivery.delivery_seq, *(page.delivery_seq for page in pages)}
    hashes = []
    for one in (delivery, *pages):
        others = store.ledger.deliveries_of(one.sha256)
        if set(others) - going - _returned(store, others):
            if one.kind != "page":  # the same answer counts in another run: then nobody's data are in it
                raise UserError(f"the bytes of delivery {delivery.delivery_seq} count under another number too")
            continue
        same = [verdict] if one is delivery else []
        same += [_verdict(settings, store, other) for other in store.ledger.deliveries(set(others) - going)]
        of_pages = [one.delivery_seq] if one.kind == "page" else []
        bury(store, one.sha256, same, of_pages, reason=reason, by=by, at=at)
        hashes.append(one.sha256)
    store.ledger.record_purge(delivery.delivery_seq, sha256s=hashes, reason=reason, by=by, at=at)
    return len(list(finish_burials(store)))


def _returned(store: Store, delivery_seqs: list[int]) -> set[int]:
    return {row.delivery_seq for row in store.ledger.loads(delivery_seqs) if row.state == "returned"}


def _verdict(settings: Settings, store: Store, delivery: Delivery) -> Verdict:
    """What is said of it, read once more: the verdict itself went with the answer."""
    if delivery.delivery_seq not in _returned(store, [delivery.delivery_seq]):
        raise UserError(f"delivery {delivery.delivery_seq} is not returned: only what counts for nothing is purged")
    (reading,) = read_batch([delivery], store, Reference(settings))
    if reading.held:
        raise DamagedError(f"delivery {delivery.delivery_seq} cannot be read to be purged: {reading.held}")
    return verdict_on(reading, 0)
