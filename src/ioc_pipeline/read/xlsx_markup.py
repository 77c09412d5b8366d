"""Styles and texts of an Office Open XML workbook, as far as they change what a person sees. By scanning bytes."""

import re
from collections.abc import Iterable

from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.facts import (
    BUILT_IN_FORMATS,
    PLAIN_FONT,
    WHITE,
    CellStyle,
    Font,
    Run,
    cell_style,
    unescape,
)
from ioc_pipeline.read.refusal import Refused

_PREFIX = rb"(?:[\w.\-]+:)?"
ATTRIBUTES = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)"""
_ATTRIBUTE = re.compile(rb"""([\w:.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NUMBER_FORMAT = re.compile(rb"<" + _PREFIX + rb"numFmt\s" + ATTRIBUTES + rb">")
_FONTS = re.compile(rb"<" + _PREFIX + rb"fonts\b(.*?)</" + _PREFIX + rb"fonts\s*>", re.S)
_FONT = re.compile(rb"<" + _PREFIX + rb"font(?:\s[^>]*)?(?:/>|>(.*?)</" + _PREFIX + rb"font\s*>)", re.S)
_CELL_STYLES = re.compile(rb"<" + _PREFIX + rb"cellXfs\b(.*?)</" + _PREFIX + rb"cellXfs\s*>", re.S)
_CELL_STYLE = re.compile(rb"<" + _PREFIX + rb"xf\b" + ATTRIBUTES + rb">")
_FILLS = re.compile(rb"<" + _PREFIX + rb"fills\b(.*?)</" + _PREFIX + rb"fills\s*>", re.S)
_FILL = re.compile(rb"<" + _PREFIX + rb"fill(?:\s[^>]*)?(?:/>|>(.*?)</" + _PREFIX + rb"fill\s*>)", re.S)
_FONT_COLOUR = re.compile(rb"<" + _PREFIX + rb"color\s([^>]*?)/?>")
_PATTERN = re.compile(rb"""<(?:[\w.\-]+:)?patternFill\s[^>]*?patternType\s*=\s*["'](\w+)""")
_GROUND_COLOUR = re.compile(rb"<" + _PREFIX + rb"fgColor\s([^>]*?)/?>")
_WHITE_INDEXED = dict.fromkeys((b"1", b"9", b"65"), WHITE)
_STRIKE = re.compile(rb"<" + _PREFIX + rb"strike\b([^>]*)>")
_SCRIPT = re.compile(rb"<" + _PREFIX + rb"vertAlign\s[^>]*?(super|sub)script")
_UNIQUE_COUNT = re.compile(rb"""\buniqueCount\s*=\s*["'](\d+)["']""")
_ITEM = re.compile(rb"<" + _PREFIX + rb"si(?:\s[^>]*)?(?:/>|>(.*?)</" + _PREFIX + rb"si\s*>)", re.S)
_RUN = re.compile(rb"<" + _PREFIX + rb"r(?:\s[^>]*)?>(.*?)</" + _PREFIX + rb"r\s*>", re.S)
_PHONETIC = re.compile(rb"<" + _PREFIX + rb"rPh\b.*?</" + _PREFIX + rb"rPh\s*>", re.S)
_TEXT = re.compile(rb"<" + _PREFIX + rb"t(?:\s[^>]*)?>([^<]*)</")
_COMMENT = re.compile(rb"<" + _PREFIX + rb"comment\s" + ATTRIBUTES + rb">")
FONT_CHANGES = (b"vertAlign", b"strike")


def attributes(text: bytes) -> dict[bytes, bytes]:
    """Name → value of the attributes of one tag; entities are left as they are."""
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}


def is_on(value: bytes | None) -> bool:
    """Whether an attribute of XML Schema's boolean type says yes."""
    return value in (b"1", b"true")


def read_styles(part: bytes) -> dict[int, CellStyle]:
    """Index → style of those cell styles that show anything else than the value's digits or text."""
    formats = dict(BUILT_IN_FORMATS)
    for text in _NUMBER_FORMAT.findall(part):
        found = attributes(text)
        number = found.get(b"numFmtId", b"")
        if number.isdigit():
            formats[int(number)] = unescape(found.get(b"formatCode", b"").decode("utf-8", "replace"))
    fonts = {b"%d" % index: _font(body) for index, body in enumerate(_items(part, _FONTS, _FONT))}
    grounds = {b"%d" % index: _ground(body) for index, body in enumerate(_items(part, _FILLS, _FILL))}
    section = _CELL_STYLES.search(part)
    styles = {}
    for index, text in enumerate(_CELL_STYLE.findall(section[1]) if section else []):
        found = attributes(text)
        number, font = found.get(b"numFmtId", b"0"), found.get(b"fontId", b"0")
        code = formats.get(int(number), "") if number.isdigit() else ""
        ground = found.get(b"fillId", b"0")
        style = cell_style(code, fonts.get(font, PLAIN_FONT), grounds.get(ground, WHITE))
        if not style.is_plain:
            styles[index] = style
    return styles


def _items(part: bytes, section: re.Pattern[bytes], item: re.Pattern[bytes]) -> list[bytes]:
    found = section.search(part)
    return item.findall(found[1]) if found else []


def _font(properties: bytes) -> Font:
    script = _SCRIPT.search(properties)
    strike = _STRIKE.search(properties)
    is_struck = strike is not None and attributes(strike[1]).get(b"val", b"1") in (b"1", b"true")
    colour = _FONT_COLOUR.search(properties)
    return Font(
        "" if script is None else "raised" if script[1] == b"super" else "lowered",
        is_struck,
        _colour(colour[1]) if colour else "",
    )


def _ground(fill: bytes) -> str:
    """The colour of a fill; "?" where it is a pattern of two."""
    kind, colour = _PATTERN.search(fill), _GROUND_COLOUR.search(fill)
    if kind is None or kind[1] == b"none":
        return "?" if b"gradientFill" in fill else WHITE
    return (colour and _colour(colour[1])) or "?" if kind[1] == b"solid" else "?"


def _colour(written: bytes) -> str:
    """What a colour is called: alike for two that are alike, in red, green and blue where the file says so."""
    found = attributes(written)
    if b"rgb" in found:
        return found[b"rgb"][-6:].decode("ascii", "replace").lower()
    if found.get(b"theme") == b"0" and b"tint" not in found:
        return WHITE  # the window's own
    return _WHITE_INDEXED.get(found.get(b"indexed", b""), b" ".join(written.split()).decode("ascii", "replace"))


def read_shared_texts(archive: Archive, part: str, styles: Iterable[CellStyle]) -> dict[bytes, list[Run]]:
    """Index → pieces of each shared text that holds raised, lowered or struck ones.

    Where a cell's own style does that, of each text whose pieces may have another font.

    Raises:
        Refused: the part announces more texts than it has bytes, for which the workbook reader would reserve memory.
    """
    words = FONT_CHANGES if not any(style.font.changes_text for style in styles) else (*FONT_CHANGES, b"rPr")
    is_rich = False
    tail = b""
    for index, block in enumerate(archive.blocks(part)):
        announced = _UNIQUE_COUNT.search(block[:4096]) if index == 0 else None
        if announced and int(announced[1]) > archive.entries[part].size:
            raise Refused("damaged-file")
        is_rich = is_rich or any(word in tail + block for word in words)
        tail = block[-16:]
    if not is_rich:
        return {}
    items = enumerate(_ITEM.findall(archive.read(part)))
    return {b"%d" % index: runs_of(item) for index, item in items if any(word in item for word in words)}


def runs_of(item: bytes) -> list[Run]:
    """The pieces of one rich text, shared or in its cell; a text without runs is one."""
    item = _PHONETIC.sub(b"", item) if b"rPh" in item else item
    runs = _RUN.findall(item) or [item]
    return [Run(_plain(run), _font(run) if b"rPr" in run else None) for run in runs]


def _plain(piece: bytes) -> str:
    return unescape(b"".join(_TEXT.findall(piece)).decode("utf-8", "replace"))


def read_comments(part: bytes) -> list[tuple[str, str]]:
    """(A1, text) of each comment of a sheet."""
    pieces = _COMMENT.split(part)
    return [
        (attributes(tag).get(b"ref", b"").decode("ascii", "replace"), _plain(body))
        for tag, body in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
