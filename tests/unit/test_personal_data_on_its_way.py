"""A file with personal data from the inbox to its answer and its end. Every identifier here is invented."""

import csv
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from ioc_pipeline.cli.main import main
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows import decisions, inbox, ledgers, loads, prepare, purging, sending
from ioc_pipeline.flows.alerts import alerts
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings, from_environment

CITIZEN, OLD = "014085000105", "050000126"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"})
    (given.inbox / "so-khcn").mkdir(parents=True)
    return given


def drop(settings: Settings, name: str, *cells: str) -> None:
    with xlsxwriter.Workbook(settings.inbox / "so-khcn" / name) as workbook:
        workbook.add_worksheet("Bieu").write_column(0, 0, ["Không phải biểu nào", *cells])


def run(settings: Settings) -> None:
    for batch in inbox.land_inbox(settings):
        prepare.prepare(settings, batch)
    loads.load_prepared(settings)


def outcomes(settings: Settings) -> list[str]:
    return [row.outcome for row in open_ledger(settings).status_rows()]


def answers(settings: Settings) -> list[tuple[str, str]]:
    folder = settings.inbox / "so-khcn" / "phan-hoi"
    return [(path.name, path.read_text("utf-8-sig")) for path in sorted(folder.glob("*.txt"))]


def test_a_list_of_people_that_is_no_form_at_all_is_returned_too(settings: Settings) -> None:
    drop(settings, "ds.xlsx", CITIZEN)
    run(settings)
    ((_, text),) = answers(settings)
    assert outcomes(settings) == ["returned"]
    assert "personal-data" in text
    assert CITIZEN not in text


def holding(settings: Settings, number: str) -> list[str]:
    """Every file, by the end of its name, whose name or content has the number."""
    kept = [path for path in settings.home.rglob("*") if path.is_file()]
    return [path.suffix for path in kept if number in path.name or number.encode() in path.read_bytes()]


