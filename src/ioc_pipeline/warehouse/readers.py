"""Programs that opened our file to read it: they keep what they opened, and we go on with a copy.

DuckDB locks the file it opens (POSIX record locks: shared for readers), and a writer cannot open it as long as anybody
reads. A file that is only read does not change, so a copy of it under the same name is the same warehouse.
"""

import fcntl
import os
import struct
from pathlib import Path

from ioc_pipeline.durable import copy_durably

_FLOCK = "hhqqi4x"  # struct flock on 64-bit Linux: type, whence, start, length, pid


def reader_of(warehouse: Path) -> int:
    """The process that has the file open to read it; 0 where nobody has, or somebody writes it."""
    with warehouse.open("r+b") as file:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    return int(pid) if kind == fcntl.F_RDLCK else 0


def leave_to_reader(warehouse: Path) -> bool:
    """Put a copy in the place of a file that somebody reads; false where something is still to be written into it."""
    if warehouse.with_name(f"{warehouse.name}.wal").exists():
        return False
    copy_durably(warehouse, warehouse)
    return True
