"""Excel 5 to 2003 workbooks (.xls): the check before reading, and the facts of each sheet, by walking its records.

The stream is also put right where the workbook reader would take a record for something else than Excel does:
formulas of an older kind, number formats under the numbers of built-in ones, the code page of a Unicode workbook.

Source of the record layouts: [MS-XLS] 2.4; for the older ones OpenOffice's documentation of the Excel file format.
"""

import struct
from array import array
from collections.abc import Iterator

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.read import xls_strings
from ioc_pipeline.read.compound import CompoundFile, sealed
from ioc_pipeline.read.facts import (
    BUILT_IN_FORMATS,
    NOT_CALCULATED,
    PLAIN_FONT,
    UNREADABLE_POINTS,
    WHITE,
    CellStyle,
    Font,
    Script,
    SheetFacts,
    cell_style,
)
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.number_format import number_format
from ioc_pipeline.read.refusal import Refused, count_vi, too_many_cells
from ioc_pipeline.read.unseen import Unseen
from ioc_pipeline.read.unseen_embedded import in_bytes
from ioc_pipeline.read.unseen_xls import STREAM, of_record

OLD_STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")  # without container
_BOF, _EOF, _FILEPASS, _CONTINUE = 0x0809, 0x000A, 0x002F, 0x003C
_BOUNDSHEET, _FORMAT, _FONT, _XF, _CODEPAGE, _DATEMODE, _SST = 0x0085, 0x041E, 0x0031, 0x00E0, 0x0042, 0x0022, 0x00FC
_NUMBER, _RK, _MULRK, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0205
_FORMULA, _FORMULA_3, _FORMULA_4 = 0x0006, 0x0206, 0x0406
_FORMULAS = frozenset({_FORMULA, _FORMULA_3, _FORMULA_4})
_LABELSST, _LABEL, _RSTRING = 0x00FD, 0x0204, 0x00D6
_CELLS = frozenset({_NUMBER, _RK, _BOOLERR, _LABELSST, _LABEL, _RSTRING}) | _FORMULAS
_ROW, _COLINFO, _DEFAULT_ROW = 0x0208, 0x007D, 0x0225
_EXCEL_2_CELLS = frozenset({0x0002, 0x0003, 0x0004, 0x0005})  # whole number, number, text, truth value or error
_MERGES, _NOTE, _OBJ, _TXO = 0x00E5, 0x001C, 0x005D, 0x01B6
_BIFF5, _BIFF8 = 0x0500, 0x0600
_WORKSHEET, _MACRO_SHEET = 0, 1
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_TEXT_RESULT, _BOOL_RESULT, _ERROR_RESULT, _EMPTY_RESULT = 0, 1, 2, 3
_OWN_FORMATS = 164  # from this number on no format is built in
_DAY_FORMAT, _NO_FORMAT = 14, 0
_UNICODE = 1200
_STRUCK = 0x08
_SOLID = 1
_WHITE_INDEXES = frozenset({1, 9, 65})
_AUTOMATIC = frozenset({64, 0x7FFF})
_PER_CHARACTER = 256  # in which columns are measured; one of them holds the cell's margins only
_PER_POINT = 20  # in which rows are
_DEFAULT_HEIGHT = 0x8000


