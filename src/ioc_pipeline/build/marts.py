"""Raw → tested marts inside the warehouse: dbt, in this process, with as few nodes as the change needs."""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.build.obligations import write_obligations
from ioc_pipeline.build.touched import touched_years
from ioc_pipeline.reference.catalogue.load import Catalogue, load_catalogue
from ioc_pipeline.settings import Settings

_FAILED = {"error", "fail", "runtime error", "partial success"}
_RESULTS_KEPT = 50

# the columns of the catalogue's types, in their order
_CATALOGUE = """
create or replace table raw.element (
    element_code varchar, name_vi varchar, unit_measure varchar, kind varchar, space_aggregation varchar,
    time_aggregation varchar, weight_element varchar, max_age_months integer, source_order varchar
);
create or replace table raw.indicator (
    indicator_code varchar, alias_code varchar, indicator_name_vi varchar, indicator_name_en varchar,
    system_code varchar, owner_code varchar, unit_measure varchar, direction varchar, shape varchar,
    factor decimal(18, 9), threshold decimal(18, 9), decimals integer, space_aggregation varchar,
    definition_vi varchar, definition_source varchar, has_denominator boolean
);
create or replace table raw.indicator_term (
    indicator_code varchar, role varchar, element_code varchar, breakdown varchar, coefficient decimal(18, 4)
);
create or replace table raw.target (
    indicator_code varchar, org_unit_code varchar, period_start_date date, period_end_date date,
    target_value decimal(38, 12), direction varchar, legal_source varchar, is_example boolean
);
create or replace table raw.catalogue_fault (
    kind varchar, code varchar, file_name varchar, line_number integer, reason varchar,
    name_vi varchar, system_code varchar
);
"""


@dataclass(frozen=True, slots=True)
class _Change:
    """What differs from the last complete build.

    `years` of the facts must be computed again, None where everything must be built: the project changed, was never
    built to the end, or what was loaded since cannot be told by years.
    """

    years: list[int] | None
    is_new_day: bool
    has_new_extracts: bool


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
    the dbt project, a seed or a contract changed since they were last built in this warehouse. Otherwise the facts are
    computed again for the years that were touched since, and kept for the others.

    Raises:
        BuildError: a node failed; the marts in the warehouse may be half new and must not be published.
        ContractError: the holiday calendar cannot be read, or a file of the catalogue is not one.
    """
    folder = settings.home / "build"
    project_hash = _hash_project(settings)
    catalogue = load_catalogue(settings.seeds)
    with closing(duckdb.connect(str(settings.warehouse))) as warehouse:
        write_obligations(warehouse, settings, as_of)
        _write_catalogue(warehouse, catalogue)
        change = _begin(warehouse, catalogue, as_of, project_hash)
    started_at = datetime.now(UTC)
    nodes, failure = _run_dbt(settings, as_of, change, folder)
    results_path = _keep_results(folder, started_at, as_of, nodes)
    failed = [node for node in nodes if node.status in _FAILED]
    if failed or failure:
        causes = [f"{node.name}: {node.message}" for node in failed] or [failure]
        raise BuildError("\n".join(causes))
    with closing(duckdb.connect(str(settings.warehouse))) as warehouse:
        warehouse.execute(
            "update build.run set is_complete = true, project_hash = ?, built_load_seq = load_seq, built_as_of = as_of",
            [project_hash],
        )
    return BuildResult(as_of, nodes, change.years is None, results_path)


def _hash_project(settings: Settings) -> str:
    """SHA-256 over the dbt project, its seeds and the contracts: what all facts depend on besides the deliveries."""
    paths = [path for pattern in ("*.sql", "*.yml") for path in settings.dbt_project.rglob(pattern)]
    digest = hashlib.sha256()
    for path in sorted([*paths, *settings.seeds.glob("*.csv"), *settings.sources.glob("*.yml")]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(settings.project)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _begin(warehouse: duckdb.DuckDBPyConnection, catalogue: Catalogue, as_of: date, project_hash: str) -> _Change:
    """Note that a build runs: until it ends well `publish` takes nothing from this warehouse."""
    warehouse.execute(
        """
        create schema if not exists build;
        create table if not exists build.run (as_of date, project_hash varchar, load_seq bigint, is_complete boolean);
        alter table build.run add column if not exists built_load_seq bigint;
        alter table build.run add column if not exists built_as_of date
        """
    )
    run = warehouse.execute("select project_hash, built_load_seq, built_as_of from build.run").fetchone()
    built_hash, built_load_seq, built_as_of = run or ("", None, None)
    change = _Change(None, is_new_day=True, has_new_extracts=True)
    if built_hash == project_hash and built_load_seq is not None:
        years = touched_years(
            warehouse,
            built_load_seq=built_load_seq,
            built_as_of=built_as_of,
            as_of=as_of,
            longest_age_months=max((element.max_age_months for element in catalogue.elements.values()), default=0),
        )
        new_extracts = warehouse.execute(
            "select count(*) from raw.delivery where kind = 'extract' and load_seq > ?", [built_load_seq]
        ).fetchone()
        change = _Change(years, is_new_day=as_of != built_as_of, has_new_extracts=new_extracts != (0,))
    # a full build that is interrupted must be repeated, also when the files are changed back meanwhile; after one of
    # some years that was interrupted, those years are still to be done
    warehouse.execute("delete from build.run")
    warehouse.execute(
        "insert into build.run select ?, ?, coalesce(max(load_seq), 0), false, ?, ? from raw.load",
        [as_of, "" if change.years is None else built_hash, built_load_seq, built_as_of],
    )
    return change


def _write_catalogue(warehouse: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Replace the catalogue that the models read: what can be used, typed, and the faults of the rest."""
    rows: dict[str, list[tuple[Any, ...]]] = {
        "element": [(*astuple(element)[:-1], ">".join(element.sources)) for element in catalogue.elements.values()],
        "indicator": [
            (*astuple(indicator)[:-1], any(term.role == "denominator" for term in indicator.terms))
            for indicator in catalogue.indicators.values()
        ],
        "indicator_term": [
            (indicator.code, *astuple(term)) for indicator in catalogue.indicators.values() for term in indicator.terms
        ],
        "target": [astuple(target) for target in catalogue.targets],
        "catalogue_fault": [astuple(fault) for fault in catalogue.faults],
    }
    warehouse.begin()
    warehouse.execute(_CATALOGUE)
    for table, values in rows.items():
        if values:
            marks = ", ".join("?" * len(values[0]))
            warehouse.executemany(f"insert into raw.{table} values ({marks})", values)  # noqa: S608  # our own names
    warehouse.commit()


