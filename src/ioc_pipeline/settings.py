"""What differs between machines, from the environment; docs/settings.md is made from this module."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.layers import Layers

PROJECT = Path(__file__).resolve().parents[2]
OFF = "off"  # of a variable: what else would be there is not
FEEDBACK_FOLDER = "phan-hoi"  # of each department: where we answer, and what is never taken for a delivery


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable: what it decides, and its value where it is not set, or words for one worked out."""

    decides: str
    default: str = ""
    worked_out: str = ""


VARIABLES = {
    "IOC_HOME": Variable(
        "the folder of all state; two installations run side by side with two of these",
        worked_out="`var/` in the project, of another province than the usual one `var-<code>/`",
    ),
    "IOC_PROJECT": Variable(
        "the folder of contracts, suites, seeds and the dbt project; it is only read", worked_out="the checkout"
    ),
    "IOC_PROVINCE": Variable(
        "code of the province whose communes report, a folder of `include/provinces/`; `ioc init` makes one",
        worked_out="the one in `include/provinces/usual`",
    ),
    "IOC_LEDGER_URL": Variable(
        "SQLAlchemy URL of the ledger, e.g. `postgresql+psycopg://…`", worked_out="SQLite: `ledger.db` in `IOC_HOME`"
    ),
    "IOC_WAREHOUSE_URL": Variable(
        "where the warehouse is a DuckLake: `ducklake:postgres:` with what names its catalogue's database to libpq, or"
        " `ducklake:` and a file (docs/growing.md)",
        worked_out="a DuckDB file in `IOC_HOME`",
    ),
    "IOC_WAREHOUSE_DATA": Variable(
        "the folder of a DuckLake's Parquet files, the same path on every machine",
        worked_out="`warehouse/data/` in `IOC_HOME`",
    ),
    "IOC_SERVING_URL": Variable(
        "PostgreSQL in which the marts are published for BI tools too, `postgresql://…`; `off` for none",
        worked_out="`make run` starts one of its own; elsewhere none",
    ),
    "IOC_OPENLINEAGE_URL": Variable(
        "address of an OpenLineage receiver that is told of each published version (docs/bi.md)", worked_out="nobody"
    ),
    "IOC_SETTLE_SECONDS": Variable("how long a file must lie still before it is taken", default="1"),
    "IOC_UNSEALED_SECONDS": Variable("the same for a CSV without its `.sha256`", default="60"),
    "IOC_ALERT_EMAIL": Variable(
        "addresses that alerts are sent to, by comma, through Airflow's connection `smtp_default`", worked_out="nobody"
    ),
    "IOC_REMINDER_EMAIL": Variable(
        "addresses that reminders are sent to, by comma, the same way; `{unit}` in one is the unit's code",
        worked_out="nobody",
    ),
    "IOC_WEB_PORT": Variable("port of the Airflow web UI of `make run`, on 127.0.0.1", worked_out="a free one"),
}
"""Every variable of ours, by name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths are absolute, times are seconds. All state lives under `home`; `project` is only read.

    `serving_url` is the PostgreSQL of BI tools, `openlineage_url` who is told of publications; "" for none.
    `lake_catalogue` is where the catalogue of a DuckLake lies, as it says after `ducklake:`, "" where the warehouse is
    a file; `lake_folder` is where its rows lie, None for the usual place.
    """

    home: Path
    project: Path
    ledger_url: str
    province_code: str
    settle_seconds: float
    unsealed_seconds: float
    serving_url: str = ""
    openlineage_url: str = ""
    lake_catalogue: str = ""
    lake_folder: Path | None = None

    @property
    def inbox(self) -> Path:
        """A folder for each department and commune that reports, where it drops its files."""
        return self.home / "inbox"

    @property
    def landing(self) -> Path:
        """Everything that arrived, byte for byte; never changed. All else can be rebuilt from it."""
        return self.home / "landing"

    @property
    def prepared(self) -> Path:
        """Deliveries that are read and checked and wait to be loaded."""
        return self.home / "prepared"

    @property
    def warehouse(self) -> Path:
        """The file of raw values and of the marts as dbt builds them, unless a DuckLake has them; nobody but us reads
        it, and whoever wants to know what is there asks `warehouse/place.py`."""
        return self.home / "warehouse" / "warehouse.duckdb"

    @property
    def lake_data(self) -> Path:
        """The Parquet files of a DuckLake."""
        return self.lake_folder or self.home / "warehouse" / "data"

    @property
    def published(self) -> Path:
        """Verified versions of the marts, and the pointer to the current one."""
        return self.home / "published"

    @property
    def provinces(self) -> Path:
        """A folder for each province, by code: what differs between provinces, and nothing else."""
        return self.project / "include" / "provinces"

    @property
    def province(self) -> Path:
        """What this province declares for itself: agencies, targets, contracts of its own, the sample profile."""
        return self.provinces / self.province_code

    @property
    def sources(self) -> Layers:
        """One contract for each form or API."""
        return Layers(self.province / "sources", self.project / "include" / "sources")

    @property
    def senders(self) -> Path:
        """Which accounts may send for whom in the browser."""
        return self.project / "include" / "senders.csv"

    @property
    def seeds(self) -> Layers:
        """Reference tables: indicators, targets, units, calendar."""
        return Layers(self.province / "seeds", self.project / "include" / "seeds")

    @property
    def expectations(self) -> Layers:
        """One suite for each table of a form."""
        return Layers(self.province / "expectations", self.project / "expectations")

    @property
    def dbt_project(self) -> Path:
        """The models."""
        return self.project / "dbt_project"


