"""A consistent set of all stores, taken while everything runs, and brought back without losing what came since."""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.domain.errors import DamagedError, UserError
from ioc_pipeline.domain.installation import Installation
from ioc_pipeline.durable import copy_durably, write_durably
from ioc_pipeline.flows.stores import open_own_warehouse, open_store, working_on_warehouse
from ioc_pipeline.land.intake import landing_alone
from ioc_pipeline.land.sent_names import SUFFIX as SENT_NAME
from ioc_pipeline.land.stamp import Stamp, read_stamp, write_stamp
from ioc_pipeline.land.store import Store
from ioc_pipeline.land.tombstones import is_buried
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.locks import LockedError, locked_now, run_lock
from ioc_pipeline.publish.versions import POINTER, hash_file, link, read_pointer
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import place_of

MANIFEST, LEDGER, LANDING, PUBLISHED = "manifest.json", "ledger.db", "landing", "published"
WAREHOUSE = "warehouse.duckdb"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup is of. `files` are SHA-256 by path; landed bytes are named by theirs. Times are ISO 8601.

    `damaged` are deliveries whose bytes were not what was landed, and are not in it.
    """

    installation_id: str
    epoch: int
    delivery_seq: int
    load_seq: int
    version: str
    made_at: str
    files: dict[str, str]
    damaged: list[int]


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """`taken` came after the backup and is still in landing; `missing` came after it too, and is in neither."""

    backup: Backup
    aside: Path
    taken: list[int]
    missing: list[int]


def back_up(settings: Settings, folder: Path) -> Backup:
    """Copy ledger, warehouse and publication of one moment, then all that had landed by then, to a new folder.

    Loading waits while the first three are copied; landing and answering go on. The manifest is written last.

    Raises:
        UserError: the folder exists and holds something.
        StoresError: the stores do not belong together.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder}: expected a new or an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    store = open_store(settings)
    copy = Ledger(f"sqlite:///{folder / LEDGER}")
    with working_on_warehouse(settings), store.ledger.snapshot() as connection:
        store.ledger.copy_to(copy, connection)
        warehouse = place_of(settings)
        if warehouse.exists():
            open_own_warehouse(settings, store.ledger).close()  # and with it nothing is left beside the file
            warehouse.save(folder / WAREHOUSE)
        _copy_published(settings.published, folder / PUBLISHED)
    head = copy.head()
    assert head.installation is not None
    damaged = _copy_landed(store, folder / LANDING, up_to=head.delivery_seq)
    files = [path for path in (folder / LEDGER, folder / WAREHOUSE) if path.exists()]
    files += [path for path in (folder / PUBLISHED).rglob("*") if path.is_file() and not path.is_symlink()]
    made = Backup(
        head.installation.installation_id,
        head.installation.epoch,
        head.delivery_seq,
        head.load_seq,
        head.published_version,
        datetime.now(UTC).isoformat(timespec="seconds"),
        {str(path.relative_to(folder)): hash_file(path) for path in sorted(files)},
        damaged,
    )
    write_durably(folder / MANIFEST, json.dumps(asdict(made), indent=1).encode())
    return made


