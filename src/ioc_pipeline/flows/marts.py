"""The warehouse → published marts."""

import logging
from datetime import UTC, date, datetime

import psycopg

from ioc_pipeline.build.marts import build, forget_build
from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.flows.stores import open_ledger, open_own_warehouse, working_on_warehouse
from ioc_pipeline.flows.whereabouts import whereabouts
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish import versions
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.publish.postgresql import place_of, publish_to_postgresql
from ioc_pipeline.publish.publication import Published, publish
from ioc_pipeline.publish.published import as_of as published_day
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


def build_and_publish(settings: Settings, *, as_of: date | None = None) -> Published:
    """Protocol step 6: build and test the marts, then publish them as a new version.

    Marts that are not as a build left them, because somebody changed them in the warehouse, are built anew.
    """
    ledger = open_ledger(settings)
    with working_on_warehouse(settings):
        open_own_warehouse(settings, ledger).close()  # made where there is none yet: an empty one has marts too
        try:
            published = _build_and_publish(settings, ledger, as_of or today())
        except ConflictError as error:
            _LOG.warning("%s; all marts are built again", error)
            forget_build(settings)
            published = _build_and_publish(settings, ledger, as_of or today())
    hashes = {"sha256": published.sha256, "package_sha256": published.package_sha256}
    ledger.published(published.load_seq, published.version, at=datetime.now(UTC), **hashes)
    serve_for_bi(settings)
    if published.changed:
        tell_openlineage(settings)
    return published


def publish_at_once(settings: Settings, *, as_of: date) -> None:
    """Build and publish where something was just loaded: everything is imported there, and nobody else need start.

    A head start, no promise: what goes wrong is left to the build that the load wakes, which tries again and tells.
    """
    try:
        build_and_publish(settings, as_of=as_of)
    except Exception as error:
        _LOG.warning("left to the build that the load wakes: %s", whereabouts(error))


def _build_and_publish(settings: Settings, ledger: Ledger, as_of: date) -> Published:
    for node in build(settings, as_of=as_of).nodes:
        _LOG.info("%s: %s in %.2f s, %s rows", node.name, node.status, node.seconds, _rows(node.rows_affected))
    return publish(settings, published_at=datetime.now(UTC), last_version=ledger.head().published_version)


def serve_for_bi(settings: Settings) -> None:
    """Publish the current version in the PostgreSQL of BI tools too.

    The files are published whatever becomes of it: what went wrong is kept for the operator, and the next publication,
    at the latest the nightly one, catches up.
    """
    pointer = versions.read_pointer(settings.published)
    if not settings.serving_url or pointer is None:
        return
    problem, place = "", place_of(settings.serving_url)
    try:
        marts = read_marts(settings.dbt_project)
        publish_to_postgresql(settings.serving_url, settings.published / pointer.file, marts)
    except (psycopg.Error, ConflictError) as error:
        problem = str(error).strip().partition("\n")[0]
        _LOG.warning("not published in PostgreSQL, which shows what it did before: %s", problem)
    versions.note_serving(settings.published, place, problem)


def tell_openlineage(settings: Settings) -> None:
    """Tell who keeps the province's lineage of the current version, if anybody does."""
    pointer = versions.read_pointer(settings.published)
    if not settings.openlineage_url or pointer is None:
        return
    from ioc_pipeline.publish import openlineage  # its client is needed by few

    new = open_ledger(settings).published_with(pointer.version)
    openlineage.tell(settings.openlineage_url, openlineage.event_of(pointer, read_marts(settings.dbt_project), new))


def _rows(count: int) -> str:
    return str(count) if count >= 0 else "?"


def is_due(settings: Settings, day: date) -> bool:
    """Whether the published marts lack a load, speak of another day or were touched; not before there is a load.

    Which reports are late changes at midnight.
    """
    ledger = open_ledger(settings)
    version = ledger.head().published_version
    if not version or ledger.has_unpublished():
        return ledger.has_unpublished()
    return published_day(settings) != day or not versions.is_sound(settings.published, version=version)


def today() -> date:
    """The date in Vietnam."""
    return local_day(datetime.now(UTC))