PRIVATE = 0o027
"""The umask: no rights for others, reading for the group."""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, and let this process make nothing that other users of the machine could read.

    Every process of ours begins here. Files hold what departments sent, so a folder is 0750 and a file 0640 at most,
    whoever started us: group and rights of each place are in docs/security.md.

    Raises:
        UserError: a variable holds something that cannot be used; the message names it.
    """
    os.umask(PRIVATE)
    project = Path(environment.get("IOC_PROJECT") or PROJECT).resolve()
    province_code, usual = _province(environment, project)
    folder = "var" if province_code == usual else f"var-{province_code}"
    home = Path(environment.get("IOC_HOME") or project / folder).resolve()
    return Settings(
        home=home,
        project=project,
        ledger_url=environment.get("IOC_LEDGER_URL") or f"sqlite:///{home / 'ledger.db'}",
        province_code=province_code,
        settle_seconds=_seconds(environment, "IOC_SETTLE_SECONDS"),
        unsealed_seconds=_seconds(environment, "IOC_UNSEALED_SECONDS"),
        serving_url=(environment.get("IOC_SERVING_URL") or OFF).removeprefix(OFF),
        openlineage_url=_text(environment, "IOC_OPENLINEAGE_URL"),
        lake_catalogue=_lake_catalogue(environment),
        lake_folder=Path(data).resolve() if (data := environment.get("IOC_WAREHOUSE_DATA")) else None,
    )


def _province(environment: Mapping[str, str], project: Path) -> tuple[str, str]:
    """The province's code, and that of the one which is meant where the environment names none."""
    provinces = project / "include" / "provinces"
    usual = provinces / "usual"
    usual_code = usual.read_text(encoding="utf-8").strip() if usual.is_file() else ""
    code = environment.get("IOC_PROVINCE") or usual_code
    if code != usual_code and not (provinces / code).is_dir():
        known = ", ".join(sorted(path.name for path in provinces.glob("[0-9]*")))
        raise UserError(
            f"IOC_PROVINCE={code!r}: expected a folder of include/provinces/ ({known}); `ioc init --province <code>`"
            " makes one for another province, with IOC_PROVINCE not set"
        )
    return code, usual_code


def _lake_catalogue(environment: Mapping[str, str]) -> str:
    """What stands after `ducklake:`, a file with its whole path."""
    url = _text(environment, "IOC_WAREHOUSE_URL")
    scheme, _, catalogue = url.partition(":")
    if url and (scheme != "ducklake" or not catalogue):
        raise UserError(
            "IOC_WAREHOUSE_URL: expected `ducklake:postgres:dbname=… host=…`, or `ducklake:` and the path of a file;"
            " where it is not set, the warehouse is a file in IOC_HOME"
        )
    return catalogue if not url or catalogue.startswith("postgres:") else str(Path(catalogue).resolve())


def _text(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or VARIABLES[name].default


def _seconds(environment: Mapping[str, str], name: str) -> float:
    text = _text(environment, name)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise UserError(f"{name}={text!r}: expected a number of seconds, 0 or more")
    return seconds
