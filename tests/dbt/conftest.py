"""A warehouse with raw rows as the load step leaves them, and the real dbt project built over it."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from built_tables import BUILT_AS_OF
from ioc_pipeline.build.marts import build
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.settings import Settings, from_environment
from raw_rows import Cell, Warehouse, management_month, write_seed
from shipped import copy_flat

REPOSITORY = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 1, 20)


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the real models and a catalogue of three indicators over five units: seeds load fast."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(
        REPOSITORY / "dbt_project", project / "dbt_project", ignore=shutil.ignore_patterns("target", "logs")
    )
    copy_flat(project)
    seeds = project / "include" / "seeds"
    write_seed(
        seeds / "org_units.csv",
        "VN,country,Việt Nam,Việt Nam,Quốc gia,,,1900-01-01,",
        "14,province,Tỉnh Sơn La,Sơn La,Tỉnh,VN,14,1900-01-01,",
        "03646,commune,Phường Chiềng Lề,Chiềng Lề,Phường,116,14,1900-01-01,2025-06-30",
        "03646,commune,Phường Tô Hiệu,Tô Hiệu,Phường,14,14,2025-07-01,",
        "03703,commune,Xã Quỳnh Nhai,Quỳnh Nhai,Xã,14,14,2025-07-01,",
    )
    write_seed(seeds / "org_unit_aliases.csv")
    write_seed(
        seeds / "crosswalk.csv",
        "province,province,14,14,full,2025-07-01,dvhcvn/20250701",
        "commune,commune,03646,03646,full,2025-07-01,dvhcvn/20250701",
    )
    write_seed(
        seeds / "elements.csv",
        "received,Tiếp nhận,count,flow,sum,sum,,,admin_procedures",
        "online,Trực tuyến,count,flow,sum,sum,,,admin_procedures",
    )
    write_seed(
        seeds / "indicators.csv",
        "gov_online_pct,,Trực tuyến,Online,02,vp-ubnd,pct,up,ratio,online,received,100,2,from_terms,Định nghĩa,Nguồn",
    )
    write_seed(seeds / "indicator_terms.csv")
    write_seed(seeds / "targets.csv")
    return project


@pytest.fixture
def small_settings(small_project: Path, tmp_path: Path) -> Settings:
    """A copy of the small project that a test may change, over an empty home."""
    project = tmp_path / "project"
    shutil.copytree(small_project, project)
    return _over(project, tmp_path / "home")


@pytest.fixture(scope="session")
def built_home(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home over the small project where a warehouse without any delivery was built."""
    settings = _over(small_project, tmp_path_factory.mktemp("built") / "home")
    Warehouse(settings.warehouse).write()
    assert build(settings, as_of=BUILT_AS_OF).is_full
    return settings.home


@pytest.fixture
def built_settings(small_project: Path, built_home: Path, tmp_path: Path) -> Settings:
    """The small project, which such a test leaves as it is, over a home of its own that was built as of BUILT_AS_OF.

    dbt parses a project once in a home, and builds all of it the first time: both take longest.
    """
    return _over(small_project, Path(shutil.copytree(built_home, tmp_path / "home")))


def _over(project: Path, home: Path) -> Settings:
    return from_environment({"IOC_HOME": str(home), "IOC_PROJECT": str(project)})


@pytest.fixture(scope="session")
def year_of_reports(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Fourteen months of procedures, accounts and tasks of all communes and agencies, built with the real catalogue."""
    settings = _over(REPOSITORY, tmp_path_factory.mktemp("year"))
    warehouse = Warehouse(settings.warehouse)
    communes = _communes()
    months = [management_month(2024, 12), *(management_month(2025, month) for month in range(1, 13))]
    for seq, month in enumerate(months, start=1):
        units = communes if month.end >= date(2025, 7, 1) else ["14"]
        warehouse.deliver(seq, "admin_procedures", "settlements", month, _procedures(units, seq))
        warehouse.deliver(
            seq + 100, "vneid_accounts", "accounts", month, _accounts(units, seq), department="cong-an-tinh"
        )
        warehouse.deliver(seq + 200, "assigned_tasks", "tasks", month, _tasks(seq))
    december = Period("month", date(2024, 12, 1), date(2024, 12, 31))
    warehouse.deliver(301, "gso_monthly", "labour_use", december, _labour(), department="cuc-thong-ke")
    warehouse.write()
    build(settings, as_of=AS_OF)
    return settings


def _communes() -> list[str]:
    lines = (REPOSITORY / "include" / "seeds" / "org_units.csv").read_text(encoding="utf-8").splitlines()
    return [line.split(",")[0] for line in lines if ",commune," in line and ",14,14,2025-07-01," in line]


def _procedures(units: list[str], seq: int) -> list[Cell]:
    return [
        cell
        for number, unit in enumerate(units)
        for cell in (
            Cell(unit, "tthc_received", 100 + number + seq),
            Cell(unit, "tthc_received_online", 90 + number),
            Cell(unit, "tthc_settled", 80 + number, maturity="preliminary" if number == 3 else "official"),
            Cell(unit, "tthc_settled_on_time", 75 + number),
            Cell(unit, "tthc_pending_late", number + seq),
        )
    ]


def _accounts(units: list[str], seq: int) -> list[Cell]:
    return [
        cell
        for number, unit in enumerate(units)
        for cell in (
            Cell(unit, "vneid_accounts", 1000 + number + seq, breakdown="level=1"),
            Cell(unit, "vneid_accounts", 5000 + number + seq, breakdown="level=2"),
            Cell(unit, "vneid_eligible_population", 8000 + number),
        )
    ]


def _tasks(seq: int) -> list[Cell]:
    return [
        cell
        for number, unit in enumerate(["so-y-te", "so-noi-vu", "so-khcn"])
        for cell in (
            Cell(unit, "tasks_due", 20 + number + seq),
            Cell(unit, "tasks_done_late", number, qualifier=">" if number == 2 else ""),
            Cell(unit, "tasks_overdue_not_done", 1),
        )
    ]


def _labour() -> list[Cell]:
    return [
        Cell("VN", "labour_use_previous_month", Decimal("100.4")),
        Cell("14", "labour_use_previous_month", Decimal("99.906543210987")),
        Cell("80", "labour_use_previous_month", Decimal("101.25")),
    ]


@pytest.fixture
def built_warehouse(built_settings: Settings) -> Warehouse:
    return Warehouse(built_settings.warehouse)


@pytest.fixture
def small_warehouse(small_settings: Settings) -> Warehouse:
    return Warehouse(small_settings.warehouse)
