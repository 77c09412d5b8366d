"""Ledger, landing and warehouse of an installation, opened together or not at all.

Each look here costs a few milliseconds whatever the stores hold; `flows/verify.py` looks at everything.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ioc_pipeline.domain.errors import DamagedError, StoresError, UserError
from ioc_pipeline.domain.installation import Installation
from ioc_pipeline.durable import write_durably
from ioc_pipeline.land.stamp import Stamp, read_stamp, write_stamp
from ioc_pipeline.land.store import Store, read_sidecar
from ioc_pipeline.ledger.belonging import Head
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.locks import LockedError
from ioc_pipeline.publish.versions import LINK
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse import belonging
from ioc_pipeline.warehouse.place import place_of
from ioc_pipeline.warehouse.raw import is_lock

PROVINCE = "province"
"""The file in IOC_HOME that has the code of its province."""

_LOG = logging.getLogger(__name__)

_RESTORE_LEDGER = (
    "if IOC_LEDGER_URL is wrong, correct it; if the ledger is lost or an older copy, `ioc ledger restore` takes from"
    " landing what it lacks"
)
_REBUILD = "`ioc rebuild` makes it again from what landed"
_SHARED = "if other machines use this ledger too, mount the disk that they share at IOC_HOME"


def open_ledger(settings: Settings) -> Ledger:
    """The ledger, its schema up to date; see `open_store`."""
    return open_store(settings).ledger


def open_store(settings: Settings) -> Store:
    """The landing folder with its ledger. Made where there is none.

    Raises:
        StoresError: the two do not belong together, or one is an older copy; nothing was changed.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"IOC_HOME={settings.home}: cannot be made: {error.strerror}") from error
    _expect_own_province(settings)
    store = Store(settings.landing, Ledger(settings.ledger_url))
    stamp = read_stamp(store.folder)
    if not store.ledger.is_made() and _lands(store, stamp):
        raise StoresError(
            f"there is no ledger at {store.ledger.shown_url}, while {store.folder} holds deliveries: {_RESTORE_LEDGER}"
        )
    store.ledger.migrate()
    head = store.ledger.head()
    if head.installation is None:
        _begin(store, stamp, head)
    else:
        _compare(store, stamp, head, head.installation)
    return store


def _expect_own_province(settings: Settings) -> None:
    """Note whose home it is, once; another province's deliveries would be read as ours."""
    path = settings.home / PROVINCE
    said = path.read_text(encoding="utf-8", errors="replace").strip() if path.exists() else ""
    if not said:
        write_durably(path, f"{settings.province_code}\n".encode())
    elif said != settings.province_code:
        raise UserError(
            f"IOC_HOME={settings.home} is of province {said}, IOC_PROVINCE is {settings.province_code}: give each"
            " province a home of its own"
        )


def _lands(store: Store, stamp: Stamp | None) -> bool:
    return bool(stamp.delivery_seq if stamp else store.sidecar_paths())


def _begin(store: Store, stamp: Stamp | None, head: Head) -> None:
    """Give stores that never met one identity: a new installation, or one of before there were identities."""
    if head.delivery_seq == 0 and _lands(store, stamp):
        raise StoresError(
            f"the ledger at {store.ledger.shown_url} is empty, while {store.folder} holds deliveries: {_RESTORE_LEDGER}"
        )
    if head.sidecar_seq:
        _expect_newest_sidecar(store, head)
    if stamp is None:
        stamp = Stamp(secrets.token_hex(16), 1, head.sidecar_seq, _sha256(store, head.sidecar_seq))
        write_stamp(store.folder, stamp)
    store.ledger.join(stamp.installation, at=datetime.now(UTC))


