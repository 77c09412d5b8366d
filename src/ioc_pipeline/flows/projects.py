"""The project with one contract in another version: a changed one before it is in force, or one of before."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ioc_pipeline.settings import Settings


@contextmanager
def project_with(
    settings: Settings, source_name: str, contract: bytes, suites: Mapping[str, bytes]
) -> Iterator[Settings]:
    """A project that differs by one contract and some suites (by name, without `.yml`); the seeds are the same."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        for folder in ("include/seeds", "include/sources", "expectations"):
            (project / folder).mkdir(parents=True)
        for seed in settings.seeds.glob("*.csv"):
            (project / "include" / "seeds" / seed.name).symlink_to(seed)
        for path in settings.sources.glob("*.yml"):
            shutil.copy(path, project / "include" / "sources")
        for path in settings.expectations.glob("*.yml"):
            shutil.copy(path, project / "expectations")
        (project / "include" / "sources" / f"{source_name}.yml").write_bytes(contract)
        for suite, content in suites.items():
            (project / "expectations" / f"{suite}.yml").write_bytes(content)
        yield replace(settings, project=project)
