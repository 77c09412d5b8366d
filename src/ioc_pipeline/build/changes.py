"""What differs from the last complete build, and so how much of the marts must be built again."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import uuid4

import duckdb

from ioc_pipeline.build.stretches import stretches_of
from ioc_pipeline.build.touched import touched_years
from ioc_pipeline.build.touched_elements import count_cells, indicators_of, touched_elements

LITTLE_CELLS = 20_000
"""They become some 120,000 rows of what counts towards what, one row group: a second thread would only wait for the
first, and cost a fifth more."""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the last complete build.

    `years` of the facts must be computed again, None where everything must be built: the project changed, was never
    built to the end, or what was loaded since cannot be told by years. Of these years only `elements`, and the
    `indicators` computed from them; an empty list means all, as after an extract and on a new day. Everything is
    computed in `stretches` of years (see stretches.py), at once where there are none. `is_little` says that DuckDB has
    work for one thread only.
    """

    years: list[int] | None
    elements: list[str]
    indicators: list[str]
    is_new_day: bool
    has_new_extracts: bool
    is_little: bool = False
    stretches: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether everything must be built."""
        return self.years is None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The build that is wanted: its day, and the hashes of inputs.py."""

    as_of: date
    project_hash: str
    reference_hash: str


_RUN = """
create schema if not exists build;
create table if not exists build.run (
    as_of date,
    project_hash varchar,
    load_seq bigint,
    is_complete boolean,
    built_load_seq bigint,
    built_as_of date,
    reference_hash varchar
);
-- A warehouse of before these were kept.
alter table build.run add column if not exists built_load_seq bigint;
alter table build.run add column if not exists built_as_of date;
alter table build.run add column if not exists reference_hash varchar;
-- What each build may have written of the facts, for who publishes them: a year, or null for all of them.
create table if not exists build.touched (build_number bigint, build_id varchar, period_year integer);
"""


def has_reference(warehouse: duckdb.DuckDBPyConnection, wanted: Wanted) -> bool:
    """Whether obligations and catalogue are written as of this day from these inputs."""
    warehouse.execute(_RUN)
    written = warehouse.execute("select as_of, reference_hash from build.run").fetchone()
    return written == (wanted.as_of, wanted.reference_hash)


def is_built(warehouse: duckdb.DuckDBPyConnection, wanted: Wanted) -> bool:
    """Whether the last build ended well, was of this day and these inputs, and nothing was loaded since."""
    built = warehouse.execute(
        """
        select as_of, project_hash, reference_hash from build.run
        where is_complete and built_load_seq = (select coalesce(max(load_seq), 0) from raw.load)
        """
    ).fetchone()
    return built == (wanted.as_of, wanted.project_hash, wanted.reference_hash)


def begin(warehouse: duckdb.DuckDBPyConnection, wanted: Wanted) -> Change:
    """Note that a build runs: until it ends well `publish` takes nothing from this warehouse."""
    run = warehouse.execute("select project_hash, built_load_seq, built_as_of from build.run").fetchone()
    built_hash, built_load_seq, built_as_of = run or ("", None, None)
    change = Change(None, [], [], is_new_day=True, has_new_extracts=True)
    if built_hash == wanted.project_hash and built_load_seq is not None:
        (longest_age,) = warehouse.execute("select coalesce(max(max_age_months), 0) from raw.element").fetchall()[0]
        years = touched_years(
            warehouse,
            built_load_seq=built_load_seq,
            built_as_of=built_as_of,
            as_of=wanted.as_of,
            longest_age_months=longest_age,
        )
        new_extracts = warehouse.execute(
            "select count(*) from raw.delivery where kind = 'extract' and load_seq > ?", [built_load_seq]
        ).fetchone()
        is_new_day, has_new_extracts = wanted.as_of != built_as_of, new_extracts != (0,)
        has_all = years is None or is_new_day or has_new_extracts
        elements = [] if has_all else touched_elements(warehouse, built_load_seq)
        indicators = indicators_of(warehouse, elements)
        is_little = bool(elements) and count_cells(warehouse, years or [], elements) <= LITTLE_CELLS
        change = Change(years, elements, indicators, is_new_day, has_new_extracts, is_little)
    if change.is_full:
        change = replace(change, stretches=stretches_of(warehouse))
    _note_touched(warehouse, change)
    # a full build that is interrupted must be repeated, also when the files are changed back meanwhile; after one of
    # some years that was interrupted, those years are still to be done
    warehouse.execute("delete from build.run")
    warehouse.execute(
        """
        insert into build.run by name
        select
            ? as as_of, ? as project_hash, coalesce(max(load_seq), 0) as load_seq, false as is_complete,
            ? as built_load_seq, ? as built_as_of, ? as reference_hash
        from raw.load
        """,
        [wanted.as_of, "" if change.is_full else built_hash, built_load_seq, built_as_of, wanted.reference_hash],
    )
    return change


def _note_touched(warehouse: duckdb.DuckDBPyConnection, change: Change) -> None:
    """Note it before anything is written. On a new day all is compared, whatever was touched."""
    years: list[int | None] = [None]
    if change.years is None or change.is_new_day:
        warehouse.execute("delete from build.touched")
    else:
        years = [*change.years]
    warehouse.execute(
        """
        insert into build.touched
        select (select coalesce(max(build_number), 0) + 1 from build.touched), ?, unnest(?::integer[])
        """,
        [uuid4().hex, years],
    )


def forget(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Forget every build: nothing of them is used or published any more."""
    warehouse.execute("delete from build.run; delete from build.touched")


def end(warehouse: duckdb.DuckDBPyConnection, wanted: Wanted) -> None:
    """Note that everything was built and tested: the next build does what changes after this one."""
    warehouse.execute(
        "update build.run set is_complete = true, project_hash = ?, built_load_seq = load_seq, built_as_of = as_of",
        [wanted.project_hash],
    )
