"""Raw → tested marts inside the warehouse: dbt, in this process, with as few nodes as the change needs."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ioc_pipeline.build import changes
from ioc_pipeline.build.catalogue import write_catalogue
from ioc_pipeline.build.changes import Change, Wanted
from ioc_pipeline.build.inputs import hash_project, hash_reference
from ioc_pipeline.build.nodes import NodeResult, run_dbt
from ioc_pipeline.build.obligations import write_obligations
from ioc_pipeline.build.record_tables import make_record_tables
from ioc_pipeline.build.results import keep_results
from ioc_pipeline.build.working_days import write_working_days
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import place_of

_FAILED = {"error", "fail", "runtime error", "partial success"}


class BuildError(Exception):
    """dbt could not build or test the marts; names each failing node with its message. What was published stays."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """`nodes` in the order they ran, none where nothing is new; they are kept as JSON under home/build/ too.

    `is_full` says that seeds, and what is made of seeds alone, were built too.
    """

    as_of: date
    nodes: tuple[NodeResult, ...]
    is_full: bool


def build(settings: Settings, *, as_of: date) -> BuildResult:
    """Build and test every model from raw, which must exist; `as_of` is the day the marts speak of.

    Every node costs 40 ms whatever it does: seeds, and models that read nothing else, are built only when a file of
    the dbt project, a seed or a contract changed since they were last built in this warehouse. Otherwise the facts are
    computed again for the years and elements that were touched since, and kept for the others.

    Raises:
        BuildError: a node failed; the marts in the warehouse may be half new and must not be published.
        ContractError: the holiday calendar cannot be read, or a file of the catalogue is not one.
    """
    folder = settings.home / "build"
    project_hash = hash_project(settings)
    wanted = Wanted(as_of, project_hash, hash_reference(settings, project_hash))
    change = _begin(settings, wanted)
    started_at = datetime.now(UTC)
    if change is None:
        keep_results(folder, started_at, as_of, ())
        return BuildResult(as_of, (), is_full=False)
    nodes, failure = run_dbt(settings, wanted, change, folder)
    keep_results(folder, started_at, as_of, nodes)
    failed = [node for node in nodes if node.status in _FAILED]
    if failed or failure:
        causes = [f"{node.name}: {node.message}" for node in failed] or [failure]
        raise BuildError("\n".join(causes))
    with closing(place_of(settings).connect()) as warehouse:
        changes.end(warehouse, wanted)
    return BuildResult(as_of, nodes, change.is_full)


def forget_build(settings: Settings) -> None:
    """Let the next build do everything, whatever the last one left."""
    with closing(place_of(settings).connect()) as warehouse:
        changes.forget(warehouse)


def _begin(settings: Settings, wanted: Wanted) -> Change | None:
    """Write what the models read besides the deliveries, where it changed, and note that a build runs: one commit.

    Returns None where everything is built already.
    """
    with closing(place_of(settings).connect()) as warehouse:
        warehouse.begin()
        if changes.has_reference(warehouse, wanted) and changes.is_built(warehouse, wanted):
            warehouse.commit()
            return None
        if not changes.has_reference(warehouse, wanted):
            write_obligations(warehouse, settings, wanted.as_of)
            write_catalogue(warehouse, load_catalogue(settings.seeds))
            make_record_tables(warehouse, settings.dbt_project)
        write_working_days(warehouse, settings, wanted.as_of)
        change = changes.begin(warehouse, wanted)
        warehouse.commit()
    return change
