"""Parts of a workbook that are no cells → pieces of their text that hold somebody's number. By scanning bytes.

Properties, headers and footers, comments and their threads, text boxes, drop-down lists, defined names, formulas,
caches of pivot tables and links, strings that no cell shows, custom XML. A part without eight digits near each other
costs one search; only what is left is taken apart, with the words that name a number before it.
"""

import re
from collections.abc import Iterable, Iterator

from ioc_pipeline.domain.identifiers import found_in
from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.facts import unescape

Unseen = list[tuple[str, str]]

_MOST = 1000  # pieces of one file: each is a finding, and one is enough to send it back
_AROUND = 80  # characters of a piece before and after the number
_WHOLE = 2 * 1024**2  # bytes of a part that is taken apart as a whole; of larger ones what lies around the digits
_NEAR = 400
_FEWEST = b"0" * 9  # digits
_AS_ZERO = bytes.maketrans(b"123456789", b"000000000")
_BETWEEN = b" .,-_()/&#;x\xc2\xa0\xe2\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\xaf\xef\xbb\xbf\xad"
_FULL_WIDTH = b"\xef\xbc"
_DIGITS = re.compile(rb"\d(?:[^\d<>]{0,6}\d){8}|\xef\xbc[\x90-\x99]")
_TOKEN = re.compile(rb"""<(/?)(?:[\w.\-]+:)?([\w.\-]+)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>|([^<]+)""")
_ATTRIBUTE = re.compile(rb"""([\w.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PARAGRAPHS = frozenset(
    {b"p", b"si", b"comment", b"threadedComment", b"rPh", b"row", b"h", b"annotation", b"cell", b"c"}
)
_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[A-Z]|\d\d?(?!\d))')  # of a header: &C its middle, &8 a size of letters
_RUNS = (b"<r>", b":r>", b"text:span")  # one text in several pieces may part digits
_INLINE = re.compile(rb"<(?:[\w.\-]+:)?is>(.*?)</(?:[\w.\-]+:)?is>", re.S)
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)""")
_EXTERNAL = re.compile(rb"<[^>]*\bTargetMode\s*=\s*.External[^>]*>")
_PERCENT = re.compile("%([0-9A-Fa-f]{2})")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_FORMULA = re.compile(rb"<f[^>]*>([^<]{9,})<")
_ITEM = re.compile(rb"<(?:[\w.\-]+:)?si(?:\s[^>]*)?>(.*?)</(?:[\w.\-]+:)?si\s*>|<(?:[\w.\-]+:)?si\s*/>", re.S)
_CACHED_FIELD = re.compile(rb"""<(?:[\w.\-]+:)?cacheField\s[^>]*?\bname\s*=\s*["']([^"']*)""")
_MARKUP = re.compile(rb"<[^>]*>")
_RECORD = re.compile(rb"<(?:[\w.\-]+:)?r>(.*?)</(?:[\w.\-]+:)?r>", re.S)
_RECORD_VALUE = re.compile(rb"""<(?:[\w.\-]+:)?[a-z](?:\s+v\s*=\s*["']([^"']*)["'])?[^>]*>""")
_LINKED_CELL = re.compile(rb"""<(?:[\w.\-]+:)?cell\s[^>]*?\br\s*=\s*["']([A-Z]+)\d+["'][^>]*>.*?v>([^<]*)<""", re.S)

_SHEETS, _STRINGS, _THEMES = "xl/worksheets/", "sharedstrings.xml", "xl/theme/"
_PLACES = (
    ("docprops/", "thuộc tính của tệp"),
    ("xl/comments", "ghi chú"),
    ("xl/threadedcomments/", "trao đổi trong ghi chú"),
    ("xl/persons/", "danh sách người ghi chú"),
    ("xl/drawings/", "hộp chữ, hình vẽ"),
    ("xl/charts/", "biểu đồ"),
    ("xl/pivot", "bộ nhớ đệm của PivotTable"),
    ("xl/externallinks/", "dữ liệu chép từ tệp liên kết"),
    ("xl/tables/", "tên cột của bảng (Table)"),
    ("xl/workbook", "tên vùng (Name Manager)"),
    ("customxml/", "dữ liệu XML đính kèm"),
    ("xl/worksheets/_rels/", "siêu liên kết (Hyperlink)"),
    (_SHEETS, "danh sách chọn, định dạng có điều kiện, công thức, đầu trang hoặc chân trang"),
    ("meta.xml", "thuộc tính của tệp"),
    ("styles.xml", "đầu trang, chân trang hoặc kiểu ô"),
    ("content.xml", "danh sách chọn, tên vùng, hộp chữ hoặc nội dung ẩn khác"),
)
_ELSEWHERE = "phần ẩn của tệp"
NOT_SHOWN = "chữ còn lưu trong tệp mà không ô nào hiện"


def find_unseen(archive: Archive) -> Unseen:
    """(place, text) of every piece that may hold an identifier, in all XML parts but cells and themes."""
    found: Unseen = []
    for name, entry in archive.entries.items():
        if not entry.is_xml or name.startswith(_THEMES):
            continue
        lines: Iterable[str]
        if name.endswith(".rels"):
            lines = _targets(archive.read(name) if entry.content is None else entry.content)
        elif name.startswith(_SHEETS):
            lines = _of_sheet(archive.blocks(name) if entry.content is None else iter([entry.content]))
        else:
            part = archive.read(name) if entry.content is None else entry.content
            if not (may_hold_digits(part) or any(run in part for run in _RUNS)):
                continue
            if name.endswith(_STRINGS):
                lines = _shared(part)
            elif name.startswith("xl/pivotcache/"):
                lines = [*lines_of(part), *_cached(archive, name, part)]
            elif name.startswith("xl/externallinks/"):
                lines = [*lines_of(part), *_linked(part)]
            else:
                lines = lines_of(part)
        place = NOT_SHOWN if name.endswith(_STRINGS) else _place(name)
        found += pieces(place, lines)
    return list(dict.fromkeys(found))[:_MOST]


