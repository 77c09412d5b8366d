"""One run of dbt in this process: which nodes, with what result."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ioc_pipeline.build.changes import Change, Wanted
from ioc_pipeline.build.manifest import KeptManifest
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import place_of

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One dbt node. `status` is dbt's word; `rows_affected` is -1 where dbt does not say; seconds are wall time."""

    name: str
    status: str
    seconds: float
    rows_affected: int
    message: str


def run_dbt(settings: Settings, wanted: Wanted, change: Change, folder: Path) -> tuple[tuple[NodeResult, ...], str]:
    """Run `dbt build` and release the warehouse. Returns the nodes, and what went wrong besides them, "" for nothing.

    Raises:
        BaseException: what interrupted it, e.g. the timeout of a task.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    target, said_of_warehouse = place_of(settings).dbt_target
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
        *("--target", target),
    ]
    variables = {
        "as_of": wanted.as_of.isoformat(),
        "province": settings.province_code,
        **said_of_warehouse,
        "touched_years": change.years or [],
        "touched_elements": change.elements,
        "touched_indicators": change.indicators,
        "stretches": change.stretches,
        **({"engine_threads": 1} if change.is_little else {}),
    }
    arguments = [
        *options,
        "build",
        *where,
        *("--threads", "1"),
        *("--vars", json.dumps(variables)),
        *("--exclude-resource-type", "unit_test"),
        *_selection(change),
    ]
    kept = KeptManifest(settings, folder, wanted.project_hash)
    manifest = kept.read()
    try:
        if manifest is None:
            # dbt parses everything again whenever a variable changed, 4 s at every build; no model is another one for
            # its variables but the province, so it parses without the others
            of_province = json.dumps({"province": settings.province_code})  # where its seeds lie
            outcome = dbtRunner().invoke([*options, "parse", *where, "--vars", of_province])
            if isinstance(outcome.result, Manifest):
                manifest = outcome.result
                kept.keep(manifest)
        if manifest is not None:
            _render_plain_words(manifest)
            with _queries_end_with_dbt():
                outcome = dbtRunner(manifest=manifest).invoke(arguments)
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
    if error := outcome.exception:
        if not isinstance(error, Exception):
            raise error  # a timeout, a signal: dbt hands on what it has caught
        return nodes, _one_line(f"{type(error).__name__}: {error}")
    return nodes, "dbt stopped without saying why"


def _render_plain_words(manifest: "Manifest") -> None:
    """Let dbt remember what the names and codes in the arguments of tests mean: themselves, or a number.

    It renders each of them once in a process, by itself with all macros at hand, which takes 3 ms a word; without any
    it takes a fifth of one.
    """
    from dbt.clients.jinja import get_rendered

    for node in manifest.nodes.values():
        for word in _words(getattr(getattr(node, "test_metadata", None), "kwargs", None)):
            if "{" not in word:
                get_rendered(word, {}, native=True)


def _words(arguments: Any) -> Iterator[str]:
    """The texts in a value of YAML, at any depth."""
    if isinstance(arguments, str):
        yield arguments
    elif isinstance(arguments, dict | list):
        for argument in arguments.values() if isinstance(arguments, dict) else arguments:
            yield from _words(argument)


@contextmanager
def _queries_end_with_dbt() -> Iterator[None]:
    """What interrupts dbt, such as the timeout of a task, lets it clean up its connections; queries must end first.

    DuckDB waits with rolling back until the query of another thread has ended, which one that hangs never does.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    clean_up = DuckDBConnectionManager.cleanup_all

    def cancel_and_clean_up(manager: Any) -> None:
        manager.cancel_open()
        clean_up(manager)

    setattr(DuckDBConnectionManager, "cleanup_all", cancel_and_clean_up)  # noqa: B010  # no setting of dbt's does it
    try:
        yield
    finally:
        setattr(DuckDBConnectionManager, "cleanup_all", clean_up)  # noqa: B010


def _selection(change: Change) -> list[str]:
    """What of the project a build needs: each node costs 40 to 90 ms whatever it does.

    A view stays the same on the same day, and what it gives is tested in the tables made of it. What is counted from
    records changes with the day, and with an extract, even one without records: its month may be complete now.
    """
    if change.is_full:
        return ["--full-refresh"]
    if change.is_new_day:
        return ["--select", "source:raw+"]
    tables = [f"source:raw+,config.materialized:{kind}" for kind in ("table", "incremental", "kept")]
    return ["--select", *tables, *(() if change.has_new_extracts else ("--exclude", "tag:records"))]


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
