"""Step 3 of the protocol: the inbox is emptied of what is safe and numbered, and of nothing else."""

import logging
import re
import secrets
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress

from ioc_pipeline.domain.identifiers import guarded
from ioc_pipeline.folders import Folder
from ioc_pipeline.land.admission import Inbox
from ioc_pipeline.land.copying import Landed
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX
from ioc_pipeline.land.seals import Seal, read_seal, remove_seal
from ioc_pipeline.ledger.ledger import Ledger

_LOG = logging.getLogger(__name__)
_TAKEN = re.compile(r"\.taken-([1-9][0-9]{0,17})-[0-9a-f]{8}")


def release(landed: Landed, delivery_seq: int, at_step: Callable[[str], None]) -> None:
    """Take the file out of the inbox, if it is still what was landed; else it stays, as a newer version.

    Our open descriptor keeps its inode from being given to another file meanwhile. In a folder that does not let us,
    the file stays: the next pass finds its delivery again and tries once more.
    """
    if landed.stays:
        return
    try:
        _release(landed, delivery_seq, at_step)
    except OSError as error:
        department_code = landed.candidate.department_code
        _LOG.warning("%s: delivery %d stays in its folder: %s", department_code, delivery_seq, error.strerror)


def _release(landed: Landed, delivery_seq: int, at_step: Callable[[str], None]) -> None:
    folder, name, identity = landed.folder, landed.candidate.name, landed.candidate.identity
    taken = f".taken-{delivery_seq}-{secrets.token_hex(4)}"
    try:
        if Identity.of(folder.status(name)) != identity:
            return
        folder.rename(name, taken)
    except FileNotFoundError:
        return  # its sender took it away, after we had it
    at_step("taken")
    if not Identity.of(folder.status(taken)).is_same_content(identity):
        _put_back(folder, taken, name)
        return
    if landed.seal is not None:
        remove_seal(folder, landed.seal)
        at_step("unsealed")
    folder.unlink(taken)
    at_step("released")


def _put_back(folder: Folder, taken: str, name: str) -> None:
    """Undo a release: what we took is newer than what we landed."""
    # Never over a file that came meanwhile: its sender would have replaced this one by it.
    with suppress(FileExistsError):
        folder.link(taken, name)
    folder.unlink(taken)


def finish_releases(inbox: Inbox, ledger: Ledger) -> None:
    """Finish what a pass that was killed had taken out of a folder and not removed yet."""
    for department_code in inbox.departments:
        try:
            with Folder.at(inbox.folder, department_code) as folder:
                for entry in folder.entries():
                    if matched := _TAKEN.fullmatch(entry.name):
                        _finish(folder, entry.name, int(matched[1]), department_code, ledger)
        except OSError as error:
            _LOG.debug("%s: %s", department_code, error.strerror)  # `folder_faults` tells of it


def _finish(folder: Folder, taken: str, delivery_seq: int, department_code: str, ledger: Ledger) -> None:
    status = folder.status(taken)
    if not stat.S_ISREG(status.st_mode):
        return
    for sidecar in ledger.sidecars([delivery_seq]):
        delivery = sidecar.delivery
        if delivery.kind != "file" or delivery.department_code != department_code:
            continue  # a department gave its own file this name
        if not Identity.of(status).is_same_content(_identity_in(sidecar.origin)):
            _put_back(folder, taken, delivery.file_name)
            continue
        for seal in _seals_of(folder, delivery.file_name):
            if seal.sha256 == delivery.sha256:
                remove_seal(folder, seal)
        folder.unlink(taken)


def _seals_of(folder: Folder, file_name: str) -> Iterator[Seal]:
    """The seal of a file that is kept under this name, however its folder spells that."""
    for entry in folder.entries():
        name = entry.name.removesuffix(SEAL_SUFFIX)
        if name != entry.name and guarded(unicodedata.normalize("NFC", name)) == file_name:
            seal = read_seal(folder, name)
            if seal is not None:
                yield seal


def _identity_in(origin: str) -> Identity:
    """Older origins begin with a device; a time before 1970 is negative."""
    numbers = re.findall(r"(?:^|-)(-?[0-9]+)", origin.split(":", 1)[0])
    inode, mtime_ns, ctime_ns, size_bytes = map(int, numbers[-4:])
    return Identity(inode, size_bytes, mtime_ns, ctime_ns)