def pieces(place: str, lines: Iterable[str]) -> Unseen:
    """What lies around the first identifiers of each line."""
    return [
        (place, line[max(0, one.start - _AROUND) : one.end + _AROUND]) for line in lines for one in found_in(line)[:20]
    ]


def lines_of(part: bytes) -> Iterator[str]:
    """Texts and attributes of markup, each after the names it stands under, and its paragraphs as they are read."""
    for piece in [part] if len(part) <= _WHOLE else _around_digits(part):
        yield from _lines(piece)


def _lines(part: bytes) -> Iterator[str]:
    named = element = ""
    paragraph: list[str] = []
    for closing, tag, written, text in _TOKEN.findall(part):
        if text:
            paragraph.append(_text(text))
            if may_hold_digits(text):
                yield _under(named, element, _text(text))
            continue
        if tag in _PARAGRAPHS and paragraph:
            yield "".join(paragraph)
            paragraph = []
        if closing:
            continue
        element = tag.decode("ascii", "replace")
        if b"=" in written:
            for attribute, double, single in _ATTRIBUTE.findall(written):
                value = double or single
                if attribute == b"name":
                    named = _text(value)
                if may_hold_digits(value):
                    yield _under(
                        "" if attribute == b"name" else named, attribute.decode("ascii", "replace"), _text(value)
                    )
    yield "".join(paragraph)


def may_hold_digits(text: bytes) -> bool:
    """Whether nine digits follow each other with nothing but blanks and signs between; far quicker than a search."""
    return _FEWEST in text.translate(_AS_ZERO, _BETWEEN) or _FULL_WIDTH in text


def _under(named: str, element: str, text: str) -> str:
    if element.endswith(("Header", "Footer")):
        text = without_codes(text)
    return f"{named} {_CAMEL.sub(' ', element)}: {text}"


def without_codes(header: str) -> str:
    """What a header or footer writes, without what it says of fonts and places."""
    return _CODES.sub(" ", header)


def _targets(part: bytes) -> Iterator[str]:
    """Where the links of a part lead to: tel:0912345678, https://…?cccd=…"""
    for tag in _EXTERNAL.findall(part) if b"External" in part else ():
        if target := _TARGET.search(tag):
            yield _PERCENT.sub(lambda code: chr(int(code[1], 16)), _text(target[1]))


def _around_digits(part: bytes) -> Iterator[bytes]:
    end = 0
    for hit in _DIGITS.finditer(part):
        if hit.end() < end:
            continue
        start = part.rfind(b"<", end, max(end, hit.start() - _NEAR))
        end = part.find(b">", hit.end() + _NEAR)
        end = len(part) if end < 0 else end + 1
        yield part[max(start, 0) : end]


def _of_sheet(blocks: Iterator[bytes]) -> Iterator[str]:
    """What stands before and after the cells of a sheet, the constants of its formulas, and texts of several runs.

    Of those a cell may show a part only; who has the cells knows.
    """
    outside = b""
    is_inside = False
    for block in blocks:
        start, end = 0, len(block)
        first, last = block.find(b"sheetData"), block.rfind(b"sheetData>")
        if not is_inside and first >= 0 and block[first - 1 : first] != b"/":
            outside += block[:first]
            is_inside = True
        elif not is_inside:
            outside += block
        if is_inside and last > 0 and b"/" in block[max(0, last - 12) : last]:
            outside += block[last + len(b"sheetData>") :]
            is_inside, end = False, last
        formulas = _FORMULA.findall(block, start, end)
        if formulas and may_hold_digits(b"<".join(formulas)):
            yield from (f"formula: {_text(text)}" for text in formulas)
        for text in _INLINE.findall(block, start, end) if b"inlineStr" in block else ():
            yield from _whole(text)
    if may_hold_digits(outside):
        yield from lines_of(outside)


def _shared(part: bytes) -> Iterator[str]:
    """Shared strings with a number; who has the cells knows whether one shows them."""
    for item in _ITEM.findall(part):
        yield from _whole(item)


def _whole(item: bytes) -> Iterator[str]:
    """The text of all runs, whichever of them are seen."""
    text = _MARKUP.sub(b"", item)
    if may_hold_digits(text):
        yield _text(text)


def _cached(archive: Archive, name: str, part: bytes) -> Iterator[str]:
    """Records of a pivot table's cache, each value after the name of its field."""
    definition = name.replace("records", "definition")
    if definition == name or definition not in archive.entries:
        return
    fields = [_text(field) for field in _CACHED_FIELD.findall(archive.read(definition))]
    for record in _RECORD.findall(part):
        for field, value in zip(fields, _RECORD_VALUE.findall(record), strict=False):
            if may_hold_digits(value):
                yield f"{field}: {_text(value)}"


def _linked(part: bytes) -> Iterator[str]:
    """Cells of another workbook that a link has left here, each after the text over it."""
    above: dict[bytes, str] = {}
    for column, value in _LINKED_CELL.findall(part):
        text = _text(value)
        if may_hold_digits(value):
            yield f"{above.get(column, '')}: {text}"
        elif not text.replace(".", "").isdigit():
            above[column] = text


def _place(name: str) -> str:
    return next((place for start, place in _PLACES if name.startswith(start)), _ELSEWHERE)


def _text(markup: bytes) -> str:
    return unescape(markup.decode("utf-8", "replace"))
