"""How `ioc` speaks: results to standard output, so that they can be piped, complaints to standard error."""

import sys
from collections.abc import Sequence

from ioc_pipeline.serve import csv_file


def write_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    csv_file.write_csv(sys.stdout, header, rows)


def complain(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)
