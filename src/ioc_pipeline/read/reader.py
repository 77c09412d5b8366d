"""The guarded process: `python -I -c …` starts it, it reads one delivery after another and prints what it read.

It gets JSON lines (path, file name, how a CSV is written) and answers in JSON lines: a list is a block of rows, an
object is everything else, `done` or `refused` ends a delivery. Rows with dates travel in an object that names their
columns, each date as {"date": …} or the like. It imports nothing heavy, writes no file, and what it prints to
standard error is thrown away: a panic may quote a cell.
"""

import gc
import io
import math
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import msgspec
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ioc_pipeline.read import delimited, ods, xls, xlsx
from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.compound import SIGNATURE, CompoundFile
from ioc_pipeline.read.facts import SheetFacts
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, too_many_cells
from ioc_pipeline.read.seen import Seen
from ioc_pipeline.read.unseen import Unseen, find_unseen, pieces
from ioc_pipeline.read.unseen_embedded import find_embedded

_CSV_ENDINGS = (".csv", ".tsv", ".txt")
_BLOCK_CELLS = 20_000
_NOT_A_NUMBER = "#NUM!"
_COVERED = "phần bị ô gộp che"
_MOMENTS = {date, datetime, time, timedelta}
_REQUESTS = msgspec.json.Decoder(tuple[bytes, str, tuple[str, str] | None])  # path, file name, encoding and delimiter
_ENCODER = msgspec.json.Encoder()
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # how Excel wraps a workbook with a password
_KNOWN_STARTS = (b"%PDF", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"PK")


def main() -> None:
    """Answer requests from standard input until it ends. The one argument is the limits as JSON."""
    limits = Limits(**msgspec.json.decode(sys.argv[1]))
    _guard(limits)
    gc.disable()  # nothing here makes cycles, and the process is short-lived
    output = sys.stdout.buffer
    _send(output, {"ready": True})
    for line in sys.stdin.buffer:
        path, file_name, csv_format = _REQUESTS.decode(line)
        _allow_cpu(limits)
        try:
            written = 0
            for message in _read(path, file_name.lower(), csv_format, limits):
                written += len(message)
                if written > limits.text_bytes:
                    raise Refused("too-much-text")
                output.write(message)
        except Refused as refused:
            _send(output, {"refused": [refused.code, refused.sheet, refused.cell, refused.expected]})
        except MemoryError:
            raise SystemExit(1) from None  # the parent tries again in a fresh process
        except (NameError, AttributeError, ImportError) as error:  # no bytes can cause these: ours
            _send(output, {"fault": f"{type(error).__name__} in the reading process: {error}"})
        except (SystemExit, KeyboardInterrupt, BrokenPipeError):
            raise
        except BaseException:  # calamine's PanicException is no Exception
            _send(output, {"refused": ["unreadable-workbook", "", "", ""]})
        output.flush()


def _guard(limits: Limits) -> None:
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)  # a core file would hold cells


def _lower(what: int, value: int) -> None:
    """Set a limit for good; where the machine already sets a lower one, that stays."""
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _allow_cpu(limits: Limits) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _read(path: bytes, name: str, csv_format: tuple[str, str] | None, limits: Limits) -> Iterator[bytes]:
    with open(path, "rb") as file:
        content = file.read()
    if len(content) > limits.file_bytes:
        raise Refused("file-too-large")
    if content.startswith(b"PK\3\4"):
        yield from _read_zip(content, name, limits)
    elif content.startswith(SIGNATURE):
        _check_not_csv_name(name)
        if _ENCRYPTED_PACKAGE in content:
            raise Refused("password-protected")
        facts, stream, unseen = xls.scan(CompoundFile(content), limits)
        yield from _read_workbook(stream, facts, limits, unseen)
        yield _done("xls", [] if name.endswith(".xls") else ["wrong-extension"], unseen)
    else:
        _check_text(content, name)
        if csv_format is None:
            raise Refused("csv-not-declared")
        rows, warnings = delimited.read(content, *csv_format, limits)
        yield _message({"sheet": "", "hidden": False})
        for block in _blocks(rows, len(rows[0]) if rows else 0):
            yield _encode_rows(block, 0)[0]
        yield _done("csv", warnings, [])


def _read_zip(content: bytes, name: str, limits: Limits) -> Iterator[bytes]:
    _check_not_csv_name(name)
    archive = Archive(content, limits)
    if ods.is_workbook(archive):
        kind, facts, warnings = "ods", ods.scan(archive, limits), []
    elif part := xlsx.workbook_part(archive):
        kind, facts, warnings = "xlsx", xlsx.scan(archive, part, limits), xlsx.warnings(archive)
    else:
        raise Refused("not-a-workbook")
    archive.check_rest()
    if archive.has_trailing_bytes:
        warnings.append("trailing-bytes")
    if not name.endswith(f".{kind}"):
        warnings.append("wrong-extension")
    unseen = find_unseen(archive) + find_embedded(archive, limits)
    yield from _read_workbook(archive.sealed(), facts, limits, unseen)
    yield _done(kind, warnings, unseen)


def _check_not_csv_name(name: str) -> None:
    if name.endswith(_CSV_ENDINGS):
        raise Refused("workbook-named-csv")


def _check_text(content: bytes, name: str) -> None:
    """Refuse what is neither a workbook nor, by its name, a CSV."""
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"mime-version:")):
        raise Refused("html-file")
    if start.startswith(b"<?xml") or b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise Refused("html-file" if b"<html" in start else "xml-spreadsheet")
    if content.startswith(xls.OLD_STARTS):
        raise Refused("old-workbook")
    if content.startswith(_KNOWN_STARTS) or not name.endswith(_CSV_ENDINGS):
        raise Refused("not-a-workbook")


