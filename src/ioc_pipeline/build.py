"""Raw → tested marts inside the warehouse: dbt, in this process, with as few nodes as the change needs."""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ioc_pipeline.obligations import write_obligations
from ioc_pipeline.settings import Settings

_FAILED = {"error", "fail", "runtime error", "partial success"}
_RESULTS_KEPT = 50


class BuildError(Exception):
    """dbt could not build or test the marts; names each failing node with its message. What was published stays."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One dbt node. `status` is dbt's word; `rows_affected` is -1 where dbt does not say; seconds are wall time."""

    name: str
    status: str
    seconds: float
    rows_affected: int
    message: str


@dataclass(frozen=True, slots=True)
class BuildResult:
    """`nodes` in the order they ran; `results_path` is the same as JSON under home/build/.

    `is_full` says that seeds, and what is made of seeds alone, were built too.
    """

    as_of: date
    nodes: tuple[NodeResult, ...]
    is_full: bool
    results_path: Path


def build(settings: Settings, *, as_of: date) -> BuildResult:
    """Build and test every model from raw, which must exist; `as_of` is the day the marts speak of.

    Every node costs 40 ms whatever it does: seeds, and models that read nothing else, are built only when a file of
    the dbt project or a seed changed since they were last built in this warehouse.

    Raises:
        BuildError: a node failed; the marts in the warehouse may be half new and must not be published.
        ContractError: the holiday calendar cannot be read.
    """
    folder = settings.home / "build"
    project_hash = _hash_project(settings)
    with closing(duckdb.connect(str(settings.warehouse))) as warehouse:
        write_obligations(warehouse, settings, as_of)
        is_full = _begin(warehouse, as_of, project_hash)
    started_at = datetime.now(UTC)
    nodes, failure = _run_dbt(settings, as_of, is_full, folder)
    results_path = _keep_results(folder, started_at, as_of, nodes)
    failed = [node for node in nodes if node.status in _FAILED]
    if failed or failure:
        causes = [f"{node.name}: {node.message}" for node in failed] or [failure]
        raise BuildError("\n".join(causes))
    with closing(duckdb.connect(str(settings.warehouse))) as warehouse:
        warehouse.execute("update build.run set is_complete = true, project_hash = ?", [project_hash])
    return BuildResult(as_of, nodes, is_full, results_path)


def _hash_project(settings: Settings) -> str:
    """SHA-256 over the dbt project and its seeds."""
    paths = [path for pattern in ("*.sql", "*.yml") for path in settings.dbt_project.rglob(pattern)]
    digest = hashlib.sha256()
    for path in sorted([*paths, *settings.seeds.glob("*.csv")]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(settings.project)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _begin(warehouse: duckdb.DuckDBPyConnection, as_of: date, project_hash: str) -> bool:
    """Note that a build runs: until it ends well `publish` takes nothing from this warehouse.

    Returns:
        Whether everything must be built: the project changed, or was never built to the end.
    """
    warehouse.execute("create schema if not exists build")
    warehouse.execute(
        "create table if not exists build.run (as_of date, project_hash varchar, load_seq bigint, is_complete boolean)"
    )
    run = warehouse.execute("select project_hash from build.run").fetchone()
    built_hash = run[0] if run else ""
    is_full: bool = built_hash != project_hash
    # a full build that is interrupted must be repeated, also when the files are changed back meanwhile
    warehouse.execute("delete from build.run")
    warehouse.execute(
        "insert into build.run select ?, ?, coalesce(max(load_seq), 0), false from raw.load",
        [as_of, "" if is_full else built_hash],
    )
    return is_full


def _run_dbt(settings: Settings, as_of: date, is_full: bool, folder: Path) -> tuple[tuple[NodeResult, ...], str]:
    """Run `dbt build` and release the warehouse. Returns the nodes, and what went wrong before any could run."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    variables = {"as_of": as_of.isoformat(), "warehouse": str(settings.warehouse)}
    arguments = [
        "--quiet",
        "--no-print",
        "--no-use-colors",
        "--no-version-check",
        "--no-send-anonymous-usage-stats",
        "--no-write-json",
        *("--log-level", "none", "--log-level-file", "none"),
        *("--log-path", str(folder / "logs")),
        "build",
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *("--target-path", str(folder / "target")),
        *("--threads", "1"),
        *("--vars", json.dumps(variables)),
        *("--exclude-resource-type", "unit_test"),
        *(() if is_full else ("--select", "source:raw+")),
    ]
    try:
        outcome = dbtRunner().invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    nodes = tuple(
        NodeResult(
            result.node.name,
            str(result.status),
            round(result.execution_time, 4),
            int(result.adapter_response.get("rows_affected", -1)),
            _one_line(result.message or ""),
        )
        for result in getattr(outcome.result, "results", [])
    )
    if outcome.success:
        return nodes, ""
    return nodes, _one_line(str(outcome.exception or "dbt stopped without saying why"))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _keep_results(folder: Path, started_at: datetime, as_of: date, nodes: Sequence[NodeResult]) -> Path:
    """Keep what each node did, newest folders only: one a drop would fill the disk with them."""
    path = folder / started_at.strftime("%Y%m%dT%H%M%S.%fZ") / "results.json"
    path.parent.mkdir(parents=True)
    content = {
        "as_of": as_of.isoformat(),
        "started_at": started_at.isoformat(),
        "nodes": [asdict(node) for node in nodes],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    for old in sorted(folder.glob("*/results.json"))[:-_RESULTS_KEPT]:
        old.unlink()
        old.parent.rmdir()
    return path
