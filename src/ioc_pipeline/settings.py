"""What differs between machines, from the environment (the table in README.md lists it)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.domain.errors import UserError

PROJECT = Path(__file__).resolve().parents[2]
FEEDBACK_FOLDER = "phan-hoi"  # of each department: where we answer, and what is never taken for a delivery


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths are absolute, times are seconds. All state lives under `home`; `project` is only read."""

    home: Path
    project: Path
    ledger_url: str
    province_code: str
    settle_seconds: float
    unsealed_seconds: float

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def prepared(self) -> Path:
        return self.home / "prepared"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse" / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def sources(self) -> Path:
        return self.project / "include" / "sources"

    @property
    def seeds(self) -> Path:
        return self.project / "include" / "seeds"

    @property
    def expectations(self) -> Path:
        return self.project / "expectations"

    @property
    def dbt_project(self) -> Path:
        return self.project / "dbt_project"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        UserError: a variable holds something that cannot be used; the message names it.
    """
    project = Path(environment.get("IOC_PROJECT") or PROJECT).resolve()
    home = Path(environment.get("IOC_HOME") or project / "var").resolve()
    return Settings(
        home=home,
        project=project,
        ledger_url=environment.get("IOC_LEDGER_URL") or f"sqlite:///{home / 'ledger.db'}",
        province_code=environment.get("IOC_PROVINCE") or "14",
        settle_seconds=_seconds(environment, "IOC_SETTLE_SECONDS", 1.0),
        unsealed_seconds=_seconds(environment, "IOC_UNSEALED_SECONDS", 60.0),
    )


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise UserError(f"{name}={text!r}: expected a number of seconds, 0 or more")
    return seconds
