"""In which stretches of years everything is computed: each a history that fits into the memory of a build."""

from itertools import pairwise

import duckdb

# Measured: 100,000 cells in raw become some 800,000 rows of what counts towards what, which take DuckDB 500 MB.
CELLS_AT_ONCE = 100_000
_BEFORE_ALL, _AFTER_ALL = 0, 9999


def stretches_of(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """First and last year of each stretch, in order: together all years there can be, none left out, none in two.

    A stretch is as many years as have CELLS_AT_ONCE cells together, and one year at least. Nothing where all fits
    into one.
    """
    counts = warehouse.execute(
        "select year(period_end_date) as period_year, count(*) from raw.observation group by all order by period_year"
    ).fetchall()
    firsts, cells = [_BEFORE_ALL], 0
    for year, count in counts:
        if cells and cells + count > CELLS_AT_ONCE:
            firsts.append(year)
            cells = 0
        cells += count
    if len(firsts) == 1:
        return []
    return [(first, following - 1) for first, following in pairwise([*firsts, _AFTER_ALL + 1])]
