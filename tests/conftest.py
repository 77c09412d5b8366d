"""What every test may use."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# The same examples at every run: a build must not fail by chance. `HYPOTHESIS_PROFILE=default` searches further.
settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "reproducible"))

REPOSITORY = Path(__file__).resolve().parents[1]


class Together(LoadFileScheduling):
    """A file of tests stays in one process, and so do all files that share one running Airflow."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "airflow" if file.startswith("tests/e2e/test_airflow_") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return Together(config, log)


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    """Reading the settings makes a process private; the next test is another process in earnest."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def shared() -> Path | None:
    """The folder of real and hostile files beside the repository; None where it is not there."""
    folder = REPOSITORY.parent / "shared"
    return folder if folder.is_dir() else None
