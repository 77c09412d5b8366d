"""What is started, where it listens, and that no secret is in the repository."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc_pipeline import settings
from ioc_pipeline.local_airflow.environment import Secrets, airflow_environment

REPOSITORY = Path(__file__).resolve().parents[2]
AIRFLOW_SERVICES = {"prepare", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}

NOTICED = (
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL",
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
    return content


@pytest.fixture
def local(tmp_path: Path) -> dict[str, str]:
    given = settings.from_environment({"IOC_HOME": str(tmp_path), "IOC_PROJECT": str(REPOSITORY)})
    return airflow_environment(given, 12345, Secrets("fernet", "api", "jwt", "password", is_new=True))


def test_the_containers_are_airflow_and_its_database_and_others_on_request(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == AIRFLOW_SERVICES | {"postgres", "redis", "sample-apis"}
    on_request = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}
    assert on_request == {"sample-apis": ["sample"], "worker": ["celery"], "redis": ["celery"]}


def test_the_compose_file_is_one_by_the_schema_of_its_specification() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*checker, REPOSITORY / "docker-compose.yml"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_workers_of_one_shared_folder_keep_the_files_of_their_processes_apart(compose: dict[str, Any]) -> None:
    command = compose["services"]["worker"]["command"]
    kept = Path(command[command.index("--pid") + 1])
    assert f"{kept.parent}:mode=1777" in compose["services"]["worker"]["tmpfs"]


def test_the_sample_apis_are_reached_by_the_tasks_alone(compose: dict[str, Any]) -> None:
    service = compose["services"]["sample-apis"]
    assert service["network_mode"] == "service:scheduler"
    assert "ports" not in service
    command, *arguments = service["command"]
    assert command == "ioc"
    assert re.fullmatch("sample serve --port [0-9]+", " ".join(arguments))


def test_every_container_is_without_rights_it_does_not_need(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] not in ("root", "0"), name
        assert "privileged" not in service, name


def test_only_the_web_ui_is_published_and_only_on_this_machine(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"api-server": ["127.0.0.1:${IOC_WEB_PORT:-8080}:8080"]}


def test_the_compose_file_holds_no_secret_and_nobody_gets_one_that_is_anothers(compose: dict[str, Any]) -> None:
    assert {name: service.get("env_file", []) for name, service in compose["services"].items()} == {
        "postgres": ["deploy/postgres.env"],
        "prepare": ["deploy/airflow.env"],
        "api-server": ["deploy/airflow.env", "deploy/ledger.env", "deploy/web.env"],
        "scheduler": [
            "deploy/airflow.env",
            "deploy/ledger.env",
            {"path": "deploy/celery.env", "required": False},
        ],
        "worker": ["deploy/airflow.env", "deploy/ledger.env", "deploy/celery.env"],
        "redis": ["deploy/redis.env"],
        "dag-processor": ["deploy/airflow.env"],
        "triggerer": ["deploy/airflow.env"],
        "sample-apis": [],
    }
    for name, service in compose["services"].items():
        told = {key for key in service.get("environment", {}) if re.search("PASSWORD|SECRET|KEY|CONN|LEDGER_URL", key)}
        assert told == set(), name
    kept_out = (REPOSITORY / ".gitignore").read_text("utf-8").splitlines()
    assert {"deploy/", ".env"} <= set(kept_out)


def test_no_container_takes_all_of_the_machine(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert re.fullmatch("[1-9][0-9]*[mg]", service["mem_limit"]), name
        assert 0 < service["cpus"] <= 2, name
        assert 0 < service["pids_limit"] <= 1000, name


def test_databases_are_in_a_network_that_leads_nowhere(compose: dict[str, Any]) -> None:
    assert compose["networks"] == {"database": {"internal": True}, "web": None}
    networks = {name: set(service.get("networks", [])) for name, service in compose["services"].items()}
    assert {name for name, of in networks.items() if "web" in of} == {"api-server", "scheduler", "worker"}
    assert networks["postgres"] == networks["redis"] == {"database"}


def test_images_can_be_taken_by_digest(compose: dict[str, Any]) -> None:
    assert compose["services"]["postgres"]["image"] == "${POSTGRES_IMAGE:-postgres:17-bookworm}"
    assert compose["services"]["redis"]["image"] == "${REDIS_IMAGE:-redis:7-bookworm}"
    taken = re.findall("^FROM (\\S+)", (REPOSITORY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert set(taken) == {"${PYTHON_IMAGE}"}
    assert compose["services"]["scheduler"]["build"]["args"].keys() == {"PYTHON_IMAGE"}


def test_accounts_are_of_persons_and_their_passwords_are_in_no_log(compose: dict[str, Any]) -> None:
    """The simple auth manager makes passwords up and says them in its log."""
    environment = compose["services"]["api-server"]["environment"]
    assert environment["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
    assert not any("SIMPLE_AUTH" in name for name in environment)


def test_the_containers_are_configured_like_the_local_installation(
    compose: dict[str, Any], local: dict[str, str]
) -> None:
    environment = compose["services"]["scheduler"]["environment"]
    for name in (
        "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD",
        "AIRFLOW__CORE__LOAD_EXAMPLES",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION",
        "AIRFLOW__CORE__DAG_RUN_CONF_OVERRIDES_PARAMS",
        "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME",
        "AIRFLOW__SCHEDULER__MP_START_METHOD",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL",
        *NOTICED,
    ):
        assert environment[name] == local[name], name


def test_a_killed_worker_is_noticed_within_a_minute(local: dict[str, str]) -> None:
    timeout, interval, orphans = (float(local[name]) for name in NOTICED)
    assert timeout + interval < 60
    assert orphans < 60
    assert timeout > 10 * float(local["AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL"]), "a slow minute is no death"


def test_every_container_of_airflow_is_told_its_province(compose: dict[str, Any]) -> None:
    for name in AIRFLOW_SERVICES:
        assert compose["services"][name]["environment"]["IOC_PROVINCE"] == "${IOC_PROVINCE:-}", name


def test_the_local_installation_listens_on_this_machine_only(local: dict[str, str]) -> None:
    assert local["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert local["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:12345/execution/"


def test_the_image_does_not_run_as_root_and_installs_only_what_is_locked() -> None:
    lines = (REPOSITORY / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER ioc" in lines
    installs = [line for line in lines if "pip install" in line]
    assert installs
    assert all("--no-deps" in line for line in installs)


def test_nothing_in_the_repository_listens_everywhere_or_has_a_known_password() -> None:
    everywhere, known = ".".join("0000"), ":".join(("admin", "admin"))
    files = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, files.stdout.split("\0")):
        path = REPOSITORY / name
        if path.is_file():
            text = path.read_text("utf-8", errors="replace")
            assert everywhere not in text, name
            assert known not in text, name


def test_the_locks_name_no_place_on_the_network() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = (REPOSITORY / name).read_text("utf-8")
        assert "://" not in lock, name
        assert "--index-url" not in lock, name


def test_the_build_server_runs_what_a_person_runs() -> None:
    script = REPOSITORY / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert "exec make check" in script.read_text("utf-8")
