"""The whole installation under real Airflow: it starts, and takes samples and drops to published marts."""

import json
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench import drop_to_mart
from e2e.running_airflow import DROP_SECONDS, Installation, drop, wait_for
from ioc_pipeline.settings import from_environment

FORM = "Hạ tầng viễn thông"  # telecom coverage: its figures follow the seed of the sample


@pytest.fixture
def installation(running_airflow: Installation) -> Installation:
    return running_airflow


def test_the_first_run_takes_the_samples_to_published_marts_and_says_where_all_is(installation: Installation) -> None:
    said = installation.said()
    assert re.search(r"Tỷ lệ dân số được phủ sóng 4G +9\d\.\d+ .*Hạ tầng viễn thông.*\.xlsx · .+![A-Z]+\d+", said)
    assert re.search(r"Tổng số hồ sơ tiếp nhận +\d{5} ", said)
    assert re.search(r"\.csv · [A-Z]+\d+", said)  # no sheet, so no "!"
    assert f"{installation.home}/inbox" in said
    assert f"{installation.home}/published" in said
    web = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert web is not None
    states = {line.split("\t")[1] for line in installation.ioc("status", "--all").splitlines()[1:]}
    assert states == {"published", "returned"}  # some of the sample files are wrong at first


def test_the_first_run_fetches_every_sample_api_all_of_it(installation: Installation) -> None:
    rows = [line.split("\t") for line in installation.ioc("status", "--all").splitlines()[1:]]
    fetched = {
        file.split("/")[0]: outcome for _, _, outcome, _, _, file, _ in rows if outcome != "page" and "/" in file
    }
    assert fetched == dict.fromkeys(["one_stop_dossiers", "portal_766", "rain_gauges", "task_tracking"], "loaded")
    pages = [
        file for _, _, outcome, _, _, file, _ in rows if outcome == "page" and file.startswith("one_stop_dossiers/")
    ]
    assert len(pages) > 10


def test_the_first_run_shows_an_indicator_of_each_system_and_what_became_of_published_figures(
    installation: Installation,
) -> None:
    systems = {row["system_code"] for row in installation.query("select system_code from mart_indicator_latest")}
    _, _, tables = installation.said().partition("Hệ thống ")
    shown, _, figures = tables.partition("Số đã công bố")
    assert re.findall(r"^(\d\d) \S", shown, re.MULTILINE) == sorted(systems)
    assert {f"{number:02}" for number in range(1, 26)} == systems
    verdicts = installation.query(
        "select verdict from mart_conflict where conflict_kind = 'published_figure' and org_unit_code = '14'"
    )
    assert verdicts
    for verdict in {row["verdict"] for row in verdicts}:
        assert figures.count(f" {verdict} ") == sum(row["verdict"] == verdict for row in verdicts)


def test_the_password_is_printed_once_and_kept_for_the_owner_only(installation: Installation) -> None:
    passwords = installation.home / "airflow" / "passwords.json"
    password = json.loads(passwords.read_text("utf-8"))["ioc"]
    assert installation.said().count(password) == 1
    for secret in (passwords, installation.home / "airflow" / "secrets.json"):
        assert secret.stat().st_mode & 0o077 == 0


def test_nothing_listens_but_on_this_machine(installation: Installation) -> None:
    listening = {
        connection.laddr.ip
        for process in installation.processes()
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_corrected_file_that_is_dropped_changes_the_marts_by_itself(
    installation: Installation, tmp_path: Path
) -> None:
    installation.ioc("sample", "--seed", "7", "--until", "2025-09-15", "--output", str(tmp_path))
    corrected = next((tmp_path / "so-khcn").glob(f"{FORM}*"))
    values = (
        "select org_unit_code, value from mart_indicator_series where geography = 'as_reported' and period_end_date "
        "= '2025-09-14' and indicator_code = 'infra_households_fibre_pct' order by 1"
    )
    answers = installation.home / "inbox" / "so-khcn" / "phan-hoi"

    def answered() -> int:
        return len(list(answers.rglob(f"*_tiep-nhan_{corrected.name}.txt")))

    before, version, of_before = installation.query(values), installation.version(), answered()
    drop(corrected, installation.home / "inbox" / "so-khcn")
    wait_for(lambda: installation.version() != version, DROP_SECONDS, "new version", installation)
    assert installation.query(values) != before
    assert of_before
    assert answered() == of_before + 1


def test_the_bench_of_a_drop_sees_each_stage_in_its_order(installation: Installation, tmp_path: Path) -> None:
    given = from_environment(installation.environment)
    seconds = drop_to_mart.drop(given, drop_to_mart.write_sample(tmp_path, given, seed=0))
    assert sorted(drop_to_mart.STAGES, key=lambda stage: seconds[stage]) == list(drop_to_mart.STAGES)


def test_a_broken_file_is_answered_with_reasons_and_no_run_fails(installation: Installation, tmp_path: Path) -> None:
    broken = tmp_path / "Báo cáo hỏng.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook, to its end PK\x05\x06")
    folder = installation.home / "inbox" / "vp-ubnd"
    drop(broken, folder)

    def answers() -> list[Path]:
        return list((folder / "phan-hoi").glob("*Báo cáo hỏng.xlsx*"))

    wait_for(answers, DROP_SECONDS, "feedback", installation)
    text = answers()[0].read_text("utf-8-sig")
    assert "Báo cáo hỏng.xlsx" in text
    assert "Cách sửa" in text or "Cần" in text
    unfinished = "select count(*) from dag_run where state not in ('success', 'failed')"
    wait_for(lambda: installation.ask_airflow(unfinished)[0][0] == 0, DROP_SECONDS, "end of the runs", installation)
    assert installation.ask_airflow("select distinct state from dag_run") == [("success",)]


def test_xcom_and_asset_events_carry_numbers_only(installation: Installation) -> None:
    values = installation.ask_airflow("select value from xcom where key = 'return_value'")
    assert values
    assert set("".join(str(value) for (value,) in values)) <= set("0123456789[], ")
    extras = [json.loads(str(extra)) for (extra,) in installation.ask_airflow("select extra from asset_event")]
    loads = [extra for extra in extras if "loaded" in extra]
    assert loads
    assert all(set(map(type, extra.values())) == {int} for extra in loads)
    versions = [extra for extra in extras if "version" in extra]
    assert installation.version() in {extra["version"] for extra in versions}
    others = [extra for extra in extras if extra not in [*loads, *versions]]
    assert all(extra in ({}, {"from_trigger": True, "payload": {}}) for extra in others)


def test_a_second_run_over_the_same_home_is_refused(installation: Installation) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "ioc_pipeline.local_airflow", "demo"],
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert str(installation.process.pid) in second.stderr
    assert "IOC_HOME" in second.stderr
