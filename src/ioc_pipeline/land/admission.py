"""Step 0 of the protocol: what lies still in the inbox and can be landed, and what never can."""

import os
import stat
import time
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import kinds_in, without_identifiers
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX, files_in
from ioc_pipeline.land.seals import needs_seal, read_seal

MAX_BYTES = 25 * 1024 * 1024

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that lies still. `path` has the name as it is on disk, `file_name` the same in NFC.

    `is_overdue` says that it has waited as long as an unsealed file must.
    """

    department_code: str
    file_name: str
    path: Path
    identity: Identity
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the inbox that does not become a delivery; it stays where it is.

    `file_name` is fit to be shown. `key` identifies the thing and its problem, so that it is answered once.
    """

    department_code: str
    file_name: str
    problem: Problem
    key: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """The folders of those who may send, and how long a file must lie there unchanged before it is taken.

    `unsealed_seconds` is for files that a seal should accompany and that have none.
    """

    folder: Path
    departments: Collection[str]
    settle_seconds: float
    unsealed_seconds: float

    def scan(self, now: datetime) -> list[Candidate | Refusal]:
        """Look through the inbox once: what lies still and can be landed, and what never can.

        Files still being written, temporary and hidden ones, and folders within a department's folder (so also the
        feedback) are passed over in silence. Ordered by department and name.
        """
        entries = [
            (department_code, path, status, _age(status, now)) for department_code, path, status in self._files()
        ]
        still = [entry for entry in entries if entry[3] >= self.settle_seconds]
        if dated_ahead := [entry for entry in entries if entry[3] < 0]:
            # Our clock was set back, or the file server's is ahead: only looking twice tells whether they lie still.
            time.sleep(self.settle_seconds)
            again = {path: Identity.of(status) for _, path, status in self._files()}
            still += [entry for entry in dated_ahead if again.get(entry[1]) == Identity.of(entry[2])]
        return [
            self._admit(_candidate(department_code, path, status, is_overdue=age >= self.unsealed_seconds), status)
            for department_code, path, status, age in sorted(still, key=lambda entry: entry[1])
        ]

    def seconds_until_still(self, now: datetime) -> float:
        """How long until a pass would take everything that lies in the departments' folders now; 0 for no wait."""
        waits = [0.0]
        for department_code, path, status in self._files():
            if department_code in self.departments and stat.S_ISREG(status.st_mode):
                is_sealed = not needs_seal(path) or read_seal(path) is not None
                limit = self.settle_seconds if is_sealed else self.unsealed_seconds
                waits.append(limit - max(_age(status, now), 0.0))
        return max(waits)

    def _files(self) -> list[tuple[str, Path, os.stat_result]]:
        return [one for one in files_in(self.folder) if not one[1].name.casefold().endswith(SEAL_SUFFIX)]

    def _admit(self, candidate: Candidate, status: os.stat_result) -> Candidate | Refusal:
        if candidate.department_code not in self.departments:
            return refuse(candidate, Problem("unknown-department"))
        if not stat.S_ISREG(status.st_mode):
            return refuse(candidate, Problem("not-a-regular-file"))
        if not _is_good_name(candidate.file_name):
            return refuse(candidate, Problem("bad-file-name"))
        if kinds_in(candidate.file_name):
            problem = Problem(
                "personal-data",
                expected="tên tệp không có số định danh, điện thoại hay thư điện tử của ai",
                fix="Đổi tên tệp; tệp sẽ được nhận ở lần quét sau",
            )
            return refuse(candidate, problem)
        if status.st_size > MAX_BYTES:
            return refuse(candidate, Problem("file-too-large"))
        return candidate


def _candidate(department_code: str, path: Path, status: os.stat_result, *, is_overdue: bool) -> Candidate:
    file_name = unicodedata.normalize("NFC", path.name)
    return Candidate(department_code, file_name, path, Identity.of(status), is_overdue)


def refuse(candidate: Candidate, problem: Problem) -> Refusal:
    """Leave it where it is, with the reason for its sender."""
    identity = candidate.identity
    key = f"{problem.code}:{identity.device}-{identity.inode}-{identity.mtime_ns}"
    return Refusal(_shown(candidate.department_code), _shown(candidate.file_name), problem, key)


def _age(status: os.stat_result, now: datetime) -> float:
    """Seconds since it last changed; a modification date in the future, copied from elsewhere, does not count."""
    since = [now.timestamp() - changed for changed in (status.st_mtime, status.st_ctime)]
    return min(since) if since[0] >= 0 else since[1]


def _is_good_name(name: str) -> bool:
    """Refuses what cannot be seen (controls, text direction, zero width), bytes that are no text, and outer blanks.

    Source: Unicode general categories; undecodable bytes arrive as surrogates (PEP 383).
    """
    return name == name.strip() and not any(unicodedata.category(sign) in _UNSEEN_CATEGORIES for sign in name)


def _shown(name: str) -> str:
    seen = "".join("�" if unicodedata.category(sign) in _UNSEEN_CATEGORIES else sign for sign in name)
    return without_identifiers(seen)
