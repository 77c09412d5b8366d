"""`ioc verify` and `ioc status` say when the ledger's record of events was changed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc_pipeline.cli.main import main
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.settings import from_environment


@pytest.mark.parametrize(
    ("tampering", "command", "exit_code"),
    [
        ("", "verify", 0),
        ("", "status", 0),
        ("update event set kind = 'loaded' where event_seq = 2", "verify", 2),
        ("update event set kind = 'loaded' where event_seq = 2", "status", 2),
    ],
)
def test_a_changed_event_is_named_and_ends_the_command_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tampering: str,
    command: str,
    exit_code: int,
) -> None:
    monkeypatch.setenv("IOC_HOME", str(tmp_path))
    given = from_environment()
    ledger = open_ledger(given)
    for key in ("a", "b"):
        ledger.record_refusal(key, department_code="so-khcn", file_name=key, code="bad-file-name", at=datetime.now(UTC))
    if tampering:
        with sa.create_engine(given.ledger_url).begin() as connection:
            connection.execute(sa.text("drop trigger event_no_update"))
            connection.execute(sa.text(tampering))
    assert main([command]) == exit_code
    assert ("event 2 is not what was recorded" in capsys.readouterr().err) is bool(tampering)