def _run_dbt(settings: Settings, as_of: date, change: _Change, folder: Path) -> tuple[tuple[NodeResult, ...], str]:
    """Run `dbt build` and release the warehouse. Returns the nodes, and what went wrong before any could run."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    options = [
        "--quiet",
        "--no-print",
        "--no-use-colors",
        "--no-version-check",
        "--no-send-anonymous-usage-stats",
        "--no-write-json",
        *("--log-level", "none", "--log-level-file", "none"),
        *("--log-path", str(folder / "logs")),
    ]
    where = [
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *("--target-path", str(folder / "target")),
    ]
    variables = {"as_of": as_of.isoformat(), "warehouse": str(settings.warehouse), "touched_years": change.years or []}
    arguments = [
        *options,
        "build",
        *where,
        *("--threads", "1"),
        *("--vars", json.dumps(variables)),
        *("--exclude-resource-type", "unit_test"),
        *_selection(change),
    ]
    try:
        # dbt parses everything again whenever a variable changed, 4 s at every build; no model is another one for its
        # variables, so it parses without them, which it need not repeat while the files are the same
        outcome = dbtRunner().invoke([*options, "parse", *where])
        if isinstance(outcome.result, Manifest):
            outcome = dbtRunner(manifest=outcome.result).invoke(arguments)
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


def _selection(change: _Change) -> list[str]:
    """What of the project a build needs: each node costs 40 to 90 ms whatever it does.

    A view stays the same on the same day, and what it gives is tested in the tables made of it. What is counted from
    records changes with the day, and with an extract, even one without records: its month may be complete now.
    """
    if change.years is None:
        return ["--full-refresh"]
    if change.is_new_day:
        return ["--select", "source:raw+"]
    tables = [f"source:raw+,config.materialized:{kind}" for kind in ("table", "incremental")]
    return ["--select", *tables, *(() if change.has_new_extracts else ("--exclude", "tag:records"))]


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
