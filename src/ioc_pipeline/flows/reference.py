"""What reading depends on besides the bytes: contracts that fit the seeds and one another, units, elements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.catalogue import load_catalogue
from ioc_pipeline.reference.contracts import Contracts, load_contracts
from ioc_pipeline.reference.org_units import OrgUnits
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import Settings


@dataclass(frozen=True)
class Reference:
    """What reading depends on besides the bytes: contracts, units and elements, as they are on disk now."""

    settings: Settings

    @cached_property
    def contracts(self) -> Contracts:
        """As on disk; a contract that does not fit the seeds or its neighbours is broken like a misspelt one."""
        contracts = load_contracts(self.settings.sources, self.settings.expectations)
        elements = load_catalogue(self.settings.seeds).elements
        for name, contract in list(contracts.ready.items()):
            if reason := self._misfit(contract.source, contracts, elements):
                contracts.broken[f"{name}.yml"] = ContractError(f"{name}.yml: {reason}")
        for name in contracts.broken:
            contracts.ready.pop(name.removesuffix(".yml"), None)
        return contracts

    def _misfit(self, source: Source, contracts: Contracts, elements: Collection[str]) -> str:
        columns = [column for table in source.tables for column in table.columns]
        named = {code for column in columns for code in (column.element, column.of_element) if code}
        if unknown := sorted(named.difference(elements)):
            return f"element: {', '.join(unknown)}: expected one of include/seeds/elements.csv"
        if self.org_units.get(source.department, date.max) is None:
            return f"department: {source.department}: expected an org_unit_code of include/seeds/agencies.csv"
        if source.api and (reason := _misfit_of_api(source)):
            return reason
        neighbours = [contract.source.csv for contract in contracts.of_department(source.department)]
        if source.csv and any(csv and csv != source.csv for csv in neighbours):
            return "csv: another form of this department declares it otherwise, and a file does not say which it is"
        return ""

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


def _misfit_of_api(source: Source) -> str:
    """What the parts of an API's contract must say together so that its answers can be read."""
    assert source.api is not None
    if source.api.period is None and any(not table.record for table in source.tables):
        return "api: period: a table that fills elements needs the period that is asked for"
    if source.api.paging.total_field and source.api.vary:
        return "api: total_field: with vary, an answer counts one of several requests only"
    records = [(table.record, table.table) for table in source.tables if table.record]
    if len({record for record, _ in records}) < len(set(records)):
        return "record: two tables cannot fill one table of records"
    if any(table.record and column.type == "period" for table in source.tables for column in table.columns):
        return "columns: a record has dates and times, no column of type period"
    return ""


@lru_cache(maxsize=1)
def _org_units(seeds: Path, _versions: tuple[int, ...]) -> OrgUnits:
    """Read once for the steps of one pass: it costs a tenth of a second, much of what one file costs."""
    return OrgUnits.from_seeds(seeds)
