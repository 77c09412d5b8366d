"""CSV → rows of text, by the declared encoding and delimiter; nothing is sniffed.

Rows keep their physical line: a field over two lines is followed by an empty row, a `sep=;` line is an empty row.

The delimiter is judged before the quotes: with another one, quotes seem to be wrong that are right.

What counts as ragged: the table is as wide as the rows, at least two, that together hold the most fields. From the
first row of that width on, every row must have it; rows before it may be shorter (letterhead). A blank row is never
ragged.
"""

import codecs
import csv
import io
import re
from collections import Counter

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, count_vi

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SEPARATORS = ",;\t|"
_SIGNS = {",": "phẩy “,”", ";": "chấm phẩy “;”", "\t": "tab", "|": "sổ thẳng “|”"}
_NOT_READ = ":~^#¦；，、"  # what only a message names
_AS_TEXT = re.compile(r'^="([^"]*)"$')  # how programs keep Excel from making a number of a code
_END_OF_FILE = "\x1a"  # as DOS programs write it
_QUOTED = re.compile(r'"[^"]*"')
_JUDGED = 64 * 1024  # characters from the beginning by which the delimiter is judged


def read(content: bytes, encoding: str, delimiter: str, limits: Limits) -> tuple[list[list[str]], list[str]]:
    """Rows of equal width ("" for blank), and the codes of what was odd but unambiguous.

    Args:
        content: the whole file.
        encoding: utf-8, utf-16 or cp1258 as the contract declares; a byte order mark outranks it, with a warning.
        delimiter: one character; an Excel `sep=` line outranks it, with a warning.
        limits: of cells, columns and characters in one field.

    Raises:
        Refused: with the physical line as cell A<line>.
    """
    text, warnings = _decode(content, encoding)
    text = text.rstrip(_END_OF_FILE)
    if "\r" in text and "\n" not in text:
        warnings.append("csv-line-ends")
    if text[:4].lower() == "sep=" and text[4:5] in _SEPARATORS and text[5:6] in ("\r", "\n"):
        delimiter = text[4]
        text = text[5:]
        warnings.append("csv-sep-line")
    _judge_delimiter(text, delimiter)
    rows = _split(text, delimiter, limits)
    width = _table_width(rows)
    _check_widths(rows, width)
    if len(rows) * width > limits.cells:
        raise _too_many_cells(limits)
    return [row if len(row) == width else (row + [""] * width)[:width] for row in rows], warnings


def _decode(content: bytes, encoding: str) -> tuple[str, list[str]]:
    warnings = []
    marked = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), None)
    if marked:
        mark, marked_encoding = marked
        content = content[len(mark) :]
        if not marked_encoding.startswith(encoding):
            warnings.append("csv-other-encoding")
        encoding = marked_encoding
    if not encoding.startswith("utf-16") and b"\0" in content:
        raise _at("csv-nul", _line_at(content, content.index(b"\0")))
    if encoding == "utf-16":
        raise _at("csv-encoding", 1)  # without a mark the byte order is unknown
    if encoding == "cp1258" and not content.isascii() and _is_utf8(content):
        raise _at("csv-encoding", 1)  # cp1258 would read it as nonsense, without an error
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _at("csv-encoding", _line_at(content, error.start)) from error
    if "\0" in text:
        raise _at("csv-nul", _line_at(text.encode(), text.encode().index(b"\0")))
    return text, warnings


def _split(text: str, delimiter: str, limits: Limits) -> list[list[str]]:
    """One row for each physical line; the fields of a record stand at the line where it begins."""
    rows: list[list[str]] = []
    cells = 0
    csv.field_size_limit(limits.field_characters)
    is_spaced = f'{delimiter} "' in text  # a blank between a delimiter and a quote is none of the field's
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=is_spaced, strict=True)
    has_kept_texts = '="' in text
    try:
        for row in reader:
            if len(row) > limits.columns:
                raise _at("csv-too-many-columns", len(rows) + 1, f"nhiều nhất {count_vi(limits.columns)} cột")
            cells += len(row)
            rows.append([_AS_TEXT.sub(r"\1", field) for field in row] if has_kept_texts else row)
            rows.extend([] for _ in range(reader.line_num - len(rows)))
            if max(cells, len(rows)) > limits.cells:
                raise _too_many_cells(limits)
    except csv.Error as error:
        code = "csv-field-too-long" if "field limit" in str(error) else "csv-quote"
        raise _at(code, len(rows) + 1) from error
    return rows


def _judge_delimiter(text: str, wanted: str) -> None:
    """Refuse a file most of whose lines are divided alike by another sign and not by the one that is wanted."""
    lines = [_QUOTED.sub("", line) for line in text[:_JUDGED].splitlines() if line and not line.isspace()]
    alike = {}
    for sign in (wanted, *_SEPARATORS, *_NOT_READ):
        counts = Counter(line.count(sign) for line in lines if sign in line)
        alike[sign] = max(counts.values(), default=0)
    found = max(alike, key=lambda sign: alike[sign])  # the wanted one before others that divide as many lines
    if found != wanted and alike[wanted] * 2 < len(lines) and alike[found] > 1:
        raise _at(
            "csv-delimiter", 1, f"dấu phân cách {_SIGNS[wanted]} (tệp này dùng {_SIGNS.get(found, f'“{found}”')})"
        )


def _table_width(rows: list[list[str]]) -> int:
    counts = Counter(len(row) for row in rows if not _is_blank(row))
    repeated = [width for width, count in counts.items() if count > 1 and width > 1]
    if repeated:
        return max(repeated, key=lambda width: (counts[width] * width, width))
    return next((len(row) for row in rows if len(row) > 1 and not _is_blank(row)), max(counts, default=0))


def _check_widths(rows: list[list[str]], width: int) -> None:
    is_table = False
    ragged = []
    for line, row in enumerate(rows, 1):
        if len(row) == width or _is_blank(row):
            is_table = is_table or len(row) == width
        elif is_table or len(row) > width:
            ragged.append((line, len(row)))
    if ragged:
        line, found = ragged[0]
        others = f"; còn {len(ragged) - 1} dòng khác cũng lệch" if len(ragged) > 1 else ""
        raise _at("csv-ragged", line, f"{width} cột như các dòng khác (dòng {line} có {found} cột{others})")


def _is_blank(row: list[str]) -> bool:
    return not any(field and not field.isspace() for field in row)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line_at(content: bytes, position: int) -> int:
    before = content[:position]
    return (before.count(b"\n") or before.count(b"\r")) + 1


def _at(code: str, line: int, expected: str = "") -> Refused:
    return Refused(code, cell=cell_address(line - 1, 0), expected=expected)


def _too_many_cells(limits: Limits) -> Refused:
    return Refused("too-many-cells", expected=f"nhiều nhất {count_vi(limits.cells)} ô")
