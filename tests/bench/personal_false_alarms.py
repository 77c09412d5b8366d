"""How often harmless figures are taken for personal data: generated columns, and real workbooks where there are some.

    python tests/bench/personal_false_alarms.py [COLUMNS] [FOLDER]     # 20,000 columns; a folder of real workbooks

Each generated column is a sheet of its own with a header row, names of communes and 5 to 75 values: sums in đồng in
the ranges whose digits are those of citizen numbers and telephones without their zero, under headers of money, of
counts, of periods; and texts of codes, numbers of decisions, treasury accounts and dates. None is personal.
"""

import argparse
import random
from collections import Counter
from pathlib import Path

from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.personal import kinds_in_column
from ioc_pipeline.parse.personal_workbook import find_personal_data_in_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.sources import Csv

HEADERS = [
    "Dự toán (đồng)", "Số thu lũy kế năm trước (đồng)", "Kinh phí", "Số tiền", "Thu ngân sách", "Quyết toán chi",
    "Giá trị", "Quý III", "Tháng 9", "Năm 2024", "Thực hiện", "Kế hoạch", "Tổng số", "Cộng", "Ước cả năm",
    "Vốn đăng ký", "Xã Vân Hồ", "Số CCCD đã cấp", "Kinh phí cấp CCCD", "Số thuê bao điện thoại", "Số thẻ BHYT đã cấp",
    "Số tài khoản định danh điện tử",
]  # fmt: skip
RANGES = [(1.0e9, 1.4e9), (14.0e9, 14.4e9), (0.9e9, 0.99e9), (1e9, 99e9), (30e9, 39e9), (3e8, 9.9e8), (1e7, 1e12)]
COMMUNES = ["Phường Tô Hiệu", "Xã Vân Hồ", "Xã Mường La", "Xã Mai Sơn", "Xã Quỳnh Nhai", "Xã Bắc Yên"]


def numbers(chance: random.Random, count: int) -> list[Value]:
    """Sums of one range, whole, rounded or with a fraction."""
    low, high = chance.choice(RANGES)
    digits = chance.choice([0, 0, 0, -3, -6, 2])
    return [float(round(chance.uniform(low, high), digits)) for _ in range(count)]


def texts(chance: random.Random, count: int) -> list[Value]:
    """Codes, decisions, accounts of the treasury, dates, sums as texts."""
    digit = lambda size: "".join(chance.choice("0123456789") for _ in range(size))  # noqa: E731
    forms = [
        lambda: f"H{digit(2)}.{digit(2)}-{digit(6)}-{digit(4)}",
        lambda: f"QĐ số {digit(4)}/QĐ-UBND ngày {chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2025",
        lambda: f"TK kho bạc 37{digit(2)}.0.{digit(7)}.{digit(5)}",
        lambda: f"{chance.randint(1, 99)}.{digit(3)}.{digit(3)}.{digit(3)}",
        lambda: f"{chance.randint(1, 9)} {digit(3)} {digit(3)} {digit(3)} đồng",
        lambda: f"1.{digit(6)}.000.00.00.H52",
        lambda: f"0,{digit(12)}",
        lambda: f"2025{chance.randint(1, 12):02}{chance.randint(1, 28):02}{digit(6)}",
    ]
    form = chance.choice(forms)
    return [form() for _ in range(count)]


def refused_columns(columns: int, seed: int) -> tuple[int, Counter[str]]:
    """How many of the generated columns are taken for personal data, in a table or in a sheet that nobody reads."""
    chance = random.Random(seed)
    why: Counter[str] = Counter()
    refused = 0
    for _ in range(columns):
        count = chance.randint(5, 75)
        header = chance.choice(HEADERS)
        values = numbers(chance, count) if chance.random() < 0.7 else texts(chance, count)
        names: list[Value] = [chance.choice(COMMUNES) for _ in range(count)]
        rows: list[list[Value]] = [["Đơn vị tính: đồng", None], ["Đơn vị", header]]
        rows += [[name, value] for name, value in zip(names, values, strict=True)]
        kinds = set(kinds_in_column(header, enumerate(values)))
        kinds |= {problem.expected for problem in find_personal_data_in_workbook(_book(rows), "bieu.xlsx")}
        refused += bool(kinds)
        why.update(f"{header}: {kind}" for kind in kinds)
    return refused, why


def _book(rows: list[list[Value]]) -> Workbook:
    return Workbook("xlsx", [Sheet("Bieu", rows)])


def real_workbooks(folder: Path) -> tuple[int, int, int]:
    """Workbooks and columns of a folder, and how many of the workbooks are refused; nothing is read by a contract."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".xlsx", ".xls", ".ods", ".csv")]
    requests = [ReadRequest(path, path.name, Csv(encoding="utf-8", delimiter=",")) for path in paths]
    workbooks = columns = refused = 0
    for path, workbook in zip(paths, read_deliveries(requests), strict=True):
        if isinstance(workbook, Workbook):
            workbooks += 1
            columns += sum(max(map(len, sheet.rows), default=0) for sheet in workbook.sheets)
            refused += bool(find_personal_data_in_workbook(workbook, path.name))
    return workbooks, columns, refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("columns", nargs="?", type=int, default=20_000)
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    refused, why = refused_columns(options.columns, seed=1)
    print(f"{refused} of {options.columns} generated columns refused ({100 * refused / options.columns:.3f} %)")
    for reason, count in why.most_common(10):
        print(f"  {count:6} {reason}")
    if options.folder:
        workbooks, columns, refused = real_workbooks(options.folder)
        print(f"{refused} of {workbooks} real workbooks ({columns} columns) refused")


if __name__ == "__main__":
    main()
