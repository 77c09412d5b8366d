"""The folder of published versions: which one is current, which number comes next, which are forgotten.

published/
    current.json                      the pointer: version, file, content hash
    current.duckdb                    a link to the same file, for tools that want one path
    marts_<version>.duckdb            the marts and `_publication`, never written again
    parquet_<version>/                the same tables as Parquet with a Frictionless datapackage.json
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from ioc_pipeline.durable import sync_folder, write_durably

VERSIONS_KEPT = 3
POINTER = "current.json"
LINK = "current.duckdb"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content of current.json: `file` and `parquet` are names in the folder, dates and times ISO 8601."""

    version: str
    file: str
    parquet: str
    published_at: str
    as_of: str
    load_seq: int
    content_hash: str


def read_pointer(folder: Path) -> Pointer | None:
    path = folder / POINTER
    return Pointer(**json.loads(path.read_bytes())) if path.exists() else None


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


def next_number(folder: Path) -> int:
    """One more than any version that was ever given, also by a publisher that died before it moved the pointer."""
    numbers = [int(path.stem.split("_")[1]) for path in folder.glob("marts_*.duckdb")]
    current = read_pointer(folder)
    return max([0, *numbers, *([int(current.version.split("_")[0])] if current else [])]) + 1


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
    for path in sorted(folder.glob("parquet_*"))[:-VERSIONS_KEPT]:
        shutil.rmtree(path)
