"""Rows that are told by their figures alone: whoever equals the sum of the rows around it is a total of them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.values import read_column
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import ADDITIVE

_SMALLEST_SUM = 10  # of the largest figure: small numbers are sums of each other by chance


@dataclass(frozen=True, slots=True)
class Total:
    """A row at position `number` that adds up `data[start:stop]`, or one of the stretches that `others` begin and end.

    A grand total may also add up the whole table.
    """

    number: int
    start: int
    stop: int
    is_grand: bool
    others: tuple[tuple[int, int], ...] = ()


def find_sums(
    block: Block, source: Source, data: Sequence[int], candidates: Sequence[int], headings: Sequence[int]
) -> dict[int, Total]:
    """Those of the candidates whose every additive figure is the sum of two or more rows of data.

    The rows added are those up to the next candidate, those since the last one, or all of them; or the same between
    candidates and `headings`, which are the other rows that may begin or end a group.
    """
    if not candidates or not data:
        return {}
    figures = {number: additive_figures(block, source, number) for number in (*data, *candidates)}
    found: dict[int, Total] = {}
    for number in candidates:
        extents = (
            extent for bounds in (candidates, [*candidates, *headings]) for extent in _extents(data, bounds, number)
        )
        for start, stop in extents:
            if stop - start > 1 and _adds_up(figures[number], [figures[row] for row in data[start:stop]]):
                found[number] = Total(number, start, stop, is_grand=stop - start == len(data))
                break
    return found


def _extents(data: Sequence[int], bounds: Sequence[int], number: int) -> Iterator[tuple[int, int]]:
    yield from rows_around(data, bounds, number)
    yield 0, len(data)


def rows_around(data: Sequence[int], bounds: Sequence[int], number: int) -> Iterator[tuple[int, int]]:
    """The stretches of the data from a row to the next of the bounds, and from the last of them to the row."""
    here = bisect_left(data, number)
    after = min((bound for bound in bounds if bound > number), default=None)
    yield here, len(data) if after is None else bisect_left(data, after)
    yield bisect_left(data, max((bound for bound in bounds if bound < number), default=-1)), here


def is_sum_of_all(block: Block, source: Source, number: int, data: Sequence[int]) -> bool:
    """Whether a row adds up every row of data, wherever they stand."""
    return _adds_up(additive_figures(block, source, number), [additive_figures(block, source, row) for row in data])


def additive_figures(block: Block, source: Source, number: int) -> list[Decimal | None]:
    """Figures of a row in the additive columns, None where a cell is blank or cannot be read."""
    figures: list[Decimal | None] = []
    for column in block.table.columns:
        if column.type in ADDITIVE and (position := block.columns.get(column.name)) is not None:
            (parsed,), _ = read_column(block, source, column, position, [number])
            figures.append(parsed.value if isinstance(parsed.value, Decimal) else None)
    return figures


def _adds_up(total: list[Decimal | None], rows: list[list[Decimal | None]]) -> bool:
    stated = [figure for figure in total if figure is not None]
    if not stated or max(stated) < _SMALLEST_SUM:
        return False
    rounding = Decimal("0.01") * len(rows) / 2
    sums = [sum((row[place] or Decimal(0) for row in rows), Decimal(0)) for place in range(len(total))]
    return all(figure is None or abs(figure - added) <= rounding for figure, added in zip(total, sums, strict=True))
