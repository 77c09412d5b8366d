"""OpenDocument spreadsheets: the check before reading, and the facts of each sheet, by scanning `content.xml`."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from ioc_pipeline.domain.addresses import LAST_COLUMN, LAST_ROW, cell_address
from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.facts import NOT_CALCULATED, PERCENT_STYLE, PLAIN_FONT, CellStyle, SheetFacts, unescape
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.ods_markup import BETWEEN_TAGS, Styles, attributes, count, without_space_between_tags
from ioc_pipeline.read.refusal import Refused, count_vi, too_many_cells

_Fact = TypeVar("_Fact")

_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_TAG = re.compile(
    rb"""<(/?)(?:table:(table|tracked-changes|table-column|table-row|table-cell|covered-table-cell)|office:(annotation)|text:(p))"""
    rb"""(?=[\s/>])((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>"""
)
_MARKUP = re.compile(rb"<[^>]*+>")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|REF!|VALUE!|NAME\?|NUM!|NULL!)|(?:Err|Lỗi):\d{3}")
_ROW = b"<table:table-row"
_NOT_PLAIN = (
    b"repeated",
    b"spanned",
    b"annotation",
    b"formula",
    b"percentage",
    b'"error"',
    b"<table:table ",
    b"visibility",
    b"<text:s",
    b"<text:tab",
    b"<text:line-break",
)
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
    document = _DocumentScan(archive.read("styles.xml") if "styles.xml" in archive.entries else b"", limits)
    is_spaced = False
    for chunk in _cut_at_tags(archive.blocks("content.xml")):
        document.take(chunk)
        is_spaced = is_spaced or BETWEEN_TAGS.search(chunk) is not None
    if is_spaced:  # the workbook reader takes it for damage
        archive.replace("content.xml", without_space_between_tags(archive.read("content.xml")))
    return list(document.sheets)


class _DocumentScan:
    """One pass over the tags that place cells. Rows and cells may stand for many (`number-…-repeated`)."""

    def __init__(self, common_styles: bytes, limits: Limits) -> None:
        self.sheets: list[SheetFacts] = []
        self._common_styles = common_styles
        self._styles: Styles | None = None  # known when the first sheet begins
        self._style_hit: re.Pattern[bytes] | None = None
        self._head = b""
        self._columns = 0
        self._column_styles: list[tuple[int, int, CellStyle]] = []
        self._row_style: CellStyle | None = None
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
        self._row_styles: list[tuple[int, int, CellStyle]] = []
        self._row_texts: list[tuple[int, int, str]] = []

    def take(self, chunk: bytes) -> None:
        """Scan a chunk that begins and ends between two rows; rows of plain values are only counted."""
        if self._styles is None:
            self._take_styles(chunk)
        before, *rows = chunk.split(_ROW)
        self._walk(before)
        for row in rows:
            if not self._is_counted(row):
                self._walk(_ROW + row)

    def _take_styles(self, chunk: bytes) -> None:
        """Styles stand before the first sheet."""
        head, found, _ = chunk.partition(b"<office:spreadsheet")
        self._head += head
        if found or _ROW in chunk:
            self._styles = Styles(self._common_styles, self._head)
            self._head = b""
            if telling := {*self._styles.cells, *self._styles.flat}:
                names = b"|".join(re.escape(name) for name in telling)
                self._style_hit = re.compile(rb"""style-name=["'](?:%b)["']""" % names)

    def _is_counted(self, row: bytes) -> bool:
        if not row.endswith(b"</table:table-row>") or self._depth != 1 or self._is_deleted:
            return False
        if row.endswith(b"/></table:table-row>"):
            last = row.rfind(b"<table:table-cell")
            if b"value" not in row[last:] and b"formula" not in row[last:] and b"spanned" not in row[last:]:
                row = row[:last]  # the empty cells up to the end of the sheet
        if self._column_styles or any(word in row for word in _NOT_PLAIN):
            return False
        if self._style_hit and self._style_hit.search(row):
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
            closing, table_tag, annotation, paragraph, tag_attributes = tag.groups()
            if table_tag == b"tracked-changes":
                self._is_deleted = not closing and not tag_attributes.endswith(b"/")
            if self._is_deleted:
                continue
            if paragraph:
                if not closing and not tag_attributes.endswith(b"/"):
                    end = chunk.find(b"</text:p>", tag.end())
                    text = chunk[tag.end() : end if end >= 0 else len(chunk)]
                    (self._texts if self._notes is None else self._notes).append(text)
            elif annotation:
                self._annotation(is_end=bool(closing))
            elif table_tag == b"table":
                self._table(is_end=bool(closing))
            elif self._depth == 1 and table_tag == b"table-row":
                if not closing:
                    self._begin_row(attributes(tag_attributes))
                if closing or tag_attributes.endswith(b"/"):
                    self._end_row()
            elif self._depth == 1 and table_tag == b"table-column":
                if not closing:
                    self._take_column(attributes(tag_attributes))
            elif self._depth == 1:
                if not closing:
                    self._cell = attributes(tag_attributes)
                    self._texts = []
                if closing or tag_attributes.endswith(b"/"):
                    self._end_cell()

    def _table(self, *, is_end: bool) -> None:
        self._depth += -1 if is_end else 1
        if self._depth == 1 and not is_end:
            self.sheets.append(SheetFacts())
            self.sheets[-1].merged = []
            if len(self.sheets) > self._limits.sheets:
                raise Refused("too-many-sheets", expected=f"nhiều nhất {self._limits.sheets} trang tính")
            self._area += self._last_row * self._last_column
            self._row = self._last_row = self._last_column = self._columns = 0
            self._column_styles = []

    def _take_column(self, found: dict[bytes, bytes]) -> None:
        first = self._columns
        self._columns += count(found.get(b"table:number-columns-repeated"), LAST_COLUMN + 1)
        if self._is_hidden(found):
            self.sheets[-1].hidden_columns.append((first, self._columns - 1))
        if style := self._named_style(found.get(b"table:default-cell-style-name")):
            self._column_styles.append((first, self._columns, style))

    def _begin_row(self, found: dict[bytes, bytes]) -> None:
        self._rows = count(found.get(b"table:number-rows-repeated"), LAST_ROW + 1)
        self._column = 0
        self._row_style = self._named_style(found.get(b"table:default-cell-style-name"))
        if self._is_hidden(found):
            self.sheets[-1].hidden_rows.append((self._row, self._row + self._rows - 1))

    def _is_hidden(self, found: dict[bytes, bytes]) -> bool:
        """Whether nobody sees a row or column, by its own word or its size."""
        is_flat = self._styles is not None and found.get(b"table:style-name") in self._styles.flat
        return bool(self.sheets) and (is_flat or found.get(b"table:visibility", b"visible") != b"visible")

    def _named_style(self, name: bytes | None) -> CellStyle | None:
        return self._styles.cells.get(name) if name and self._styles else None

    def _style_of_cell(self, name: bytes | None) -> CellStyle | None:
        """A cell's own style, else its row's, else its column's."""
        if name:
            return self._named_style(name)
        of_column = (style for first, end, style in self._column_styles if first <= self._column < end)
        return self._row_style or next(of_column, None)

    def _annotation(self, *, is_end: bool) -> None:
        if not is_end:
            self._notes = []
        elif self._notes is not None:
            if self.sheets:
                text = _plain(self._notes)
                address = cell_address(min(self._row, LAST_ROW), min(self._column, LAST_COLUMN))
                self.sheets[-1].notes.append((address, text))
            self._notes = None

    def _end_cell(self) -> None:
        found, self._cell = self._cell, None
        if found is None or not self.sheets:
            return
        repeated = count(found.get(b"table:number-columns-repeated"), LAST_ROW + 1)
        kind = found.get(b"office:value-type", b"")
        text = _plain(self._texts)
        is_formula = b"table:formula" in found
        if kind or text or is_formula:
            self._extend(self._row + self._rows, self._column + repeated)
            self._see(found, kind, text, repeated)
        if found.get(b"calcext:value-type") == b"error" or (is_formula and _ERROR.fullmatch(text)):
            self._row_marks.append((self._column, repeated, text or "#VALUE!"))
        elif is_formula and not kind and not text:
            self._row_marks.append((self._column, repeated, NOT_CALCULATED))
        spans = [count(found.get(b"table:number-%s-spanned" % side), LAST_ROW + 1) for side in (b"rows", b"columns")]
        merged = self.sheets[-1].merged
        if spans != [1, 1] and merged is not None:
            row, column = self._row + spans[0] - 1, self._column + spans[1] - 1
            merged.append((self._row, self._column, row, column))
            if len(merged) > self._limits.merges:
                raise Refused("too-many-merges", expected=f"nhiều nhất {count_vi(self._limits.merges)} vùng ô gộp")
        self._column += repeated

    def _see(self, found: dict[bytes, bytes], kind: bytes, text: str, repeated: int) -> None:
        """Note how a cell is seen, where its value alone does not say it."""
        style = self._style_of_cell(found.get(b"table:style-name"))
        if kind == b"percentage" and (style is None or style.format is None):
            style = PERCENT_STYLE if style is None else style._replace(format=PERCENT_STYLE.format)
        if style:
            self._row_styles.append((self._column, repeated, style))
        if self._styles and any(b"<" in paragraph for paragraph in self._texts):
            seen = self._styles.seen(self._texts, style.font if style else PLAIN_FONT)
            if kind in (b"", b"string") or (text and not seen):
                self._row_texts.append((self._column, repeated, seen))

    def _end_row(self) -> None:
        sheet = self.sheets[-1] if self.sheets else SheetFacts()
        self._place(self._row_marks, sheet.mark)
        self._place(self._row_styles, sheet.style)
        self._place(self._row_texts, sheet.text)
        self._row_marks, self._row_styles, self._row_texts = [], [], []
        self._row += self._rows

    def _place(self, found: list[tuple[int, int, _Fact]], note: Callable[[int, int, _Fact], None]) -> None:
        for column, repeated, fact in found:
            for row in range(self._row, self._row + self._rows):
                for offset in range(repeated):
                    note(row, column + offset, fact)


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


def _plain(paragraphs: list[bytes]) -> str:
    return unescape(_MARKUP.sub(b"", b"\n".join(paragraphs)).decode("utf-8", "replace"))
