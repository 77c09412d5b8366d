"""Two workers over one disk: every file is answered and loaded once, by one writer at a time."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import duckdb

from e2e.celery_airflow import WORKERS, celery_airflow
from ioc_pipeline.ledger.ledger import Ledger

SECONDS = 120
RUN_STATES = "select distinct state from dag_run"


def test_two_workers_load_each_file_once_one_at_a_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    count = _drop_samples(home)
    assert count > 100, "more than one batch"
    with celery_airflow(home, ["ingest_inbox.py"], tmp_path) as cluster:
        ledger = Ledger(cluster.environment["IOC_LEDGER_URL"])
        cluster.wait_for(lambda: _all_answered(ledger, count), SECONDS, "answers")
        cluster.wait_for(lambda: cluster.ask(RUN_STATES) == [("success",)], SECONDS, "end of the run")
        worked = [name for name in WORKERS if "succeeded in" in cluster.said(name)]
        turns = cluster.ask(
            "select start_date, end_date from task_instance where pool = 'warehouse' and end_date is not null"
        )
        tries = cluster.ask("select distinct try_number from task_instance")
        rows = ledger.status_rows()
    with duckdb.connect(home / "warehouse" / "warehouse.duckdb", read_only=True) as warehouse:
        markers = warehouse.execute("select delivery_seq from raw.load order by 1").fetchall()
    assert markers == [(seq,) for seq in range(1, count + 1)]
    assert len({row.department_code for row in rows}) > 3
    assert tries == [(1,)], "no task failed"
    assert worked == list(WORKERS)
    turns.sort()
    assert all(before[1] <= after[0] for before, after in pairwise(turns))


def _drop_samples(home: Path) -> int:
    """Into the folders of all departments; gives how many."""
    command = [sys.executable, "-m", "ioc_pipeline.cli", "sample", "--months", "2", "--output", str(home / "inbox")]
    environment = {**os.environ, "IOC_HOME": str(home)}
    sent = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return len(sent.stdout.splitlines())


def _all_answered(ledger: Ledger, count: int) -> bool:
    if not ledger.is_made():
        return False
    rows = ledger.status_rows()
    on_the_way = {"landed", "prepared"}
    return len(rows) == count and not on_the_way & {row.state for row in rows} and not ledger.to_answer()
