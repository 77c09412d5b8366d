"""What a build depends on besides the deliveries: a hash that tells whether it must be done again."""

import hashlib
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import ioc_pipeline
from ioc_pipeline.settings import Settings

_TOOLS = ("dbt-core", "dbt-duckdb", "duckdb")


def hash_project(settings: Settings) -> str:
    """SHA-256 of what all facts and the parsed dbt project depend on.

    The dbt project, its seeds, the contracts, our own code, and the versions of what runs them: after any of them was
    edited or upgraded nothing made before is used.
    """
    sql = [path for pattern in ("*.sql", "*.yml") for path in settings.dbt_project.rglob(pattern)]
    files = [*sql, *settings.seeds.glob("*.csv"), *settings.sources.glob("*.yml")]
    code = Path(ioc_pipeline.__file__).parent
    versions = " ".join([platform.python_version(), *(version(tool) for tool in _TOOLS)])
    digest = hashlib.sha256(versions.encode())
    digest.update(_hash_files(settings.project, files))
    digest.update(_hash_files(code, code.rglob("*.py")))
    return digest.hexdigest()


def hash_reference(settings: Settings, project_hash: str) -> str:
    """SHA-256 of what obligations and catalogue depend on besides the day.

    The suites belong to it: a contract whose suite is broken is stopped.
    """
    suites = _hash_files(settings.project, settings.expectations.glob("*.yml"))
    return hashlib.sha256(f"{project_hash} {settings.province_code}".encode() + suites).hexdigest()


def _hash_files(folder: Path, paths: Iterable[Path]) -> bytes:
    """Over names and contents, in the order of the names. What is no file has no content: its reader says so."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return digest.digest()
