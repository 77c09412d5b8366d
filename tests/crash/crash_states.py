"""What a disk may hold after the machine lost power: less than the process that was writing has seen.

POSIX promises bytes once their file was synced, and a name once its folder was. The shim notes both. Here everything
that was promised to nobody is taken away: names come back or go, bytes that were not synced are cut off. Databases are
left as they are: their own syncing is theirs to prove. So are the files of the departments, which are not ours to sync.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from crash.harness import Home
from crash.shim import DATABASES


@dataclass(frozen=True)
class Loss:
    """What goes of all that was not synced: names in folders, bytes of files."""

    names: bool
    bytes: bool


EVERYTHING, BYTES_ALONE = Loss(names=True, bytes=True), Loss(names=False, bytes=True)


def lose_power(home: Home, noted: Path, loss: Loss) -> list[str]:
    """Leave of the home what is sure to be on the disk; give the files of ours that were rewritten under their name.

    Those are no longer whole in one way or the other, whatever is synced afterwards.
    """
    durable = json.loads(noted.read_text())
    names = {int(inode): listing for inode, listing in durable["names"].items()}
    synced = {int(inode): tuple(of) for inode, of in durable["bytes"].items()}
    rewritten = []
    for path in _files(home.folder):
        status = path.stat()
        if synced.get(status.st_ino) == (status.st_size, status.st_mtime_ns):
            continue
        if status.st_ino in synced and _was_durable(path, names):
            rewritten.append(str(path.relative_to(home.folder)))
        if loss.bytes:
            os.truncate(path, 0)
    if loss.names:
        _lose_names(home, names, noted.with_suffix(".graves"))
    return rewritten


def _files(home: Path) -> list[Path]:
    """Files of ours that are synced by us: no database, no lock, nothing that a department has dropped."""
    found = []
    for path in home.rglob("*"):
        below = path.relative_to(home)
        is_theirs = below.parts[0] == "inbox" and "phan-hoi" not in below.parts
        is_other = below.parts[0] in ("build", "preparing", "deaths") or path.name.endswith(".lock")
        if path.is_file() and not path.is_symlink() and not (is_theirs or is_other or _is_database(below)):
            found.append(path)
    return found


def _is_database(below: Path) -> bool:
    return below.name.endswith(DATABASES) and below.parts[0] != "published"


def _was_durable(path: Path, names: dict[int, dict[str, int]]) -> bool:
    return names.get(path.parent.stat().st_ino, {}).get(path.name) == path.stat().st_ino


def _lose_names(home: Home, names: dict[int, dict[str, int]], graves: Path) -> None:
    limbo = graves.with_suffix(".limbo")
    limbo.mkdir()
    wanted = {path: names[path.stat().st_ino] for path in _folders(home.folder) if path.stat().st_ino in names}
    for path, listing in reversed(wanted.items()):  # the deepest first: a folder that goes takes all with it
        for entry in list(os.scandir(path)):
            if listing.get(entry.name) != entry.inode() and not _is_database(Path(entry.path).relative_to(home.folder)):
                Path(entry.path).rename(limbo / str(entry.inode()))
    for path, listing in wanted.items():
        if path.is_dir():
            _bring_back(path, listing, names, [limbo, graves])


def _bring_back(folder: Path, listing: dict[str, int], names: dict[int, dict[str, int]], from_: list[Path]) -> None:
    for name, inode in listing.items():
        path = folder / name
        kept = next((place / str(inode) for place in from_ if (place / str(inode)).exists()), None)
        if path.exists() or path.is_symlink():
            continue
        if kept is not None and not kept.is_dir():
            os.link(kept, path)
        elif kept is not None:
            shutil.move(kept, path)
        elif inode in names:  # a folder that was removed since
            path.mkdir()
            _bring_back(path, names[inode], names, from_)


def _folders(home: Path) -> list[Path]:
    """Every folder but those that departments drop into, a folder before those in it."""
    found = [home]
    for path in sorted(home.rglob("*")):
        below = path.relative_to(home).parts
        if path.is_dir() and not path.is_symlink() and below[0] != "build" and not _is_box(below):
            found.append(path)
    return found


def _is_box(below: tuple[str, ...]) -> bool:
    return below[0] == "inbox" and "phan-hoi" not in below
