"""What history costs: one month more on top of ten years against the same month on top of one year.

    python tests/bench/ten_years.py [MONTHS …]

A home with the sample files of so many months, 12 and 120 unless said, is loaded, built and published; then the
files of September 2025 in each. CPU seconds and peak memory of each step in a process of its own, forked from what
Airflow's fork server holds; the last column is the last home against the first. The last line says what the versions
that are kept take on disk.
"""

import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from warm_drop import Clock, Marks, forked


def main() -> None:
    months = [*map(int, sys.argv[1:])] or [12, 120]
    with tempfile.TemporaryDirectory() as folder:
        import ioc_preload  # noqa: F401  # and nothing of ours before the fork

        homes = [measure(f"{folder}/{count}", count) for count in months]
    print(" " * 28 + "".join(f"{count:8} months" for count in months))
    for name in homes[0]:
        found = [marks[name] for marks in homes]
        print(f"{name:28}" + "".join(f"{value:15.2f}" for value in found) + f"   ×{found[-1] / found[0]:.2f}")


def measure(home: str, months: int) -> Marks:
    """CPU seconds, MiB and counts by what they were measured of."""
    os.environ |= {"IOC_HOME": home, "IOC_SETTLE_SECONDS": "0"}
    forked(take_all_but_newest, months)
    marks = {f"{step}, everything": value for step, value in build_and_publish().items()}
    forked(take_newest)
    marks |= {f"{step}, one month more": value for step, value in build_and_publish().items()}
    both = marks["build, one month more"] + marks["publish, one month more"]
    marks |= {"both, one month more": both, "build, nothing new": forked(build)["build"]}
    return marks | disk_use(Path(home))


def build_and_publish() -> Marks:
    return forked(build) | forked(publish)


def take_all_but_newest(months: int) -> Marks:
    from province_at_scale import land_and_prepare, write_files

    from ioc_pipeline.flows import loads
    from ioc_pipeline.settings import from_environment

    given = from_environment()
    _, newest = write_files(given, months)
    for path, content in newest:
        held_back = given.home / "held_back" / path.relative_to(given.inbox)
        held_back.parent.mkdir(parents=True, exist_ok=True)
        held_back.write_bytes(content)
    land_and_prepare(given)
    loads.load_prepared(given)
    return {}


def take_newest() -> Marks:
    from province_at_scale import land_and_prepare

    from ioc_pipeline.flows import loads
    from ioc_pipeline.settings import from_environment

    given = from_environment()
    for path in sorted((given.home / "held_back").rglob("*.*")):
        path.rename(given.inbox / path.relative_to(given.home / "held_back"))
    land_and_prepare(given)
    loads.load_prepared(given)
    return {}


def build() -> Marks:
    from datetime import date

    from ioc_pipeline.build import marts
    from ioc_pipeline.settings import from_environment

    return step("build", lambda: marts.build(from_environment(), as_of=date(2025, 10, 1)))


def publish() -> Marks:
    from datetime import UTC, datetime

    from ioc_pipeline.publish import publication
    from ioc_pipeline.settings import from_environment

    return step("publish", lambda: publication.publish(from_environment(), published_at=datetime.now(UTC)))


def step(name: str, work: Callable[[], object]) -> Marks:
    clock = Clock()
    work()
    clock.mark(name)
    return {**clock.marks, f"{name} MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def disk_use(home: Path) -> Marks:
    """MiB that versions take on disk, each file once whatever its names."""
    files = {path.stat().st_ino: path.stat() for path in home.glob("published/**/*") if path.is_file()}
    return {"kept versions MiB": sum(found.st_blocks for found in files.values()) * 512 / 2**20}


if __name__ == "__main__":
    main()
