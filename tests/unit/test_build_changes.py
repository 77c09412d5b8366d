"""What a build does again after the last one: by its inputs, and by what was loaded since."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

import ioc_pipeline
from ioc_pipeline.build.changes import LITTLE_CELLS, Wanted, begin, end, has_reference, is_built
from ioc_pipeline.build.inputs import hash_project, hash_reference
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.place import DuckDBFile

WANTED = Wanted(as_of=date(2026, 1, 20), project_hash="project", reference_hash="reference")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(DuckDBFile(tmp_path / "warehouse.duckdb").connect()) as connection:
        connection.execute("create table raw.element (element_code text, weight_element text, max_age_months integer)")
        connection.execute("create table raw.indicator_term (indicator_code text, element_code text)")
        has_reference(connection, WANTED)
        yield connection


def _build(warehouse: duckdb.DuckDBPyConnection, wanted: Wanted = WANTED) -> None:
    begin(warehouse, wanted)
    end(warehouse, wanted)


def _load(warehouse: duckdb.DuckDBPyConnection, load_seq: int, kind: str, day: str) -> None:
    warehouse.execute("insert into raw.load (load_seq) values (?)", [load_seq])
    warehouse.execute("insert into raw.delivery (load_seq, kind) values (?, ?)", [load_seq, kind])
    warehouse.execute("insert into raw.delivery_scope (load_seq, period_end_date) values (?, ?)", [load_seq, day])


def test_the_first_build_builds_everything_and_the_next_what_was_touched(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert begin(warehouse, WANTED).is_full
    end(warehouse, WANTED)
    _load(warehouse, 1, "file", "2021-06-30")
    change = begin(warehouse, WANTED)
    assert change.years == [2021, 2025, 2026]
    assert (change.is_new_day, change.has_new_extracts) == (False, False)


def test_after_a_complete_build_there_is_nothing_to_do_until_something_changes(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert not is_built(warehouse, WANTED)
    begin(warehouse, WANTED)
    assert not is_built(warehouse, WANTED)
    end(warehouse, WANTED)
    assert is_built(warehouse, WANTED)
    for other in ({"as_of": date(2026, 1, 21)}, {"project_hash": "edited"}, {"reference_hash": "edited"}):
        assert not is_built(warehouse, replace(WANTED, **other))
    begin(warehouse, WANTED)  # and is interrupted
    assert not is_built(warehouse, WANTED)
    end(warehouse, WANTED)
    _load(warehouse, 1, "file", "2025-06-30")
    assert not is_built(warehouse, WANTED)


def test_little_is_what_gives_one_thread_of_duckdb_enough_to_do(warehouse: duckdb.DuckDBPyConnection) -> None:
    def load(load_seq: int, day: str, cells: int) -> None:
        _load(warehouse, load_seq, "file", day)
        warehouse.execute(
            """
            insert into raw.observation by name
            select ? as load_seq, 'form' as source_name, 't' as table_name, 'counted' as element_code,
                cast(? as date) as period_end_date
            from range(?)
            """,
            [load_seq, day, cells],
        )
        warehouse.execute("update raw.delivery_scope set source_name = 'form', table_name = 't'")

    load(1, "2019-06-30", LITTLE_CELLS)
    assert not begin(warehouse, WANTED).is_little, "everything is not little"
    end(warehouse, WANTED)
    load(2, "2025-06-30", LITTLE_CELLS)
    assert begin(warehouse, WANTED).is_little, "2019 is not computed again"
    load(3, "2025-06-30", 1)
    assert not begin(warehouse, WANTED).is_little


def test_a_form_touches_what_its_tables_ever_had_and_what_that_weighs(warehouse: duckdb.DuckDBPyConnection) -> None:
    def cell(load_seq: int, table: str, element: str) -> None:
        warehouse.execute(
            "insert into raw.observation (load_seq, source_name, table_name, element_code) values (?, 'form', ?, ?)",
            [load_seq, table, element],
        )

    warehouse.execute("insert into raw.element values ('mean', 'weight', null), ('other', 'unseen', null)")
    warehouse.execute("insert into raw.indicator_term values ('of_mean', 'mean'), ('of_other', 'other')")
    cell(1, "people", "left_out_today")
    cell(1, "staff", "of_another_table")
    _load(warehouse, 1, "file", "2025-06-30")
    _build(warehouse)
    cell(2, "people", "weight")
    _load(warehouse, 2, "file", "2025-06-30")
    warehouse.execute("update raw.delivery_scope set source_name = 'form', table_name = 'people' where load_seq = 2")
    change = begin(warehouse, WANTED)
    assert change.elements == ["ioc_reports_due", "ioc_reports_on_time", "left_out_today", "mean", "weight"]
    assert change.indicators == ["of_mean"]


@pytest.mark.parametrize(("kind", "as_of"), [("file", date(2026, 1, 21)), ("extract", WANTED.as_of)])
def test_a_new_day_and_an_extract_touch_all_elements(
    warehouse: duckdb.DuckDBPyConnection, kind: str, as_of: date
) -> None:
    _build(warehouse)
    _load(warehouse, 1, kind, "2025-06-30")
    change = begin(warehouse, replace(WANTED, as_of=as_of))
    assert (change.is_full, change.elements, change.indicators) == (False, [], [])


def test_an_edited_project_builds_everything(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse)
    assert begin(warehouse, replace(WANTED, project_hash="edited")).is_full


def test_a_full_build_that_was_interrupted_is_repeated_though_the_edit_was_taken_back(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _build(warehouse)
    begin(warehouse, replace(WANTED, project_hash="edited"))
    assert begin(warehouse, WANTED).is_full


def test_years_of_a_build_that_was_interrupted_are_still_to_be_done(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse)
    _load(warehouse, 1, "extract", "2021-06-30")
    begin(warehouse, WANTED)
    change = begin(warehouse, WANTED)
    assert change.years == [2021, 2025, 2026]
    assert change.has_new_extracts
    end(warehouse, WANTED)
    change = begin(warehouse, WANTED)
    assert change.years == [2025, 2026]
    assert not change.has_new_extracts


def test_a_stock_reaches_as_far_as_the_catalogue_lets_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse)
    warehouse.execute("insert into raw.element (max_age_months) values (null), (24)")
    _load(warehouse, 1, "file", "2021-06-30")
    assert begin(warehouse, WANTED).years == [2021, 2022, 2023, 2025, 2026]


@pytest.mark.parametrize(
    ("wanted", "is_there"),
    [
        (WANTED, True),
        (replace(WANTED, as_of=date(2026, 1, 21)), False),
        (replace(WANTED, reference_hash="edited"), False),
        (replace(WANTED, project_hash="edited"), True),
    ],
)
def test_obligations_and_catalogue_are_those_of_one_day_and_their_inputs(
    warehouse: duckdb.DuckDBPyConnection, wanted: Wanted, is_there: bool
) -> None:
    assert not has_reference(warehouse, WANTED)
    begin(warehouse, WANTED)
    assert has_reference(warehouse, wanted) == is_there


INPUTS = {
    "dbt_project/models/a.sql": True,
    "include/seeds/units.csv": True,
    "include/sources/s.yml": True,
    "include/provinces/01/seeds/agencies.csv": True,
    "include/provinces/01/sources/t.yml": True,
    "include/provinces/01/expectations/t__t.yml": False,
    "expectations/s__t.yml": False,
}
"""By name: whether the parsed project depends on it; obligations and catalogue depend on all."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in INPUTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a", encoding="utf-8")
    (tmp_path / "include" / "provinces" / "usual").write_text("01", encoding="utf-8")
    return from_environment({"IOC_HOME": str(tmp_path / "home"), "IOC_PROJECT": str(tmp_path)})


