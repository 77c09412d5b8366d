"""Published versions: verified, behind a pointer that only moves forward, undisturbed by the next one."""

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from frictionless import Package

from empty_marts import change, empty_marts
from ioc_pipeline.domain.errors import ConflictError, UserError
from ioc_pipeline.durable import write_json
from ioc_pipeline.flows.stores import working_on_warehouse
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.publish.publication import Published, publish
from ioc_pipeline.publish.published import as_of, connect_published, ordered_row_hash
from ioc_pipeline.publish.versions import is_sound
from ioc_pipeline.settings import Settings

NOON = datetime(2025, 10, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Published]:
    """A warehouse that a finished build left, published: every mart by its contract, one row in dim_period."""
    settings = empty_marts(tmp_path_factory.mktemp("once") / "home")
    _add_period(settings, 2025)
    return settings, publish(settings, published_at=NOON)


@pytest.fixture
def settings(once: tuple[Settings, Published], tmp_path: Path) -> Settings:
    """The warehouse, of which nothing is published."""
    made = replace(once[0], home=tmp_path / "home")
    shutil.copytree(once[0].warehouse.parent, made.warehouse.parent)
    return made


@pytest.fixture
def first(settings: Settings, once: tuple[Settings, Published]) -> Published:
    """What is published of the warehouse by now."""
    shutil.copytree(once[0].published, settings.published, symlinks=True)
    return replace(once[1], path=settings.published / once[1].path.name)


def _add_period(settings: Settings, year: int) -> None:
    bounds = f"date '{year}-01-01', date '{year}-12-31'"
    change(
        settings, f"insert into marts.dim_period values ('{year}', 'calendar', 'year', {bounds}, {year}, 'Năm {year}')"
    )


def _published_years(settings: Settings) -> list[int]:
    with closing(connect_published(settings)) as connection:
        return [row[0] for row in connection.execute("select year_number from dim_period order by 1").fetchall()]


def _overwrite(path: Path, content: bytes) -> str:
    path.chmod(0o644)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _expect_told_and_mended(settings: Settings, first: Published) -> None:
    """Who reads is told, and the same content is published again under a new number."""
    assert not is_sound(settings.published, version=first.version)
    with pytest.raises(UserError, match=r"not what was published|not whole"):
        connect_published(settings)
    second = publish(settings, published_at=NOON, last_version=first.version)
    assert (second.changed, second.version) == (True, f"000002_{first.version.split('_')[1]}")
    assert is_sound(settings.published, version=second.version)


def test_published_files_cannot_be_written(settings: Settings, first: Published) -> None:
    parquet = settings.published / f"parquet_{first.version}"
    files = [first.path, *(path for path in parquet.rglob("*") if path.is_file())]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}
    assert is_sound(settings.published, version=first.version)
    assert not is_sound(settings.published, version="000002_deadbeef")


@pytest.mark.parametrize("torn", [b"", b'{"version": "0000', b"{}", b"[]"])
def test_a_torn_pointer_is_told_and_written_again(settings: Settings, first: Published, torn: bytes) -> None:
    (settings.published / "current.json").write_bytes(torn)
    _expect_told_and_mended(settings, first)
    assert _published_years(settings) == [2025]


@pytest.mark.parametrize(
    "change",
    [
        {"version": "x00001_abc"},
        {"file": 5},
        {"file": "marts_000009_x.duckdb"},
        {"as_of": "2031-01-01"},
        {"published_at": "yesterday"},
        {"load_seq": "many"},
        {"content_hash": ""},
    ],
)
def test_a_pointer_that_was_changed_is_told_and_written_again(
    settings: Settings, first: Published, change: dict[str, object]
) -> None:
    path = settings.published / "current.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))
    _expect_told_and_mended(settings, first)


def test_what_others_put_into_the_folder_stops_no_publication(settings: Settings, first: Published) -> None:
    theirs = ["marts_backup.duckdb", "marts_000001 - Copy.duckdb", "prints_x.json", "parquet_x"]
    for name in theirs:
        (settings.published / name).write_bytes(b"x")
    for year in range(2026, 2031):
        _add_period(settings, year)
        publish(settings, published_at=NOON)
    assert _published_years(settings) == list(range(2025, 2031))
    assert all((settings.published / name).exists() for name in (theirs[0], *theirs[2:]))
    assert not first.path.exists()


def test_promises_that_were_changed_are_written_again_though_no_mart_is_new(
    settings: Settings, first: Published
) -> None:
    promises = sorted((settings.published / "contracts").glob("*.yaml"))
    before = [path.read_bytes() for path in promises]
    promises[0].write_bytes(b"")
    promises[1].unlink()
    assert publish(settings, published_at=NOON).version == first.version
    assert [path.read_bytes() for path in promises] == before


