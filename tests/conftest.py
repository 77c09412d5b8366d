"""What every test may use."""

import os
import shutil
import tempfile
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
OVER_AIRFLOW = "tests/e2e/test_airflow_"
MEMORY, ROOM = Path("/dev/shm"), 8 * 1024**3  # whose names are pytest's, not guessable ones of ours

# At each of its thousands of fsyncs a test would wait for the disk, and prove nothing by it: where there is room, what
# tests write lies in memory. `TMPDIR=/tmp make test` puts it elsewhere.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


class Together(LoadFileScheduling):
    """A file of tests stays in one process, and so do all files that share one running Airflow."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "airflow" if file.startswith(OVER_AIRFLOW) else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares one Airflow comes first: it takes longest, and mostly waits while other processes test the rest."""
    items.sort(key=lambda item: not item.nodeid.startswith(OVER_AIRFLOW))


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
