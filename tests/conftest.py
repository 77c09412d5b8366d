"""What every test may use."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path | None:
    """The folder of real and hostile files beside the repository; None where it is not there."""
    folder = REPOSITORY.parent / "shared"
    return folder if folder.is_dir() else None