def test_a_lost_folder_does_not_give_a_number_twice(settings: Settings, first: Published) -> None:
    shutil.rmtree(settings.published)
    assert not is_sound(settings.published, version=first.version)
    assert publish(settings, published_at=NOON, last_version=first.version).version.startswith("000002_")


def test_another_installations_publication_is_not_gone_on_with(settings: Settings) -> None:
    change(settings, "create table raw.installation as select 'mine' as installation_id, 1 as epoch")
    first = publish(settings, published_at=NOON)
    change(settings, "update raw.installation set installation_id = 'other'")
    second = publish(settings, published_at=NOON)
    assert (first.changed, second.changed, second.version[:6]) == (True, True, "000002")


def test_a_version_holds_the_marts_with_their_descriptions_and_nothing_else(
    settings: Settings, first: Published
) -> None:
    with closing(connect_published(settings)) as connection:
        tables = connection.execute("select table_name, comment from duckdb_tables() order by 1").fetchall()
        publication = connection.execute("select * from _publication").fetchall()
    marts = {mart.name: mart.comment for mart in read_marts(settings.dbt_project)}
    assert dict(tables) == {**marts, "_publication": None}
    assert publication == [(first.version, datetime(2025, 10, 20, 12), date(2025, 10, 20), 7)]  # noqa: DTZ001
    assert first.load_seq == 7
    assert as_of(settings) == date(2025, 10, 20)


def test_unchanged_content_is_not_published_again(settings: Settings, first: Published) -> None:
    second = publish(settings, published_at=NOON + timedelta(hours=1))
    assert (first.changed, second.changed) == (True, False)
    assert second == replace(first, changed=False)
    assert len(list(settings.published.glob("marts_*"))) == 1


@pytest.mark.usefixtures("first")
def test_unchanged_content_holds_the_loads_that_changed_nothing_too(settings: Settings) -> None:
    change(settings, "update build.run set load_seq = 9")
    published = publish(settings, published_at=NOON)
    assert (published.changed, published.load_seq) == (False, 9)


@pytest.mark.usefixtures("first")
def test_a_reader_keeps_its_version_while_the_next_one_is_published(settings: Settings) -> None:
    with closing(connect_published(settings)) as reader:
        _add_period(settings, 2026)
        publish(settings, published_at=NOON)
        assert reader.execute("select count(*) from dim_period").fetchall() == [(1,)]
    assert _published_years(settings) == [2025, 2026]


def test_the_last_three_versions_are_kept_and_numbers_only_grow(settings: Settings) -> None:
    versions = []
    for year in range(2026, 2031):
        _add_period(settings, year)
        versions.append(publish(settings, published_at=NOON).version)
    kept = [path.stem.removeprefix("marts_") for path in sorted(settings.published.glob("marts_*.duckdb"))]
    assert [version[:6] for version in versions] == [f"{number:06d}" for number in range(1, 6)]
    assert kept == versions[-3:]
    assert sorted(path.name for path in settings.published.glob("parquet_*")) == [
        f"parquet_{version}" for version in kept
    ]


@pytest.mark.usefixtures("first")
def test_the_link_and_the_pointer_name_the_same_file_wherever_the_folder_is_moved(settings: Settings) -> None:
    moved = replace(settings, home=settings.home.with_name("moved"))
    settings.home.rename(moved.home)
    pointer = json.loads((moved.published / "current.json").read_bytes())
    assert str((moved.published / "current.duckdb").readlink()) == pointer["file"]
    assert _published_years(moved) == [2025]


@pytest.mark.usefixtures("first")
def test_a_lost_link_is_restored_though_nothing_changed(settings: Settings) -> None:
    (settings.published / "current.duckdb").unlink()
    publish(settings, published_at=NOON)
    assert (settings.published / "current.duckdb").exists()


def test_what_a_crash_left_half_written_is_removed_and_never_read(settings: Settings) -> None:
    settings.published.mkdir(parents=True)
    (settings.published / ".unfinished_marts_000001_deadbeef.duckdb").write_bytes(b"half")
    (settings.published / ".unfinished_parquet_000001_deadbeef").mkdir()
    publish(settings, published_at=NOON)
    assert list(settings.published.glob(".unfinished*")) == []
    assert _published_years(settings) == [2025]


def test_a_version_written_before_a_crash_moved_the_pointer_gives_its_number_to_nobody(
    settings: Settings, first: Published
) -> None:
    (settings.published / "marts_000002_deadbeef.duckdb").write_bytes(first.path.read_bytes())
    _add_period(settings, 2026)
    assert publish(settings, published_at=NOON).version.startswith("000003_")


def test_a_version_whose_file_was_lost_gives_its_number_to_nobody(settings: Settings, first: Published) -> None:
    first.path.unlink()
    assert publish(settings, published_at=NOON).version.startswith("000002_")
    assert _published_years(settings) == [2025]


