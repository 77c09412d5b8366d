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
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from ioc_pipeline.durable import sync_folder, write_durably

VERSIONS_KEPT = 3
POINTER = "current.json"
LINK = "current.duckdb"
PACKAGE = "datapackage.json"
SERVING = "postgresql.json"


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
    """The pointer; None where there is none that can be read."""
    try:
        pointer = Pointer(**json.loads((folder / POINTER).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return pointer if Path(pointer.file).name == pointer.file else None


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
    write_durably(folder / SERVING, json.dumps({"place": place, "problem": problem}).encode())


def serving_problem(folder: Path, place: str) -> str:
    """What keeps the current version out of the PostgreSQL at `place`, "" for nothing."""
    if read_pointer(folder) is None:
        return ""
    try:
        note = json.loads((folder / SERVING).read_bytes())
        if note.get("place", place) == place:
            return str(note["problem"])
    except (OSError, ValueError, KeyError):
        pass
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
    return {path.stem.removeprefix("marts_"): path for path in sorted(folder.glob("marts_*.duckdb"))}


def move_pointer(folder: Path, pointer: Pointer) -> None:
    write_durably(folder / POINTER, json.dumps(asdict(pointer), indent=1).encode())
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
    numbers = [int(path.stem.split("_")[1]) for path in folder.glob("marts_*.duckdb")]
    current = read_pointer(folder)
    known = [current.version if current else "", last_version]
    return max([0, *numbers, *(int(version.split("_")[0]) for version in known if version)]) + 1


def unfinished(path: Path) -> Path:
    """The name beside its own under which a file or folder of a version is written."""
    return path.with_name(f".unfinished_{path.name}")


def finish(path: Path) -> None:
    """Give what was written under its unfinished name its own."""
    unfinished(path).replace(path)
    sync_folder(path.parent)


def forget_unfinished(folder: Path) -> None:
    for path in folder.glob(".unfinished_*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def forget_old(folder: Path) -> None:
    for path in sorted(folder.glob("marts_*.duckdb"))[:-VERSIONS_KEPT]:
        path.unlink()
    for path in sorted(folder.glob("prints_*.json"))[:-VERSIONS_KEPT]:
        path.unlink()
    for path in sorted(folder.glob("parquet_*"))[:-VERSIONS_KEPT]:
        shutil.rmtree(path)
