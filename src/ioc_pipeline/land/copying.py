"""Step 1 of the protocol: a file's bytes into landing, hashed as they are copied."""

import errno
import hashlib
import logging
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import guarded
from ioc_pipeline.folders import Folder
from ioc_pipeline.land.admission import MAX_BYTES, Candidate, Refusal, refuse
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.seals import Seal, needs_seal, read_seal
from ioc_pipeline.land.sent_names import keep_sent_name
from ioc_pipeline.land.store import Store
from ioc_pipeline.land.wholeness import is_cut_short

INCOMING = "incoming"

_LOG = logging.getLogger(__name__)
_CHUNK = 1024 * 1024
_SWAPPED_SINCE_THE_SCAN = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


@dataclass(frozen=True, slots=True)
class Landed:
    """A file whose blob is in place. `descriptor` is the one it was read through; who takes it closes it.

    One that is cut short `stays` in the folder for a while: its sender hears of it, and a program that is still
    writing can go on; the rest makes it another delivery.
    """

    candidate: Candidate
    folder: Folder
    sha256: str
    size_bytes: int
    seal: Seal | None
    is_sealed: bool
    stays: bool
    descriptor: int

    @property
    def file_name(self) -> str:
        """What is kept of its name: no number of a person."""
        return guarded(self.candidate.file_name)

    @property
    def origin(self) -> str:
        """The same arrival has the same origin after a crash; dropped again, the same bytes have another."""
        place = f"{self.candidate.department_code}/{self.file_name}"
        return f"{self.candidate.identity.as_text}:{self.sha256}:{place}"


def land(candidate: Candidate, folder: Folder, store: Store) -> Landed | Refusal | None:
    """Copy one file of a folder to its blob while hashing it; the folders of landing are synced later, for many.

    Returns None when it is not its time: it is gone, it changed while we read, it waits for its seal or its end, or for
    an operator to clear the place of its bytes.
    """
    seal = read_seal(folder, candidate.name)
    lacks_seal = seal is None and needs_seal(candidate.name)
    if lacks_seal and not candidate.is_overdue:
        return None
    try:
        descriptor = folder.open(candidate.name)
    except OSError as error:
        if error.errno in _SWAPPED_SINCE_THE_SCAN:
            return None
        if error.errno in _OURS:
            raise
        return refuse(candidate, Problem("unreadable-file"))
    with ExitStack() as failed:
        failed.callback(os.close, descriptor)
        if Identity.of(os.fstat(descriptor)) != candidate.identity:
            return None
        try:
            is_cut = seal is None and _is_cut_short(descriptor, candidate)
            if is_cut and not candidate.is_overdue:
                return None
            sha256, temporary = _copy(descriptor, store.folder / INCOMING)
        except _UnreadableError:
            return refuse(candidate, Problem("unreadable-file"))
        failed.callback(temporary.unlink, missing_ok=True)
        store.at_step("copied")
        if Identity.of(os.fstat(descriptor)) != candidate.identity:
            return None
        if seal is not None and seal.sha256 != sha256:
            return refuse(candidate, Problem("checksum-mismatch")) if candidate.is_overdue else None
        try:
            _place(temporary, store.blob_path(sha256))
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            _LOG.error(
                "%s: a file waits in its folder, something in landing stands in the way of its bytes: %s",
                *(candidate.department_code, error.filename2 or error.filename),
            )
            return None
        keep_sent_name(store.blob_path(sha256), candidate.file_name)
        store.at_step("renamed")
        failed.pop_all()
    stays = is_cut and not candidate.is_given_up
    return Landed(candidate, folder, sha256, candidate.identity.size_bytes, seal, not lacks_seal, stays, descriptor)


class _UnreadableError(Exception):
    """The sender's disk or share fails, not ours."""


def _is_cut_short(descriptor: int, candidate: Candidate) -> bool:
    try:
        return is_cut_short(descriptor, candidate.identity.size_bytes)
    except OSError as error:
        raise _UnreadableError from error


def _copy(descriptor: int, incoming: Path) -> tuple[str, Path]:
    """Copy to a temporary file, synced. Reads no more than the limit, however fast the file grows."""
    digest = hashlib.sha256()
    copy, name = tempfile.mkstemp(dir=incoming)
    try:
        for _ in range(0, MAX_BYTES + 1, _CHUNK):
            try:
                chunk = os.read(descriptor, _CHUNK)
            except OSError as error:
                raise _UnreadableError from error
            if not chunk:
                break
            digest.update(chunk)
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(copy, rest) :]
        os.fchmod(copy, 0o440)
        os.fsync(copy)
    except BaseException:
        Path(name).unlink()
        raise
    finally:
        os.close(copy)
    return digest.hexdigest(), Path(name)


def _place(temporary: Path, target: Path) -> None:
    """Give the copy its name, unless good bytes are there: an existing blob is verified, never trusted."""
    target.parent.mkdir(exist_ok=True)
    if target.is_file() and _sha256(target) == target.name:
        temporary.unlink()
    else:
        temporary.replace(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
