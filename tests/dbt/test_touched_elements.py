"""A drop costs its own elements: they end where a full build does, and those that it cannot change are left alone."""

import random
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from built_tables import built_anew, tables_built
from ioc_pipeline.build import stretches
from ioc_pipeline.build.marts import build
from ioc_pipeline.build.touched_elements import OF_REPORTING
from ioc_pipeline.settings import PROJECT, Settings, from_environment
from raw_rows import Cell, Warehouse, management_month, query_warehouse, write_seed

AS_OF = date(2025, 10, 20)
UNITS = ("03646", "03703")
MONTHS = [management_month(year, month) for year in (2024, 2025) for month in range(1, 13)][:20]
NEXT = management_month(2025, 9)


def _cells(draw: random.Random, *elements: str) -> list[Cell]:
    return [Cell(unit, element, draw.randint(1, 1000)) for unit in UNITS for element in elements]


@pytest.fixture(scope="module")
def built(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Four forms of twenty months, built: counts, counts that another form gives too, a score and what weighs it."""
    folder = tmp_path_factory.mktemp("forms")
    settings = _settings(folder)
    shutil.copytree(small_project, settings.project)
    seeds = settings.seeds
    write_seed(
        seeds / "elements.csv",
        "received,Tiếp nhận,count,flow,sum,sum,,,admin_procedures>another_form",
        "online,Trực tuyến,count,flow,sum,sum,,,admin_procedures",
        "people,Dân số,count,stock,sum,last,,24,people_form",
        "score,Điểm,points,rate,weighted,none,people,,score_form",
        "visits,Lượt,count,flow,sum,sum,,,visits_form",
        *(f"{code},Báo cáo,count,flow,sum,sum,,,ioc_reporting" for code in OF_REPORTING),
    )
    terms = {"online_pct": ("ratio", "online", "received"), "per_head": ("ratio", "visits", "people")}
    terms |= {"mean_score": ("sum", "score", ""), "on_time": ("ratio", *reversed(OF_REPORTING))}
    write_seed(
        seeds / "indicators.csv",
        *(
            f"gov_{name},,Chỉ tiêu,Indicator,02,vp-ubnd,pct,up,{','.join(formula)},100,2,from_terms,Định nghĩa,Nguồn"
            for name, formula in terms.items()
        ),
    )
    warehouse, draw = Warehouse(settings.warehouse), random.Random(1)
    for number, month in enumerate(MONTHS, start=1):
        warehouse.deliver(number, "admin_procedures", "t", month, _cells(draw, "received", "online"))
        warehouse.deliver(100 + number, "another_form", "t", month, _cells(draw, "received"))
        warehouse.deliver(200 + number, "score_form", "t", month, _cells(draw, "score"))
        warehouse.deliver(300 + number, "visits_form", "t", month, _cells(draw, "visits"))
    for number, month in enumerate(MONTHS[::6], start=1):
        warehouse.deliver(400 + number, "people_form", "t", month, _cells(draw, "people"))
    warehouse.write()
    assert build(settings, as_of=AS_OF).is_full
    return warehouse


@pytest.fixture
def settings(built: Warehouse, tmp_path: Path) -> Settings:
    """Project and home of its own, built."""
    folder = shutil.copytree(built.path.parents[2], tmp_path / "forms")
    return _settings(folder)


@pytest.fixture
def forms(settings: Settings, built: Warehouse) -> Warehouse:
    return Warehouse(settings.warehouse, load_seq=built.load_seq)


def _settings(folder: Path) -> Settings:
    return from_environment({"IOC_HOME": str(folder / "home"), "IOC_PROJECT": str(folder / "project")})


def test_forms_corrections_and_rows_taken_back_end_where_a_full_build_does(
    settings: Settings, forms: Warehouse, tmp_path: Path
) -> None:
    def built() -> bool:
        forms.write()
        return build(settings, as_of=AS_OF).is_full

    draw = random.Random(2)
    before = tables_built(settings)
    # a new month of one form; a year ago what weighs the scores and divides the visits; a version without one of its
    # units and one of its elements, so that another form is believed; nothing but a blank report
    forms.deliver(501, "visits_form", "t", NEXT, _cells(draw, "visits"))
    assert not built()
    forms.deliver(502, "people_form", "t", MONTHS[6], _cells(draw, "people"))
    assert not built()
    forms.deliver(503, "admin_procedures", "t", MONTHS[3], [Cell("03646", "online", 7)])
    assert not built()
    forms.deliver(504, "score_form", "t", MONTHS[19], [])
    assert not built()
    kept, anew = tables_built(settings), tables_built(built_anew(settings, tmp_path / "anew", AS_OF))
    assert {name: rows for name, rows in kept.items() if rows != anew[name]} == {}
    changed = {name for name, rows in kept.items() if rows != before[name]}
    assert changed >= {"marts.mart_lineage", "marts.mart_indicator_latest", "measures.int_sources_compared"}
    # what was withdrawn, and another catalogue, cannot be told by elements
    forms.withdraw(505, decided=501)
    assert built()
    write_seed(settings.seeds / "targets.csv", "gov_per_head,14,2025-01-01,2025-12-31,90,at_least,Nguồn,false")
    assert built()
    forms.deliver(506, "visits_form", "t", NEXT, _cells(draw, "visits"))
    assert not built()
    kept, anew = tables_built(settings), tables_built(built_anew(settings, tmp_path / "again", AS_OF))
    assert {name: rows for name, rows in kept.items() if rows != anew[name]} == {}


def test_a_long_history_is_built_in_stretches_of_years_as_it_is_at_once(
    settings: Settings, forms: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = tables_built(settings)
    monkeypatch.setattr(stretches, "CELLS_AT_ONCE", 1)
    with closing(duckdb.connect(str(settings.warehouse))) as warehouse:
        assert stretches.stretches_of(warehouse) == [(0, 2024), (2025, 9999)]
    in_stretches = tables_built(built_anew(settings, tmp_path / "anew", AS_OF))
    assert {name: rows for name, rows in in_stretches.items() if rows != at_once[name]} == {}


def test_a_form_leaves_the_elements_and_indicators_of_other_forms_alone(settings: Settings, forms: Warehouse) -> None:
    marks = {
        "measures.int_measure_value": ("element_code", "restatement_basis"),
        "marts.mart_indicator_latest": ("indicator_code", "indicator_name_vi"),
    }
    with closing(duckdb.connect(str(settings.warehouse))) as warehouse:
        for table, (_, marked) in marks.items():
            warehouse.execute(f"update {table} set {marked} = 'as before'")
    forms.deliver(501, "people_form", "t", NEXT, _cells(random.Random(3), "people"))
    forms.write()
    build(settings, as_of=AS_OF)
    computed = {
        table: {
            code
            for (code,) in query_warehouse(
                settings, f"select distinct {code} from {table} where {marked} != 'as before'"
            )
        }
        for table, (code, marked) in marks.items()
    }
    assert computed["measures.int_measure_value"] >= {"people", "score"}
    assert computed["measures.int_measure_value"].isdisjoint({"received", "online", "visits"})
    assert computed["marts.mart_indicator_latest"] >= {"gov_per_head", "gov_mean_score"}
    assert "gov_online_pct" not in computed["marts.mart_indicator_latest"]


def test_what_is_counted_from_reports_is_known_to_be_touched_by_every_delivery() -> None:
    model = (PROJECT / "dbt_project" / "models" / "measures" / "int_reporting_measure.sql").read_text("utf-8")
    counted = model.partition("element_columns = {")[2].partition("}")[0]
    assert tuple(line.split("'")[1] for line in counted.splitlines() if "'" in line) == OF_REPORTING
