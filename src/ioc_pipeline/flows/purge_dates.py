"""What was returned for personal data and since when: what must go, and what is there longer than it may be."""

from contextlib import closing
from datetime import datetime, timedelta

from ioc_pipeline.flows.stores import looking_at_warehouse, open_store, working_on_warehouse
from ioc_pipeline.land.tombstones import buried_verdict
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import place_of
from ioc_pipeline.warehouse.returned import returned_for_personal_data

KEPT = timedelta(days=7)


def due_for_purge(settings: Settings, before: datetime) -> list[int]:
    """Deliveries that were returned for personal data before a moment, purged or not; waits for the warehouse."""
    if not place_of(settings).exists():
        return []
    with working_on_warehouse(settings), closing(place_of(settings).connect_to_read()) as connection:
        return returned_for_personal_data(connection, before)


def still_kept(settings: Settings, before: datetime) -> list[int]:
    """Deliveries that were returned for personal data before a moment and whose bytes are still there.

    None are known while there is no looking at the warehouse.
    """
    if not place_of(settings).exists():
        return []
    with looking_at_warehouse(settings) as opened:
        due = returned_for_personal_data(opened, before) if opened else []
    store = open_store(settings)
    return [one.delivery_seq for one in store.ledger.deliveries(due) if not buried_verdict(store, one)]
