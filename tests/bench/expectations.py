"""Expectations over many rows of one delivery: CPU and peak memory, against DuckDB finding the same rows
in a table of its own.

    python tests/bench/expectations.py [ROWS]        # 1,000,000 unless said otherwise

Rows of a made-up form with six counts and a text; every thousandth breaks a rule. The suite asks what the shipped ones
ask: a part is no more than its whole, a value lies between bounds or in a list, a rule over several columns holds.
"""

import resource
import sys

import duckdb
import numpy as np
import pandas as pd
import yaml
from inbox_to_raw import measure

from ioc_pipeline.check.validate import validate

SUITE = "made_up__rows"
COUNTS = ("received", "online", "completed", "digitised", "reused", "paid")
PAIRS = tuple((COUNTS[0], part) for part in COUNTS[1:])
MOST, LISTED = 1000, ["red", "green"]


def frame_of(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    frame = pd.DataFrame({"row_id": np.arange(rows), "delivery_seq": 1, "reporting_unit_code": "14"})
    frame["org_unit_code"] = draw.integers(1, 76, rows).astype(str)
    frame["org_unit_name"] = "Xã " + frame["org_unit_code"]
    frame["colour"] = np.where(draw.random(rows) < 0.5, *LISTED)
    frame["received"] = draw.integers(MOST // 2, MOST, rows).astype(float)
    for part in COUNTS[1:]:
        frame[part] = draw.integers(0, MOST // 2, rows).astype(float)
    frame.loc[::1000, "online"] = 2.0 * MOST
    return frame


def suite() -> bytes:
    checks = [
        ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": whole, "column_B": part, "or_equal": True,
            "ignore_row_if": "either_value_is_missing"})
        for whole, part in PAIRS
    ]  # fmt: skip
    checks += [("expect_column_values_to_be_between", {"column": name, "max_value": MOST}) for name in COUNTS]
    checks += [("expect_column_values_to_be_in_set", {"column": "colour", "value_set": LISTED})]
    said = [
        {"type": kind, "description": "Quy tắc.", "severity": "warning", "kwargs": kwargs} for kind, kwargs in checks
    ]
    rule = {
        "must_hold": "online + paid <= 2 * received or received <= 20",
        "description": "Quy tắc.",
        "severity": "warning",
    }
    return yaml.safe_dump({"name": SUITE, "expectations": [*said, rule]}).encode()


def found_by_duckdb(given: duckdb.DuckDBPyConnection) -> list[int]:
    """How many rows break each rule of the suite, in its order; their numbers are read, as the checks' are."""
    broken = [f"{whole} < {part}" for whole, part in PAIRS]
    broken += [f"{name} > {MOST}" for name in COUNTS]
    broken += [f"colour not in {tuple(LISTED)}", "online + paid > 2 * received and received > 20"]
    return [len(given.execute(f"select row_id from given where {one}").fetchall()) for one in broken]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame, content = frame_of(rows), suite()
    validate({SUITE: frame.head(10)}, {SUITE: content})  # the import is paid once a process
    failed: list[int] = []
    ours = measure(lambda: failed.extend(one.failed_count for one in validate({SUITE: frame}, {SUITE: content})[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found: list[int] = []
    with duckdb.connect(config={"threads": 1}) as given:
        given.execute("create table given as from frame")
        theirs = measure(lambda: found.extend(found_by_duckdb(given)))
    assert failed == found, (failed, found)
    print(f"{rows} rows, {len(failed)} expectations, {sum(failed)} failures, peak {peak:.0f} MiB")
    print(f"ours {ours:.2f} CPU s, DuckDB {theirs:.2f} CPU s, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
