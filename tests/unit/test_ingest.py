"""The order of the steps, and what a failure of ours leaves behind."""

import fcntl
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from ioc_pipeline.flows import inbox, loads, prepare, stores
from ioc_pipeline.settings import Settings, from_environment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0"})
    folder = given.inbox / "so-khcn"
    folder.mkdir(parents=True)
    with xlsxwriter.Workbook(folder / "khong-ro.xlsx") as workbook:
        workbook.add_worksheet("Bieu").write(0, 0, "Không phải biểu nào")
    return given


def states(settings: Settings) -> list[tuple[str, str]]:
    return [(row.state, row.held_reason) for row in stores.open_ledger(settings).status_rows()]


def test_a_failure_of_ours_gives_the_lease_back_for_the_next_try(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (batch,) = inbox.land_inbox(settings)

    def fail(*_: object) -> Sequence[object]:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "read_batch", fail)
        with pytest.raises(MemoryError):
            prepare.prepare(settings, batch)
    assert states(settings) == [("landed", "preparing failed: MemoryError")]
    assert prepare.prepare(settings, batch) == 1


def test_prepared_files_that_are_lost_are_made_again(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    for path in (settings.prepared / "1").iterdir():
        path.unlink()
    assert loads.load_prepared(settings).returned == 1
    assert states(settings)[0][0] == "returned"


def test_what_was_prepared_before_an_upgrade_is_prepared_again(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    (settings.prepared / "1" / "form").write_text("of an older version, whose verdict and values had other parts")
    (settings.prepared / "1" / "verdict.json").write_text("{}")
    assert loads.load_prepared(settings).returned == 1


def test_what_was_prepared_before_forms_had_versions_is_prepared_again(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    (settings.prepared / "1" / "form").unlink()
    (settings.prepared / "1" / "verdict.json").write_text("{}")
    assert loads.load_prepared(settings).returned == 1


def test_a_department_is_answered_once_and_nothing_stays_prepared(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    loads.load_prepared(settings)
    assert loads.load_prepared(settings).changed is False
    assert len(list((settings.inbox / "so-khcn" / "phan-hoi").iterdir())) == 1
    assert list(settings.prepared.iterdir()) == []


def test_what_a_killed_process_was_preparing_waits_for_nobody(settings: Settings) -> None:
    assert inbox.land_inbox(settings) == [[1]]
    owner = settings.home / "preparing" / "1-1"
    owner.parent.mkdir()
    stores.open_ledger(settings).lease([1], owner=owner.name, seconds=900, at=datetime.now(UTC))
    with owner.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert inbox.land_inbox(settings) == []
    assert inbox.land_inbox(settings) == [[1]]
    assert prepare.prepare(settings, [1]) == 1
    assert list(owner.parent.iterdir()) == []