def status(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IOC_HOME", str(settings.home))
    assert main(["status"]) == 0
    return capsys.readouterr().out


def test_a_number_in_the_name_of_a_file_lies_beside_its_bytes_and_goes_with_them(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(settings, f"CMND {OLD}.xlsx")
    run(settings)
    ((name, text),) = answers(settings)
    assert outcomes(settings) == ["returned"]
    assert OLD not in name + text
    assert holding(settings, OLD) == [".name"]
    assert f"CMND {OLD}.xlsx" in status(settings, capsys, monkeypatch)
    purging.purge(settings, 1, reason="tên tệp có số của một người", by="lan")
    assert holding(settings, OLD) == []
    assert "CMND ‹" in status(settings, capsys, monkeypatch)


def test_nor_in_the_name_of_a_file_that_is_sent_by_the_page(settings: Settings) -> None:
    drop(settings, "a.xlsx")
    content = BytesIO((settings.inbox / "so-khcn" / "a.xlsx").read_bytes())
    (settings.inbox / "so-khcn" / "a.xlsx").unlink()
    name = sending.send_file(settings, f"CMND {OLD}.xlsx", content, department_code="so-khcn", sender="lan")
    run(settings)
    assert sending.sent(settings, name).state == "taken"
    assert outcomes(settings) == ["returned"]
    assert holding(settings, OLD) == []  # the page gives the file a guarded name before it is dropped


def test_a_false_alarm_is_released_by_a_person_and_the_delivery_is_read_again(settings: Settings) -> None:
    drop(settings, "ds.xlsx", CITIZEN)
    run(settings)
    decision = decisions.release(settings, 1, reason=f"Mã hồ sơ, không phải số của ai {CITIZEN}", by="lan")
    run(settings)
    assert decision == 2
    assert outcomes(settings) == ["returned", "release"]  # it is no form either
    assert open_ledger(settings).verify_events() > 0
    with duckdb.connect(str(settings.warehouse), read_only=True) as raw:
        ((place, reason, by),) = raw.execute("select found_place, reason, decided_by from raw.release").fetchall()
        warned = raw.execute(
            "select code, severity from raw.delivery_error order by load_seq, problem_index"
        ).fetchall()
    assert ("A2" in place, by) == (True, "lan")
    assert CITIZEN not in place + reason
    assert warned == [
        ("personal-data", "critical"),
        ("unknown-form", "critical"),
        ("personal-data-released", "warning"),
    ]
    assert "personal-data-released" in answers(settings)[-1][1]


def test_only_a_return_for_personal_data_is_released_and_once(settings: Settings) -> None:
    drop(settings, "a.xlsx")
    run(settings)
    with pytest.raises(UserError, match="not returned for personal data"):
        decisions.release(settings, 1, reason="r", by="lan")
    drop(settings, "b.xlsx", CITIZEN)
    run(settings)
    decisions.release(settings, 2, reason="r", by="lan")
    run(settings)
    with pytest.raises(UserError, match="not returned for personal data"):
        decisions.release(settings, 2, reason="r", by="lan")
    with pytest.raises(UserError, match="withdraw that one"):
        decisions.withdraw(settings, 3, reason="r", by="lan")


def test_what_a_contract_reads_is_loaded_under_its_own_number_once_it_is_released(settings: Settings) -> None:
    drop_form(settings, f"mã {CITIZEN}")
    run(settings)
    assert figures(settings) == []
    decisions.release(settings, 1, reason="Mã thiết bị", by="lan")
    run(settings)
    assert outcomes(settings) == ["loaded", "release"]
    assert {seq for seq, _, _ in figures(settings)} == {1}
    assert figures(rebuilt(settings)) == figures(settings)


def drop_form(settings: Settings, remark: str) -> None:
    """The form of the health insurance, with a remark in the first row."""
    with (settings.seeds / "org_units.csv").open(encoding="utf-8") as units:
        communes = [
            (row["full_name"], row["org_unit_code"])
            for row in csv.DictReader(units)
            if row["level"] == "commune" and row["province_code"] == "14" and not row["valid_to_date"]
        ]
    lines = [
        "Cơ sở khám bệnh, chữa bệnh BHYT tra cứu thông tin bằng CCCD gắn chip;;;;",
        "Tháng 8 năm 2025;;;;",
        "Xã, phường;Mã xã, phường;Số cơ sở khám chữa bệnh BHYT;Số cơ sở tra cứu bằng CCCD gắn chip;Ghi chú",
        *(f"{name};{code};4;2;{'' if number else remark}" for number, (name, code) in enumerate(communes)),
    ]
    folder = settings.inbox / "bhxh-tinh"
    folder.mkdir(exist_ok=True)
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def figures(settings: Settings) -> list[tuple[int, str, int]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as raw:
        return raw.execute(
            "select delivery_seq, org_unit_code, measured_value::int from raw.observation order by all"
        ).fetchall()


def rebuilt(settings: Settings) -> Settings:
    """Another installation, made of the landing of this one."""
    home = settings.home / "other"
    shutil.copytree(settings.landing, home / "landing")
    fresh = replace(settings, home=home, ledger_url=f"sqlite:///{home / 'ledger.db'}")
    ledgers.restore_ledger(fresh)
    for batch in prepare.waiting_batches(fresh):
        prepare.prepare(fresh, batch)
    loads.load_prepared(fresh, answer=False)
    return fresh


def landed_bytes(settings: Settings) -> list[bytes]:
    return [path.read_bytes() for path in settings.landing.rglob("*") if path.is_file()]


def test_what_was_returned_for_personal_data_is_deleted_after_seven_days(settings: Settings) -> None:
    drop_form(settings, f"mã {CITIZEN}")
    run(settings)
    told = errors(settings)
    assert purging.purge_due(settings, now=datetime.now(UTC) + timedelta(days=6, hours=23)) == []
    assert any(CITIZEN.encode() in content for content in landed_bytes(settings))
    assert purging.purge_due(settings, now=datetime.now(UTC) + timedelta(days=7, minutes=1)) == [1]
    assert not any(CITIZEN.encode() in content for content in landed_bytes(settings))
    assert purging.purge_due(settings, now=datetime.now(UTC) + timedelta(days=8)) == []
    assert open_ledger(settings).verify_events() > 0
    again = rebuilt(settings)
    assert outcomes(again) == ["returned"]
    assert errors(again) == told


def test_a_person_deletes_what_was_returned_at_once_and_nothing_that_counts(settings: Settings) -> None:
    drop_form(settings, "")
    run(settings)
    drop(settings, "ds.xlsx", CITIZEN)
    run(settings)
    with pytest.raises(UserError, match="is not returned"):
        purging.purge(settings, 1, reason="r", by="lan")
    assert purging.purge(settings, 2, reason=f"có số {CITIZEN}", by="lan") == 1
    assert not any(CITIZEN.encode() in content for content in landed_bytes(settings))
    with pytest.raises(UserError, match="purged already"):
        purging.purge(settings, 2, reason="r", by="lan")
    with pytest.raises(UserError, match="purged"):
        decisions.release(settings, 2, reason="r", by="lan")


def test_the_same_bytes_sent_again_after_they_were_deleted_are_read_again(settings: Settings) -> None:
    drop_form(settings, f"mã {CITIZEN}")
    run(settings)
    purging.purge(settings, 1, reason="r", by="lan")
    drop_form(settings, f"mã {CITIZEN}")
    run(settings)
    assert outcomes(settings) == ["returned", "returned"]
    assert any(CITIZEN.encode() in content for content in landed_bytes(settings))
    assert purging.purge(settings, 2, reason="r", by="lan") == 1
    assert outcomes(rebuilt(settings)) == ["returned", "returned"]


def test_bytes_that_a_killed_purge_left_go_with_the_next(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_form(settings, f"mã {CITIZEN}")
    run(settings)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "record_purge", killed)
        with pytest.raises(KeyboardInterrupt):
            purging.purge(settings, 1, reason="r", by="lan")
    assert any(CITIZEN.encode() in content for content in landed_bytes(settings))
    purging.purge_due(settings)
    assert not any(CITIZEN.encode() in content for content in landed_bytes(settings))


def errors(settings: Settings) -> list[tuple[str, str, str]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as raw:
        return raw.execute("select code, cell_address, expected from raw.delivery_error order by all").fetchall()


def test_landed_files_are_nobody_elses(settings: Settings) -> None:
    drop(settings, "ds.xlsx", CITIZEN)
    run(settings)
    paths = [path for path in settings.home.rglob("*") if "inbox" not in path.parts]
    assert [str(path) for path in paths if path.stat().st_mode & 0o007] == []


def test_operators_are_told_of_what_should_be_deleted_and_is_not(settings: Settings) -> None:
    drop_form(settings, f"mã {CITIZEN}")
    run(settings)
    assert "personal-data-kept" not in codes_after(settings, days=8)
    assert "personal-data-kept" in codes_after(settings, days=9)
    purging.purge(settings, 1, reason="r", by="lan")
    assert "personal-data-kept" not in codes_after(settings, days=9)


def codes_after(settings: Settings, days: int) -> set[str]:
    return {alert.code for alert in alerts(settings, now=datetime.now(UTC) + timedelta(days=days))}
