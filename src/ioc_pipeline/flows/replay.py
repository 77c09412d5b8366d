"""A changed contract over everything that landed: what it would say differently, before anybody puts it in force."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.domain.errors import ContractError, Problem, UserError
from ioc_pipeline.flows.prepare import read_batch
from ioc_pipeline.flows.projects import project_with
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.verdicts import problems_of, verdict_on
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA

SHOWN_CHANGES = 100  # of one delivery; the counts tell the rest
_DELIVERIES_AT_ONCE = 20  # read under both contracts, and kept until they are compared

_NO_VALUES = """
create table {side} (
    table_name varchar, what varchar, org_unit_code varchar, period varchar, record_key varchar, value varchar,
    is_shown boolean, sheet_name varchar, cell_address varchar
)
"""
_COMPARE = """
select
    case when old.what is null then 'added' when new.what is null then 'removed' else 'changed' end as kind,
    coalesce(new.table_name, old.table_name),
    coalesce(new.what, old.what),
    coalesce(new.org_unit_code, old.org_unit_code),
    coalesce(new.period, old.period),
    coalesce(new.sheet_name, old.sheet_name),
    coalesce(new.cell_address, old.cell_address),
    case when coalesce(old.is_shown, true) then coalesce(old.value, '') else '…' end,
    case when coalesce(new.is_shown, true) then coalesce(new.value, '') else '…' end
from old
full outer join new
    on
        old.table_name = new.table_name
        and old.what = new.what
        and old.org_unit_code = new.org_unit_code
        and old.period = new.period
        and old.record_key = new.record_key
where old.value is distinct from new.value
order by all
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that the changed contract reads, leaves out or reads otherwise.

    `what` is the element with its breakdown, or the column of a record. Texts of records are told as "…" only: they
    may name people.
    """

    kind: Literal["added", "removed", "changed"]
    table_name: str
    what: str
    org_unit_code: str
    period: str
    sheet: str
    cell: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One delivery under the contract in force and under the changed one.

    Outcomes are those of a verdict, or `held`. `counts` is by kind of change, `changes` its first `SHOWN_CHANGES`.
    """

    delivery: Delivery
    before: str
    after: str
    counts: dict[str, int]
    changes: tuple[Change, ...]
    new_problems: tuple[Problem, ...]
    gone_problems: tuple[Problem, ...]

    @property
    def is_any(self) -> bool:
        return bool(self.before != self.after or self.counts or self.new_problems or self.gone_problems)


def replay(settings: Settings, contract: Path) -> Iterator[Difference]:
    """Read every delivery of the contract's source under both contracts; withdrawn ones are left out.

    The contract's suites are taken from its own folder, else from expectations/. Nothing is written: neither the
    ledger nor landing nor the warehouse is touched.

    Raises:
        UserError: there is no such file, or nothing has landed yet.
        ContractError: the changed contract or its suite does not hold by itself, or the one in force is stopped.
    """
    if not contract.is_file():
        raise UserError(f"{contract}: no such file")
    if not settings.landing.is_dir():
        raise UserError(f"{settings.landing}: nothing has landed yet, so there is nothing to replay")
    store = Store(settings.landing, Ledger(settings.ledger_url))
    suites = _suites_beside(settings, contract)
    with project_with(settings, contract.stem, contract.read_bytes(), suites) as changed:
        old, new = Reference(settings), Reference(changed)
        for reference in (old, new):
            if error := reference.contracts.broken.get(contract.name):
                raise ContractError(str(error))
        candidates = _candidates(store.ledger.deliveries(), contract.stem, old, new)
        for start in range(0, len(candidates), _DELIVERIES_AT_ONCE):
            batch = candidates[start : start + _DELIVERIES_AT_ONCE]
            before = read_batch(batch, store, old)
            after = read_batch(batch, store, new)
            for one, other in zip(before, after, strict=True):
                if contract.stem not in (one.source_name, other.source_name):
                    continue
                if other.held:
                    raise ContractError(other.held)
                yield _compare(one, other)


