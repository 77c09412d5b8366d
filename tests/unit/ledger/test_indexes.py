"""What a pass and a look at its state ask of the ledger is found by an index: what is finished costs nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from ioc_pipeline.flows import alerts, inbox, loads, prepare, stores
from ioc_pipeline.settings import Settings, from_environment

# Of `head` there is one row; findings are what nobody has mended yet.
_WHOLE_TABLE = re.compile(r"SCAN (?:delivery|load|event|blob|refusal)\b(?!.* USING (?:COVERING )?INDEX load_un)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0"})
    folder = given.inbox / "so-khcn"
    folder.mkdir(parents=True)
    with xlsxwriter.Workbook(folder / "khong-ro.xlsx") as workbook:
        workbook.add_worksheet("Bieu").write(0, 0, "Không phải biểu nào")
    stores.open_ledger(given)  # its making may look at every table
    return given


@pytest.fixture
def scans() -> Iterator[dict[str, str]]:
    """Statement → the step of its plan that goes through a whole table."""
    found: dict[str, str] = {}

    def explain(connection: sa.Connection, _: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.split()[0].lower() not in ("select", "update", "delete"):
            return
        raw: Any = connection.connection.dbapi_connection
        one = parameters[0] if many else parameters
        for *_, step in raw.execute(f"explain query plan {statement}", one).fetchall():
            if _WHOLE_TABLE.match(step):
                found[statement] = step

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    yield found
    sa.event.remove(sa.Engine, "before_cursor_execute", explain)


def test_a_pass_reads_no_table_whole(settings: Settings, scans: dict[str, str]) -> None:
    for batch in inbox.land_inbox(settings):
        prepare.prepare(settings, batch)
    assert loads.load_prepared(settings).returned == 1
    ledger = stores.open_ledger(settings)
    ledger.published(1, "v1", at=datetime.now(UTC))
    ledger.waivers("telecom")
    ledger.accepted_extracts("rain_gauges")
    ledger.deliveries_of("0" * 64)
    assert scans == {}


def test_the_state_of_now_reads_no_table_whole(settings: Settings, scans: dict[str, str]) -> None:
    inbox.land_inbox(settings)
    codes = [alert.code for alert in alerts.alerts(settings, now=datetime.now(UTC) + timedelta(hours=1))]
    ledger = stores.open_ledger(settings)
    ledger.known_origins(["1:2"])
    assert [row.delivery_seq for row in ledger.open_status_rows(20)] == [1]
    assert "deliveries-waiting" in codes
    assert "state-unknown" not in codes
    assert scans == {}
