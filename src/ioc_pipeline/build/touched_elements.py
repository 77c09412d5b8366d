"""Which elements, and so which indicators, a build must compute again after what was loaded since the last one."""

from collections.abc import Sequence

import duckdb

OF_REPORTING = ("ioc_reports_due", "ioc_reports_on_time")
"""What `int_reporting_measure` counts from the reports themselves: every delivery may change it."""


def touched_elements(warehouse: duckdb.DuckDBPyConnection, built_load_seq: int) -> list[str]:
    """Codes of elements that forms may have changed since `built_load_seq`, in order.

    All elements that a touched table ever had, since a new version of a scope may lack what the one before it had;
    and the elements that these weigh.
    """
    rows = warehouse.execute(
        """
        with

        touched_tables as (
            select distinct source_name, table_name from raw.delivery_scope where load_seq > $built
        ),

        touched as (
            select distinct cell.element_code
            from raw.observation as cell
            semi join touched_tables
                on cell.source_name = touched_tables.source_name and cell.table_name = touched_tables.table_name
            union
            select unnest($of_reporting)
        )

        select element_code from touched
        union
        select weighed.element_code from raw.element as weighed
        semi join touched on weighed.weight_element = touched.element_code
        order by all
        """,
        {"built": built_load_seq, "of_reporting": list(OF_REPORTING)},
    ).fetchall()
    return [code for (code,) in rows]


def indicators_of(warehouse: duckdb.DuckDBPyConnection, elements: Sequence[str]) -> list[str]:
    """Codes of the indicators that have one of these elements in a term, in order."""
    rows = warehouse.execute(
        "select distinct indicator_code from raw.indicator_term where list_contains(?, element_code) order by all",
        [list(elements)],
    ).fetchall()
    return [code for (code,) in rows]


def count_cells(warehouse: duckdb.DuckDBPyConnection, years: Sequence[int], elements: Sequence[str]) -> int:
    """How many cells of raw speak of these elements in these years."""
    ((count,),) = warehouse.execute(
        """
        select count(*) from raw.observation
        where list_contains($years, year(period_end_date)) and list_contains($elements, element_code)
        """,
        {"years": list(years), "elements": list(elements)},
    ).fetchall()
    return int(count)