def _suites_beside(settings: Settings, contract: Path) -> dict[str, bytes]:
    """The changed suites that lie beside a changed contract."""
    if contract.parent.resolve() in (settings.sources.own, settings.sources.shared):
        return {}
    return {path.stem: path.read_bytes() for path in contract.parent.glob("*.yml") if path.name != contract.name}


def _candidates(deliveries: list[Delivery], source_name: str, old: Reference, new: Reference) -> list[Delivery]:
    """What the source may be read from: its own extracts, and every file of a folder in which it arrives."""
    withdrawn = {one.decides_delivery_seq for one in deliveries if one.kind == "withdrawal"}
    folders = {one.department_code for one in deliveries if one.kind == "file"}
    own_folders = {
        folder
        for folder in folders
        for reference in (old, new)
        if any(each.source.name == source_name for each in reference.contracts.of_department(folder))
    }
    return [
        one
        for one in deliveries
        if one.delivery_seq not in withdrawn
        and (
            (one.kind == "file" and one.department_code in own_folders)
            or (one.kind == "extract" and one.source_name == source_name)
        )
    ]


def _compare(before: Reading, after: Reading) -> Difference:
    with closing(duckdb.connect()) as memory:
        outcomes = [_take_values(memory, side, reading) for side, reading in (("old", before), ("new", after))]
        changes = [Change(*row) for row in memory.execute(_COMPARE).fetchall()]
    problems = [Counter(map(_shown, problems_of(reading))) for reading in (before, after)]
    return Difference(
        delivery=after.delivery,
        before=outcomes[0],
        after=outcomes[1],
        counts=dict(Counter(change.kind for change in changes)),
        changes=tuple(changes[:SHOWN_CHANGES]),
        new_problems=tuple((problems[1] - problems[0]).elements()),
        gone_problems=tuple((problems[0] - problems[1]).elements()),
    )


def _shown(problem: Problem) -> Problem:
    """A problem without the text that was found: this is not the feedback to its owner."""
    return replace(problem, found="", record="")


def _take_values(memory: duckdb.DuckDBPyConnection, side: str, reading: Reading) -> str:
    """Put what would be loaded into one table, and give the outcome."""
    memory.execute(_NO_VALUES.format(side=side))
    if reading.held:
        return "held"
    seq = reading.delivery.delivery_seq
    tables = reading.parsed.tables if reading.parsed else []
    batches = [batch for table in tables for batch in table.observations(seq)]
    observations = pa.Table.from_batches(batches, OBSERVATION_SCHEMA)
    outcome = verdict_on(reading, observations.num_rows).outcome
    if outcome != "loaded":
        return outcome
    memory.register("observation", observations)
    memory.execute(
        f"""
        insert into {side}
        select
            table_name,
            element_code || case breakdown when '' then '' else ' ' || breakdown end,
            org_unit_code,
            period_type || ' ' || period_start_date || '..' || period_end_date,
            record_key,
            concat_ws(
                ' ', rtrim(rtrim(measured_value::varchar, '0'), '.'), nullif(value_qualifier, ''),
                nullif(null_reason, ''), nullif(maturity, 'official')
            ),
            true,
            sheet_name,
            cell_address
        from observation
        """  # noqa: S608
    )
    for records in reading.parsed.records if reading.parsed else []:
        rows = pa.Table.from_batches(records.rows())
        memory.register("record", rows)
        shown = [field.name for field in rows.schema if field.name == "org_unit_code" or not _is_text(field.type)]
        memory.execute(
            f"""
            insert into {side}
            select
                $table_name, what, org_unit, '', record_key, coalesce(value, ''), list_contains($shown, what),
                sheet_name, cell_address
            from (
                select org_unit_code as org_unit, columns(* exclude (delivery_seq, source_name))::varchar from record
            )
            unpivot include nulls (
                value for what in (columns(* exclude (org_unit, record_key, sheet_name, cell_address)))
            )
            """,  # noqa: S608
            {"table_name": str(records.table.record), "shown": shown},
        )
    return outcome


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_dictionary(kind))
