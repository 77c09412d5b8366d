"""What one pass over the inbox leaves for the next."""

import fcntl
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline import ingest
from ioc_pipeline.settings import from_environment


def test_what_a_killed_process_was_preparing_waits_for_nobody(tmp_path: Path) -> None:
    environment = {"IOC_HOME": str(tmp_path / "home"), "IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"}
    settings = from_environment(environment)
    folder = settings.inbox / "so-khcn"
    folder.mkdir(parents=True)
    (folder / "bao-cao.xlsx").write_bytes(b"no workbook")
    assert ingest.land_inbox(settings) == [[1]]

    owner = settings.home / "preparing" / "1-1"
    owner.parent.mkdir()
    ingest.open_ledger(settings).lease([1], owner=owner.name, seconds=900, at=datetime.now(UTC))
    with owner.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert ingest.land_inbox(settings) == []
    assert ingest.land_inbox(settings) == [[1]]
    assert ingest.prepare(settings, [1]) == 1
    assert list(owner.parent.iterdir()) == []
