"""However many deliveries wait, they are loaded some at a time; what they come to is the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from ioc_pipeline.domain.deliveries import Scope
from ioc_pipeline.flows import inbox, loads, prepare, prepared, stores
from ioc_pipeline.settings import Settings, from_environment
from loading_desk import OCTOBER, SEPTEMBER


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three reports of one scan that say that nothing occurred: the first and the last of the same period."""
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0"})
    folder = given.inbox / "so-khcn"
    folder.mkdir(parents=True)
    for name in "abc":
        with xlsxwriter.Workbook(folder / f"{name}.xlsx") as workbook:
            workbook.add_worksheet(f"Bieu {name}").write(0, 0, "Không phải biểu nào")
    (batch,) = inbox.land_inbox(given)
    prepare.prepare(given, batch)
    for seq, period in zip(batch, (SEPTEMBER, OCTOBER, SEPTEMBER), strict=True):
        verdict = prepared.read_verdict(given, seq)
        assert verdict
        scopes = (Scope("subscribers", "so-khcn", period),)
        said = replace(verdict, outcome="nil_report", source_name="telecom", scopes=scopes)
        prepared.rewrite_verdict(given, said)
    return given


def outcomes(settings: Settings) -> list[str]:
    return [row.outcome for row in stores.open_ledger(settings).status_rows()]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_two_versions_of_one_scan_meet_however_few_are_loaded_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(loads, "BATCH_SIZE", size)
    summary = loads.load_prepared(settings)
    assert outcomes(settings) == ["returned", "nil_report", "returned"]
    assert (summary.returned, summary.other, summary.load_seq) == (2, 1, 3)
    answers = sorted(path.name for path in (settings.inbox / "so-khcn" / "phan-hoi").glob("*.txt"))
    assert [name.split("_")[1] for name in answers] == ["tra-lai", "tiep-nhan", "tra-lai"]


def test_what_is_lost_is_prepared_again_before_versions_are_compared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loads, "BATCH_SIZE", 1)
    (settings.prepared / "3" / "verdict.json").unlink()
    loads.load_prepared(settings)
    assert outcomes(settings) == ["nil_report", "nil_report", "returned"], "the third, by what its bytes say"
