"""Two workers over one disk: every file is answered and loaded once, by one writer at a time."""

from itertools import pairwise
from pathlib import Path

import duckdb

from e2e.compose_airflow import WORKERS, all_answered, compose_airflow, drop_samples
from ioc_pipeline.ledger.ledger import Ledger

SECONDS = 120
RUN_STATES = "select distinct state from dag_run"


def test_two_workers_load_each_file_once_one_at_a_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    count = drop_samples(home)
    assert count > 100, "more than one batch"
    with compose_airflow(home, ["ingest_inbox.py"], tmp_path, "CeleryExecutor") as cluster:
        ledger = Ledger(cluster.environment["IOC_LEDGER_URL"])
        cluster.wait_for(lambda: all_answered(ledger, count), SECONDS, "answers")
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
