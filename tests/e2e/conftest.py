"""An installation of its own for a test: everything real, everything under one folder."""

import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from csv import DictReader
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from browser import browser
from e2e.logged_in import address, logged_in, page, password, token
from e2e.running_airflow import running_airflow
from ioc_pipeline.cli.main import main
from ioc_pipeline.flows import inbox, loads, prepare
from ioc_pipeline.settings import from_environment
from postgresql_server import postgresql_url
from shipped import copy_flat

__all__ = ["address", "browser", "logged_in", "page", "password", "postgresql_url", "running_airflow", "token"]

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """`ioc` as a person runs it, but in this process: its imports cost more than its work."""

    home: Path
    project: Path
    ledger_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "IOC_HOME": str(self.home),
            "IOC_PROJECT": str(self.project),
            "IOC_LEDGER_URL": self.ledger_url,
            "IOC_SETTLE_SECONDS": "0",
            "IOC_UNSEALED_SECONDS": "0",
        }

    def ioc(self, *arguments: str, expect: int = 0) -> str:
        """Run one command; give what it printed, or with another `expect` than 0 what it complained of too."""
        code, printed, complained = self.told(*arguments)
        assert code == expect, f"ioc {arguments} gave {code}\n{complained}\n{printed}"
        return printed + (complained if expect else "")

    def told(self, *arguments: str) -> tuple[int, str, str]:
        """Run one command; give its exit code, what it printed and what it complained of."""
        printed, complained = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(complained):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            code = main(arguments)
        return code, printed.getvalue(), complained.getvalue()

    def load(self) -> None:
        """Take the inbox to raw as `ioc run` does, without the marts: their building takes longest."""
        settings = from_environment(self.environment)
        for batch in inbox.land_inbox(settings):
            prepare.prepare(settings, batch)
        loads.load_prepared(settings)

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
        """Everything that a department was told, also what is put away by now."""
        folder = self.home / "inbox" / department / "phan-hoi"
        return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted(folder.rglob("*.txt"))}


def copied_project(folder: Path) -> Path:
    """Contracts, suites, seeds and models of one's own, to change."""
    project = folder / "project"
    copy_flat(project)
    shutil.copy(REPOSITORY / "include" / "senders.csv", project / "include")
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(REPOSITORY / "dbt_project", project / "dbt_project", ignore=ignored)
    return project


@pytest.fixture
def new_installation(tmp_path: Path) -> Callable[..., Installation]:
    """Make an installation; with `own_project` it gets contracts, suites, seeds and models of its own to change."""

    def make(*, own_project: bool = False) -> Installation:
        return Installation(tmp_path / "home", copied_project(tmp_path) if own_project else REPOSITORY)

    return make


@pytest.fixture
def installation(new_installation: Callable[..., Installation]) -> Installation:
    return new_installation()
