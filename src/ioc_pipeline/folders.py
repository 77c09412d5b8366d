"""Folders that others may write to: everything below is reached from an open folder, and no link is followed.

A department may put a link, a pipe or a folder of its own wherever a name of ours is expected, at any moment. A path
is walked anew at each call, a descriptor stays the folder that was opened (openat(2), O_NOFOLLOW).
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")
"""What a file of ours is called until it is whole."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder. Names are single ones, without a slash; each method raises OSError as the system says it."""

    descriptor: int

    @classmethod
    @contextmanager
    def at(cls, path: Path, *below: str) -> Iterator["Folder"]:
        """Open a folder of ours, itself perhaps a link, and then what lies below it, where no name may be a link.

        Raises:
            NotADirectoryError: something below is a file, or a link to wherever.
        """
        descriptor = os.open(path, _FOLDER)
        try:
            for name in below:
                inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield cls(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def inner(self, name: str) -> Iterator["Folder"]:
        """Open a folder in this one.

        Raises:
            NotADirectoryError: it is a file, or a link to wherever.
        """
        descriptor = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self.descriptor)
        try:
            yield Folder(descriptor)
        finally:
            os.close(descriptor)

    def make(self, name: str) -> None:
        """Make a folder where there is nothing of that name."""
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=self.descriptor)

    def entries(self) -> list["os.DirEntry[str]"]:
        """What lies in it now; `stat` of an entry never follows a link."""
        with os.scandir(self.descriptor) as entries:
            return list(entries)

    def status(self, name: str) -> os.stat_result:
        """What the name itself is."""
        return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)

    def open(self, name: str) -> int:
        """A descriptor to read from; the caller closes it, and looks what it opened: a pipe does not block."""
        return os.open(name, _FILE, dir_fd=self.descriptor)

    def rename(self, name: str, new_name: str) -> None:
        os.rename(name, new_name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def move(self, name: str, to: "Folder") -> None:
        """Take a file to another folder under the same name, over what has it there."""
        os.rename(name, name, src_dir_fd=self.descriptor, dst_dir_fd=to.descriptor)

    def link(self, name: str, new_name: str) -> None:
        """Give a file another name too, unless that is taken."""
        os.link(name, new_name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor, follow_symlinks=False)

    def unlink(self, name: str) -> None:
        os.unlink(name, dir_fd=self.descriptor)

    def is_writable(self) -> bool:
        """Whether names may be made and removed in it."""
        return os.access(".", os.W_OK | os.X_OK, dir_fd=self.descriptor, effective_ids=True)

    def sync(self) -> None:
        """Make its names durable."""
        os.fsync(self.descriptor)

    def put_new(self, name: str, source: BinaryIO) -> None:
        """Write a file that is whole or not there, over nothing.

        Raises:
            FileExistsError: something has that name.
        """
        temporary = f".{secrets.token_hex(8)}.tmp"
        descriptor = os.open(temporary, _NEW, 0o640, dir_fd=self.descriptor)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                source.seek(0)
                shutil.copyfileobj(source, stream)
                stream.flush()
                os.fsync(stream.fileno())
            self.link(temporary, name)
        finally:
            with suppress(OSError):
                self.unlink(temporary)
        self.sync()

    def write_durably(self, name: str, content: bytes) -> None:
        """Write a file so that a reader finds the old content or the new; a file or link of that name is replaced."""
        temporary = f".{secrets.token_hex(8)}.tmp"
        descriptor = os.open(temporary, _NEW, 0o640, dir_fd=self.descriptor)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            self.rename(temporary, name)
        except BaseException:
            with suppress(OSError):
                self.unlink(temporary)
            raise
        self.sync()