def read_backup(folder: Path) -> Backup:
    """What a backup says of itself, once its files were hashed again.

    Raises:
        UserError: it is none, was not finished, or is damaged.
    """
    try:
        made = Backup(**json.loads((folder / MANIFEST).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{folder}: is no finished backup: {MANIFEST} is not there or not whole") from error
    for name, sha256 in made.files.items():
        if hash_file(folder / name) != sha256:
            raise UserError(f"{folder / name}: is not what was backed up, or gone: take another backup")
    return made


def bring_back(settings: Settings, folder: Path) -> BroughtBack:
    """Bring back the stores of a backup, whichever was lost; nothing else may run meanwhile.

    What landed after the backup and is still there is taken in and waits for the next run. Ledger, warehouse and
    prepared files that are there are set aside; landing is added to, never replaced.

    Raises:
        UserError: it is no sound backup, landing is another installation's, or `make run` is running.
    """
    try:
        with locked_now(run_lock(settings.home)):
            return _bring_back(settings, folder)
    except LockedError:
        raise UserError(f"{settings.home} is in use by `make run`: stop it first (Ctrl-C)") from None


def _bring_back(settings: Settings, folder: Path) -> BroughtBack:
    made = read_backup(folder)
    settings.home.mkdir(parents=True, exist_ok=True)
    store = Store(settings.landing, Ledger(settings.ledger_url))
    stamp = read_stamp(store.folder)
    if stamp and stamp.installation_id != made.installation_id:
        raise UserError(f"{store.folder} is of another installation than {folder}: correct IOC_HOME")
    if not store.ledger.file and store.ledger.is_made():
        raise UserError(f"{store.ledger.shown_url} holds a ledger: let IOC_LEDGER_URL name an empty database")
    at = datetime.now(UTC)
    aside = settings.home / f"before-restore-{at:%Y%m%dT%H%M%S}"
    aside.mkdir()
    with landing_alone(store), working_on_warehouse(settings):
        _set_aside(settings, store.ledger, aside)
        _copy_missing(Store(folder / LANDING, store.ledger), store)
        source = Ledger(f"sqlite:///{copy_durably(folder / LEDGER, aside / 'from-backup.db')}")
        with source.snapshot() as connection:
            source.copy_to(store.ledger, connection)
        taken, missing = _take_later(store, made, stamp, at)
        if (folder / WAREHOUSE).exists():
            place_of(settings).bring_back(folder / WAREHOUSE)
        if read_pointer(settings.published) is None and (folder / PUBLISHED).exists():
            _copy_published(folder / PUBLISHED, settings.published)
        open_own_warehouse(settings, store.ledger).close()
    return BroughtBack(made, aside, taken, missing)


def _take_later(store: Store, made: Backup, stamp: Stamp | None, at: datetime) -> tuple[list[int], list[int]]:
    """Let the ledger take over, and take in what landed after the backup; give that, and what is nowhere."""
    missing = store.restore_ledger(at=at)
    head = store.ledger.head()
    taken = list(range(made.delivery_seq + 1, head.delivery_seq + 1))
    epoch = max(made.epoch, stamp.epoch if stamp else 0) + 1
    store.ledger.join(Installation(made.installation_id, epoch), at=at)
    write_stamp(store.folder, Stamp(made.installation_id, epoch, head.delivery_seq, head.sha256))
    return [seq for seq in taken if seq not in missing], missing


def _set_aside(settings: Settings, ledger: Ledger, aside: Path) -> None:
    files = [settings.warehouse, settings.prepared]
    if ledger.file:
        files += ledger.file.parent.glob(f"{ledger.file.name}*")
    for path in files:
        if path.exists():
            shutil.move(path, aside / path.name)


def _copy_landed(store: Store, target: Path, *, up_to: int) -> list[int]:
    """Copy everything up to a delivery, verified; give those that are damaged. What lands meanwhile is left out."""
    into, damaged = Store(target, store.ledger), []
    for sidecar in store.ledger.all_sidecars():
        delivery = sidecar.delivery
        if delivery.delivery_seq > up_to:
            break
        for path in store.blob_path(delivery.sha256).parent.glob(f"{delivery.sha256}.purged"):
            copy_durably(path, target / path.parent.name / path.name)
        try:
            if not into.blob_path(delivery.sha256).exists():
                copy_durably(store.verified_path(delivery.sha256), into.blob_path(delivery.sha256))
        except DamagedError:
            if not is_buried(store, delivery):
                damaged.append(delivery.delivery_seq)
        into.describe(sidecar)
    if (store.folder / "contracts").exists():
        shutil.copytree(store.folder / "contracts", target / "contracts", dirs_exist_ok=True)
    return damaged


def _copy_missing(source: Store, into: Store) -> None:
    """Copy from a backup what landing lacks, or has damaged; what was purged since stays away."""
    for path in sorted(source.folder.glob("??/*")):
        target = into.folder / path.parent.name / path.name
        is_purged = target.with_name(f"{path.stem}.purged").exists() and path.suffix in ("", SENT_NAME)
        is_there = target.exists() if path.suffix else _is_whole(into, path.name)
        if not (is_purged or is_there):
            copy_durably(path, target)
    if (source.folder / "contracts").exists():
        shutil.copytree(source.folder / "contracts", into.folder / "contracts", dirs_exist_ok=True)


def _is_whole(store: Store, sha256: str) -> bool:
    try:
        store.verified_path(sha256)
    except DamagedError:
        return False
    return True


def _copy_published(source: Path, target: Path) -> None:
    """The current version and its pointer."""
    pointer = read_pointer(source)
    if pointer is None:
        return
    copy_durably(source / pointer.file, target / pointer.file)
    for path in sorted((source / pointer.parquet).rglob("*.*")):
        copy_durably(path, target / path.relative_to(source))
    copy_durably(source / POINTER, target / POINTER)
    link(target, pointer.file)
