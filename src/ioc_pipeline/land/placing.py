"""A file from a page into a department's folder: whole or not there, under a name that nothing has."""

import hashlib
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.folders import Folder
from ioc_pipeline.land.admission import MAX_BYTES, is_good_name
from ioc_pipeline.land.file_names import is_sent
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX
from ioc_pipeline.land.seals import needs_seal

NAMES_TRIED = 50
NAME_BYTES = 200  # a folder takes 255; room is left for ` (50)`, a seal and what answers put before it


def own_name(asked: str) -> str:
    """The name alone, of what a browser said: some send the whole path of the sender's disk."""
    return unicodedata.normalize("NFC", asked.replace("\\", "/").rpartition("/")[2])


def unfit(file_name: str, size_bytes: int) -> Problem | None:
    """Why the inbox would refuse this file or pass over it, None where it takes it; the sender is told at once."""
    if size_bytes > MAX_BYTES:
        return Problem("file-too-large")
    if size_bytes == 0:
        return Problem("empty-file")
    if not file_name or len(file_name.encode("utf-8", "replace")) > NAME_BYTES or not is_good_name(file_name):
        return Problem("bad-file-name")
    return None if is_sent(file_name) and not file_name.casefold().endswith(SEAL_SUFFIX) else Problem("temporary-name")


def place(
    inbox: Path, department_code: str, file_name: str, content: BinaryIO, announce: Callable[[str, str], None]
) -> str:
    """Put a file into a department's folder, sealed where its kind needs it; give the name it got there.

    `announce` is told name and SHA-256 before each attempt: landing may take the file the moment it has its name.

    Raises:
        OSError: the folder cannot be used.
    """
    sha256 = _sha256(content)
    path = PurePath(file_name)
    with Folder.at(inbox, department_code) as folder:
        for number in range(1, NAMES_TRIED + 1):
            name = f"{path.stem} ({number}){path.suffix}" if number > 1 else file_name
            if _is_taken(folder, name) or _is_taken(folder, name + SEAL_SUFFIX):
                continue
            announce(name, sha256)
            try:
                folder.put_new(name, content)
            except FileExistsError:
                continue  # somebody was faster
            if needs_seal(name):
                with suppress(OSError):  # without it the file waits a minute, and is taken all the same
                    folder.put_new(name + SEAL_SUFFIX, BytesIO(f"{sha256}  {name}\n".encode()))
            return name
    raise FileExistsError(f"{NAMES_TRIED} files have the name already")


def _sha256(content: BinaryIO) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()


def is_placed(inbox: Path, department_code: str, name: str) -> bool:
    """Whether something of that name lies in a department's folder."""
    try:
        with Folder.at(inbox, department_code) as folder:
            return _is_taken(folder, name)
    except OSError:
        return False


def _is_taken(folder: Folder, name: str) -> bool:
    try:
        folder.status(name)
    except FileNotFoundError:
        return False
    return True
