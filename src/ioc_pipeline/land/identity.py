"""Which file it is and whether it has changed, as far as the file system can tell."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Times are in nanoseconds since 1970; `ctime_ns` changes with the name too.

    Without its device: of a shared disk each machine has its own number, and another one after a restart.
    """

    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Identity":
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    @property
    def as_text(self) -> str:
        """The beginning of an arrival's origin in the ledger."""
        return f"{self.inode}-{self.mtime_ns}-{self.ctime_ns}-{self.size_bytes}"

    def is_same_content(self, other: "Identity") -> bool:
        """Leaves ctime out, which our own renaming changes."""
        return (self.inode, self.size_bytes, self.mtime_ns) == (other.inode, other.size_bytes, other.mtime_ns)
