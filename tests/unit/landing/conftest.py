"""A home for each test of landing."""

from pathlib import Path

import pytest

from ioc_pipeline.ledger.ledger import Ledger
from landing_home import DEPARTMENT, Home


@pytest.fixture
def home(tmp_path: Path, ledger_file: Path) -> Home:
    (tmp_path / "inbox" / DEPARTMENT).mkdir(parents=True)
    return Home(tmp_path, Ledger(f"sqlite:///{ledger_file}"))
