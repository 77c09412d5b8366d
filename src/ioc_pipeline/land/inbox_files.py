"""What lies in the inbox; the watcher that wakes Airflow looks through this too."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.folders import Folder
from ioc_pipeline.land.file_names import is_sent
from ioc_pipeline.settings import FEEDBACK_FOLDER

SEAL_SUFFIX = ".sha256"

_DEPTH, _FILES = 3, 1000  # below a sub-folder of a department: it gets one answer, however much lies in it


@dataclass(frozen=True, slots=True)
class InboxFile:
    """Something in the inbox that is no folder. `name` is as on disk, with the sub-folders it lies in."""

    department_code: str
    name: str
    status: os.stat_result

    @property
    def place(self) -> tuple[str, str]:
        """Which one it is, as long as it has that name."""
        return self.department_code, self.name

    @property
    def is_below(self) -> bool:
        """Whether it lies in a sub-folder, where nothing is taken from."""
        return "/" in self.name


def files_in(inbox: Path) -> Iterator[InboxFile]:
    """What lies in the inbox, in each department's folder and in sub-folders, whose ever it is.

    Our feedback is left out, and so is a folder that cannot be looked into: `folder_faults` tells of it.
    """
    with Folder.at(inbox) as root:
        for name, status in _entries(root):
            if not stat.S_ISDIR(status.st_mode):
                yield InboxFile("", name, status)
            elif name != FEEDBACK_FOLDER and not name.startswith("."):
                with suppress(OSError), root.inner(name) as folder:
                    yield from _files_of(folder, name)


def _files_of(folder: Folder, department_code: str) -> list[InboxFile]:
    found: list[InboxFile] = []
    for name, status in _entries(folder):
        if not stat.S_ISDIR(status.st_mode):
            if name != FEEDBACK_FOLDER:
                found.append(InboxFile(department_code, name, status))
        elif name != FEEDBACK_FOLDER and not name.startswith("."):
            with suppress(OSError), folder.inner(name) as inner:
                below = [InboxFile(department_code, f"{name}/{file}", status) for file, status in _below(inner, _DEPTH)]
                found += below[:_FILES]
    return found


def _below(folder: Folder, depth: int) -> Iterator[tuple[str, os.stat_result]]:
    """The sender's files in a sub-folder, as far down as a person would look."""
    for name, status in _entries(folder):
        if stat.S_ISREG(status.st_mode) and is_sent(name) and not name.casefold().endswith(SEAL_SUFFIX):
            yield name, status
        elif stat.S_ISDIR(status.st_mode) and depth > 1 and not name.startswith("."):
            with suppress(OSError), folder.inner(name) as inner:
                yield from [(f"{name}/{file}", found) for file, found in _below(inner, depth - 1)]


def _entries(folder: Folder) -> Iterator[tuple[str, os.stat_result]]:
    for entry in folder.entries():
        with suppress(FileNotFoundError):  # its sender took it back meanwhile
            yield entry.name, entry.stat(follow_symlinks=False)
