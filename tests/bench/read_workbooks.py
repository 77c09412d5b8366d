"""Cost of guarded reading against bare calamine on the same files, as a ratio in one run.

    python tests/bench/read_workbooks.py [FILES]           # 200 department workbooks, CPU ratio
    python tests/bench/read_workbooks.py --large [ROWS]    # 500,000 rows × 8 columns, peak memory of each process

CPU seconds count this process and its children. The rounds of both sides alternate, so that what else runs on the
machine falls on both.
"""

import argparse
import random
import resource
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import xlsxwriter
from python_calamine import CalamineWorkbook

from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

WORKBOOKS, ROWS, COLUMNS = 200, 75, 40
LARGE_ROWS, LARGE_COLUMNS = 500_000, 8
ROUNDS = 7


def write_department_workbook(path: Path, seed: int) -> None:
    """Letterhead, merged header, text, dates, percents, numbers, a formula column: 75 rows × 40 columns."""
    chance = random.Random(seed)
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Biểu 01")
    percent, whole = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "#,##0"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.merge_range(0, 0, 0, COLUMNS - 1, "BÁO CÁO KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH")
    sheet.write_row(3, 0, [f"Chỉ tiêu {column}" for column in range(COLUMNS)])
    for row in range(4, ROWS):
        sheet.write(row, 0, row - 3)
        sheet.write(row, 1, f"Xã số {row}")
        sheet.write(row, 2, chance.random(), percent)
        sheet.write(row, 3, 45_900 + row, day)
        for column in range(4, COLUMNS - 1):
            sheet.write(row, column, chance.choice([chance.randint(0, 9999), round(chance.random() * 1000, 2)]), whole)
        sheet.write_formula(row, COLUMNS - 1, f"=SUM(E{row + 1}:AM{row + 1})", whole, chance.randint(1, 99_999))
    book.close()


def write_large_workbook(path: Path, rows: int) -> None:
    """500,000 rows of two texts, a date, a percent and numbers, all different."""
    chance = random.Random(1)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Hồ sơ")
    day, percent = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "0.0%"})
    for row in range(rows):
        sheet.write(row, 0, f"HS-{row:07}")
        sheet.write(row, 1, f"Xã số {chance.randint(1, 75)}")
        sheet.write(row, 2, 45_000 + row % 900, day)
        sheet.write(row, 3, round(chance.random(), 3), percent)
        for column in range(4, LARGE_COLUMNS):
            sheet.write(row, column, chance.randint(0, 9999))
    book.close()


def read_bare(paths: list[Path]) -> None:
    """What a plain script does: every cell as a Python value."""
    for path in paths:
        book = CalamineWorkbook.from_path(path)
        for index in range(len(book.sheet_names)):
            book.get_sheet_by_index(index).to_python(skip_empty_area=False)


def read_guarded(paths: list[Path]) -> None:
    """The same through the guarded process."""
    for result in read_deliveries([ReadRequest(path, path.name, None) for path in paths]):
        assert isinstance(result, Workbook), result


def cpu_seconds(action: Callable[[], None]) -> float:
    """User and system seconds of this process and its ended children."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    before = [resource.getrusage(who) for who in both]
    action()
    after = [resource.getrusage(who) for who in both]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))


def measure_ratio(folder: Path, workbooks: int) -> None:
    """Print CPU of both sides and their ratio."""
    paths = [folder / f"{number}.xlsx" for number in range(workbooks)]
    for number, path in enumerate(paths):
        write_department_workbook(path, number)
    rounds = [(cpu_seconds(lambda: read_bare(paths)), cpu_seconds(lambda: read_guarded(paths))) for _ in range(ROUNDS)]
    bare, guarded = (min(side) for side in zip(*rounds, strict=True))
    median = statistics.median(after / before for before, after in rounds)
    print(f"{workbooks} workbooks of {ROWS} × {COLUMNS}, best of {ROUNDS} rounds")
    print(f"bare calamine   {bare:6.3f} CPU s")
    print(f"guarded reading {guarded:6.3f} CPU s")
    print(f"ratio           {guarded / bare:6.2f}   (median of the rounds {median:.2f})")


def measure_memory(folder: Path, rows: int) -> None:
    """Print the peak resident memory of this process and of the reading process."""
    path = folder / "large.xlsx"
    write_large_workbook(path, rows)
    before = psutil.Process().memory_info().rss
    seconds = cpu_seconds(lambda: read_guarded([path]))
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{rows} rows × {LARGE_COLUMNS} columns, {path.stat().st_size / 1024**2:.1f} MiB")
    print(f"reading took          {seconds:8.1f} CPU s")
    print(f"peak of this process  {own:8.0f} MiB (before reading {before / 1024**2:.0f})")
    print(f"peak of reading child {child:8.0f} MiB")


def main() -> None:
    """Measure what the options ask for, in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="peak memory on one large workbook instead of the ratio")
    parser.add_argument("size", nargs="?", type=int, help=f"{WORKBOOKS} files, or {LARGE_ROWS} rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.large:
            measure_memory(Path(folder), options.size or LARGE_ROWS)
        else:
            measure_ratio(Path(folder), options.size or WORKBOOKS)


if __name__ == "__main__":
    main()
