"""The folder of published versions: which one is current, which number comes next, which are forgotten.

published/
    current.json                      the pointer: version, files and their hashes, whose they are
    current.duckdb                    a link to the same file, for tools that want one path
    marts_<version>.duckdb            the marts and `_publication`, read-only, never written again
    contracts/                        what each mart promises, as the Open Data Contract Standard has it
    postgresql.json                   which PostgreSQL was published to last, and why it lacks the current version
    parquet_<version>/                the same tables as Parquet with a Frictionless datapackage.json
    prints_<version>.json             what each part of its marts hashes to: the next publication reads this instead

What differs from its hash is not used any more: the next publication begins anew.
"""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ioc_pipeline.domain.errors import DamagedError
from ioc_pipeline.durable import read_json, remove, sync_folder, write_json

VERSIONS_KEPT = 3
POINTER = "current.json"
LINK = "current.duckdb"
PACKAGE = "datapackage.json"
SERVING = "postgresql.json"
_VERSION = re.compile(r"marts_(([0-9]+)_[0-9a-z]+)\.duckdb")


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content of current.json: `file` and `parquet` are names in the folder, dates and times ISO 8601.

    `sha256` is that of the file, `package_sha256` that of the data package, which has those of the Parquet files.
    Of a version published before there were these, both are "".
    """

    version: str
    file: str
    parquet: str
    published_at: str
    as_of: str
    load_seq: int
    content_hash: str
    sha256: str = ""
    package_sha256: str = ""
    installation_id: str = ""
    prints_sha256: str = ""


def read_pointer(folder: Path) -> Pointer | None:
    """The pointer; None where there is none, or not as it was written."""
    try:
        pointer = Pointer(**read_json(folder / POINTER))
        is_ours = pointer.file == f"marts_{pointer.version}.duckdb" and _VERSION.fullmatch(pointer.file)
    except (DamagedError, TypeError):
        return None
    return pointer if is_ours else None


def hash_file(path: Path) -> str:
    """SHA-256 of a file, hex; "" where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def damage_of(folder: Path, version: str, sha256: str, package_sha256: str) -> str:
    """What of a version is not as it was published, "" if all is; its files are read whole."""
    file, package = folder / f"marts_{version}.duckdb", folder / f"parquet_{version}" / PACKAGE
    if hash_file(file) != sha256:
        return f"{file.name} is not what was published, or gone"
    if hash_file(package) != package_sha256:
        return f"{package.parent.name}/{PACKAGE} is not what was published, or gone"
    for resource in json.loads(package.read_bytes())["resources"]:
        if f"sha256:{hash_file(package.parent / resource['path'])}" != resource["hash"]:
            return f"{package.parent.name}/{resource['path']} is not what was published, or gone"
    return ""


def note_serving(folder: Path, place: str, problem: str) -> None:
    """Keep why the PostgreSQL at `place` does not show the current version, "" if it does."""
    write_json(folder / SERVING, {"place": place, "problem": problem})


def serving_problem(folder: Path, place: str) -> str:
    """What keeps the current version out of the PostgreSQL at `place`, "" for nothing."""
    if read_pointer(folder) is None:
        return ""
    with suppress(DamagedError, KeyError):
        note = read_json(folder / SERVING)
        if note.get("place", place) == place:
            return str(note["problem"])
    return f"{place}: nothing was published there yet"


def is_sound(folder: Path, *, version: str) -> bool:
    """Whether this version seems to be the current one and untouched; a look at names, rights and times only."""
    pointer = read_pointer(folder)
    if pointer is None or pointer.version != version:
        return False
    try:
        status = (folder / pointer.file).stat()
    except OSError:
        return False
    return not status.st_mode & 0o222 and status.st_mtime <= (folder / POINTER).stat().st_mtime


def make_read_only(path: Path) -> None:
    """Nobody but a new publication writes it again."""
    path.chmod(0o444)


def kept_versions(folder: Path) -> dict[str, Path]:
    """The file of each version that can still be opened, oldest first."""
    paths = sorted(folder.glob("marts_*.duckdb"))
    return {named[1]: path for path in paths if (named := _VERSION.fullmatch(path.name))}


def move_pointer(folder: Path, pointer: Pointer) -> None:
    write_json(folder / POINTER, asdict(pointer))
    link(folder, pointer.file)


def link(folder: Path, file_name: str) -> None:
    """Let `current.duckdb` name this file, by a relative link: the folder may be moved."""
    path = folder / LINK
    if path.is_symlink() and str(path.readlink()) == file_name:
        return
    fresh = folder / f".{LINK}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(file_name)
    fresh.replace(path)
    sync_folder(folder)


def next_number(folder: Path, last_version: str) -> int:
    """One more than any version that was ever given, also by a publisher that died before it moved the pointer.

    `last_version` is the last that the ledger knows: the folder may have been lost.
    """
    current = read_pointer(folder)
    known = [*kept_versions(folder), current.version if current else "", last_version]
    return max([0, *(int(version.split("_")[0]) for version in known if version)]) + 1


def unfinished(path: Path) -> Path:
    """The name beside its own under which a file or folder of a version is written."""
    return path.with_name(f".unfinished_{path.name}")


def finish(path: Path) -> None:
    """Give what was written under its unfinished name its own."""
    unfinished(path).replace(path)
    sync_folder(path.parent)


def forget_unfinished(folder: Path) -> None:
    for path in folder.glob(".unfinished_*"):
        remove(path)


def forget_old(folder: Path) -> None:
    for pattern in ("marts_[0-9]*.duckdb", "prints_[0-9]*.json", "parquet_[0-9]*"):
        for path in sorted(folder.glob(pattern))[:-VERSIONS_KEPT]:
            remove(path)
