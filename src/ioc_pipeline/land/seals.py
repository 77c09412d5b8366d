"""`<file>.sha256` beside a file: how its sender says that it is whole."""

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX

_SHOWS_NO_TRUNCATION = (".csv", ".tsv", ".txt")
_SEAL = re.compile(rb"([0-9a-fA-F]{64})(?:[ \t][^\r\n]*)?\s*")
_SEAL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Seal:
    """What `<file>.sha256` says."""

    path: Path
    identity: Identity
    sha256: str


def needs_seal(path: Path) -> bool:
    """Whether a file cut short would still read like a whole one."""
    return path.suffix.casefold() in _SHOWS_NO_TRUNCATION


def read_seal(path: Path) -> Seal | None:
    """The sidecar `<file>.sha256`, as sha256sum writes it; None where there is none or it is not whole yet."""
    seal = path.with_name(path.name + SEAL_SUFFIX)
    try:
        descriptor = os.open(seal, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        written = _SEAL.fullmatch(stream.read(_SEAL_BYTES))
    return Seal(seal, Identity.of(status), written[1].decode().lower()) if written else None


def remove_seal(seal: Seal) -> None:
    with suppress(FileNotFoundError):
        if Identity.of(seal.path.lstat()) == seal.identity:
            seal.path.unlink()
