"""What reading depends on besides the bytes: contracts that fit the seeds and one another, units, elements."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.settings import Settings


@dataclass(frozen=True)
class Reference:
    """What reading depends on besides the bytes: contracts, units and elements, as they are on disk now."""

    settings: Settings

    @cached_property
    def contracts(self) -> Contracts:
        return read_contracts(self.settings.sources, self.settings.expectations, self.settings.seeds)

    def inbox_folders(self) -> set[str]:
        """Names of the inbox folders that somebody sends to: departments, and today's communes where they report."""
        sources = [contract.source for contract in self.contracts.ready.values()]
        folders = {source.department for source in sources}
        if any(source.reporters == "communes" for source in sources):
            province_code = self.settings.province_code
            communes = self.org_units.members(level="commune", province_code=province_code, on=date.max)
            folders.update(unit.code for unit in communes)
        return folders

    @cached_property
    def org_units(self) -> OrgUnits:
        versions = tuple(path.stat().st_mtime_ns for path in sorted(self.settings.seeds.glob("*.csv")))
        return _org_units(self.settings.seeds, versions)


@lru_cache(maxsize=1)
def _org_units(seeds: Path, _versions: tuple[int, ...]) -> OrgUnits:
    """Read once for the steps of one pass: it costs a tenth of a second, much of what one file costs."""
    return OrgUnits.from_seeds(seeds)
