"""Numbers written the Vietnamese way → decimals, against DuckDB on the distinct texts.

    python tests/bench/normalising.py [ROWS]

CPU seconds, in turn, the best of three. Both begin with the texts of a column as a Python list and give decimal(38,12)
in its order. Ours refuses what may be read in two ways; DuckDB casts each distinct text once and joins it back. One
column is repetitive (a thousand different numbers), in the other nearly each number is another one.
"""

import random
import sys
import time
from collections.abc import Callable

import duckdb
import pyarrow as pa

from ioc_pipeline.parse.figures import written_figures
from ioc_pipeline.reference.tables import Column

COLUMN = Column(name="value", headers=["Giá trị"], type="number")


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def ours(texts: list[str]) -> pa.Array:
    return written_figures([COLUMN], "vi", {"value": texts})["value"].decimals


def distinct_first(texts: list[str]) -> pa.Array:
    """Least work: nothing is refused, and nothing made besides (our figures hold floats and texts too)."""
    cells = pa.table({"place": pa.array(range(len(texts)), pa.int64()), "text": texts})
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.register("cells", cells)
        return (
            connection.execute(
                """
                with known as (
                    select text, cast(replace(replace(text, '.', ''), ',', '.') as decimal(38, 12)) as value
                    from (select distinct text from cells)
                )

                select known.value from cells inner join known on cells.text = known.text order by cells.place
                """
            )
            .to_arrow_table()["value"]
            .combine_chunks()
        )


def cpu(work: Callable[[list[str]], pa.Array], texts: list[str]) -> tuple[float, pa.Array]:
    before = time.process_time()
    found = work(texts)
    return time.process_time() - before, found


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    draw = random.Random(1)
    columns = {
        "repetitive": [grouped(draw.randrange(1000) * 1009) for _ in range(rows)],
        "distinct": [f"{grouped(draw.randrange(10**9))},{draw.randrange(1, 100)}" for _ in range(rows)],
    }
    for name, texts in columns.items():
        seconds: dict[str, list[float]] = {"ours": [], "DuckDB": []}
        for _ in range(3):
            mine, found = cpu(ours, texts)
            theirs, expected = cpu(distinct_first, texts)
            assert found.equals(expected)
            seconds["ours"].append(mine)
            seconds["DuckDB"].append(theirs)
        mine, theirs = (min(values) for values in seconds.values())
        print(
            f"{name}: {rows} texts, ours {mine:.2f} CPU s, distinct first {theirs:.2f} CPU s, ratio {mine / theirs:.2f}"
        )


if __name__ == "__main__":
    main()
