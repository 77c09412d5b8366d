"""Files that are whole or not there: written under another name, synced, renamed."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ioc_pipeline.domain.errors import DamagedError

OWN_HASH = "own_sha256"


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a machine that lost power, finds the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object with a hash of itself, so that whoever reads it sees that a letter of it changed since."""
    text = json.dumps({**content, OWN_HASH: _own_hash(content)}, ensure_ascii=False, indent=1)
    write_durably(path, text.encode())


def read_json(path: Path) -> dict[str, Any]:
    """What `write_json` wrote; of before there was the hash, it is believed.

    Raises:
        DamagedError: it is gone, not whole, or not as it was written.
    """
    try:
        content = json.loads(path.read_bytes())
        said = content.pop(OWN_HASH, None)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DamagedError(f"{path.name} is gone or not whole") from error
    if said is not None and said != _own_hash(content):
        raise DamagedError(f"{path.name} is not as it was written")
    return dict(content)


def _own_hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def remove(path: Path) -> None:
    """Take away whatever has this name, a folder with all in it; of a link the link alone. Nothing there is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def copy_durably(source: Path, target: Path) -> Path:
    """Copy a file with its times and rights under a temporary name, then give it its own."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.tmp")
    shutil.copy2(source, half)
    sync_file(half)
    half.replace(target)
    sync_folder(target.parent)
    return target


def sync_file(path: Path) -> None:
    """Make the content of a file durable that somebody else wrote."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
