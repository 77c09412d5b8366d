"""Headers of a contract, which stand on one line there, as the merged cells that a form prints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """One cell of the header: lines and columns from 0, the last ones included."""

    text: str
    line: int
    column: int
    last_line: int
    last_column: int


def header_cells(headers: Sequence[str]) -> list[HeaderCell]:
    """The cells of a header, from one text a column.

    Neighbours that begin with the same words, each going on with a capital letter, stand under those words: "Dân số
    Tổng số" and "Dân số Trong đó …" under "Dân số", while "Số hồ sơ tiếp nhận" and "Số hồ sơ đã giải quyết" are two
    names. Read from the top down each column says again what the contract wants.
    """
    spans = list(_spans([text.split() for text in headers], 0, 0))
    depth = max(line for line, *_ in spans)
    return [
        HeaderCell(text, line, first, line if has_below else depth, last)
        for line, first, last, text, has_below in spans
    ]


_Span = tuple[int, int, int, str, bool]  # line, first and last column, text, whether others stand below it


def _spans(words: Sequence[Sequence[str]], line: int, column: int) -> Iterator[_Span]:
    start = 0
    while start < len(words):
        stop, common = start + 1, 0
        while stop < len(words) and (longer := _common(words[start : stop + 1])):
            stop, common = stop + 1, longer
        if common:
            yield line, column + start, column + stop - 1, " ".join(words[start][:common]), True
            yield from _spans([each[common:] for each in words[start:stop]], line + 1, column + start)
        else:
            yield line, column + start, column + start, " ".join(words[start]), False
        start = stop


def _common(words: Sequence[Sequence[str]]) -> int:
    """How many first words all share, each going on with a capital letter; 0 if that is nowhere so."""
    shortest = min(map(len, words))
    for count in range(shortest - 1, 0, -1):
        begins_alike = len({tuple(each[:count]) for each in words}) == 1
        if begins_alike and all(each[count].lstrip("(“\"'")[:1].isupper() for each in words):
            return count
    return 0
