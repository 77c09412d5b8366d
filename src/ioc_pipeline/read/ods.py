"""OpenDocument spreadsheets: the check before reading, and the facts of each sheet, by scanning `content.xml`."""

import re
from collections.abc import Iterator

from ioc_pipeline.domain.addresses import LAST_COLUMN, LAST_ROW, cell_address
from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.facts import NOT_CALCULATED, PERCENT, SheetFacts, unescape
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, count_vi
from ioc_pipeline.read.xlsx import too_many_cells

_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_ATTRIBUTE = re.compile(rb"""([\w:.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG = re.compile(
    rb"""<(/?)(?:table:(table|tracked-changes|table-row|table-cell|covered-table-cell)|office:(annotation)|text:(p))"""
    rb"""(?=[\s/>])((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>"""
)
_MARKUP = re.compile(rb"<[^>]*+>")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|REF!|VALUE!|NAME\?|NUM!|NULL!)|(?:Err|Lỗi):\d{3}")
_ROW = b"<table:table-row"
_NOT_PLAIN = (b"repeated", b"spanned", b"annotation", b"formula", b"percentage", b'"error"', b"<table:table ")
_LONGEST_ROW = 16 * 1024**2


def is_workbook(archive: Archive) -> bool:
    """Whether this is an OpenDocument spreadsheet that may be read.

    Raises:
        Refused: it has macros or a password.
    """
    names = archive.names()
    if not {"mimetype", "content.xml"} <= set(names) or not archive.read("mimetype").startswith(_MIME):
        return False
    if any(
        name.startswith(("basic/", "scripts/")) and not name.endswith(("script-lb.xml", "script-lc.xml"))
        for name in names
    ):
        raise Refused("macro-workbook")
    if "meta-inf/manifest.xml" in names and b"encryption-data" in archive.read("meta-inf/manifest.xml"):
        raise Refused("password-protected")
    return True


def scan(archive: Archive, limits: Limits) -> list[SheetFacts | None]:
    """Facts of each sheet in the document's order.

    Raises:
        Refused: more sheets, cells or merged ranges than `limits`.
    """
    document = _DocumentScan(limits)
    for chunk in _cut_at_tags(archive.blocks("content.xml")):
        document.take(chunk)
    return list(document.sheets)


class _DocumentScan:
    """One pass over the tags that place cells. Rows and cells may stand for many (`number-…-repeated`)."""

    def __init__(self, limits: Limits) -> None:
        self.sheets: list[SheetFacts] = []
        self._limits = limits
        self._area = self._last_row = self._last_column = 0  # of the sheets before; of this one, counted from 1
        self._depth = 0
        self._is_deleted = False
        self._row = self._rows = 0
        self._column = 0
        self._cell: dict[bytes, bytes] | None = None
        self._texts: list[bytes] = []
        self._notes: list[bytes] | None = None
        self._row_marks: list[tuple[int, int, str]] = []

    def take(self, chunk: bytes) -> None:
        """Scan a chunk that begins and ends between two rows; rows of plain values are only counted."""
        before, *rows = chunk.split(_ROW)
        self._walk(before)
        for row in rows:
            if not self._is_counted(row):
                self._walk(_ROW + row)

    def _is_counted(self, row: bytes) -> bool:
        if not row.endswith(b"</table:table-row>") or self._depth != 1 or self._is_deleted:
            return False
        if row.endswith(b"/></table:table-row>"):
            last = row.rfind(b"<table:table-cell")
            if b"value" not in row[last:] and b"formula" not in row[last:] and b"spanned" not in row[last:]:
                row = row[:last]  # the empty cells up to the end of the sheet
        if any(word in row for word in _NOT_PLAIN):
            return False
        if b"value-type" in row or b"<text:p" in row:
            columns = row.count(b"<table:table-cell") + row.count(b"<table:covered-table-cell")
            self._extend(self._row + 1, columns)
        self._row += 1
        return True

    def _extend(self, rows: int, columns: int) -> None:
        self._last_row = max(self._last_row, rows)
        self._last_column = max(self._last_column, columns)
        if self._area + self._last_row * self._last_column > self._limits.cells:
            raise too_many_cells(self._limits)

    def _walk(self, chunk: bytes) -> None:
        for tag in _TAG.finditer(chunk):
            closing, table_tag, annotation, paragraph, attributes = tag.groups()
            if table_tag == b"tracked-changes":
                self._is_deleted = not closing and not attributes.endswith(b"/")
            if self._is_deleted:
                continue
            if paragraph:
                if not closing and not attributes.endswith(b"/"):
                    end = chunk.find(b"</text:p>", tag.end())
                    text = _MARKUP.sub(b"", chunk[tag.end() : end if end >= 0 else len(chunk)])
                    (self._texts if self._notes is None else self._notes).append(text)
            elif annotation:
                self._annotation(is_end=bool(closing))
            elif table_tag == b"table":
                self._table(is_end=bool(closing))
            elif self._depth == 1 and table_tag == b"table-row":
                if not closing:
                    self._rows = _count(_attributes(attributes).get(b"table:number-rows-repeated"))
                    self._column = 0
                if closing or attributes.endswith(b"/"):
                    self._end_row()
            elif self._depth == 1:
                if not closing:
                    self._cell = _attributes(attributes)
                    self._texts = []
                if closing or attributes.endswith(b"/"):
                    self._end_cell()

    def _table(self, *, is_end: bool) -> None:
        self._depth += -1 if is_end else 1
        if self._depth == 1 and not is_end:
            self.sheets.append(SheetFacts())
            self.sheets[-1].merged = []
            if len(self.sheets) > self._limits.sheets:
                raise Refused("too-many-sheets", expected=f"nhiều nhất {self._limits.sheets} trang tính")
            self._area += self._last_row * self._last_column
            self._row = self._last_row = self._last_column = 0

    def _annotation(self, *, is_end: bool) -> None:
        if not is_end:
            self._notes = []
        elif self._notes is not None:
            if self.sheets:
                text = unescape(b"\n".join(self._notes).decode("utf-8", "replace"))
                address = cell_address(min(self._row, LAST_ROW), min(self._column, LAST_COLUMN))
                self.sheets[-1].notes.append((address, text))
            self._notes = None

    def _end_cell(self) -> None:
        attributes, self._cell = self._cell, None
        if attributes is None or not self.sheets:
            return
        repeated = _count(attributes.get(b"table:number-columns-repeated"))
        kind = attributes.get(b"office:value-type", b"")
        text = unescape(b"\n".join(self._texts).decode("utf-8", "replace"))
        is_formula = b"table:formula" in attributes
        if kind or text or is_formula:
            self._extend(self._row + self._rows, self._column + repeated)
        if attributes.get(b"calcext:value-type") == b"error" or (is_formula and _ERROR.fullmatch(text)):
            self._row_marks.append((self._column, repeated, text or "#VALUE!"))
        elif is_formula and not kind and not text:
            self._row_marks.append((self._column, repeated, NOT_CALCULATED))
        elif kind == b"percentage":
            self._row_marks.append((self._column, repeated, PERCENT))
        spans = [_count(attributes.get(b"table:number-%s-spanned" % side)) for side in (b"rows", b"columns")]
        merged = self.sheets[-1].merged
        if spans != [1, 1] and merged is not None:
            row, column = self._row + spans[0] - 1, self._column + spans[1] - 1
            merged.append((self._row, self._column, row, column))
            if len(merged) > self._limits.merges:
                raise Refused("too-many-merges", expected=f"nhiều nhất {count_vi(self._limits.merges)} vùng ô gộp")
        self._column += repeated

    def _end_row(self) -> None:
        for column, repeated, mark in self._row_marks:
            for row in range(self._row, self._row + self._rows):
                for offset in range(repeated):
                    self.sheets[-1].mark(row, column + offset, mark)
        self._row_marks = []
        self._row += self._rows


def _cut_at_tags(blocks: Iterator[bytes]) -> Iterator[bytes]:
    carried = b""
    for block in blocks:
        carried += block
        cut = carried.rfind(_ROW)
        if cut > 0:
            yield carried[:cut]
            carried = carried[cut:]
        elif len(carried) > _LONGEST_ROW:
            raise Refused("damaged-file")
    yield carried


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}


def _count(number: bytes | None) -> int:
    return min(int(number), LAST_ROW + 1) if number and number.isdigit() and len(number) < 10 else 1
