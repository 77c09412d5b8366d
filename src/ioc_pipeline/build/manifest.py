"""The parsed dbt project, kept beside the hash of everything it was parsed from."""

import hashlib
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from ioc_pipeline.durable import write_durably
from ioc_pipeline.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


class KeptManifest:
    """A manifest under home/build/, good for one project at one place: seeds are found by their whole path.

    Parsing takes seconds, and looking whether anything changed half of one, in every process anew.
    """

    def __init__(self, settings: Settings, folder: Path, project_hash: str) -> None:
        parsed_from = hashlib.sha256(f"{settings.project} {project_hash}".encode()).hexdigest()
        self._path = folder / f"manifest_{parsed_from[:32]}.pickle"

    def read(self) -> "Manifest | None":
        """The manifest, if this very project was parsed before."""
        if not self._path.exists():
            return None
        manifest: Manifest = pickle.loads(self._path.read_bytes())  # noqa: S301  # written by `keep`, in our own home
        return manifest

    def keep(self, manifest: "Manifest") -> None:
        """Keep this one only; it must not have been run with yet."""
        for old in self._path.parent.glob("manifest_*.pickle"):
            old.unlink()
        write_durably(self._path, pickle.dumps(manifest))
