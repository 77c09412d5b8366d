"""From a published value to its formula and its cells: `ioc trace`."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.days import read_days
from ioc_pipeline.cli.output import write_csv
from ioc_pipeline.cli.screen import Screen
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.figures import number
from ioc_pipeline.domain.local_time import as_local
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.publish import published
from ioc_pipeline.serve import indicator as indicators
from ioc_pipeline.serve import origin
from ioc_pipeline.serve.indicator import ValueKey
from ioc_pipeline.serve.origin import Formula
from ioc_pipeline.serve.trace import PublishedValue, trace, values
from ioc_pipeline.settings import Settings

_UNITS = {"pct": "%", "count": "", "vnd_billion": "tỷ đồng", "index": "", "points": "điểm", "rank": ""}
_MATURITY = {"official": "chính thức · official", "preliminary": "sơ bộ · preliminary", "estimate": "ước · estimate"}
_GEOGRAPHY = {"as_reported": "", "restated": " (quy về địa giới hiện nay · restated)"}
_ROLES = {"numerator": "tử số · numerator", "denominator": "mẫu số · denominator", "addend": "số hạng · addend"}
_FILE_HEADER = ("nơi · unit", "giá trị · value", "ô · cell", "nguyên văn · as written")


def add_command_to(commands: Commands) -> None:
    traced = add_command(commands, "trace", _trace, "a published value, its formula, and the cells it was read from")
    traced.add_argument("indicator", help="indicator code, alias or name, e.g. infra_population_4g_pct")
    traced.add_argument("unit", help='org unit code or name, e.g. 14 or "Xã Vân Hồ"')
    traced.add_argument("period", help="in which the period ends: 2025-09, 2025-Q3, 2025 or its last day 2025-09-14")
    traced.add_argument("--csv", action="store_true", help="nothing but the cells, as CSV")


def _trace(settings: Settings, options: argparse.Namespace) -> int:
    first_day, last_day = read_days(options.period)
    asked = PublishedValue(options.indicator, options.unit, first_day, last_day)
    with published.connect_published(settings) as marts:
        if options.csv:
            found = trace(marts, asked)
            if not found.rows:
                raise _nothing(options)
            numbers = [row[found.header.index("delivery_seq")] for row in found.rows]
            people = _people(settings, numbers)
            rows = [(*row, people.get(number, "")) for row, number in zip(found.rows, numbers, strict=True)]
            write_csv([*found.header, "sender"], rows)
            return 0
        keys = _told_once(marts, values(marts, asked))
        if not keys:
            raise _nothing(options)
        screen = Screen()
        for key, row in keys:
            _show(screen, settings, marts, key, row)
    return 0


def _people(settings: Settings, delivery_seqs: Iterable[int]) -> dict[int, str]:
    """Who sent these deliveries by a page; "" for what lay in a folder."""
    return {one.delivery_seq: one.sender for one in open_ledger(settings).deliveries(set(delivery_seqs))}


def _nothing(options: argparse.Namespace) -> UserError:
    there_is = 'ioc sql "select distinct indicator_code, org_unit_code, period_end_date from mart_lineage"'
    asked = f"{options.indicator} for {options.unit} that ends in {options.period}"
    return UserError(f"no published value of {asked}; what there is: {there_is}")


def _told_once(marts: duckdb.DuckDBPyConnection, keys: Sequence[ValueKey]) -> list[tuple[ValueKey, dict[str, Any]]]:
    """The values asked for; one that is the same in today's geography is not told again."""
    told: list[tuple[ValueKey, dict[str, Any]]] = []
    for key in keys:
        row = origin.value(marts, key)
        assert row is not None  # the same table named it
        same = (key.indicator, key.unit, key.breakdown, key.period_start, key.period_end, row["value"])
        if all(same != (k.indicator, k.unit, k.breakdown, k.period_start, k.period_end, r["value"]) for k, r in told):
            told.append((key, row))
    return told


def _show(
    screen: Screen, settings: Settings, marts: duckdb.DuckDBPyConnection, key: ValueKey, row: dict[str, Any]
) -> None:
    indicator = indicators.indicator(marts, key.indicator)
    assert indicator is not None  # the marts name no value of another
    cells = origin.cells(marts, key)
    screen.heading(f"{indicator['indicator_name_vi']} · {row['org_unit_name']} · {row['period_label_vi']}")
    screen.named(list(_answer(marts, key, row, indicator, cells)))
    people = _people(settings, (cell["delivery_seq"] for cell in cells))
    for delivery_seq, of_file in groupby(cells, key=lambda cell: cell["delivery_seq"]):
        _show_file(screen, list(of_file), people.get(delivery_seq, ""))