def test_marts_of_an_unfinished_build_are_not_published(settings: Settings, first: Published) -> None:
    _add_period(settings, 2026)
    change(settings, "update build.run set is_complete = false")
    with pytest.raises(ConflictError, match="did not finish"):
        publish(settings, published_at=NOON)
    assert json.loads((settings.published / "current.json").read_bytes())["version"] == first.version


@pytest.mark.usefixtures("first")
def test_a_mart_that_breaks_its_contract_is_not_published(settings: Settings) -> None:
    change(settings, "alter table marts.dim_period alter year_number type varchar")
    with pytest.raises(ConflictError, match="dim_period"):
        publish(settings, published_at=NOON)
    assert _published_years(settings) == [2025]


def test_a_copy_that_differs_from_its_mart_is_not_published(settings: Settings, first: Published) -> None:
    change(settings, "create or replace table marts.kept as from marts.dim_period; drop table marts.dim_period")
    change(
        settings,
        "create view marts.dim_period as"
        " select * replace (cast(floor(random() * 1e9) as integer) as year_number) from marts.kept",
    )
    with pytest.raises(ConflictError, match="dim_period: the copy differs"):
        publish(settings, published_at=NOON)
    assert json.loads((settings.published / "current.json").read_bytes())["version"] == first.version


def test_a_mart_that_did_not_change_keeps_its_file(settings: Settings, first: Published) -> None:
    folder = settings.published / f"parquet_{first.version}"
    package = json.loads((folder / "datapackage.json").read_bytes())
    marked = b"as the version before wrote it"
    _overwrite(folder / "dim_org_unit.parquet", marked)
    for resource in package["resources"]:
        if resource["path"] == "dim_org_unit.parquet":
            resource["hash"] = f"sha256:{hashlib.sha256(marked).hexdigest()}"
    pointer = json.loads((settings.published / "current.json").read_bytes())
    pointer["package_sha256"] = _overwrite(folder / "datapackage.json", json.dumps(package).encode())
    del pointer["own_sha256"]
    write_json(settings.published / "current.json", pointer)
    _add_period(settings, 2026)
    second = settings.published / f"parquet_{publish(settings, published_at=NOON).version}"
    assert (second / "dim_org_unit.parquet").read_bytes() == marked
    assert (second / "dim_period.parquet").read_bytes() != (folder / "dim_period.parquet").read_bytes()


def test_a_file_that_was_damaged_is_written_again(settings: Settings, first: Published) -> None:
    damaged = settings.published / f"parquet_{first.version}" / "dim_org_unit.parquet"
    whole = damaged.read_bytes()
    _overwrite(damaged, b"damaged")
    _add_period(settings, 2026)
    second = publish(settings, published_at=NOON)
    assert (settings.published / f"parquet_{second.version}" / "dim_org_unit.parquet").read_bytes() == whole


@pytest.mark.parametrize(
    "damage",
    [
        "delete from marts.dim_period where year_number = 2025",
        "drop table marts.dim_org_unit",
        "comment on column marts.dim_org_unit.org_unit_code is 'something else'",
        "comment on table marts.dim_org_unit is 'something else'",
        "create table marts.another as select 1 as a",
    ],
)
def test_what_is_wrong_with_the_version_before_is_not_taken_over(
    settings: Settings, first: Published, damage: str
) -> None:
    first.path.chmod(0o644)
    with closing(duckdb.connect(str(first.path))) as connection:
        connection.execute(damage)
    _expect_told_and_mended(settings, first)
    change(settings, "insert into marts.mart_rainfall default values")
    publish(settings, published_at=NOON)
    assert _published_years(settings) == [2025]
    marts = read_marts(settings.dbt_project)
    with closing(connect_published(settings)) as connection:
        tables = connection.execute("select table_name, comment from duckdb_tables()").fetchall()
        columns = connection.execute(
            "select comment from duckdb_columns() where table_name = 'dim_org_unit' order by column_index"
        ).fetchall()
    assert dict(tables) == {"_publication": None, **{mart.name: mart.comment for mart in marts}}
    (org_unit,) = [mart for mart in marts if mart.name == "dim_org_unit"]
    assert columns == [(column.comment,) for column in org_unit.columns]


@pytest.mark.usefixtures("first")
def test_a_project_with_one_mart_less_publishes_the_others(settings: Settings, tmp_path: Path) -> None:
    for part in ("models", "macros"):
        shutil.copytree(settings.dbt_project / part, tmp_path / "dbt_project" / part)
    shutil.copy(settings.dbt_project / "words_vi.yml", tmp_path / "dbt_project")
    (tmp_path / "dbt_project" / "models" / "marts" / "mart_rainfall.yml").unlink()
    publish(replace(settings, project=tmp_path), published_at=NOON)
    with closing(connect_published(settings)) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert ("mart_rainfall",) not in tables
    assert ("dim_period",) in tables


