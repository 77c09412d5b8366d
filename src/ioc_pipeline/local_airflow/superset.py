"""Superset with a dashboard on the marts in PostgreSQL: `python -m ioc_pipeline.local_airflow.superset PROGRAM`.

Database, charts and dashboard are kept in include/bi/superset; the datasets are made from the models, with Vietnamese
labels, with the words of each column of codes in a column beside it, and with the sums that are right as metrics. The
PostgreSQL is that of `make run`; the password of its reader goes into the file that is imported.
"""

import os
import secrets
import shutil
import subprocess
import sys
import uuid
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ioc_pipeline.local_airflow.postgresql import DATABASE, Server
from ioc_pipeline.publish.data_contract import expression, said_of
from ioc_pipeline.publish.marts import Mart, read_marts
from ioc_pipeline.publish.postgresql import READERS, SCHEMA
from ioc_pipeline.reference.code_sets import code_set_of
from ioc_pipeline.reference.seeds import read_rows
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.place import quoted

BUNDLE = Path("include") / "bi" / "superset"
PORT = 8088
_NAMES = uuid.UUID("6f0e3a52-9d5c-4d0e-8a0b-1c9c5f2b7a11")
_TIMES = ("date", "timestamp")
_CODES = ("code_set", "code", "label_vi", "label_en", "explanation_vi")


def write_bundle(settings: Settings, server: Server, folder: Path) -> None:
    """Write what `superset import-directory` takes into a new folder, for its owner only."""
    kept = settings.project / BUNDLE
    parts = {path.relative_to(kept): yaml.safe_load(path.read_bytes()) for path in sorted(kept.rglob("*.yaml"))}
    database = parts[Path("databases") / "ioc.yaml"]
    login = f"{READERS}:{server.reader_password}@127.0.0.1:{server.port}"
    database["sqlalchemy_uri"] = f"postgresql+psycopg2://{login}/{DATABASE}"
    words = words_of_codes(settings.seeds / "codes.csv")
    for mart in read_marts(settings.dbt_project):
        parts[Path("datasets") / "ioc" / f"{mart.name}.yaml"] = dataset(mart, database["uuid"], words)
    folder.mkdir(mode=0o700)
    for path, said in parts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")


def words_of_codes(codes: Path) -> dict[str, dict[str, str]]:
    """What each code is called in Vietnamese, by code set and code."""
    words: dict[str, dict[str, str]] = defaultdict(dict)
    for _, (code_set, code, label, *_) in read_rows(codes, _CODES):
        words[code_set][code] = label
    return words


def dataset(mart: Mart, database: str, words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A mart as Superset imports it; `database` is the database's UUID there, `words` those of `words_of_codes`."""
    coded = [column for column in mart.columns if code_set_of(column.name) in words]
    return {
        "table_name": mart.name,
        "schema": SCHEMA,
        "description": mart.comment,
        "uuid": str(uuid.uuid5(_NAMES, f"dataset/{mart.name}")),
        "database_uuid": database,
        "columns": [
            {
                "column_name": column.name,
                "verbose_name": column.words.label,
                "description": column.comment,
                "is_dttm": column.data_type in _TIMES,
                "is_active": True,
                "groupby": True,
                "filterable": True,
                "type": column.data_type.upper(),
            }
            for column in mart.columns
        ]
        + [
            {
                "column_name": f"{column.name}_in_words",
                "verbose_name": column.words.label,
                "expression": _in_words(column.name, words[code_set_of(column.name)]),
                "is_active": True,
                "groupby": True,
                "filterable": True,
                "type": "VARCHAR",
            }
            for column in coded
        ],
        "metrics": [
            {
                "metric_name": f"sum_of_{name}",
                "verbose_name": next(column.words.label for column in mart.columns if column.name == name),
                "expression": expression(sums, name),
                "description": said_of(sums),
            }
            for sums in mart.sums
            for name in sums.of
        ],
        "version": "1.0.0",
    }


def _in_words(column: str, words: Mapping[str, str]) -> str:
    """SQL for the words of a code; a code that nobody has said a word of speaks for itself."""
    cases = " ".join(f"when {quoted(code)} then {quoted(label)}" for code, label in words.items())
    return f"case {column} {cases} else {column} end"


def main() -> None:
    """Bring the dashboard into a Superset whose data lie under IOC_HOME, and serve it until it is ended."""
    settings, program = from_environment(), sys.argv[1]
    folder = settings.home / "postgresql"
    port = folder / "port"
    if not port.exists():
        sys.exit(f"no PostgreSQL in {folder} yet: start `make run` first, which publishes the marts there")
    home = settings.home / "superset"
    home.mkdir(parents=True, exist_ok=True)
    password = _kept(home / "password")
    _kept(home / "secret")
    bundle = home / "dashboard"
    shutil.rmtree(bundle, ignore_errors=True)
    write_bundle(settings, Server.of(folder, int(port.read_text(encoding="utf-8"))), bundle)
    environment = {
        **os.environ,
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(settings.project / BUNDLE.with_name("superset_config.py")),
        "FLASK_APP": "superset",
    }
    admin = ("--username", "admin", "--firstname", "IOC", "--lastname", "IOC", "--email", "admin@localhost")
    for command in (
        ("db", "upgrade"),
        ("fab", "create-admin", *admin, "--password", password),
        ("init",),
        # Ours as it is now, over what an earlier version of us imported.
        ("import-directory", "--overwrite", str(bundle)),
    ):
        done = subprocess.run([program, *command], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"superset {command[0]}: {done.stderr[-2000:]}")
    print(f"http://127.0.0.1:{PORT}/superset/dashboard/ioc/ · admin · {password}", flush=True)
    serve = ("run", "--host", "127.0.0.1", "--port", str(PORT), "--with-threads")
    os.execve(program, [program, *serve], environment)  # noqa: S606  # from the environment that make installed


def _kept(path: Path) -> str:
    """A secret that is made once and readable for its owner only."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="ascii")


if __name__ == "__main__":
    main()
