"""The one door to what people declare: contracts, their suites and the seeds they name, read and judged together.

Reading, obligations, DAGs and the command line all get this judgement, so a mistake is told before the first file.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.reference.org_units.seeds import read_agencies
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.strict_yaml import read_yaml
from ioc_pipeline.reference.suites import check_suite

_COMMUNE = re.compile(r"\d{5}")  # Decision 124/2004/QĐ-TTg: five digits


@dataclass(frozen=True)
class Contract:
    """A source with the bytes it was read from; `contract_hash` identifies its version for good."""

    source: Source
    content: bytes
    suites: dict[str, bytes] = field(default_factory=dict)

    @property
    def contract_hash(self) -> str:
        """SHA-256 over the contract and its suites, hex."""
        return hash_contract(self.content, self.suites)


def hash_contract(content: bytes, suites: Mapping[str, bytes]) -> str:
    """SHA-256 over the bytes of a contract and of its suites by name, hex."""
    digest = hashlib.sha256(content)
    for name in sorted(suites):
        digest.update(name.encode() + suites[name])
    return digest.hexdigest()


@dataclass(frozen=True)
class Contracts:
    """What the folder holds: `ready` by source name; `broken` by file name, with the reason to show."""

    ready: dict[str, Contract]
    broken: dict[str, ContractError]

    def of_department(self, department: str) -> list[Contract]:
        """Forms that arrive in one folder, a department's or a commune's, in the order of their names."""
        return [
            contract
            for _, contract in sorted(self.ready.items())
            if contract.source.api is None
            and (
                _COMMUNE.fullmatch(department) is not None
                if contract.source.reporters == "communes"
                else contract.source.department == department
            )
        ]

    def apis(self) -> list[Contract]:
        """The contracts of APIs, in the order of their names."""
        return [contract for _, contract in sorted(self.ready.items()) if contract.source.api]


def read_contracts(sources: Declared, expectations: Declared, seeds: Declared) -> Contracts:
    """Read every contract; one that is broken, or whose suite is, stops itself and no other.

    Raises:
        ContractError: a file of seeds cannot be read at all.
    """
    ready: dict[str, Contract] = {}
    broken: dict[str, ContractError] = {}
    for path in sorted(sources.glob("*.yml"), key=lambda path: path.name):
        try:
            contract = _read_contract(path, expectations)
        except ContractError as error:
            broken[path.name] = error
        else:
            ready[contract.source.name] = contract
    elements = load_catalogue(seeds).elements
    agencies = {agency.code for agency in read_agencies(seeds) if agency.valid_to is None}
    sound = Contracts(ready, broken)
    misfits = {
        name: reason
        for name, contract in ready.items()
        if (reason := _misfit(contract.source, sound, elements, agencies))
    }
    for name, reason in misfits.items():
        del ready[name]
        broken[f"{name}.yml"] = ContractError(f"{name}.yml: {reason}")
    return sound


def _read_contract(path: Path, expectations: Declared) -> Contract:
    """Read one contract and the bytes of its suites.

    Raises:
        ContractError: names file, line or key, and what is wrong.
    """
    try:
        content = path.read_bytes()
        source = Source.model_validate(read_yaml(content))
    except ValidationError as error:  # is a ValueError too
        raise ContractError("\n".join(_explain(path.name, detail) for detail in error.errors())) from error
    except (ValueError, OSError) as error:
        raise ContractError(f"{path.name}: {error}") from error
    if source.name != path.stem:
        raise ContractError(f"{path.name}: source: is '{source.name}', must be the file's name '{path.stem}'")
    suites = {}
    for table in source.tables:
        suite = expectations / f"{source.suite_name(table)}.yml"
        if not suite.is_file():
            raise ContractError(f"{path.name}: table '{table.name}': no suite: expected {suite.name} in expectations/")
        suites[suite.stem] = suite.read_bytes()
        check_suite(suite.stem, suites[suite.stem], table)
    return Contract(source, content, suites)


def _misfit(source: Source, contracts: Contracts, elements: Collection[str], agencies: Collection[str]) -> str:
    """What a contract says that does not fit the seeds or its neighbours; "" if all of it does."""
    columns = [column for table in source.tables for column in table.columns]
    named = {code for column in columns for code in (column.element, column.of_element) if code}
    if unknown := sorted(named.difference(elements)):
        return f"element: {', '.join(unknown)}: expected one of include/seeds/elements.csv"
    if source.department not in agencies:
        return f"department: {source.department}: expected an org_unit_code of the province's seeds/agencies.csv"
    neighbours = [contract.source.csv for contract in contracts.of_department(source.department)]
    if source.csv and any(csv and csv != source.csv for csv in neighbours):
        return "csv: another form of this department declares it otherwise, and a file does not say which it is"
    return ""


def _explain(file_name: str, detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"]) or "(whole file)"
    found = "" if detail["type"] in ("missing", "value_error") else f" (found {detail['input']!r:.80})"
    return f"{file_name}: {key}: {detail['msg']}{found}"
