"""A small installation to break: it takes pages, which need no reading, from landing to the warehouse."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ioc_pipeline.flows.loads import load_prepared
from ioc_pipeline.flows.prepare import prepare
from ioc_pipeline.flows.stores import open_ledger, open_store
from ioc_pipeline.land.fetched import ApiRun, land_page
from ioc_pipeline.settings import Settings

AT = datetime(2025, 9, 20, 1, 0, tzinfo=UTC)


@dataclass
class Home:
    """An installation that takes pages: they need no reading, and go to the warehouse like any delivery."""

    settings: Settings

    def land(self, *numbers: int, run: str = "run-1") -> None:
        for number in numbers:
            store = open_store(self.settings)
            page = ApiRun("rain_gauges", "so-nnmt", run)
            land_page(store, page, b"%d %s" % (number, run.encode()), number=number, request="{}", received_at=AT)

    def load(self) -> None:
        prepare(self.settings, open_ledger(self.settings).waiting(at=datetime.now(UTC)))
        load_prepared(self.settings)

    def take(self, *numbers: int, run: str = "run-1") -> None:
        self.land(*numbers, run=run)
        self.load()

    def take_again(self, delivery_seq: int) -> None:
        open_ledger(self.settings).load_again([delivery_seq], at=datetime.now(UTC))
        self.load()

    def states(self) -> list[tuple[int, str]]:
        return [(row.delivery_seq, row.state) for row in open_ledger(self.settings).status_rows()]

    def markers(self) -> list[tuple[int, int]]:
        with duckdb.connect(self.settings.warehouse, read_only=True) as connection:
            return connection.execute("select load_seq, delivery_seq from raw.load order by all").fetchall()

    @property
    def ledger_file(self) -> Path:
        return self.settings.home / "ledger.db"

    def lose_ledger(self) -> None:
        for path in self.settings.home.glob("ledger.db*"):
            path.unlink()

    def copied_to(self, home: Path) -> "Home":
        shutil.copytree(self.settings.home, home)
        return Home(replace(self.settings, home=home, ledger_url=f"sqlite:///{home / 'ledger.db'}"))
