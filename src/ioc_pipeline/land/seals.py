"""`<file>.sha256` beside a file: how its sender says that it is whole."""

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath

from ioc_pipeline.folders import Folder
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX

_SHOWS_NO_TRUNCATION = (".csv", ".tsv", ".txt")
_SEAL = re.compile(rb"([0-9a-fA-F]{64})(?:[ \t][^\r\n]*)?\s*")
_SEAL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Seal:
    """What `<file>.sha256` says."""

    name: str
    identity: Identity
    sha256: str


def needs_seal(name: str) -> bool:
    """Whether a file cut short would still read like a whole one."""
    return PurePath(name).suffix.casefold() in _SHOWS_NO_TRUNCATION


def read_seal(folder: Folder, name: str) -> Seal | None:
    """The seal beside a file, as sha256sum writes it; None where there is none or it is not whole yet."""
    try:
        descriptor = folder.open(name + SEAL_SUFFIX)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        written = _SEAL.fullmatch(os.read(descriptor, _SEAL_BYTES)) if stat.S_ISREG(status.st_mode) else None
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return Seal(name + SEAL_SUFFIX, Identity.of(status), written[1].decode().lower()) if written else None


def remove_seal(folder: Folder, seal: Seal) -> None:
    with suppress(FileNotFoundError):
        if Identity.of(folder.status(seal.name)) == seal.identity:
            folder.unlink(seal.name)