def scan(container: CompoundFile, limits: Limits) -> tuple[list[SheetFacts | None], bytes, Unseen]:
    """Facts of each sheet in the workbook's order, None for a sheet without cells (a chart sheet); what is to be read;
    texts that are no cells.

    Raises:
        Refused: password, macros, a version before Excel 5, not a workbook, more cells than `limits`, damaged records.
    """
    if container.names & {"_vba_project_cur", "_vba_project", "vba"}:
        raise Refused("macro-workbook")
    name, stream = "Workbook", container.stream("workbook")
    if stream is None:
        name, stream = "Book", container.stream("book")
    if stream is None:
        raise Refused("not-a-workbook")
    if stream[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04"):
        raise Refused("old-workbook")
    book = _BookScan(stream, limits)
    for other in container.other_streams(name.lower()):
        book.unseen += in_bytes(other, STREAM, limits)
    return book.sheets, sealed(name, bytes(book.stream)), list(dict.fromkeys(book.unseen))


class _BookScan:
    """The globals first (version, formats, where each sheet begins), then each sheet."""

    def __init__(self, stream: bytes, limits: Limits) -> None:
        self.stream = bytearray(stream)  # as it is to be read
        self.unseen: Unseen = []
        self._stream = stream
        self._limits = limits
        self._version = 0
        self._codec = "cp1252"
        self._area = 0
        self._counts_from_1904 = False
        self._fonts: dict[int, Font] = {}
        self._changing: dict[int, Font] = {}  # those of them that raise, lower or strike
        self._styles: dict[int, CellStyle] = {}
        self._font_of_style: dict[int, int] = {}
        self._texts: dict[int, tuple[str, list[xls_strings.Change]]] = {}
        self._empty_results: list[tuple[SheetFacts, int, int]] = []
        self._has_results = False
        starts = self._read_globals()
        if len(starts) > limits.sheets:
            raise Refused("too-many-sheets", expected=f"nhiều nhất {limits.sheets} trang tính (đang có {len(starts)})")
        self.sheets = [self._read_sheet(start) if kind == _WORKSHEET else None for start, kind in starts]
        if not self._has_results:
            # A library wrote the empty text as the result of every formula: nothing was calculated.
            for facts, row, column in self._empty_results:
                facts.mark(row, column, NOT_CALCULATED)

    def _records(self, position: int) -> Iterator[tuple[int, bytes, int]]:
        """Records from a BOF to its EOF, with their offsets; what a chart embedded in a sheet holds is left out."""
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
            if kind not in _CELLS and kind != _MULRK:
                self.unseen += of_record(kind, data)
            if depth == 1:
                yield kind, data, position - size
        raise Refused("damaged-file")

    def _read_globals(self) -> list[tuple[int, int]]:
        starts: list[tuple[int, int]] = []
        formats = dict(BUILT_IN_FORMATS)
        own: set[int] = set()
        styles: list[tuple[int, int, str, int]] = []
        strings: list[bytes] = []
        fonts = 0
        last = 0
        for kind, data, offset in self._records(0):
            if kind == _BOF:
                self._version = _short(data, 0)
                if self._version not in (_BIFF5, _BIFF8):
                    raise Refused("old-workbook")
            elif kind == _FILEPASS:
                raise Refused("password-protected")
            elif kind == _CODEPAGE and len(data) >= 2:
                self._take_code_page(_short(data, 0), offset)
            elif kind == _DATEMODE and len(data) >= 2:
                self._counts_from_1904 = _short(data, 0) == 1
            elif kind == _BOUNDSHEET and len(data) >= 6:
                start, _, sheet_kind = struct.unpack_from("<LBB", data)
                if sheet_kind == _MACRO_SHEET:
                    raise Refused("macro-workbook")
                starts.append((start, sheet_kind))
            elif kind == _FONT and len(data) >= 10:
                self._take_font(fonts if fonts < 4 else fonts + 1, data)  # there is no font 4
                fonts += 1
            elif kind == _FORMAT and len(data) > 3:
                formats[_short(data, 0)] = self._format_text(data)
                own.add(_short(data, 0))
            elif kind == _XF and len(data) >= 4:
                styles.append((_short(data, 0), _short(data, 2), self._ground(data), offset))
            elif kind == _SST or (kind == _CONTINUE and last == _SST):
                strings.append(data)
                kind = _SST
            last = kind
        for index, (font, number, ground, offset) in enumerate(styles):
            code = formats.get(number, "")
            if number in own and number < _OWN_FORMATS:
                is_date = number_format(code).is_date
                self._write(offset + 2, struct.pack("<H", _DAY_FORMAT if is_date else _NO_FORMAT))
            style = cell_style(code, self._fonts.get(font, PLAIN_FONT), ground)
            self._font_of_style[index] = font
            if not style.is_plain:
                self._styles[index] = style
        self._changing = {number: font for number, font in self._fonts.items() if font.changes_text}
        if strings and self._changing:
            self._texts = xls_strings.read_shared_strings(strings, self._changing)
        return starts

    def _take_code_page(self, number: int, offset: int) -> None:
        if self._version == _BIFF8:  # all its texts are Unicode, whatever the record says
            self._write(offset, struct.pack("<H", _UNICODE))
            return
        self._codec = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}.get(number, f"cp{number}")
        try:
            b"".decode(self._codec)
        except LookupError:
            self._codec = "cp1252"

    def _take_font(self, number: int, data: bytes) -> None:
        script: Script = "raised" if data[8] == 1 else "lowered" if data[8] == 2 else ""
        colour = _short(data, 4)
        self._fonts[number] = Font(script, bool(data[2] & _STRUCK), "" if colour in _AUTOMATIC else _colour(colour))

    def _ground(self, style: bytes) -> str:
        """The colour behind the cells of a style; "?" where it is a pattern of two."""
        pattern, colours = (14, 18) if self._version == _BIFF8 else (10, 8)
        if len(style) < pattern + 2:
            return WHITE
        kind = style[pattern + 3] >> 2 if self._version == _BIFF8 else style[pattern] & 0x3F
        if kind == 0:
            return WHITE
        return _colour(_short(style, colours) & 0x7F) if kind == _SOLID else "?"

    def _write(self, offset: int, data: bytes) -> None:
        self.stream[offset : offset + len(data)] = data

    def _format_text(self, data: bytes) -> str:
        if self._version == _BIFF5:
            return data[3:].decode(self._codec, "replace")
        is_wide = len(data) > 4 and data[4] & 1
        return data[5:].decode("utf-16-le" if is_wide else "latin-1", "replace")

    def _read_sheet(self, start: int) -> SheetFacts:
        facts = SheetFacts()
        facts.counts_from_1904 = self._counts_from_1904
        last_row = last_column = -1
        merges = 0
        object_id = 0
        texts: dict[int, str] = {}
        awaits_text = 0
        places = array("L")
        described: set[int] = set()  # rows that say of themselves whether they are hidden
        are_others_hidden = False
        for kind, data, offset in self._records(start):
            column = -1
            if kind == _MULRK and len(data) >= 6:
                row, first = struct.unpack_from("<HH", data)
                column = _short(data, len(data) - 2)
                for index, at in enumerate(range(4, len(data) - 7, 6)):
                    places.append(row << 16 | first + index)
                    if style := self._styles.get(_short(data, at)):
                        facts.style(row, first + index, style)
            elif kind in _CELLS:
                if len(data) < 6:
                    raise Refused("damaged-file")
                row, column, style_number = struct.unpack_from("<HHH", data)
                places.append(row << 16 | column)
                if kind == _BOOLERR and len(data) >= 8 and data[7]:
                    facts.mark(row, column, _ERRORS.get(data[6], "#VALUE!"))
                elif kind in _FORMULAS and len(data) >= 14:
                    self.unseen += of_record(kind, data[14:])  # texts within the formula
                    self._judge_result(facts, row, column, data)
                    if kind != _FORMULA:
                        self._renew(data, offset)
                elif self._changing and kind in (_LABELSST, _RSTRING):
                    self._take_text(facts, kind, data)
                if style := self._styles.get(style_number):
                    facts.style(row, column, style)
            elif kind == _ROW and len(data) >= 14:
                described.add(_short(data, 0))
                height = _short(data, 6)
                is_low = not height & _DEFAULT_HEIGHT and height < UNREADABLE_POINTS * _PER_POINT
                if data[12] & 0x20 or is_low:
                    facts.hidden_rows.append((_short(data, 0), _short(data, 0)))
            elif kind == _DEFAULT_ROW and len(data) >= 4:
                are_others_hidden = bool(data[0] & 0x02)
            elif kind in _EXCEL_2_CELLS:  # Excel shows them, the workbook reader would leave them out
                raise Refused("old-workbook")
            elif kind == _COLINFO and len(data) >= 10 and (data[8] & 1 or _short(data, 4) < _PER_CHARACTER):
                facts.hidden_columns.append((_short(data, 0), _short(data, 2)))
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
        if are_others_hidden:
            facts.hidden_rows += [(row, row) for row in range(last_row + 1) if row not in described]
        if len(set(places)) != len(places):  # of two values in one place nobody can say which is seen
            raise Refused("damaged-file")
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

    def _renew(self, data: bytes, offset: int) -> None:
        """Let a formula of Excel 3 or 4 be read as what it gives, in its own bytes."""
        kind = _NUMBER
        if data[12:14] == b"\xff\xff":
            result, value = data[6], data[8]
            kind = _FORMULA if result in (_TEXT_RESULT, _EMPTY_RESULT) else _BOOLERR
            if kind == _BOOLERR:
                self._write(offset + 6, bytes([value, result == _ERROR_RESULT]))
        self._write(offset - 4, struct.pack("<H", kind))

    def _take_text(self, facts: SheetFacts, kind: int, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data)
        if kind == _LABELSST:
            rich = self._texts.get(int.from_bytes(data[6:10], "little"))
        else:
            rich = xls_strings.rich_label(data, self._codec) if self._version == _BIFF5 else None
        if rich:
            own = self._fonts.get(self._font_of_style.get(style, 0), PLAIN_FONT)
            facts.text(row, column, xls_strings.seen(*rich, own, self._changing))

    def _note(self, facts: SheetFacts, data: bytes, texts: dict[int, str]) -> None:
        row, column = struct.unpack_from("<HH", data)
        text = data[6:].decode(self._codec, "replace") if self._version == _BIFF5 else texts.get(_short(data, 6), "")
        if text and row != 0xFFFF:
            facts.notes.append((cell_address(row, column), text))


def _colour(index: int) -> str:
    return WHITE if index in _WHITE_INDEXES else f"index {index}"


def _short(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "little")
