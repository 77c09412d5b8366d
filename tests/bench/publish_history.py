"""What a change of one year costs to publish, with ten years published before it against one.

    python tests/bench/publish_history.py [ROWS] [YEARS]

Made-up rows, so many a year (100,000 unless said) in each mart that is kept by year; all marts are published, then a
tenth of the newest year's indicators are changed and published again. CPU seconds of this process.
"""

import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.publish.marts import YEAR_COLUMN, Mart, read_marts
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.settings import Settings

NEWEST = 2025
CHANGED = "substr(indicator_code, -1) = '7'"


def main() -> None:
    rows, years = (*map(int, sys.argv[1:]), *(100_000, 10)[len(sys.argv) - 1 :])
    found = {}
    for count in (1, years):
        with tempfile.TemporaryDirectory() as folder:
            found[count] = measure(Path(folder), rows, range(NEWEST + 1 - count, NEWEST + 1))
        everything, change, disk = found[count]
        print(f"{count:3} years: everything {everything:.2f} CPU s, a change {change:.2f}; versions {disk:.1f} MiB")
    print(f"ratio {found[years][1] / found[1][1]:.2f} of the change, {found[years][0] / found[1][0]:.2f} of everything")


def measure(home: Path, rows: int, years: range) -> tuple[float, float, float]:
    """CPU seconds of both publications, and MiB that the second takes beside the first."""
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from empty_marts import change, empty_marts

    settings = empty_marts(home / "home")
    marts = [mart for mart in read_marts(settings.dbt_project) if mart.is_kept_by_year]
    for mart in marts:
        change(settings, f"insert into marts.{mart.name} {made_up(mart, rows, years)}")
    change(settings, "create table build.touched (build_number bigint, build_id varchar, period_year integer)")
    change(settings, "insert into build.touched values (1, 'everything', null)")
    everything = published(settings)
    before = disk_use(settings)
    for mart in marts:
        newest = f"{YEAR_COLUMN} = {NEWEST} and {CHANGED}"
        change(settings, f"update marts.{mart.name} set org_unit_code = '14' where {newest}")
    change(settings, f"insert into build.touched values (2, 'a change', {NEWEST})")
    return everything, published(settings), disk_use(settings) - before


def made_up(mart: Mart, rows: int, years: range) -> str:
    """A query of rows with values of the types that the contract says."""
    values = {
        "varchar": "'{name} ' || n % 100",
        "date": "date '2000-01-01' + (n % 9000)::integer",
        "boolean": "n % 2 = 0",
    }
    others = "(n % 100000)::{type}"
    columns = [
        "y" if column.name == YEAR_COLUMN else
        values.get(column.data_type, "make_timestamp(n)" if column.data_type == "timestamp" else others).format(
            name=column.name, type=column.data_type
        )
        for column in mart.columns
    ]  # fmt: skip
    return f"select {', '.join(columns)} from range({rows}) as r (n), range({years.start}, {years.stop}) as s (y)"


def published(settings: Settings) -> float:
    before = _cpu_seconds()
    assert publish(settings, published_at=datetime.now(UTC)).changed
    return _cpu_seconds() - before


def disk_use(settings: Settings) -> float:
    """MiB of the versions, each file once whatever its names."""
    files = {path.stat().st_ino: path.stat() for path in settings.published.rglob("*") if path.is_file()}
    return sum(found.st_blocks for found in files.values()) * 512 / 2**20


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
