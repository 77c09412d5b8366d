"""What every DAG file promises, looked at the way the DAG processor does it."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ioc_pipeline import settings
from ioc_pipeline.local_airflow.environment import Secrets, airflow_environment
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.contracts import read_contracts
from shipped import EXPECTATIONS, SEEDS, SOURCES, copy_flat

REPOSITORY = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((REPOSITORY / "dags").glob("*.py"))
HEAVY = {"dbt", "duckdb", "great_expectations", "numpy", "pandas", "psycopg", "pyarrow", "sqlfluff"}

PARSE = """
import importlib, inspect, json, sys
from pathlib import Path
from airflow.dag_processing.dagbag import DagBag

def names(callbacks):  # a mapped task keeps what it was given, another has a list
    return [one.__name__ for one in (callbacks if isinstance(callbacks, list) else [callbacks]) if one]

bag = DagBag(sys.argv[1])
for path in Path(sys.argv[2]).glob("*.py"):  # as the plugin manager does
    importlib.import_module(path.stem)
print("ANSWER" + json.dumps({
    "errors": bag.import_errors,
    "imported": sorted({name.partition(".")[0] for name in sys.modules}),
    "dags": {
        dag.dag_id: {
            "doc_md": dag.doc_md,
            "tags": sorted(dag.tags),
            "catchup": dag.catchup,
            "schedule": getattr(getattr(dag.timetable, "timetable", dag.timetable), "expression", ""),
            "timezone": str(getattr(getattr(dag.timetable, "timetable", dag.timetable), "timezone", "")),
            "max_active_runs": dag.max_active_runs,
            "timeout": dag.dagrun_timeout.total_seconds() if dag.dagrun_timeout else 0,
            "on_failure": getattr(dag.on_failure_callback, "__name__", ""),
            "description": dag.description or "",
            "fileloc": dag.fileloc,
            "tasks": {
                task.task_id: {
                    "pool": task.pool,
                    "retries": task.retries,
                    "owner": task.owner,
                    "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else 0,
                    "on_failure": names(task.on_failure_callback),
                    "on_success": names(task.on_success_callback),
                    "runs": bool(getattr(task, "python_callable", None)),
                    "upstream": sorted(task.upstream_task_ids),
                    "outlets": [getattr(outlet, "name", "") for outlet in task.outlets],
                    "is_mapped": task.is_mapped,
                    "source": inspect.getsource(task.python_callable) if hasattr(task, "python_callable") else "",
                }
                for task in dag.tasks
            },
        }
        for dag in bag.dags.values()
    },
}))
"""


def read_dags(home: Path, project: Path) -> dict[str, Any]:
    given = settings.from_environment({"IOC_HOME": str(home), "IOC_PROJECT": str(project)})
    environment = airflow_environment(given, 8080, Secrets("", "api", "jwt", "password", is_new=True))
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(REPOSITORY / "dags"), str(REPOSITORY / "plugins")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.rpartition("ANSWER")[2])
    return answer


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read_dags(tmp_path_factory.mktemp("home"), REPOSITORY)


@pytest.fixture(scope="module")
def apis() -> dict[str, Api]:
    contracts = read_contracts(SOURCES, EXPECTATIONS, SEEDS).apis()
    return {contract.source.name: contract.source.api for contract in contracts if contract.source.api}


def test_every_dag_file_can_be_read_and_is_named_like_its_dag(parsed: dict[str, Any], apis: dict[str, Api]) -> None:
    assert parsed["errors"] == {}
    of_apis = {f"extract_{source_name}" for source_name in apis}
    assert set(parsed["dags"]) == {path.stem for path in DAG_FILES} - {"extract_api"} | of_apis


def test_every_api_is_fetched_on_its_schedule_and_loaded_apart(parsed: dict[str, Any], apis: dict[str, Api]) -> None:
    assert len(apis) >= 4
    for source_name, api in apis.items():
        dag = parsed["dags"][f"extract_{source_name}"]
        assert (dag["schedule"], dag["timezone"]) == (api.schedule, "Asia/Ho_Chi_Minh")
        assert dag["tasks"]["fetch_pages"]["pool"] == "default_pool", "a slow API must not keep the warehouse"
        assert dag["tasks"]["load_pages"]["upstream"] == ["fetch_pages"]
        assert dag["tasks"]["load_pages"]["outlets"] == ["raw_changed"], "raw itself only if something changed"


def test_a_broken_contract_takes_no_other_dag_down(tmp_path: Path, apis: dict[str, Api]) -> None:
    copy_flat(tmp_path / "project")
    shutil.copytree(REPOSITORY / "plugins", tmp_path / "project" / "plugins")
    sources = tmp_path / "project" / "include" / "sources"
    (sources / "rain_gauges.yml").write_text("api: {", "utf-8")
    (sources / "task_tracking.yml").write_text("source: task_tracking\napi: {path: /tasks}\n", "utf-8")
    parsed = read_dags(tmp_path / "home", tmp_path / "project")
    assert parsed["errors"] == {}
    left = {f"extract_{name}" for name in apis} - {"extract_rain_gauges", "extract_task_tracking"}
    assert {dag_id for dag_id in parsed["dags"] if dag_id.startswith("extract_")} == left


def test_what_every_task_loads_before_its_own_imports_nothing_heavy(parsed: dict[str, Any]) -> None:
    assert HEAVY & set(parsed["imported"]) == set()


def test_every_dag_says_what_it_does_and_runs_one_at_a_time(parsed: dict[str, Any]) -> None:
    for name, dag in parsed["dags"].items():
        assert dag["doc_md"].startswith("### "), name
        assert dag["tags"], name
        assert dag["catchup"] is False, name
        assert dag["max_active_runs"] == 1, name


def test_every_task_that_writes_the_warehouse_holds_its_one_slot(parsed: dict[str, Any]) -> None:
    writers = {
        task_id: task["pool"]
        for dag in parsed["dags"].values()
        for task_id, task in dag["tasks"].items()
        if any(call in task["source"] for call in ("loads.load_prepared(", "marts.build_and_publish("))
    }
    assert writers == dict.fromkeys(
        ["take_deliveries", "load_prepared", "build_and_publish", "load_pages"], "warehouse"
    )


def test_every_task_that_does_something_retries_our_faults(parsed: dict[str, Any]) -> None:
    tasks = {task_id: task for dag in parsed["dags"].values() for task_id, task in dag["tasks"].items()}
    assert all(task["retries"] >= 2 for task in tasks.values())


def test_every_task_and_every_run_ends_and_somebody_is_told(parsed: dict[str, Any]) -> None:
    for name, dag in parsed["dags"].items():
        assert dag["on_failure"] == "note_failure", name
        for task_id, task in dag["tasks"].items():
            assert 0 < task["timeout"] < dag["timeout"], (name, task_id)
            assert task["on_failure"] == ["note_failure"], (name, task_id)
            # An empty operator with a callback would need a worker.
            assert task["on_success"] == (["note_success"] if task["runs"] else []), (name, task_id)


def test_every_dag_has_an_owner_and_says_in_a_line_what_it_is_for(parsed: dict[str, Any]) -> None:
    contracts = read_contracts(SOURCES, EXPECTATIONS, SEEDS).apis()
    departments = {f"extract_{contract.source.name}": contract.source.department for contract in contracts}
    for name, dag in parsed["dags"].items():
        assert {task["owner"] for task in dag["tasks"].values()} == {departments.get(name, "ioc")}, name
        assert dag["description"], name


def test_the_marts_are_looked_at_every_hour_and_shortly_after_the_provinces_midnight(parsed: dict[str, Any]) -> None:
    dag = parsed["dags"]["build_marts"]
    assert (dag["schedule"], dag["timezone"]) == ("5 * * * *", "Asia/Ho_Chi_Minh")


def test_many_deliveries_are_prepared_by_mapped_tasks(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["ingest_inbox"]["tasks"]
    assert {task_id for task_id, task in tasks.items() if task["is_mapped"]} == {"prepare_batch"}


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.name)
def test_a_dag_file_is_short_and_imports_of_our_package_only_what_is_light(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) < 80
    top = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in top}
    ours = {  # light, and all that a DAG per contract needs
        "ioc_pipeline.domain.local_time",
        "ioc_pipeline.reference.contracts",
        "ioc_pipeline.reference.sources",
        "ioc_pipeline.settings",
    }
    others = {str(name).partition(".")[0] for name in names - ours}
    assert others <= {"airflow", "datetime", "inbox_trigger", "dag_policy", "typing"}


def test_a_run_of_airflow_on_sqlite_does_not_wait_for_the_next_whole_second(tmp_path: Path) -> None:
    given = settings.from_environment({"IOC_HOME": str(tmp_path)})
    environment = airflow_environment(given, 8080, Secrets("", "api", "jwt", "password", is_new=True))
    check = (
        "import datetime, time\n"
        "import airflow.settings\n"
        "from sqlalchemy import create_engine, func, literal, select\n"
        "utc = lambda: datetime.datetime.now(datetime.UTC).replace(tzinfo=None)\n"
        "with create_engine('sqlite://').connect() as connection:\n"
        "    for _ in range(3):\n"
        "        before = utc()\n"
        "        time.sleep(0.002)\n"
        "        now = connection.scalar(select(func.now()).where(literal(before) <= func.now()))\n"
        "        print('ANSWER', before <= now <= utc())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.splitlines()[-3:] == ["ANSWER True"] * 3, done.stderr


def test_the_fork_server_holds_neither_a_thread_nor_anything_of_ours_and_nothing_more_to_collect(
    tmp_path: Path,
) -> None:
    """It swallows an ImportError, so a misspelt name would only make every task slower."""
    given = settings.from_environment({"IOC_HOME": str(tmp_path)})
    environment = airflow_environment(given, 8080, Secrets("", "api", "jwt", "password", is_new=True))
    check = (
        "import gc, importlib, sys, threading\n"
        "importlib.import_module(sys.argv[1])\n"
        "ours = [name for name in sys.modules if name.startswith('ioc_pipeline')]\n"
        "print('ANSWER', threading.active_count(), ours, gc.get_freeze_count() > 100 * len(gc.get_objects()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", check, environment["AIRFLOW__CORE__MP_FORKSERVER_PRELOAD"]],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines()[-1:] == ["ANSWER 1 [] True"], done.stderr
