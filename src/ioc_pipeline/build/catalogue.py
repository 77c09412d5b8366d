"""The catalogue as it was judged → raw.element, raw.indicator and their neighbours, which the models read."""

from dataclasses import asdict
from typing import Any

import duckdb
import pyarrow as pa

from ioc_pipeline.reference.catalogue.load import Catalogue

_TABLES = """
create or replace table raw.element (
    element_code varchar, name_vi varchar, unit_measure varchar, kind varchar, space_aggregation varchar,
    time_aggregation varchar, weight_element varchar, max_age_months integer, source_order varchar
);
create or replace table raw.indicator (
    indicator_code varchar, alias_code varchar, indicator_name_vi varchar, indicator_name_en varchar,
    system_code varchar, owner_code varchar, unit_measure varchar, direction varchar, shape varchar,
    factor decimal(18, 9), threshold decimal(18, 9), decimals integer, space_aggregation varchar,
    definition_vi varchar, definition_source varchar, has_denominator boolean
);
create or replace table raw.indicator_term (
    indicator_code varchar, role varchar, element_code varchar, breakdown varchar, coefficient decimal(18, 4)
);
create or replace table raw.target (
    indicator_code varchar, org_unit_code varchar, period_start_date date, period_end_date date,
    target_value decimal(38, 12), direction varchar, legal_source varchar, is_example boolean
);
create or replace table raw.catalogue_fault (
    kind varchar, code varchar, file_name varchar, line_number integer, reason varchar,
    name_vi varchar, system_code varchar
);
"""


def write_catalogue(warehouse: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Replace what can be used, typed, and the faults of the rest, within the caller's transaction."""
    warehouse.execute(_TABLES)
    for table, rows in _rows(catalogue).items():
        if rows:
            warehouse.register("catalogue_rows", pa.Table.from_pylist(rows))
            warehouse.execute(f"insert into raw.{table} by name select * from catalogue_rows")  # noqa: S608  # our own names
            warehouse.unregister("catalogue_rows")


def _rows(catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, named by their columns."""
    return {
        "element": [
            {
                "element_code": element.code,
                "name_vi": element.name_vi,
                "unit_measure": element.unit_measure,
                "kind": element.kind,
                "space_aggregation": element.space_aggregation,
                "time_aggregation": element.time_aggregation,
                "weight_element": element.weight_element,
                "max_age_months": element.max_age_months,
                "source_order": ">".join(element.sources),
            }
            for element in catalogue.elements.values()
        ],
        "indicator": [
            {
                "indicator_code": indicator.code,
                "alias_code": indicator.alias_code,
                "indicator_name_vi": indicator.name_vi,
                "indicator_name_en": indicator.name_en,
                "system_code": indicator.system_code,
                "owner_code": indicator.owner_code,
                "unit_measure": indicator.unit_measure,
                "direction": indicator.direction,
                "shape": indicator.shape,
                "factor": indicator.factor,
                "threshold": indicator.threshold,
                "decimals": indicator.decimals,
                "space_aggregation": indicator.space_aggregation,
                "definition_vi": indicator.definition_vi,
                "definition_source": indicator.definition_source,
                "has_denominator": any(term.role == "denominator" for term in indicator.terms),
            }
            for indicator in catalogue.indicators.values()
        ],
        "indicator_term": [
            {"indicator_code": indicator.code, **asdict(term)}
            for indicator in catalogue.indicators.values()
            for term in indicator.terms
        ],
        "target": [
            {
                "indicator_code": target.indicator_code,
                "org_unit_code": target.org_unit_code,
                "period_start_date": target.period_start,
                "period_end_date": target.period_end,
                "target_value": target.value,
                "direction": target.direction,
                "legal_source": target.legal_source,
                "is_example": target.is_example,
            }
            for target in catalogue.targets
        ],
        "catalogue_fault": [asdict(fault) for fault in catalogue.faults],
    }
