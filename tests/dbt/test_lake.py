"""The same deliveries in a DuckLake: the marts of a file, in full and a month later, and older ones by time travel."""

import random
import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from ioc_pipeline.build.marts import build
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.publish.publication import Published, publish
from ioc_pipeline.publish.published import connect_published, ordered_row_hash
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.place import place_of
from raw_rows import Cell, Warehouse, management_month
from record_rows import Dossier, deliver_records, local

AS_OF = date(2025, 12, 20)
UNITS = ("03646", "03703")


def _deliver(warehouse: Warehouse, seq: int, month: int, draw: random.Random) -> None:
    """One month of a form and of dossiers."""
    cells = [Cell(unit, element, draw.randint(1, 1000)) for unit in UNITS for element in ("received", "online")]
    warehouse.deliver(seq, "admin_procedures", "settlements", management_month(2025, month), cells)
    dossiers = [
        Dossier(f"h-{month}-{number}", unit, local(2025, month, 2 + number), local(2025, month, 9 + number))
        for number, unit in enumerate(UNITS * 4)
    ]
    received_at = datetime(2025, month, 28, tzinfo=UTC)
    deliver_records(warehouse, 2 * seq + 100, dossiers, source="one_stop", received_at=received_at)


def _publish(settings: Settings) -> Published:
    build(settings, as_of=AS_OF)
    return publish(settings, published_at=datetime.now(UTC))


def test_a_lake_gives_the_marts_of_a_file(small_settings: Settings, tmp_path: Path) -> None:
    place = {"IOC_HOME": str(tmp_path / "lake"), "IOC_WAREHOUSE_URL": f"ducklake:{tmp_path}/catalogue.ducklake"}
    lake_settings = from_environment({**place, "IOC_PROJECT": str(small_settings.project)})
    lake = place_of(lake_settings)
    both = ((small_settings, Warehouse(small_settings.warehouse)), (lake_settings, Warehouse(lake)))
    published: list[list[Published]] = [[], []]
    for months in ((8, 9), (10,)):
        for (settings, warehouse), versions in zip(both, published, strict=True):
            draw = random.Random(months[0])
            for month in months:
                _deliver(warehouse, month, month, draw)
            warehouse.write()
            versions.append(_publish(settings))
            if not (lake_settings.home / "build").exists():  # parsed once: one project has one manifest for both
                shutil.copytree(settings.home / "build", lake_settings.home / "build")
        hashes = ordered_row_hash(small_settings)
        assert hashes == ordered_row_hash(lake_settings)
        assert len(hashes) > 20
    of_file, of_lake = ([one.version for one in versions] for versions in published)
    assert of_file == of_lake  # a version is named by its content

    before = published[1][0]
    at = connect_published(lake_settings, before.version)
    with closing(at), closing(lake.connect_to_read()) as travelled:
        ((moment,),) = at.execute("select published_at from _publication").fetchall()
        travelled.execute("set timezone = 'UTC'")
        for mart in read_marts(lake_settings.dbt_project):
            kept = at.execute(f"select {mart.column_list} from {mart.name} order by all").fetchall()
            then = f"marts.{mart.name} at (timestamp => timestamp '{moment}')"
            assert travelled.execute(f"select {mart.column_list} from {then} order by all").fetchall() == kept, (
                mart.name
            )
        now = travelled.execute("select count(*) from marts.mart_indicator_series").fetchone()
        assert now > at.execute("select count(*) from mart_indicator_series").fetchone()
