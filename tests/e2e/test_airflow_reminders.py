"""The DAG close_period under real Airflow: each unit finds its text, the operators' page shows the same."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx

from e2e.running_airflow import DROP_SECONDS, Installation, wait_for
from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.settings import from_environment


def test_a_run_reminds_each_unit_once(running_airflow: Installation) -> None:
    given = from_environment(running_airflow.environment)
    address = re.findall(r"http://127\.0\.0\.1:\d+", running_airflow.said())[0]
    password = json.loads((running_airflow.home / "airflow" / "passwords.json").read_text("utf-8"))["ioc"]
    token = httpx.post(f"{address}/auth/token", json={"username": "ioc", "password": password}).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    morning = datetime.now(LOCAL_TIME).replace(hour=7, minute=30, second=0, microsecond=0)
    calendar = WorkingCalendar.from_csv(given.seeds / "calendar.csv")
    while not calendar.is_working_day(morning.date()):
        morning -= timedelta(days=1)

    def run(at: datetime) -> object:
        body = {"logical_date": None, "run_after": at.astimezone(UTC).isoformat()}
        runs = f"{address}/api/v2/dags/close_period/dagRuns"
        made = httpx.post(runs, json=body, headers=headers).raise_for_status().json()["dag_run_id"]

        def state() -> str:
            return str(httpx.get(f"{runs}/{made}", headers=headers).json()["state"])

        wait_for(lambda: state() in ("success", "failed"), DROP_SECONDS, "end of close_period", running_airflow)
        assert state() == "success"
        told = f"{runs}/{made}/taskInstances/remind_units/xcomEntries/return_value"
        return httpx.get(told, headers=headers).json().get("value")

    told = run(morning)
    if told:  # nobody, if the DAG's own run of this morning came first
        assert isinstance(told, list)
    assert run(morning + timedelta(minutes=1)) in ([], None)
    keys = open_ledger(given).reminded()
    reminded = sorted({key[1] for key in keys})
    assert len(reminded) > 1
    page = httpx.get(f"{address}/ioc/reminders", headers=headers).raise_for_status().text
    for unit_code in reminded:
        text = (given.inbox / unit_code / "phan-hoi" / "nhac-viec.txt").read_text("utf-8-sig")
        heading = text.splitlines()[0]
        assert heading.startswith("NHẮC VIỆC BÁO CÁO - ")
        assert heading in page
