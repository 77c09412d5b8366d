"""Deliveries → workbooks of cells: starts the guarded reading process, watches it, and takes in what it says.

The bytes of a department are never opened in this process. One child reads many deliveries; one that crashes, hangs
or runs out of memory is killed with its process group, the delivery it was reading is tried once more alone, and the
others go on in a fresh child.
"""

import os
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.workbooks import Sheet, Workbook
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import count_vi
from ioc_pipeline.reference.sources import Csv

_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]
_START_CHILD = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ioc_pipeline.read import reader; reader.main()"
_START_SECONDS = 60.0
_READ_BYTES = 64 * 1024  # what a pipe holds
_ASKED_AHEAD = 2  # the child reads one delivery while this process takes in the one before


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One delivery to read: `path` of the bytes, `file_name` as it was sent, `csv` as its contract declares."""

    path: Path
    file_name: str
    csv: Csv | None


def read_deliveries(
    requests: Sequence[ReadRequest],
    limits: Limits = Limits(),  # noqa: B008  # immutable
) -> Iterator[Workbook | SourceError]:
    """Read deliveries in their order; whatever one of them does, the others are read.

    Yields:
        The workbook, or everything to tell the sender instead.

    Raises:
        OSError: a path cannot be read. Ours.
        RuntimeError: the reading process does not start or is broken. Ours.
    """
    refusals = [_refuse_by_size(request, limits) for request in requests]
    waiting = deque(request for request, refusal in zip(requests, refusals, strict=True) if refusal is None)
    child: _Child | None = None
    try:
        for refusal in refusals:
            if refusal is not None:
                yield refusal
                continue
            child = child or _Child(limits)
            for request in islice(waiting, child.asked, _ASKED_AHEAD):
                child.ask(request)
            request = waiting.popleft()
            result = child.answer()
            if result is None:
                child.kill()
                child = None
                result = _read_alone(request, limits)
            yield result
    finally:
        if child is not None:
            child.kill()


def _refuse_by_size(request: ReadRequest, limits: Limits) -> SourceError | None:
    size = request.path.stat().st_size
    if size == 0:
        return SourceError([Problem("empty-file")])
    if size > limits.file_bytes:
        return SourceError([Problem("file-too-large", expected=_at_most(limits.file_bytes))])
    return None


def _at_most(size: int) -> str:
    return f"nhiều nhất {count_vi(size // 1024**2)} MB"


def _read_alone(request: ReadRequest, limits: Limits) -> Workbook | SourceError:
    child = _Child(limits)
    try:
        child.ask(request)
        return child.answer() or SourceError([Problem("unreadable-workbook")])
    finally:
        child.kill()


class _Child:
    """One reading process, in a process group of its own. It answers in the order it was asked."""

    def __init__(self, limits: Limits) -> None:
        self.asked = 0
        self._wall_seconds = limits.wall_seconds
        self._received = bytearray()
        options = msgspec.json.encode(limits._asdict())
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START_CHILD, str(_PACKAGE_FOLDER), str(options, "ascii")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout.fileno()
        self._readable = select.poll()
        self._readable.register(self._output, select.POLLIN)
        if self._line(monotonic() + _START_SECONDS) is None:
            self.kill()
            raise RuntimeError("the reading process does not start")

    def ask(self, request: ReadRequest) -> None:
        """Hand over a delivery; few enough are under way for the pipe never to fill."""
        csv = [request.csv.encoding, request.csv.delimiter] if request.csv else None
        name = request.file_name.encode("utf-8", "replace").decode()
        line = msgspec.json.encode([os.fsencode(request.path), name, csv]) + b"\n"
        self.asked += 1
        with suppress(BrokenPipeError):  # it died: there will be no answer
            os.write(self._input, line)

    def answer(self) -> Workbook | SourceError | None:
        """The oldest delivery's result; None when the process died, hung or talked nonsense."""
        deadline = monotonic() + self._wall_seconds
        self.asked -= 1
        sheets: list[Sheet] = []
        try:
            while (line := self._line(deadline)) is not None:
                message = msgspec.json.decode(line)
                if isinstance(message, list):
                    sheets[-1].rows += message
                elif "rows" in message:
                    sheets[-1].rows += _with_moments(message["rows"], message["dated"])
                elif "sheet" in message:
                    sheets.append(Sheet(message["sheet"], [], message["hidden"]))
                elif "marks" in message:
                    _take_facts(sheets[-1], message)
                elif "fault" in message:
                    raise RuntimeError(message["fault"])
                elif "refused" in message:
                    code, name, cell, expected = message["refused"]
                    return SourceError([Problem(code, sheet=name, cell=cell, expected=expected)])
                else:
                    warnings = [Problem(code, severity="warning") for code in message["warnings"]]
                    unseen = [(place, text) for place, text in message["unseen"]]
                    return Workbook(message["done"], sheets, warnings, unseen)
        except (msgspec.DecodeError, ValueError, LookupError, TypeError):
            return None
        return None

    def kill(self) -> None:
        """End the process and whatever it started; harmless when it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _line(self, deadline: float) -> bytearray | None:
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if not self._readable.poll(max(0.0, deadline - monotonic()) * 1000):
                return None
            received = os.read(self._output, _READ_BYTES)
            if not received:
                return None
            self._received += received
        line = self._received[:end]
        del self._received[: end + 1]
        return line


def _take_facts(sheet: Sheet, message: dict[str, Any]) -> None:
    sheet.merged = [tuple(area) for area in message["merged"]]
    sheet.marks = {(row, column): mark for row, column, mark in message["marks"]}
    sheet.notes = [(address, text) for address, text in message["notes"]]
    sheet.shown = {(row, column): text for row, column, text in message["shown"]}
    sheet.struck = {(row, column) for row, column in message["struck"]}
    sheet.covered = {(row, column) for row, column in message["covered"]}
    sheet.hidden_cells = {(row, column) for row, column in message["hidden_cells"]}
    sheet.hidden_rows = _positions(message["hidden_rows"])
    sheet.hidden_columns = _positions(message["hidden_columns"])
    sheet.counts_from_1904 = message["counts_from_1904"]


def _positions(spans: list[list[int]]) -> set[int]:
    return {position for first, last in spans for position in range(first, last + 1)}


def _with_moments(rows: list[list[Any]], columns: list[int]) -> list[list[Any]]:
    for column in columns:
        for values in rows:
            if type(values[column]) is dict:
                ((kind, text),) = values[column].items()
                values[column] = _MOMENTS[kind](text)
    return rows


_MOMENTS = {"date": date.fromisoformat, "datetime": datetime.fromisoformat, "time": time.fromisoformat}