def test_publishers_at_the_same_time_publish_once(settings: Settings) -> None:
    def published_alone(_: int) -> Published:
        with working_on_warehouse(settings):
            return publish(settings, published_at=NOON)

    with ThreadPoolExecutor(4) as pool:
        published = list(pool.map(published_alone, range(4)))
    assert len({one.version for one in published}) == 1
    assert sum(one.changed for one in published) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "create table marts.mine (a integer)",
        "delete from dim_period",
        "select * from read_text('/etc/hostname')",
        "copy dim_period to 'dim_period.csv'",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "set memory_limit = '99GB'",
        "install httpfs",
    ],
)
@pytest.mark.usefixtures("first")
def test_a_reader_can_neither_write_nor_reach_out_nor_unlock(settings: Settings, statement: str) -> None:
    with closing(connect_published(settings)) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)


def test_before_the_first_publication_a_reader_is_told_what_to_do(settings: Settings) -> None:
    with pytest.raises(UserError, match="nothing is published yet"):
        connect_published(settings)
    assert ordered_row_hash(settings) == {}
    assert as_of(settings) is None


def test_parquet_and_its_package_say_the_same_as_the_database(settings: Settings, first: Published) -> None:
    folder = settings.published / f"parquet_{first.version}"
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert package["version"] == first.version
    assert [resource["path"] for resource in package["resources"]] == [
        f"{mart.name}/0000.parquet" if mart.is_kept_by_year else f"{mart.name}.parquet"
        for mart in read_marts(settings.dbt_project)
    ]
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        with closing(duckdb.connect()) as connection:
            columns = connection.execute(f"describe from '{folder / resource['path']}'").fetchall()
        assert [column[0] for column in columns] == [field["name"] for field in resource["schema"]["fields"]]
        assert set(resource["schema"]["primaryKey"]) <= {column[0] for column in columns}
    assert {field["type"] for resource in package["resources"] for field in resource["schema"]["fields"]} == {
        *("string", "date", "datetime", "boolean", "number")
    }


def test_the_data_package_is_valid_with_its_joins_titles_licence_and_contributors(settings: Settings) -> None:
    for table in ("dim_indicator", "dim_org_unit", "dim_period", "dim_code"):
        change(settings, f"delete from marts.{table}")
    change(settings, "insert into marts.dim_period by name select 'p' as period_key, 'month' as period_type")
    change(settings, "insert into marts.dim_org_unit by name select 'u' as org_unit_key, '14' as org_unit_code")
    keys = "'i' as indicator_key, 'u' as org_unit_key, 'p' as period_key"
    change(settings, "insert into marts.dim_indicator by name select 'i' as indicator_key, null as decimals")
    # whole numbers that are not always there, and a row that no unit has
    change(
        settings,
        f"insert into marts.mart_indicator_latest by name select 'i' as indicator_code, '14' as org_unit_code,"
        f" '' as breakdown, 1.5 as value, 3 as rank_number, {keys}"
        " union all by name select 'j' as indicator_code, '' as org_unit_code, '' as breakdown",
    )
    published = publish(settings, published_at=NOON)
    package = Package(str(settings.published / f"parquet_{published.version}" / "datapackage.json"))
    assert package.validate().flatten(["type", "note"]) == []
    assert package.licenses
    assert package.contributors
    latest = package.get_resource("mart-indicator-latest")
    assert {key["reference"]["resource"] for key in latest.schema.foreign_keys} == {
        *("dim-indicator", "dim-org-unit", "dim-period")
    }
    assert all(field.title and field.description for resource in package.resources for field in resource.schema.fields)
    # and it would say so: a unit that is in no dimension
    change(settings, "update marts.mart_indicator_latest set org_unit_key = 'nobody' where org_unit_key = 'u'")
    broken = publish(settings, published_at=NOON)
    package = Package(str(settings.published / f"parquet_{broken.version}" / "datapackage.json"))
    assert {error[0] for error in package.validate().flatten(["type"])} == {"foreign-key"}


def test_row_hashes_do_not_see_order_or_the_day_of_the_build_but_every_value(settings: Settings) -> None:
    _add_period(settings, 2026)
    publish(settings, published_at=NOON)
    before = ordered_row_hash(settings)
    change(settings, "create or replace table marts.dim_period as from marts.dim_period order by year_number desc")
    change(settings, "update build.run set as_of = '2025-11-01'")
    publish(settings, published_at=NOON)
    assert ordered_row_hash(settings) == before
    change(settings, "update marts.dim_period set period_label_vi = 'Năm hai nghìn' where year_number = 2026")
    publish(settings, published_at=NOON)
    after = ordered_row_hash(settings)
    assert [mart for mart in before if before[mart] != after[mart]] == ["dim_period"]
