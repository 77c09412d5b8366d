"""Office Open XML workbooks: the check before reading, and the facts of each sheet, by scanning bytes.

No XML parser: it would cost more than the reading itself. Sheets as Excel, LibreOffice and the common libraries
write them take the quick way (`_skim`); anything else that is legal XML takes the thorough one (`_walk`). Both
give the same facts.
"""

import re
from collections.abc import Iterator

from ioc_pipeline.domain.addresses import LAST_COLUMN, LAST_ROW, cell_position, column_index
from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.facts import NOT_CALCULATED, PERCENT, PERCENT_FORMATS, SheetFacts, shows_percent, unescape
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, count_vi

_ATTRIBUTES = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)"""
_ATTRIBUTE = re.compile(rb"""([\w:.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_RELATIONSHIP = re.compile(rb"<(?:[\w.\-]+:)?Relationship\s" + _ATTRIBUTES + rb">")
_SHEET = re.compile(rb"<(?:[\w.\-]+:)?sheet\s" + _ATTRIBUTES + rb">")
_NUMBER_FORMAT = re.compile(rb"<(?:[\w.\-]+:)?numFmt\s" + _ATTRIBUTES + rb">")
_CELL_STYLES = re.compile(rb"<(?:[\w.\-]+:)?cellXfs\b(.*?)</(?:[\w.\-]+:)?cellXfs\s*>", re.S)
_CELL_STYLE = re.compile(rb"<(?:[\w.\-]+:)?xf\b" + _ATTRIBUTES + rb">")
_UNIQUE_COUNT = re.compile(rb"""\buniqueCount\s*=\s*["'](\d+)["']""")
_RECALCULATE = re.compile(rb"""\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_COMMENT = re.compile(rb"<(?:[\w.\-]+:)?comment\s" + _ATTRIBUTES + rb">")
_TEXT = re.compile(rb"<(?:[\w.\-]+:)?t(?:\s[^>]*)?>([^<]*)</")

_ROW_TAG = re.compile(rb"</?(?:[\w.\-]+:)?row[\s/>]")
_UNUSUAL_CELL = re.compile(rb'<c(?! r="[A-Z])')  # no address, ' for ", blanks around =; a writer does so throughout
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"([^>]*)>')
_VALUED_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/>])?>')
_FORMULA_END = re.compile(rb"</f>(?!<v>[^<])")
_FORMULA_SHORT = re.compile(rb"<f [^>]*/>(?!<v>[^<])")
_FORMULA_ZERO = re.compile(rb"</f><v>0</v>|<f [^>]*/><v>0</v>")
_FORMULA_VALUE = re.compile(rb"</f><v>(?!0?</v>)")
_FORMULA = re.compile(rb"<(?:[\w.\-]+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:[\w.\-]+:)?v(?:\s[^>]*)?>([^<]*)<")
_TAG = re.compile(  # a row, or a cell with what it holds, up to the next tag of a row or cell
    rb"<(?:[\w.\-]+:)?(?:row((?:\s[^>]*+)?)>"
    rb"|c((?:\s[^>]*?)?)(?:/>|>([^<]*+(?:<(?!/?(?:[\w.\-]+:)?(?:c|row)[\s/>])[^<]*+)*+)))"
)

_COUNTED_FIRST = 16 * 1024**2  # bytes of a part from which on cells are counted before they are looked at
_LONGEST_ROW = 16 * 1024**2  # bytes of one row; a row of 16,384 long numbers needs 1


def is_workbook(archive: Archive) -> bool:
    """Whether this is an Excel workbook that may be read.

    Raises:
        Refused: a binary workbook (.xlsb), or one with macros.
    """
    names = archive.names()
    if "[content_types].xml" not in names or "_rels/.rels" not in names:
        return False
    part = _workbook_part(archive)
    if part.startswith(("word/", "ppt/")) or part not in names:
        return False
    if part.endswith(".bin"):
        raise Refused("binary-workbook")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refused("macro-workbook")
    if b"macroEnabled" in archive.read("[content_types].xml"):
        raise Refused("macro-workbook")
    return True


def warnings(archive: Archive) -> list[str]:
    """Codes of what is harmless to read here but should not travel."""
    names = archive.names()
    codes = []
    if any(name.startswith("xl/externallinks/") for name in names):
        codes.append("external-link")
    if any(name.startswith(("xl/embeddings/", "xl/activex/")) for name in names):
        codes.append("embedded-object")
    return codes


def scan(archive: Archive, limits: Limits) -> list[SheetFacts | None]:
    """Facts of each sheet in the workbook's order; None for a sheet without cells (a chart sheet).

    Raises:
        Refused: more sheets, cells or merged ranges than `limits`, or parts that contradict each other.
    """
    workbook_part = _workbook_part(archive)
    workbook = archive.read(workbook_part)
    relations = _relations(archive, workbook_part)
    sheets = [_attributes(attributes) for attributes in _SHEET.findall(workbook)]
    if len(sheets) > limits.sheets:
        raise Refused("too-many-sheets", expected=f"nhiều nhất {limits.sheets} trang tính (đang có {len(sheets)})")
    percent: frozenset[int] = frozenset()
    for kind, part in relations.values():
        if kind == "styles" and part in archive.entries:
            percent = _percent_styles(archive.read(part))
        elif kind == "sharedStrings" and part in archive.entries:
            _check_shared_strings(archive, part)

    facts: list[SheetFacts | None] = []
    scans = []
    area = 0
    for sheet in sheets:
        relation = next((value for key, value in sheet.items() if key.endswith(b":id")), b"")
        kind, part = relations.get(relation, ("", ""))
        if part not in archive.entries:
            raise Refused("damaged-file")
        if kind != "worksheet":
            facts.append(None)
            continue
        sheet_scan = _SheetScan(percent, limits)
        if archive.entries[part].size > _COUNTED_FIRST:
            _count_cells(archive, part, limits)
        for chunk, is_whole in _cut_at_rows(archive.blocks(part)):
            sheet_scan.take(chunk, is_whole=is_whole)
        area += sheet_scan.area
        if area > limits.cells:
            raise too_many_cells(limits)
        for kind, target in _relations(archive, part).values():
            if kind == "comments" and target in archive.entries:
                sheet_scan.facts.notes += _comments(archive.read(target))
        facts.append(sheet_scan.facts)
        scans.append(sheet_scan)
    if _RECALCULATE.search(workbook) and not any(sheet_scan.has_results for sheet_scan in scans):
        # Some libraries write 0 for every formula and ask Excel to calculate on opening: nothing was calculated.
        for sheet_scan in scans:
            for row, column in sheet_scan.zero_results:
                sheet_scan.facts.mark(row, column, NOT_CALCULATED)
    return facts


def too_many_cells(limits: Limits) -> Refused:
    """The refusal of a sheet whose used range is beyond the limit."""
    return Refused("too-many-cells", expected=f"nhiều nhất {count_vi(limits.cells)} ô tính từ A1 đến ô cuối")


class _SheetScan:
    """One pass over one sheet part, chunk by chunk; every chunk but the first begins at a row."""

    def __init__(self, percent: frozenset[int], limits: Limits) -> None:
        self.facts = SheetFacts()
        self.zero_results: list[tuple[int, int]] = []
        self.has_results = False
        self._percent = percent
        self._percent_hit = re.compile(rb' s="(?:%b)"' % b"|".join(b"%d" % style for style in sorted(percent)))
        self._limits = limits
        self._cells = 0
        self._merges = 0
        self._row = self._column = -1
        self._last_row = self._last_column = -1
        self._is_prefixed: bool | None = None

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1 to the last cell that holds something."""
        return (self._last_row + 1) * (self._last_column + 1)

    def take(self, chunk: bytes, *, is_whole: bool) -> None:
        """Scan the next chunk; `is_whole` when it is the whole part."""
        start = 0
        if self._is_prefixed is None:
            start = max(chunk.find(b"sheetData"), 0)
            self._is_prefixed = chunk[start - 1 : start] != b"<"
        end = chunk.rfind(b"sheetData>")
        data = chunk[start : end if end > start else len(chunk)]
        if not self._is_prefixed and 0 not in self._percent and not _UNUSUAL_CELL.search(data):
            self._skim(data, is_whole=is_whole)
        else:
            self._walk(data)
        self._merges += chunk.count(b"mergeCell ", max(end, 0))
        if self._merges > self._limits.merges:
            raise Refused("too-many-merges", expected=f"nhiều nhất {count_vi(self._limits.merges)} vùng ô gộp")
        if self._cells > self._limits.cells or self.area > self._limits.cells:
            raise too_many_cells(self._limits)

    def _skim(self, data: bytes, *, is_whole: bool) -> None:
        last = _PLAIN_CELL.match(data, data.rfind(b"<c "))
        if last:
            self._row = int(last[2]) - 1
        if not is_whole or (self._row + 1) * (LAST_COLUMN + 1) > self._limits.cells:
            self._measure(data)
        if b"#" in data:  # every error value begins with it
            for hit in re.finditer(rb' t="e"', data):
                self._judge_at(data, hit.start())
        for hit in _FORMULA_END.finditer(data):
            self._judge_at(data, hit.start())
        if b"<f " in data:
            for hit in _FORMULA_SHORT.finditer(data):
                self._judge_at(data, hit.start())
        self.has_results = self.has_results or _FORMULA_VALUE.search(data) is not None
        if not self.has_results:
            for hit in _FORMULA_ZERO.finditer(data):
                self._judge_at(data, hit.start())
        if self._percent:
            for hit in self._percent_hit.finditer(data):
                cell = _PLAIN_CELL.match(data, data.rfind(b"<", 0, hit.start()))
                if cell:
                    self.facts.mark(int(cell[2]) - 1, column_index(cell[1].decode()), PERCENT)

    def _measure(self, data: bytes) -> None:
        """Extend the used range by the cells that hold something; formats alone do not count."""
        found = _VALUED_CELL.findall(data)
        self._cells += len(found)
        if found:
            columns, rows = ({texts[side] for texts in found} for side in (0, 1))
            self._last_column = max(self._last_column, *(column_index(text.decode()) for text in columns))
            self._last_row = max(self._last_row, *(int(text) - 1 for text in rows))

    def _judge_at(self, data: bytes, inside: int) -> None:
        cell = _PLAIN_CELL.match(data, data.rfind(b"<c ", 0, inside))
        if cell:
            kind = b"e" if b' t="e"' in cell[3] else b"str" if b' t="str"' in cell[3] else b""
            body = data[cell.end() : data.find(b"</c>", cell.end())]
            self._judge(int(cell[2]) - 1, column_index(cell[1].decode()), kind, body)

    def _judge(self, row: int, column: int, kind: bytes, body: bytes) -> None:
        value = _VALUE.search(body)
        if kind == b"e":
            text = value[1].decode("utf-8", "replace") if value else ""
            self.facts.mark(row, column, text if text.startswith("#") else "#VALUE!")
        elif _FORMULA.search(body):
            if value is None or (not value[1] and kind != b"str"):  # an empty text is a result: =IF(A1="","",…)
                self.facts.mark(row, column, NOT_CALCULATED)
            elif value[1] == b"0":
                self.zero_results.append((row, column))
            else:
                self.has_results = True

    def _walk(self, data: bytes) -> None:
        for tag in _TAG.finditer(data):
            row_attributes, cell_attributes, body = tag.groups()
            if row_attributes is not None:
                number = _attributes(row_attributes).get(b"r")
                self._row = int(number) - 1 if number and number.isdigit() else self._row + 1
                self._column = -1
                continue
            attributes = _attributes(cell_attributes)
            row, column = self._position(attributes.get(b"r"))
            if not body:
                continue
            self._cells += 1
            self._last_row = max(self._last_row, row)
            self._last_column = max(self._last_column, column)
            kind = attributes.get(b"t", b"")
            self._judge(row, column, kind, body)
            style = attributes.get(b"s", b"0")
            if style.isdigit() and int(style) in self._percent:
                self.facts.mark(row, column, PERCENT)

    def _position(self, reference: bytes | None) -> tuple[int, int]:
        if reference is None:
            self._column += 1
            row, column = max(self._row, 0), self._column
            if row > LAST_ROW or column > LAST_COLUMN:
                raise Refused("damaged-file")
            return row, column
        try:
            row, column = cell_position(reference.decode("ascii", "replace"))
        except ValueError as error:
            raise Refused("damaged-file") from error
        self._column = column
        return row, column


def _count_cells(archive: Archive, part: str, limits: Limits) -> None:
    """Refuse early what the scan would refuse after long work."""
    cells = 0
    for block in archive.blocks(part):
        cells += block.count(b"</c>") + block.count(b":c>")
        if cells > limits.cells:
            raise too_many_cells(limits)


def _cut_at_rows(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks that end where a row begins or ends, with whether the chunk is the whole part."""
    carried = b""
    is_first = True
    for block in blocks:
        if carried:
            if cut := _last_row_tag(carried):
                yield carried[:cut], False
                is_first = False
                carried = carried[cut:]
            elif len(carried) > _LONGEST_ROW:
                raise Refused("damaged-file")
        carried += block
    yield carried, is_first


def _last_row_tag(chunk: bytes) -> int:
    """Offset of the last row tag, 0 when there is none."""
    end = len(chunk)
    while (hit := chunk.rfind(b"row", 0, end)) > 0:
        end = chunk.rfind(b"<", 0, hit)
        if end <= 0:
            return 0
        if _ROW_TAG.match(chunk, end):
            return end
    return 0


def _workbook_part(archive: Archive) -> str:
    for kind, part in _relations(archive, "").values():
        if kind == "officeDocument":
            return part
    return ""


def _relations(archive: Archive, part: str) -> dict[bytes, tuple[str, str]]:
    """Relationships of one part: id → (last word of the type, lower-cased part name). External ones are left out."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels".lstrip("/")
    relations: dict[bytes, tuple[str, str]] = {}
    if name not in archive.entries:
        return relations
    for text in _RELATIONSHIP.findall(archive.read(name)):
        attributes = _attributes(text)
        if attributes.get(b"TargetMode") != b"External":
            kind = attributes.get(b"Type", b"").rpartition(b"/")[2].decode("ascii", "replace")
            target = unescape(attributes.get(b"Target", b"").decode("utf-8", "replace"))
            relations[attributes.get(b"Id", b"")] = (kind, _resolve(folder, target))
    return relations


def _resolve(folder: str, target: str) -> str:
    steps = [] if target.startswith("/") else folder.split("/") if folder else []
    for step in target.lower().replace("\\", "/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps = [*steps, step]
    return "/".join(steps)


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}


def _percent_styles(styles: bytes) -> frozenset[int]:
    """Indexes of the cell styles whose number format shows a percentage."""
    formats = set(PERCENT_FORMATS)
    for text in _NUMBER_FORMAT.findall(styles):
        attributes = _attributes(text)
        number = attributes.get(b"numFmtId", b"")
        if number.isdigit():
            is_percent = shows_percent(unescape(attributes.get(b"formatCode", b"").decode("utf-8", "replace")))
            (formats.add if is_percent else formats.discard)(int(number))
    section = _CELL_STYLES.search(styles)
    found = _CELL_STYLE.findall(section[1]) if section else []
    numbers = [_attributes(text).get(b"numFmtId", b"0") for text in found]
    return frozenset(index for index, number in enumerate(numbers) if number.isdigit() and int(number) in formats)


def _check_shared_strings(archive: Archive, part: str) -> None:
    """The reader reserves memory for as many texts as the part announces: more than its bytes is a lie."""
    for index, block in enumerate(archive.blocks(part)):
        announced = _UNIQUE_COUNT.search(block[:4096]) if index == 0 else None
        if announced and int(announced[1]) > archive.entries[part].size:
            raise Refused("damaged-file")


def _comments(part: bytes) -> list[tuple[str, str]]:
    notes = []
    pieces = _COMMENT.split(part)
    for attributes, body in zip(pieces[1::2], pieces[2::2], strict=True):
        address = _attributes(attributes).get(b"ref", b"").decode("ascii", "replace")
        notes.append((address, unescape(b"".join(_TEXT.findall(body)).decode("utf-8", "replace"))))
    return notes
