"""A desk for each test of loading."""

from pathlib import Path

import pytest

from loading_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(params=["file", "lake"])
def any_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """One over a file, then one over a DuckLake."""
    return Desk(tmp_path, f"ducklake:{tmp_path}/catalogue.ducklake" if request.param == "lake" else "")
