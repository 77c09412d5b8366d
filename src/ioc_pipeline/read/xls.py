"""Excel 5 to 2003 workbooks (.xls): the check before reading, and the facts of each sheet, by walking its records.

Source of the record layouts: [MS-XLS] 2.4.
"""

import struct
from collections.abc import Iterator

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.read.compound import CompoundFile
from ioc_pipeline.read.facts import NOT_CALCULATED, PERCENT, PERCENT_FORMATS, SheetFacts, shows_percent
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, count_vi
from ioc_pipeline.read.xlsx import too_many_cells

OLD_STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")  # without container
_BOF, _EOF, _FILEPASS, _CONTINUE = 0x0809, 0x000A, 0x002F, 0x003C
_BOUNDSHEET, _FORMAT, _XF, _CODEPAGE = 0x0085, 0x041E, 0x00E0, 0x0042
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
_TEXTS = frozenset({0x00FD, 0x0204, 0x00D6})  # LABELSST, LABEL, RSTRING
_MERGES, _NOTE, _OBJ, _TXO = 0x00E5, 0x001C, 0x005D, 0x01B6
_BIFF5, _BIFF8 = 0x0500, 0x0600
_WORKSHEET, _MACRO_SHEET = 0, 1
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_ERROR_RESULT, _EMPTY_RESULT = 2, 3


def scan(container: CompoundFile, limits: Limits) -> list[SheetFacts | None]:
    """Facts of each sheet in the workbook's order; None for a sheet without cells (a chart sheet).

    Raises:
        Refused: password, macros, a version before Excel 5, not a workbook, more cells than `limits`, damaged records.
    """
    names = container.names
    stream = container.stream("workbook" if "workbook" in names else "book")
    if stream is None:
        raise Refused("not-a-workbook")
    if names & {"_vba_project_cur", "_vba_project", "vba"}:
        raise Refused("macro-workbook")
    if stream[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04"):
        raise Refused("old-workbook")
    return _BookScan(stream, limits).sheets


class _BookScan:
    """The globals first (version, formats, where each sheet begins), then each sheet."""

    def __init__(self, stream: bytes, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._version = 0
        self._area = 0
        self._empty_results: list[tuple[SheetFacts, int, int]] = []
        self._has_results = False
        starts, self._percent = self._read_globals()
        if len(starts) > limits.sheets:
            raise Refused("too-many-sheets", expected=f"nhiều nhất {limits.sheets} trang tính (đang có {len(starts)})")
        self.sheets = [self._read_sheet(start) if kind == _WORKSHEET else None for start, kind in starts]
        if not self._has_results:
            # A library wrote the empty text as the result of every formula: nothing was calculated.
            for facts, row, column in self._empty_results:
                facts.mark(row, column, NOT_CALCULATED)

    def _records(self, position: int) -> Iterator[tuple[int, bytes]]:
        """Records from a BOF to its EOF; what a chart embedded in a sheet holds is left out."""
        stream, depth = self._stream, 0
        while position + 4 <= len(stream):
            kind, size = struct.unpack_from("<HH", stream, position)
            data = stream[position + 4 : position + 4 + size]
            if len(data) < size:
                break
            position += 4 + size
            if kind == _BOF:
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    return
            if depth == 1:
                yield kind, data
        raise Refused("damaged-file")

    def _read_globals(self) -> tuple[list[tuple[int, int]], frozenset[int]]:
        starts: list[tuple[int, int]] = []
        formats = set(PERCENT_FORMATS)
        styles: list[int] = []
        for kind, data in self._records(0):
            if kind == _BOF:
                self._version = _short(data, 0)
                if self._version not in (_BIFF5, _BIFF8):
                    raise Refused("old-workbook")
            elif kind == _FILEPASS:
                raise Refused("password-protected")
            elif kind == _BOUNDSHEET and len(data) >= 6:
                start, _, sheet_kind = struct.unpack_from("<LBB", data)
                if sheet_kind == _MACRO_SHEET:
                    raise Refused("macro-workbook")
                starts.append((start, sheet_kind))
            elif kind == _FORMAT and len(data) > 3:
                is_percent = shows_percent(self._format_text(data))
                (formats.add if is_percent else formats.discard)(_short(data, 0))
            elif kind == _XF:
                styles.append(_short(data, 2))
        return starts, frozenset(index for index, number in enumerate(styles) if number in formats)

    def _format_text(self, data: bytes) -> str:
        if self._version == _BIFF5:
            return data[3:].decode("latin-1")
        is_wide = len(data) > 4 and data[4] & 1
        return data[5:].decode("utf-16-le" if is_wide else "latin-1", "replace")

    def _read_sheet(self, start: int) -> SheetFacts:
        facts = SheetFacts()
        percent = self._percent
        last_row = last_column = -1
        merges = 0
        object_id = 0
        texts: dict[int, str] = {}
        awaits_text = 0
        for kind, data in self._records(start):
            column = -1
            if kind == _MULRK and len(data) >= 6:
                row, first = struct.unpack_from("<HH", data)
                column = _short(data, len(data) - 2)
                for index, offset in enumerate(range(4, len(data) - 7, 6)):
                    if _short(data, offset) in percent:
                        facts.mark(row, first + index, PERCENT)
            elif kind in (_NUMBER, _RK, _FORMULA, _BOOLERR) or kind in _TEXTS:
                if len(data) < 6:
                    raise Refused("damaged-file")
                row, column, style = struct.unpack_from("<HHH", data)
                if kind == _BOOLERR and len(data) >= 8 and data[7]:
                    facts.mark(row, column, _ERRORS.get(data[6], "#VALUE!"))
                elif kind == _FORMULA and len(data) >= 14:
                    self._judge_result(facts, row, column, data)
                if style in percent and kind not in _TEXTS:
                    facts.mark(row, column, PERCENT)
            elif kind == _MERGES:
                merges += _short(data, 0)
                if merges > self._limits.merges:
                    raise Refused("too-many-merges", expected=f"nhiều nhất {count_vi(self._limits.merges)} vùng ô gộp")
            elif kind == _OBJ and len(data) >= 8:
                object_id = _short(data, 6)
            elif kind == _TXO and len(data) >= 12:
                awaits_text = _short(data, 10)
            elif kind == _CONTINUE and awaits_text and data:
                texts[object_id] = data[1:].decode("utf-16-le" if data[0] & 1 else "latin-1", "replace")[:awaits_text]
                awaits_text = 0
            elif kind == _NOTE and len(data) >= 8:
                self._note(facts, data, texts)
            if column >= 0:
                last_row, last_column = max(last_row, row), max(last_column, column)
        self._area += (last_row + 1) * (last_column + 1)
        if self._area > self._limits.cells:
            raise too_many_cells(self._limits)
        return facts

    def _judge_result(self, facts: SheetFacts, row: int, column: int, data: bytes) -> None:
        is_special = data[12:14] == b"\xff\xff"
        if is_special and data[6] == _ERROR_RESULT:
            facts.mark(row, column, _ERRORS.get(data[8], "#VALUE!"))
        if is_special and data[6] == _EMPTY_RESULT:
            self._empty_results.append((facts, row, column))
        else:
            self._has_results = True

    def _note(self, facts: SheetFacts, data: bytes, texts: dict[int, str]) -> None:
        row, column = struct.unpack_from("<HH", data)
        text = data[6:].decode("latin-1") if self._version == _BIFF5 else texts.get(_short(data, 6), "")
        if text and row != 0xFFFF:
            facts.notes.append((cell_address(row, column), text))


def _short(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "little")
