"""Contracts (`include/sources/<source>.yml`) → types; everything about one source that can change without code."""

import hashlib
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.sources import Source

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
        digest = hashlib.sha256(self.content)
        for name in sorted(self.suites):
            digest.update(name.encode() + self.suites[name])
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


def load_contracts(sources: Path, expectations: Path) -> Contracts:
    """Read every contract; a broken one stops itself and no other."""
    ready: dict[str, Contract] = {}
    broken: dict[str, ContractError] = {}
    for path in sorted(sources.glob("*.yml")):
        try:
            contract = read_contract(path, expectations)
        except ContractError as error:
            broken[path.name] = error
        else:
            ready[contract.source.name] = contract
    return Contracts(ready, broken)


def read_contract(path: Path, expectations: Path) -> Contract:
    """Read one contract and the bytes of its suites.

    Raises:
        ContractError: names file, line or key, and what is wrong.
    """
    try:
        content = path.read_bytes()
        source = Source.model_validate(read_yaml(content.decode("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise ContractError(f"{path.name}: not readable as YAML: {error}") from error
    except ValidationError as error:
        raise ContractError("\n".join(_explain(path.name, detail) for detail in error.errors())) from error
    if source.name != path.stem:
        raise ContractError(f"{path.name}: source: is '{source.name}', must be the file's name '{path.stem}'")
    suites = {}
    for table in source.tables:
        suite = expectations / f"{source.suite_name(table)}.yml"
        if not suite.is_file():
            raise ContractError(f"{path.name}: table '{table.table}': no suite: expected {suite.name} in expectations/")
        suites[suite.stem] = suite.read_bytes()
    return Contract(source, content, suites)


class _UniqueKeyLoader(yaml.CSafeLoader):
    """PyYAML keeps the last of two equal keys silently; a contract that says two things is a mistake."""


def _unique_mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a name", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' is written twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_yaml(text: str) -> Any:
    """Plain data of a YAML text; a key written twice is a `yaml.YAMLError`, not silently the last one."""
    return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506  # a SafeLoader


def _explain(file_name: str, detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"]) or "(whole file)"
    found = "" if detail["type"] in ("missing", "value_error") else f" (found {detail['input']!r:.80})"
    return f"{file_name}: {key}: {detail['msg']}{found}"
