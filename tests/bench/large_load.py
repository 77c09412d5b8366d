"""Load one delivery of 4 million values, and compare with DuckDB's own copy.

python tests/bench/large_load.py [rows]

Each part runs in a process of its own, so that its peak memory is its own. Limit for the load: 1.5 GB.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

COLUMNS = 8
CHUNK = 50_000


def write(home: Path, rows: int) -> None:
    """`rows` records of COLUMNS values: codes, dates and texts repeat as they do in real tables."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA

    path = home / "prepared" / "1" / "observation.parquet"
    path.parent.mkdir(parents=True)
    generator = np.random.default_rng(1)
    with pq.ParquetWriter(path, OBSERVATION_SCHEMA) as writer:
        for start in range(0, rows, CHUNK):
            records = np.repeat(np.arange(start, min(start + CHUNK, rows)), COLUMNS)
            column = np.tile(np.arange(COLUMNS), len(records) // COLUMNS)
            values = [f"{value / 100:.2f}" for value in generator.integers(0, 10_000_000, len(records)).tolist()]
            arrays = {
                "delivery_seq": np.ones(len(records), dtype="int64"),
                "source_name": ["rain_gauges"] * len(records),
                "table_name": ["readings"] * len(records),
                "reporting_unit_code": ["so-nnmt"] * len(records),
                "org_unit_code": [f"{3646 + record % 75:05d}" for record in records.tolist()],
                "clock": ["management"] * len(records),
                "period_type": ["month"] * len(records),
                "period_start_date": [date(2025, 9, 15)] * len(records),
                "period_end_date": [date(2025, 10, 14)] * len(records),
                "element_code": [f"element_{number}" for number in column.tolist()],
                "breakdown": [""] * len(records),
                "record_key": [f"R{record:08d}" for record in records.tolist()],
                "replaces": ["record"] * len(records),
                "measured_value": pa.array(values).cast(pa.decimal128(38, 12)),
                "value_text": values,
                "value_qualifier": [""] * len(records),
                "null_reason": [""] * len(records),
                "maturity": ["official"] * len(records),
                "sheet_name": ["Số liệu"] * len(records),
                "cell_address": [
                    f"{chr(67 + c)}{r + 8}" for r, c in zip(records.tolist(), column.tolist(), strict=True)
                ],
            }
            writer.write_table(pa.table(arrays, schema=OBSERVATION_SCHEMA))
    print(f"{rows * COLUMNS:,} rows, {path.stat().st_size / 1e6:.0f} MB of Parquet")


def load(home: Path, rows: int) -> None:
    from ioc_pipeline.domain.deliveries import Delivery, Scope, Verdict
    from ioc_pipeline.domain.periods import Period
    from ioc_pipeline.load import transaction
    from ioc_pipeline.warehouse.place import DuckDBFile

    period = Period("month", date(2025, 9, 15), date(2025, 10, 14))
    received_at = datetime(2025, 10, 15, tzinfo=UTC)
    verdict = Verdict(
        delivery=Delivery(1, "file", "so-nnmt", "mua.xlsx", "0" * 64, 1, received_at, 1, True),
        source_name="rain_gauges",
        contract_hash="1" * 64,
        outcome="loaded",
        scopes=(Scope("readings", "so-nnmt", period),),
        observation_count=rows * COLUMNS,
        replaces={"readings": "record"},
    )
    elements = {f"element_{number}" for number in range(COLUMNS)}
    spent = Spent()
    with closing(DuckDBFile(home / "loaded.duckdb").connect()) as connection:
        transaction.load_prepared(connection, home / "prepared", [verdict], elements=elements, loaded_at=received_at)
    spent.print("load_prepared")


def copy(home: Path, rows: int) -> None:
    import duckdb

    spent = Spent()
    with duckdb.connect(home / "copied.duckdb", config={"threads": 2}) as connection:
        path = str(home / "prepared" / "1" / "observation.parquet")
        connection.execute(
            "create table observation as select 1::bigint as load_seq, * from read_parquet(?) limit 0", [path]
        )
        connection.execute("insert into observation select 1, * from read_parquet(?)", [path])
    spent.print("plain insert")


class Spent:
    """CPU and wall seconds since it was made, and the process's peak memory."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def print(self, what: str) -> None:
        cpu, wall = time.process_time() - self.cpu, time.perf_counter() - self.wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
        print(f"{what:14} {cpu:6.2f} CPU s {wall:6.1f} s {peak:5.2f} GB peak")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        globals()[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            row_count = sys.argv[1] if len(sys.argv) > 1 else "500000"
            spent = []
            for part in ("write", "load", "copy"):
                command = [sys.executable, __file__, part, folder, row_count]
                said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
                print(said, end="", flush=True)
                spent += re.findall(r"([\d.]+) CPU s", said)
            print(f"ratio {float(spent[0]) / float(spent[1]):.2f}")