def _compare(store: Store, stamp: Stamp | None, head: Head, mine: Installation) -> None:
    """`stamp` was read before `head`: whatever landed meanwhile, the ledger is never behind it."""
    if stamp is None or (stamp.installation_id == mine.installation_id and stamp.epoch < mine.epoch):
        if head.sidecar_seq:
            _expect_newest_sidecar(store, head)
        write_stamp(
            store.folder,
            Stamp(mine.installation_id, mine.epoch, head.sidecar_seq, _sha256(store, head.sidecar_seq)),
        )
        return
    url = store.ledger.shown_url
    if stamp.installation_id != mine.installation_id:
        raise StoresError(
            f"the ledger at {url} is of installation {mine.installation_id}, {store.folder} of"
            f" {stamp.installation_id}: correct IOC_LEDGER_URL or IOC_HOME"
        )
    if stamp.epoch > mine.epoch:
        raise StoresError(
            f"the ledger at {url} was replaced by another (epoch {mine.epoch}, landing is at {stamp.epoch}): correct"
            " IOC_LEDGER_URL"
        )
    if stamp.delivery_seq > head.delivery_seq:
        raise StoresError(
            f"the ledger at {url} ends at delivery {head.delivery_seq}, landing at {stamp.delivery_seq}: it is an older"
            f" copy; {_RESTORE_LEDGER}"
        )
    if _sha256(store, stamp.delivery_seq) != stamp.sha256:
        raise StoresError(
            f"delivery {stamp.delivery_seq} is another one in the ledger at {url} than in {store.folder}: they are"
            " copies that went on apart; correct IOC_LEDGER_URL or IOC_HOME"
        )
    if stamp.delivery_seq < head.sidecar_seq:
        now = read_stamp(store.folder)
        if now is None or now.delivery_seq < head.sidecar_seq:
            raise StoresError(_older_landing(store, stamp.delivery_seq, head))


def _expect_newest_sidecar(store: Store, head: Head) -> None:
    """Landing has no stamp to ask: the newest sidecar must be that of the ledger."""
    paths = store.sidecar_paths()
    newest = max(paths, default=0)
    if newest > head.delivery_seq:
        raise StoresError(
            f"the ledger at {store.ledger.shown_url} ends at delivery {head.delivery_seq}, landing at {newest}:"
            f" {_RESTORE_LEDGER}"
        )
    if newest < head.sidecar_seq:
        raise StoresError(_older_landing(store, newest, head))
    (mine,) = store.ledger.sidecars([newest])
    try:
        is_same = read_sidecar(paths[newest]) == mine
    except DamagedError:
        is_same = paths[newest] == store.sidecar_path(mine.delivery)  # its name has number and hash
    if not is_same:
        raise StoresError(
            f"delivery {newest} is another one in the ledger at {store.ledger.shown_url} than in {store.folder}:"
            " correct IOC_LEDGER_URL or IOC_HOME"
        )


def _older_landing(store: Store, delivery_seq: int, head: Head) -> str:
    return (
        f"{store.folder} ends at delivery {delivery_seq}, the ledger at {head.sidecar_seq}: landing is lost or an older"
        f" copy; {_SHARED}; otherwise bring the newer one back, or `ioc restore DIR` a backup"
    )


def _sha256(store: Store, delivery_seq: int) -> str:
    return store.ledger.sha256_of([delivery_seq]).get(delivery_seq, "")


@contextmanager
def working_on_warehouse(settings: Settings) -> Iterator[None]:
    """One of us at a time; wait for who is at it."""
    with Ledger(settings.ledger_url).alone(_warehouse_guard(settings)):
        yield


