"""What lies in the inbox, and what of it is nobody's sending; the watcher that wakes Airflow looks through this too."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ioc_pipeline.settings import FEEDBACK_FOLDER

SEAL_SUFFIX = ".sha256"

_IGNORED_PREFIXES = (".", "~$")
_IGNORED_SUFFIXES = (".part", ".tmp", ".crdownload")
_IGNORED_NAMES = ("thumbs.db", "desktop.ini")


def files_in(inbox: Path) -> Iterator[tuple[str, Path, os.stat_result]]:
    """What lies in the inbox and in each folder directly below it: department, path, its own status.

    What programs keep for themselves, files that are still on their way, our feedback and deeper folders are left out.
    """
    for department_code, path, status in _entries(inbox, ""):
        if not stat.S_ISDIR(status.st_mode):
            yield department_code, path, status
        elif path.name != FEEDBACK_FOLDER:
            for entry in _entries(path, path.name):
                if not stat.S_ISDIR(entry[2].st_mode):
                    yield entry


def _entries(folder: Path, department_code: str) -> Iterator[tuple[str, Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name.casefold()
            if name.startswith(_IGNORED_PREFIXES) or name.endswith(_IGNORED_SUFFIXES) or name in _IGNORED_NAMES:
                continue
            try:
                yield department_code, folder / entry.name, entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # its sender took it back meanwhile
