"""An installation of its own for a test: everything real, everything under one folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from csv import DictReader
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT_PARTS = ("include", "expectations", "dbt_project")


@dataclass(frozen=True)
class Installation:
    """`ioc` runs as a person would run it: a new process, the environment and nothing else."""

    home: Path
    project: Path
    environment: dict[str, str] = field(default_factory=dict)

    def ioc(self, *arguments: str, expect: int = 0, cwd: Path | None = None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "ioc_pipeline.cli", *arguments],
            env={**os.environ, "IOC_HOME": str(self.home), "IOC_PROJECT": str(self.project), **self.environment},
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, f"ioc {arguments} gave {done.returncode}: {done.stderr}\n{done.stdout}"
        return done.stdout if expect == 0 else done.stderr or done.stdout

    def query(self, sql: str) -> list[dict[str, str]]:
        return list(DictReader(StringIO(self.ioc("sql", sql))))

    def drop(self, department: str, name: str, content: bytes) -> Path:
        """Put a whole file into a department's inbox, as a copy program that renames at the end does."""
        folder = self.home / "inbox" / department
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{name}.part"
        part.write_bytes(content)
        return part.rename(folder / name)

    def answers(self, department: str) -> dict[str, str]:
        folder = self.home / "inbox" / department / "phan-hoi"
        return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted(folder.glob("*.txt"))}


@pytest.fixture
def new_installation(tmp_path: Path) -> Callable[..., Installation]:
    """Make an installation; with `own_project` it gets contracts, suites, seeds and models of its own to change."""

    def make(*, own_project: bool = False) -> Installation:
        project = REPOSITORY
        if own_project:
            project = tmp_path / "project"
            for part in PROJECT_PARTS:
                ignored = shutil.ignore_patterns("target", "logs")
                shutil.copytree(REPOSITORY / part, project / part, ignore=ignored)
        return Installation(tmp_path / "home", project, {"IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"})

    return make


@pytest.fixture
def installation(new_installation: Callable[..., Installation]) -> Installation:
    return new_installation()