def _answer(
    marts: duckdb.DuckDBPyConnection,
    key: ValueKey,
    row: dict[str, Any],
    indicator: dict[str, Any],
    cells: Sequence[dict[str, Any]],
) -> Iterator[tuple[str, str]]:
    unit = _UNITS.get(row["unit_measure"], row["unit_measure"])
    value = f"{row['value_qualifier']} {number(row['value'], indicator['decimals'], 'vi')} {unit}".strip()
    yield "Giá trị · value", value if row["value"] is not None else f"– ({row['null_reason']})"
    yield "Chỉ số · indicator", key.indicator + (f", {key.breakdown}" if key.breakdown else "")
    formula = origin.formula(indicator, origin.exact_value(row), cells)
    if written := _written(formula, indicator["decimals"]):
        yield "Công thức · formula", written
    yield "Kỳ · period", f"{key.period_start:%d/%m/%Y} – {key.period_end:%d/%m/%Y}{_GEOGRAPHY[key.geography]}"
    if row["units_expected_count"] is not None:
        yield "Số đơn vị · units", f"{row['units_present_count']}/{row['units_expected_count']}"
    yield "Mức độ · maturity", _MATURITY.get(row["maturity"], row["maturity"])
    tables = {(cell["delivery_seq"], cell["source_name"], cell["table_name"]) for cell in cells if cell["cell"]}
    if checks := [check for table in sorted(tables) for check in origin.checks(marts, *table)]:
        failed = sum(check["check_outcome"] != "passed" for check in checks)
        yield "Kiểm tra · checks", f"{len(checks) - failed} lượt đạt, {failed} lượt không đạt (chỉ cảnh báo)"


def _written(formula: Formula, decimals: int | None) -> str:
    """The formula with its numbers put in; "" where the sums of its cells say nothing."""
    if formula.greatest is not None:
        return f"{_plain(formula.greatest)} (lớn nhất trong các ô · the greatest of the cells)"
    if formula.numerator is None:
        return ""
    if formula.shape == "ratio" and formula.denominator is not None:
        parts = [_plain(formula.numerator), "÷", _plain(formula.denominator)]
    else:
        parts = [_plain(formula.numerator)]
    if formula.factor != 1:
        parts += ["×", _plain(formula.factor)]
    if not formula.is_proof:
        return f"{' '.join(parts)} (tổng các ô; chỉ số này gộp theo quy tắc riêng · sums of the cells alone)"
    return f"{' '.join(parts)} = {number(formula.counted, decimals, 'vi')}"


def _plain(value: Decimal) -> str:
    return number(value, None, "vi")


def _show_file(screen: Screen, cells: Sequence[dict[str, Any]], person: str) -> None:
    first = cells[0]
    sender = " · ".join(filter(None, [first["department_name"] or first["department_code"], person]))
    name = first["file_name"] or "IOC tự đếm · counted by the IOC itself"
    received = f"{as_local(first['received_at']):%d/%m/%Y %H:%M}" if first["received_at"] else ""
    screen.heading(f"{name} · {sender} · {received} · lần gửi {first['delivery_seq']}, {len(cells)} ô")
    for term, of_term in groupby(cells, key=_term):
        screen.named([("phần · term", term)])
        rows = [
            (
                cell["source_org_unit_name"] or cell["source_org_unit_code"],
                number(cell["value"], None, "vi") or cell["null_reason"],
                _place(cell),
                cell["value_text"] or "",
            )
            for cell in of_term
        ]
        screen.table(_FILE_HEADER, rows)


def _term(cell: dict[str, Any]) -> str:
    named = f"{_ROLES[cell['role']]}, {cell['element_code']}"
    return f"{named}, {cell['breakdown']}" if cell["breakdown"] else named


def _place(cell: dict[str, Any]) -> str:
    if cell["cell"]:
        return "!".join(part for part in (cell["sheet_name"], cell["cell"]) if part)
    return f"{cell['record_count']} bản ghi · records" if cell["record_count"] else ""
