"""Step 0 of the protocol: what lies still in the inbox and can be landed, and what never can."""

import hashlib
import os
import stat
import time
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.folders import Folder
from ioc_pipeline.land.file_names import is_nobodys, is_sent
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX, InboxFile, files_in
from ioc_pipeline.land.seals import needs_seal, read_seal

MAX_BYTES = 25 * 1024 * 1024
LEFT_SECONDS = 86_400.0  # a copy under a temporary name that takes longer than a day was given up
CUT_SECONDS = 3_600.0  # so long what is cut short stays, in case its sender's program goes on
REFUSED_WHEN_OPENED = ("unreadable-file", "checksum-mismatch")  # codes of what only a look into a file shows

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that lies still. `name` is its name as it is on disk, `file_name` the same in NFC.

    `is_overdue` says that it has waited as long as an unsealed file must, `is_given_up` that what is cut short of it
    will not come any more.
    """

    department_code: str
    name: str
    file_name: str
    identity: Identity
    is_overdue: bool
    is_given_up: bool = False


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

        Files still being written, temporary and hidden ones are passed over in silence. Ordered by department and name.
        """
        files = [(file, _age(file.status, now)) for file in self._files()]
        still = [(file, age) for file, age in files if age >= self.settle_seconds]
        if dated_ahead := [file for file, age in files if age < 0]:
            # Our clock was set back, or the file server's is ahead: only looking twice tells whether they lie still.
            time.sleep(self.settle_seconds)
            again = {file.place: Identity.of(file.status) for file in self._files()}
            still += [(file, 0.0) for file in dated_ahead if again.get(file.place) == Identity.of(file.status)]
        still.sort(key=lambda one: one[0].place)
        found = [one for file, age in still if not file.is_below and (one := self._admit(file, age))]
        below = [file for file, _ in files if file.is_below]
        return [*found, *_misplaced(below, {file.place for file, _ in still})]

    def seconds_until_still(self, now: datetime) -> float:
        """How long until a pass would take everything that lies in the departments' folders now; 0 for no wait."""
        waits = [0.0]
        for file in self._files():
            if self._may_become_a_delivery(file):
                limit = self.unsealed_seconds if self._lacks_seal(file) else self.settle_seconds
                waits.append(limit - max(_age(file.status, now), 0.0))
        return max(waits)

    def _files(self) -> list[InboxFile]:
        return [file for file in files_in(self.folder) if not file.name.casefold().endswith(SEAL_SUFFIX)]

    def _may_become_a_delivery(self, file: InboxFile) -> bool:
        is_taken = file.department_code in self.departments and not file.is_below and is_sent(file.name)
        return is_taken and stat.S_ISREG(file.status.st_mode)

    def _lacks_seal(self, file: InboxFile) -> bool:
        if not needs_seal(file.name):
            return False
        try:
            with Folder.at(self.folder, file.department_code) as folder:
                return read_seal(folder, file.name) is None
        except OSError:
            return True

    def _admit(self, file: InboxFile, age: float) -> Candidate | Refusal | None:
        status = file.status
        candidate = Candidate(
            file.department_code,
            file.name,
            unicodedata.normalize("NFC", file.name),
            Identity.of(status),
            is_overdue=age >= self.unsealed_seconds,
            is_given_up=age >= CUT_SECONDS,
        )
        if not is_sent(file.name):
            is_left = age >= LEFT_SECONDS and stat.S_ISREG(status.st_mode) and not is_nobodys(file.name)
            return refuse(candidate, Problem("temporary-name")) if is_left else None
        if candidate.department_code not in self.departments:
            return refuse(candidate, Problem("unknown-department"))
        if not stat.S_ISREG(status.st_mode):
            return refuse(candidate, Problem("not-a-regular-file"))
        if not is_good_name(candidate.file_name):
            return refuse(candidate, Problem("bad-file-name"))
        if status.st_size > MAX_BYTES:
            return refuse(candidate, Problem("file-too-large"))
        return candidate


def _misplaced(below: Sequence[InboxFile], still: Collection[tuple[str, str]]) -> Iterator[Refusal]:
    """One answer for each sub-folder of a department's folder, once everything in it lies still."""
    folders: dict[tuple[str, str], list[InboxFile]] = defaultdict(list)
    for file in below:
        folders[file.department_code, file.name.partition("/")[0]].append(file)
    for (department_code, folder), files in sorted(folders.items()):
        if not all(file.place in still for file in files):
            continue
        names = sorted(file.name.partition("/")[2] for file in files)
        found = ", ".join(_shown(name) for name in names[:_NAMES_SHOWN]) + (", …" if names[_NAMES_SHOWN:] else "")
        described = repr(sorted((file.name, file.status.st_ino, file.status.st_mtime_ns) for file in files))
        problem = Problem("in-a-subfolder", found=found)
        key = f"{problem.code}:{hashlib.sha256(described.encode()).hexdigest()}"
        yield Refusal(_shown(department_code), _shown(folder) + "/", problem, key)


def refuse(candidate: Candidate, problem: Problem) -> Refusal:
    """Leave it where it is, with the reason for its sender."""
    identity = candidate.identity
    key = f"{problem.code}:{identity.inode}-{identity.mtime_ns}"
    return Refusal(_shown(candidate.department_code), _shown(candidate.file_name), problem, key)


def _age(status: os.stat_result, now: datetime) -> float:
    """Seconds since it last changed; a modification date in the future, copied from elsewhere, does not count."""
    since = [now.timestamp() - changed for changed in (status.st_mtime, status.st_ctime)]
    return min(since) if since[0] >= 0 else since[1]


def is_good_name(name: str) -> bool:
    """Refuses what cannot be seen (controls, text direction, zero width), bytes that are no text, and outer blanks.

    Source: Unicode general categories; undecodable bytes arrive as surrogates (PEP 383).
    """
    return name == name.strip() and not any(unicodedata.category(sign) in _UNSEEN_CATEGORIES for sign in name)


def _shown(name: str) -> str:
    seen = "".join("�" if unicodedata.category(sign) in _UNSEEN_CATEGORIES else sign for sign in name)
    return without_identifiers(seen)
