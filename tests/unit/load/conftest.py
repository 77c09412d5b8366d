"""A desk for each test of loading."""

from pathlib import Path

import pytest

from loading_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
