"""Samples up to a later day: what each unit sent, when, and how many times; the published month stays what it is."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from ioc_pipeline.cli.main import main
from ioc_pipeline.domain.periods import period_containing
from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.asked import age_of
from ioc_pipeline.sample.write import SampleFile, sample_files
from shipped import EXPECTATIONS, PROFILE, SEEDS, SOURCES

UNTIL = date(2026, 11, 27)


@pytest.fixture(scope="module")
def files() -> list[SampleFile]:
    contracts = read_contracts(SOURCES, EXPECTATIONS, SEEDS)
    names = ("vneid_accounts", "tax_online", "population_statistics", "smart_communes")
    few = Contracts({name: contracts.ready[name] for name in names}, {})
    return sample_files(
        seed=1,
        months=15,
        contracts=few,
        org_units=OrgUnits.from_seeds(SEEDS),
        profile=PROFILE,
        seeds=SEEDS,
        until=UNTIL,
    )


def test_fifteen_months_five_quarters_and_three_years_are_told(files: list[SampleFile]) -> None:
    told = {form: {file.path.name for file in files if file.path.name.startswith(form)} for form in ("TK VNeID", "Xã")}
    assert len({name.replace("lần 1, ", "") for name in told["TK VNeID"]}) == 12  # of 15: three never came
    assert len({name.replace("lần 1, ", "") for name in told["Xã"]}) == 5
    assert len([file for file in files if file.path.parts[0] == "thong-ke-tinh"]) == 3


def test_communes_are_late_wrong_at_first_or_silent_and_none_sends_the_same_twice(files: list[SampleFile]) -> None:
    of_communes = [file for file in files if file.path.name.startswith("Xã")]
    mended = [file for file in of_communes if "lần 1" in file.path.name]
    assert mended
    assert 75 * 4 < len(of_communes) - len(mended) < 75 * 5
    assert len({file.content for file in mended}) == len(mended)
    autumn = [file.sent_on for file in of_communes if "quý IV-2025 (MẪU)" in file.path.name]
    assert len(set(autumn)) > 2


def test_nothing_is_sent_after_the_day_it_is(files: list[SampleFile]) -> None:
    assert max(file.sent_on for file in files) <= UNTIL
    assert max(file.sent_on for file in files) > UNTIL - timedelta(days=31)


def test_later_figures_move_between_those_of_the_last_three_periods() -> None:
    ages = [age_of(period_containing(date(2025 + month // 12, month % 12 + 1, 1), "month", "management"), "management")
            for month in range(6, 16)]  # fmt: skip
    assert ages == [2, 1, 0, 1, 2, 1, 0, 1, 2, 1]


def test_what_was_sent_earlier_is_landed_as_received_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IOC_HOME", str(tmp_path))
    assert main(["sample", "--months", "1", "--until", "2025-10-02"]) == 0
    sent = capsys.readouterr().out.splitlines()
    assert main(["status", "--all", "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    received = {row["file"]: row["received_at"] for row in rows}
    assert received["TK VNeID T9-2025 (MẪU).xls"].startswith("2025-09-15")
    dropped = [path.name for path in (tmp_path / "inbox").rglob("*") if path.is_file()]
    assert {Path(path).name for path in sent} == {*received, *dropped}


def test_ten_years_can_be_told() -> None:
    contracts = read_contracts(SOURCES, EXPECTATIONS, SEEDS)
    few = Contracts({name: contracts.ready[name] for name in ("tax_online", "digital_economy", "telecom_coverage")}, {})
    org_units = OrgUnits.from_seeds(SEEDS)
    told = sample_files(
        seed=1, months=120, contracts=few, org_units=org_units, profile=PROFILE, seeds=SEEDS, until=UNTIL
    )
    senders = {file.path.parts[0] for file in told}
    assert senders == {"so-khcn", "thong-ke-tinh", "thue-tinh"}
    assert len({file.path.name for file in told if file.path.parts[0] == "thue-tinh"}) > 100
    assert min(file.sent_on for file in told) < UNTIL.replace(year=2017)
