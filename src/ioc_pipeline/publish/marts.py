"""What people may query: the marts and dimensions with their columns and keys, as the dbt project declares them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from ioc_pipeline.domain.errors import ContractError

_PUBLISHED_FLOORS = ("dimensions", "marts")


@dataclass(frozen=True, slots=True)
class Column:
    """`data_type` as DuckDB spells it, in lower case: varchar, date, decimal(38,12)."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True, slots=True)
class Mart:
    """One published table; the columns named by `key` together name a row."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def column_list(self) -> str:
        """Its columns for a select, in the order of the contract."""
        return ", ".join(column.name for column in self.columns)


def read_marts(dbt_project: Path) -> list[Mart]:
    """Every table with an enforced contract: the dimensions and the marts, by name.

    Raises:
        ContractError: names the file that lacks a key or a column's type or description.
    """
    marts = []
    models = dbt_project / "models"
    for path in sorted(path for floor in _PUBLISHED_FLOORS for path in (models / floor).glob("*.yml")):
        for model in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["models"]:
            try:
                marts.append(
                    Mart(
                        model["name"],
                        " ".join(model["description"].split()),
                        tuple(model["config"]["meta"]["key"]),
                        tuple(
                            Column(column["name"], column["data_type"], column["description"])
                            for column in model["columns"]
                        ),
                    )
                )
            except KeyError as error:
                raise ContractError(f"{path.name}: a model or column lacks {error}") from error
    return marts
