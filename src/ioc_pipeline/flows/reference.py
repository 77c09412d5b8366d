"""What reading depends on besides the bytes: contracts that fit the seeds and one another, and units."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.contracts import Contract, Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import Settings


@dataclass(frozen=True)
class Reference:
    """What people declare in one project, as it is on disk now."""

    settings: Settings

    @cached_property
    def contracts(self) -> Contracts:
        given = self.settings
        folders = (given.sources, given.expectations, given.seeds)
        return _contracts(*folders, tuple(_versions(folder) for folder in folders))

    def inbox_folders(self) -> set[str]:
        """Names of the inbox folders that somebody sends to: departments, and today's communes where they report."""
        sources = [contract.source for contract in self.contracts.ready.values()]
        folders = {source.department for source in sources}
        if any(source.reporters == "communes" for source in sources):
            province_code = self.settings.province_code
            communes = self.org_units.members(level="commune", province_code=province_code, on=date.max)
            folders.update(unit.code for unit in communes)
        return folders

    def contract_of(self, source_name: str) -> Contract:
        """The contract of a source.

        Raises:
            UserError: there is none of that name in force.
        """
        ready = self.contracts.ready
        if source_name not in ready:
            raise UserError(f"source {source_name}: expected one of {', '.join(sorted(ready))}")
        return ready[source_name]

    def expect_reporter(self, source: Source, unit_code: str, on: date) -> None:
        """Look whether a unit owes a form or API for a period that ends on a day.

        Raises:
            UserError: it does not.
        """
        expected, owes = source.department, unit_code == source.department
        if source.reporters == "communes":
            unit = self.org_units.get(unit_code, on)
            owes = unit is not None and (unit.level, unit.province_code) == ("commune", self.settings.province_code)
            expected = "a commune's code"
        if not owes:
            raise UserError(f"unit {unit_code}: does not report {source.name} on {on}; expected {expected}")

    @cached_property
    def org_units(self) -> OrgUnits:
        return _org_units(self.settings.seeds, _versions(self.settings.seeds))


# Read once for the steps of one pass, as long as no file of theirs changes: each costs a twentieth of a second or more,
# much of what one delivery costs.


@lru_cache(maxsize=1)
def _contracts(sources: Declared, expectations: Declared, seeds: Declared, _: object) -> Contracts:
    return read_contracts(sources, expectations, seeds)


@lru_cache(maxsize=1)
def _org_units(seeds: Declared, _: object) -> OrgUnits:
    return OrgUnits.from_seeds(seeds)


def _versions(folder: Declared) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a file of a folder was edited, added or taken away."""
    states = ((str(path), path.stat()) for path in sorted(folder.glob("*")) if path.is_file())
    return tuple((path, state.st_mtime_ns, state.st_size) for path, state in states)
