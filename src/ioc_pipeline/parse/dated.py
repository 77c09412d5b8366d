"""Which layout a workbook is written in: forms change, and a report of older times keeps the form of its time."""

from collections.abc import Iterable
from datetime import date, timedelta

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.periods import Period, label
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.parse.layout import bare_blocks, find_blocks
from ioc_pipeline.parse.period_rule import block_period
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Table


def layouts(source: Source) -> list[Source]:
    """The source with the tables of each of its times, newest first; itself alone if nothing is dated."""
    ends = {table.valid_to for table in source.tables} - {date.max}
    starts = {table.valid_from for table in source.tables} | {end + timedelta(days=1) for end in ends}
    return [then for start in sorted(starts, reverse=True) if (then := source.on(start)).tables]


def in_its_time(workbook: Workbook, source: Source, file_name: str, received_on: date) -> Source:
    """The source with the layouts that hold for the workbook's period.

    The period is read before any header is looked for. Where rows name their own, the newest layout whose columns are
    all there is taken, and `check_times` sees whether it holds for them.

    Raises:
        SourceError: no-layout, the period is one for which the contract knows no form.
    """
    dated = layouts(source)
    if all((table.valid_from, table.valid_to) == (date.min, date.max) for table in source.tables):
        return source
    for block in bare_blocks(workbook, source):
        period, _ = block_period(block, source, file_name, received_on, None)
        if period is None:
            continue
        then = source.on(period.end)
        if all(table.name != block.table.name for table in then.tables):
            raise SourceError([_no_layout(source, block.table.name, period, block.sheet.name, block.title_row)])
        return then
    for then in dated:
        try:
            find_blocks(workbook, then)
        except SourceError:
            continue
        return then
    return dated[0]


def check_times(source: Source, table: Table, periods: Iterable[Period], sheet_name: str) -> list[Problem]:
    """A problem for each period that the layout, by which its rows were read, does not hold for."""
    return [
        _no_layout(source, table.name, period, sheet_name, None)
        for period in periods
        if not table.valid_from <= period.end <= table.valid_to
    ]


def _no_layout(source: Source, table_name: str, period: Period, sheet_name: str, row: int | None) -> Problem:
    times = [_time(table.valid_from, table.valid_to) for table in source.tables if table.name == table_name]
    where = (sheet_name, cell_address(max(row, 0), 0) if row is not None else "")
    return Problem("no-layout", *where, found=label(period), expected="; ".join(times))


def _time(first: date, last: date) -> str:
    since = f"từ {first:%d/%m/%Y}" if first > date.min else ""
    until = f"đến {last:%d/%m/%Y}" if last < date.max else ""
    return f"mẫu biểu áp dụng cho kỳ kết thúc {' '.join(part for part in (since, until) if part)}"
