"""A home for each test of landing."""

from pathlib import Path

import pytest

from ioc_pipeline.ledger.ledger import Ledger
from landing_home import DEPARTMENT, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    ledger.migrate()
    (tmp_path / "inbox" / DEPARTMENT).mkdir(parents=True)
    return Home(tmp_path, ledger)