@contextmanager
def looking_at_warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The warehouse as it is, to read; None while one of us works on it, or another program writes it.

    Who only looks neither waits nor keeps a load waiting.
    """
    with ExitStack() as opened:
        connection = None
        try:
            opened.enter_context(Ledger(settings.ledger_url).alone_now(_warehouse_guard(settings)))
            connection = opened.enter_context(closing(place_of(settings).connect_to_read()))
        except LockedError:
            pass
        except duckdb.Error as error:
            if not is_lock(error):
                raise
        yield connection


def _warehouse_guard(settings: Settings) -> Path:
    return settings.warehouse.with_name(".lock")


def open_own_warehouse(settings: Settings, ledger: Ledger) -> duckdb.DuckDBPyConnection:
    """The warehouse, open for writing, once it is known to be the ledger's. The caller works on it alone.

    Raises:
        StoresError: it is lost, older, or another's.
        duckdb.IOException: another program has it open.
    """
    if not place_of(settings).exists():
        _expect_nothing_loaded(settings, ledger)
    try:
        connection = _open_past_readers(settings)
    except duckdb.Error as error:
        if is_lock(error):
            raise
        raise StoresError(f"{place_of(settings)} cannot be read: {error}; {_REBUILD}") from error
    try:
        installation = _compare_warehouse(settings, connection, ledger)
        if installation is not None:
            belonging.join(connection, installation)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_past_readers(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the warehouse; who opened it to read keeps the file as it is, and stops nobody."""
    place = place_of(settings)
    try:
        return place.connect()
    except duckdb.Error as error:
        reader = place.leave_to_reader() if is_lock(error) else 0
        if not reader:
            raise
    _LOG.warning(
        "process %d reads %s, which is ours alone: it keeps the file of before; what people read is %s",
        *(reader, place, settings.published / LINK),
    )
    return place.connect()


def expect_own_warehouse(settings: Settings, ledger: Ledger) -> None:
    """Look before anything is taken: what is landed and answered must find the warehouse it belongs to.

    Where there is no looking, loading looks again.

    Raises:
        StoresError: it is lost, older, or another's.
    """
    if not place_of(settings).exists():
        _expect_nothing_loaded(settings, ledger)
        return
    try:
        with looking_at_warehouse(settings) as opened:
            if opened:
                _compare_warehouse(settings, opened, ledger)
    except duckdb.Error as error:
        raise StoresError(f"{place_of(settings)} cannot be read: {error}; {_REBUILD}") from error


def _expect_nothing_loaded(settings: Settings, ledger: Ledger) -> None:
    if load_seq := ledger.head().load_seq:
        raise StoresError(f"{place_of(settings)} is gone, with {load_seq} loads; {_SHARED}; otherwise {_REBUILD}")


def _compare_warehouse(
    settings: Settings, connection: duckdb.DuckDBPyConnection, ledger: Ledger
) -> Installation | None:
    """Compare heads; give the identity that the warehouse must take over, None where it has it."""
    there = belonging.read_head(connection)
    head = ledger.head()  # after the warehouse, which is not loaded into while we have it open
    path = place_of(settings)
    if there is None:
        _expect_nothing_loaded(settings, ledger)
        return head.installation
    assert head.installation is not None  # `open_store` saw to it
    if there.installation and there.installation.installation_id != head.installation.installation_id:
        raise StoresError(
            f"{path} is of installation {there.installation.installation_id}, the ledger of"
            f" {head.installation.installation_id}; {_REBUILD}"
        )
    if there.delivery_seq > head.delivery_seq:
        raise StoresError(  # landing is no newer than the ledger: `open_store` compared them
            f"{path} ends at delivery {there.delivery_seq}, the ledger at {ledger.shown_url} and landing at"
            f" {head.delivery_seq}: if it is of a copy that went on apart, {_REBUILD}; if those two are older copies,"
            " bring the newer ones back"
        )
    if there.load_seq < head.load_seq or there.marker_count != there.load_seq:
        raise StoresError(
            f"{path} has {there.marker_count} loads up to {there.load_seq}, the ledger {head.load_seq}: it is an older"
            f" copy or not whole; {_REBUILD}"
        )
    markers = belonging.read_markers(connection, from_load_seq=max(head.load_seq, 1))
    said = ledger.sha256_of({marker.delivery_seq for marker in markers})
    for marker in markers:
        is_newest = marker.load_seq == head.load_seq
        if said[marker.delivery_seq] != marker.sha256 or (
            is_newest and marker.delivery_seq != head.loaded_delivery_seq
        ):
            raise StoresError(
                f"load {marker.load_seq} stands for another delivery in {path} than in the ledger; {_REBUILD}"
            )
    return None if there.installation == head.installation else head.installation
