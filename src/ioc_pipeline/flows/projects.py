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
        (project / "include").mkdir()
        (project / "include" / "seeds").symlink_to(settings.seeds)
        sources = shutil.copytree(settings.sources, project / "include" / "sources")
        expectations = shutil.copytree(settings.expectations, project / "expectations")
        (sources / f"{source_name}.yml").write_bytes(contract)
        for suite, content in suites.items():
            (expectations / f"{suite}.yml").write_bytes(content)
        yield replace(settings, project=project)