def _read_workbook(content: bytes, facts: list[SheetFacts | None], limits: Limits, unseen: Unseen) -> Iterator[bytes]:
    """The messages of all sheets; what lies under merged cells is looked at with what is `unseen`."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = workbook.sheets_metadata
    if len(sheets) != len(facts):
        raise Refused("damaged-file")
    cells = 0
    is_empty = True
    for index, (metadata, sheet_facts) in enumerate(zip(sheets, facts, strict=True)):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        if sheet_facts is None:
            raise Refused("damaged-file")
        is_empty = False
        sheet = workbook.get_sheet_by_index(index)
        height, width = _used_range(sheet, sheet_facts)
        cells += height * width
        if cells > limits.cells:
            raise too_many_cells(limits)
        yield _message({"sheet": metadata.name, "hidden": metadata.visible != SheetVisibleEnum.Visible})
        yield from _read_sheet(sheet, sheet_facts, height, width, unseen)
    if is_empty:
        raise Refused("no-sheet")


def _used_range(sheet: CalamineSheet, facts: SheetFacts) -> tuple[int, int]:
    """Rows and columns from A1 on; a formula without a result is no cell for calamine, but must be told."""
    last_row, last_column = sheet.end or (-1, -1)
    for told in (facts.marks, facts.texts):
        for row, columns in told.items():
            last_row, last_column = max(last_row, row), max(last_column, *columns)
    return last_row + 1, last_column + 1


def _read_sheet(sheet: CalamineSheet, facts: SheetFacts, height: int, width: int, unseen: Unseen) -> Iterator[bytes]:
    merged = facts.merged
    if merged is None:
        merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    clipped = [
        (first_row, first_column, min(last_row, height - 1), min(last_column, width - 1))
        for first_row, first_column, last_row, last_column in merged
        if first_row < height and first_column < width
    ]
    seen = Seen(facts, clipped, width)
    row = filled = 0
    for block in _blocks(_physical_rows(sheet, height, width), width):
        if seen.has_facts:
            for number, values in enumerate(block, row):
                seen.apply(number, values)
        line, not_numbers = _encode_rows(block, row)
        seen.marks += not_numbers
        row += len(block)
        filled += len(block) * width - line.count(b"null")
        yield line
    if filled < facts.stored and facts.check_places:
        facts.check_places()
    unseen += pieces(_COVERED, seen.left_out)
    yield _message(
        {
            "merged": clipped,
            "marks": seen.marks,
            "notes": facts.notes,
            "shown": seen.shown,
            "struck": seen.struck,
            "covered": seen.covered,
            "hidden_cells": seen.hidden,
            "hidden_rows": _clipped(facts.hidden_rows, height),
            "hidden_columns": _clipped(facts.hidden_columns, width),
            "counts_from_1904": facts.counts_from_1904,
        }
    )


def _clipped(spans: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    return [(first, min(last, size - 1)) for first, last in spans if first < size]


def _physical_rows(sheet: CalamineSheet, height: int, width: int) -> Iterator[list[Any]]:
    """Rows from physical row 1, each from column A: calamine leaves out the empty columns on the left."""
    if sheet.start is None or sheet.end is None:
        yield from ([""] * width for _ in range(height))
        return
    left, right = [""] * sheet.start[1], [""] * (width - sheet.end[1] - 1)
    for row in sheet.iter_rows():
        yield left + row + right if left or right else row
    yield from ([""] * width for _ in range(height - sheet.end[0] - 1))


def _blocks(rows: Iterable[list[Any]], width: int) -> Iterator[list[list[Any]]]:
    """Rows in blocks of about 20,000 cells, so that neither side holds a large sheet twice."""
    height = max(1, _BLOCK_CELLS // max(width, 1))
    block = []
    for row in rows:
        block.append(row)
        if len(block) == height:
            yield block
            block = []
    if block:
        yield block


def _encode_rows(block: list[list[Any]], first_row: int) -> tuple[bytes, list[tuple[int, int, str]]]:
    """One line of rows, and the marks of NaN and infinities, which no sheet can hold as numbers.

    An empty cell becomes null: `,""` and `[""` can only be an empty text, because a quote inside a text is written
    with a backslash before it.
    """
    dated = [
        index for index, column in enumerate(zip(*block, strict=True)) if not _MOMENTS.isdisjoint(map(type, column))
    ]
    for column in dated:
        for values in block:
            if type(values[column]) in _MOMENTS:
                values[column] = _encode_moment(values[column])
    line = _ENCODER.encode(block)
    marks = []
    if b"null" in line:
        for row, values in enumerate(block, first_row):
            for column, value in enumerate(values):
                if isinstance(value, float) and not math.isfinite(value):
                    values[column] = ""
                    marks.append((row, column, _NOT_A_NUMBER))
        line = _ENCODER.encode(block)
    line = line.replace(b',""', b",null").replace(b'[""', b"[null")
    return b'{"dated":%b,"rows":%b}\n' % (_ENCODER.encode(dated), line) if dated else line + b"\n", marks


def _encode_moment(value: date | time | timedelta) -> dict[str, str] | str:
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, timedelta):  # [h]:mm: a duration is told as text, no column type takes one
        seconds = int(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return {"time" if isinstance(value, time) else "date": value.isoformat()}


def _message(content: dict[str, object]) -> bytes:
    return _ENCODER.encode(content) + b"\n"


def _done(kind: str, warnings: list[str], unseen: Unseen) -> bytes:
    return _message({"done": kind, "warnings": warnings, "unseen": unseen})


def _send(output: BinaryIO, content: dict[str, object]) -> None:
    output.write(_message(content))
    output.flush()
