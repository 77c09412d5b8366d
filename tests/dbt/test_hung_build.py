"""A build that hangs in the database ends by the limit of its task, and the next one goes on."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psutil

from ioc_pipeline.flows.marts import build_and_publish
from ioc_pipeline.settings import Settings

ENDS_WITHIN = 60.0
TASK = """
from datetime import date
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.sdk.execution_time.timeout import timeout
from ioc_pipeline.flows.marts import build_and_publish
from ioc_pipeline.settings import from_environment
try:
    with timeout(3600):
        build_and_publish(from_environment(), as_of=date(2025, 10, 20))
except AirflowTaskTimeout:
    print("ended by its limit")
"""
"""The task as Airflow runs it: its limit is the signal SIGALRM, which comes when the test says so."""


def let_a_model_hang(settings: Settings, reached: Path) -> Path:
    """By a query that would take years; give the model's file."""
    model = next(settings.dbt_project.rglob("mart_indicator_latest.sql"))
    sql = model.read_text("utf-8")
    hook = "{{ config(pre_hook=\"copy (select 1) to '" + str(reached) + "' (format csv)\") }}\n"
    endless = "where (select count(*) from range(10000000) as a, range(10000000) as b, range(10000000) as c) > 0"
    model.write_text(hook + sql.rstrip() + f"\n\n{endless}\n", "utf-8")
    return model


def test_a_build_that_hangs_ends_by_the_limit_of_its_task_and_the_next_one_goes_on(
    small_settings: Settings, tmp_path: Path
) -> None:
    reached = tmp_path / "reached.csv"
    sound = {path: path.read_bytes() for path in small_settings.dbt_project.rglob("*.sql")}
    model = let_a_model_hang(small_settings, reached)
    environment = {**os.environ, "IOC_HOME": str(small_settings.home), "IOC_PROJECT": str(small_settings.project)}
    with subprocess.Popen([sys.executable, "-c", TASK], env=environment, stdout=subprocess.PIPE, text=True) as task:
        while not reached.exists():
            assert task.poll() is None, "the build never came to the model"
            time.sleep(0.2)
        hung = psutil.Process(task.pid)
        before = hung.cpu_times().user
        time.sleep(3)
        assert hung.cpu_times().user > before, "it is at its query"
        os.kill(task.pid, signal.SIGALRM)
        try:
            told, _ = task.communicate(timeout=ENDS_WITHIN)
        finally:
            task.kill()
    assert "ended by its limit" in told
    model.write_bytes(sound[model])
    assert build_and_publish(small_settings, as_of=date(2025, 10, 20)).changed
