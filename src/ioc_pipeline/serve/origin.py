"""What a published value is made of: its formula with the numbers put in, its cells, and who sent them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import duckdb

from ioc_pipeline.serve.indicator import ValueKey
from ioc_pipeline.serve.result import records

Rows = list[dict[str, Any]]

_VALUE = """
select *
from mart_indicator_series
where
    indicator_code = $indicator
    and org_unit_code = $unit
    and breakdown = $breakdown
    and geography = $geography
    and period_type = $period_type
    and period_start_date = $period_start
    and period_end_date = $period_end
"""

# Whom a cell describes and who sent it, by their names on the last day of its period.
_NAMED = """
left join dim_org_unit as units
    on lineage.source_org_unit_code = units.org_unit_code
    and lineage.source_period_end_date between units.valid_from_date and units.valid_to_date
left join dim_org_unit as departments
    on lineage.department_code = departments.org_unit_code
    and lineage.source_period_end_date between departments.valid_from_date and departments.valid_to_date
"""

# A restated value that holds no cell of a unit before the merger has the lineage of the reported one.
_CELLS = (
    """
select
    lineage.*,
    units.org_unit_name as source_org_unit_name,
    departments.org_unit_name as department_name
from mart_lineage as lineage
"""
    + _NAMED
    + """
where
    lineage.indicator_code = $indicator
    and lineage.org_unit_code = $unit
    and lineage.indicator_breakdown = $breakdown
    and lineage.geography = $geography
    and lineage.period_type = $period_type
    and lineage.period_start_date = $period_start
    and lineage.period_end_date = $period_end
order by
    lineage.delivery_seq, lineage.role desc, lineage.element_code, lineage.breakdown,
    lineage.source_period_end_date, lineage.source_org_unit_code, lineage.record_key
"""
)

_CELL = (
    """
select
    lineage.*,
    units.org_unit_name as source_org_unit_name,
    departments.org_unit_name as department_name,
    indicators.indicator_name_vi,
    indicators.indicator_name_en
from mart_lineage as lineage
inner join dim_indicator as indicators on lineage.indicator_code = indicators.indicator_code
"""
    + _NAMED
    + """
where
    lineage.delivery_seq = $delivery_seq
    and lineage.sheet_name = $sheet
    and lineage.cell = $cell
order by lineage.indicator_code, lineage.org_unit_code
"""
)


_CHECKS = """
select description_vi, severity, check_outcome, checked_count, failed_count
from mart_check_result
where delivery_seq = $delivery_seq and suite_name = $suite
order by severity, check_number
"""


@dataclass(frozen=True, slots=True)
class Formula:
    """How the catalogue computes the value, with the cells' numbers put in.

    `counted` is what the two sums give; where that is not the published value (a mean by decree, a stock carried
    over), `is_proof` is false and the sums are only what went in. `greatest` is the published value where it is none
    of the sums but the greatest of several cells.
    """

    shape: str
    factor: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    counted: Decimal | None
    is_proof: bool
    greatest: Decimal | None


def value(marts: duckdb.DuckDBPyConnection, key: ValueKey) -> dict[str, Any] | None:
    """The published value with its names, None where there is none."""
    found = records(marts, _VALUE, asdict(key))
    return found[0] if found else None


def cells(marts: duckdb.DuckDBPyConnection, key: ValueKey) -> Rows:
    """Every cell that went into the value, grouped by delivery."""
    found = records(marts, _CELLS, asdict(key))
    return found or records(marts, _CELLS, {**asdict(key), "geography": "as_reported"})


def cell(marts: duckdb.DuckDBPyConnection, delivery_seq: int, sheet: str, address: str) -> Rows:
    """What was read from one cell: a row for each value it went into, none if it went into none."""
    return records(marts, _CELL, {"delivery_seq": delivery_seq, "sheet": sheet, "cell": address})


def checks(marts: duckdb.DuckDBPyConnection, delivery_seq: int, source: str, table: str) -> Rows:
    """What each check said of a table of the delivery; first those that would have sent it back."""
    return records(marts, _CHECKS, {"delivery_seq": delivery_seq, "suite": f"{source}__{table}"})


def formula(indicator: dict[str, Any], published: Decimal | None, found: Sequence[dict[str, Any]]) -> Formula:
    """Put the cells' numbers into the catalogue's formula."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    numbers = [(row, exact_value(row)) for row in found]
    for row, number in numbers:
        if number is not None:
            sums[row["role"]] += row["coefficient"] * number
    numerator, denominator = sums.get("numerator"), sums.get("denominator")
    counted = None
    if indicator["shape"] == "sum" and numerator is not None:
        counted = indicator["factor"] * numerator
    elif indicator["shape"] == "ratio" and numerator is not None and denominator:
        counted = indicator["factor"] * numerator / denominator
    is_proof = counted is not None and published is not None and abs(counted - published) < Decimal("1e-9")
    greatest = max((number for _, number in numbers if number is not None), default=None)
    is_greatest = indicator["shape"] == "sum" and not is_proof and greatest is not None and greatest == published
    return Formula(
        indicator["shape"], indicator["factor"], numerator, denominator, counted, is_proof,
        greatest if is_greatest else None,
    )  # fmt: skip


def exact_value(row: dict[str, Any]) -> Decimal | None:
    """The value of a row before it was rounded; a version of before that was told apart has it as its value."""
    found: Decimal | None = row["exact_value"] if "exact_value" in row else row["value"]
    return found