@pytest.mark.parametrize(("file", "is_of_the_project"), INPUTS.items())
def test_every_input_is_in_the_hash_of_what_is_made_of_it(
    settings: Settings, file: str, is_of_the_project: bool
) -> None:
    project, reference = hash_project(settings), hash_reference(settings, hash_project(settings))
    assert (project, reference) == (hash_project(settings), hash_reference(settings, hash_project(settings)))
    (settings.project / file).write_text("b", encoding="utf-8")
    assert (hash_project(settings) != project) == is_of_the_project
    assert hash_reference(settings, hash_project(settings)) != reference


def test_our_own_code_is_in_the_hash_of_what_it_makes(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package" / "ioc_pipeline"
    (package / "parse").mkdir(parents=True)
    monkeypatch.setattr(ioc_pipeline, "__file__", str(package / "__init__.py"))
    hashes = set()
    for module, code in (("__init__.py", ""), ("parse/cells.py", "a = 1"), ("parse/cells.py", "a = 2")):
        (package / module).write_text(code, encoding="utf-8")
        hashes |= {hash_project(settings), hash_reference(settings, hash_project(settings))}
    assert len(hashes) == 6


def test_another_province_owes_something_else(settings: Settings) -> None:
    assert hash_reference(settings, "project") != hash_reference(replace(settings, province_code="02"), "project")
