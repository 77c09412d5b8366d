"""Step 3 of the protocol: the inbox is emptied of what is safe and numbered, and of nothing else."""

import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ioc_pipeline.land.admission import Inbox
from ioc_pipeline.land.copying import Landed
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.seals import read_seal, remove_seal
from ioc_pipeline.ledger.ledger import Ledger

_TAKEN = re.compile(r"\.taken-([1-9][0-9]{0,17})-[0-9a-f]{8}")


def release(landed: Landed, delivery_seq: int, at_step: Callable[[str], None]) -> None:
    """Take the file out of the inbox, if it is still what was landed; else it stays, as a newer version.

    Our open descriptor keeps its inode from being given to another file meanwhile.
    """
    path, identity = landed.candidate.path, landed.candidate.identity
    try:
        if Identity.of(path.lstat()) != identity:
            return
        taken = path.rename(path.with_name(f".taken-{delivery_seq}-{secrets.token_hex(4)}"))
    except FileNotFoundError:
        return  # its sender took it away, after we had it
    at_step("taken")
    if not Identity.of(taken.lstat()).is_same_content(identity):
        _put_back(taken, path)
        return
    if landed.seal is not None:
        remove_seal(landed.seal)
        at_step("unsealed")
    taken.unlink()
    at_step("released")


def _put_back(taken: Path, path: Path) -> None:
    """Undo a release: what we took is newer than what we landed."""
    # Never over a file that came meanwhile: its sender would have replaced this one by it.
    with suppress(FileExistsError):
        os.link(taken, path, follow_symlinks=False)
    taken.unlink()


def finish_releases(inbox: Inbox, ledger: Ledger) -> None:
    """Finish what a pass that was killed had taken out of a folder and not removed yet."""
    for department_code in inbox.departments:
        for taken in (inbox.folder / department_code).glob(".taken-*"):
            matched = _TAKEN.fullmatch(taken.name)
            status = taken.lstat()
            if matched is None or not stat.S_ISREG(status.st_mode):
                continue
            for sidecar in ledger.sidecars([int(matched[1])]):
                delivery = sidecar.delivery
                if delivery.department_code != department_code:
                    continue  # a department gave its own file this name
                path = taken.with_name(delivery.file_name)
                if not Identity.of(status).is_same_content(_identity_in(sidecar.origin)):
                    _put_back(taken, path)
                    continue
                seal = read_seal(path)
                if seal is not None and seal.sha256 == delivery.sha256:
                    remove_seal(seal)
                taken.unlink()


def _identity_in(origin: str) -> Identity:
    device, inode, mtime_ns, ctime_ns, size_bytes = map(int, origin.split(":", 1)[0].split("-"))
    return Identity(device, inode, size_bytes, mtime_ns, ctime_ns)
