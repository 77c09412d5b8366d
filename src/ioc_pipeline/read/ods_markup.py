"""Styles and texts of an OpenDocument sheet, as far as they change what a person sees. By scanning bytes.

Source: OpenDocument 1.3 part 3, 16.29 (data styles), 6.1.2 (white space), 20.403 (text position).
"""

import re
from collections.abc import Mapping

from ioc_pipeline.read.facts import (
    OWN_CURRENCY,
    UNREADABLE_POINTS,
    WHITE,
    CellStyle,
    Font,
    Run,
    Script,
    cell_style,
    seen_text,
    unescape,
)

_ATTRIBUTE = re.compile(rb"""([\w:.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG_ATTRIBUTES = rb"""((?:[^>"'/]++|"[^"]*+"|'[^']*+'|/(?!>))*+)"""  # without the "/" that closes a tag
_DATA_STYLE = re.compile(
    rb"<number:((?:number|percentage|currency|date|time|text|boolean)-style)\b"
    + _TAG_ATTRIBUTES
    + rb"(?:/>|>(.*?)</number:\1>)",
    re.S,
)
_DATA_PART = re.compile(
    rb"<(number:[\w\-]+|style:map)\b" + _TAG_ATTRIBUTES + rb"/?>(?:([^<]*)</number:(?:text|currency-symbol)>)?"
)
_STYLE = re.compile(rb"<style:style\b" + _TAG_ATTRIBUTES + rb"(?:/>|>(.*?)</style:style>)", re.S)
_TEXT_PROPERTIES = re.compile(rb"<style:text-properties\b" + _TAG_ATTRIBUTES + rb"/?>")
_GROUND = re.compile(rb"""\sfo:background-color\s*=\s*["'](#\w{6}|transparent)""")
_SIZE = re.compile(rb"""\sstyle:(?:row-height|column-width)\s*=\s*["'](\d*\.?\d+)(cm|mm|in|pt|pc)""")
_POINTS = {b"cm": 72 / 2.54, b"mm": 72 / 25.4, b"in": 72.0, b"pt": 1.0, b"pc": 12.0}
_PIECE = re.compile(rb"<(/?)text:(span|s|tab|line-break)\b" + _TAG_ATTRIBUTES + rb"(/?)>|<[^>]*>|([^<]+)")
_MOMENTS = {b"day": "d", b"month": "m", b"year": "yyyy", b"hours": "h", b"minutes": "m", b"seconds": "s"}
_TEXT_AND_SPACE = re.compile(rb"(<text:p\b[^>]*/>|<text:p\b[^>]*>.*?</text:p>)|(?<=>)\s+(?=<)", re.S)
BETWEEN_TAGS = re.compile(rb">\s+<")


def attributes(text: bytes) -> dict[bytes, bytes]:
    """Name → value of the attributes of one tag; entities are left as they are."""
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}


def count(number: bytes | None, most: int) -> int:
    """A repetition or span; 1 where it is not written."""
    return min(int(number), most) if number and number.isdigit() and len(number) < 10 else 1


def without_space_between_tags(content: bytes) -> bytes:
    """The document without the white space that means nothing; that inside paragraphs stays."""
    return _TEXT_AND_SPACE.sub(lambda found: found[1] or b"", content)


class Styles:
    """The styles of a document by name: `cells` that change what is seen of a cell, `texts` of a piece of text.

    `flat` are those of rows and columns that are too low or too narrow to show anything.
    """

    def __init__(self, *parts: bytes) -> None:
        self.cells: dict[bytes, CellStyle] = {}
        self.texts: dict[bytes, Font] = {}
        self.flat: set[bytes] = set()
        self._colours: dict[bytes, tuple[str, str]] = {}  # of a cell's text, and behind it
        codes: dict[bytes, str] = {}
        for part in parts:
            codes |= _format_codes(part)
        for part in parts:
            for tag, body in _STYLE.findall(part):
                found = attributes(tag)
                name, family = found.get(b"style:name", b""), found.get(b"style:family")
                if family == b"text":
                    self.texts[name] = _font(body)
                elif family == b"table-cell":
                    self._take_cell_style(name, found, codes, body)
                elif family in (b"table-row", b"table-column") and _is_flat(body):
                    self.flat.add(name)

    def _take_cell_style(
        self, name: bytes, found: Mapping[bytes, bytes], codes: Mapping[bytes, str], body: bytes
    ) -> None:
        parent = found.get(b"style:parent-style-name", b"")
        inherited, (colour, ground) = self.cells.get(parent, CellStyle()), self._colours.get(parent, ("", WHITE))
        font, behind = _font(body), _GROUND.search(body)
        if behind:
            ground = WHITE if behind[1] == b"transparent" else behind[1][1:].decode().lower()
        self._colours[name] = font.colour or colour, ground
        own = cell_style(codes.get(found.get(b"style:data-style-name", b""), ""))
        style = CellStyle(
            own.format if b"style:data-style-name" in found else inherited.format,
            font.script or inherited.script,
            font.is_struck or inherited.is_struck,
            is_hidden=self._colours[name][0] == ground,
        )
        if not style.is_plain:
            self.cells[name] = style

    def runs(self, paragraph: bytes, own: Font) -> list[Run]:
        """The pieces of one paragraph in a cell of its own font: runs of blanks are one, breaks and tabs stay."""
        fonts: list[Font] = [own]
        runs: list[Run] = []
        for piece in _PIECE.finditer(paragraph):
            closing, kind, tag, is_empty, text = piece.groups()
            if kind == b"span":
                if closing:
                    fonts = fonts[:-1] or fonts
                elif not is_empty:
                    fonts.append(_within(fonts[-1], self.texts.get(attributes(tag).get(b"text:style-name", b""))))
            elif kind == b"line-break":
                runs.append(Run("\n", fonts[-1]))
            elif kind == b"tab":
                runs.append(Run("\t", fonts[-1]))
            elif kind == b"s":
                runs.append(Run(" " * count(attributes(tag).get(b"text:c"), 1000), fonts[-1]))
            elif text:
                runs.append(Run(unescape(re.sub(rb"\s+", b" ", text).decode("utf-8", "replace")), fonts[-1]))
        return runs

    def seen(self, paragraphs: list[bytes], own: Font) -> str:
        """What a person reads in a cell of these paragraphs and its own font."""
        return "\n".join(seen_text(self.runs(paragraph, own)) for paragraph in paragraphs).strip("\n")


def _is_flat(body: bytes) -> bool:
    size = _SIZE.search(body)
    return size is not None and float(size[1]) * _POINTS[size[2]] < UNREADABLE_POINTS


def _within(outer: Font, inner: Font | None) -> Font:
    """The font of a piece of text within another."""
    return Font(inner.script or outer.script, inner.is_struck or outer.is_struck) if inner else outer


def _font(body: bytes) -> Font:
    script: Script = ""
    is_struck = False
    colour = ""
    for tag in _TEXT_PROPERTIES.findall(body):
        found = attributes(tag)
        place = found.get(b"style:text-position", b"")
        number = place.split(b"%")[0].split(b" ")[0]
        if place.startswith(b"super") or (number.isdigit() and int(number) > 0):
            script = "raised"
        elif place.startswith((b"sub", b"-")):
            script = "lowered"
        lines = (b"style:text-line-through-style", b"style:text-line-through-type")
        is_struck = any(found.get(line, b"none") != b"none" for line in lines)
        if found.get(b"style:use-window-font-color") != b"true":
            colour = found.get(b"fo:color", b"#")[1:].decode("ascii", "replace").lower()
    return Font(script, is_struck, colour)


def _format_codes(part: bytes) -> dict[bytes, str]:
    """Name → the same format as spreadsheets of the other kinds write it."""
    codes: dict[bytes, str] = {}
    maps: dict[bytes, list[tuple[str, bytes]]] = {}
    for kind, tag, body in _DATA_STYLE.findall(part):
        name = attributes(tag).get(b"style:name", b"")
        codes[name] = _format_code(kind, body)
        for part_kind, part_tag, _ in _DATA_PART.findall(body):
            if part_kind == b"style:map":
                found = attributes(part_tag)
                condition = unescape(found.get(b"style:condition", b"").decode("utf-8", "replace"))
                maps.setdefault(name, []).append((condition, found.get(b"style:apply-style-name", b"")))
    for name, others in maps.items():
        conditions = [condition.removeprefix("value()").replace(" ", "") for condition, _ in others]
        sections = [codes.get(other, "") for _, other in others]
        if conditions not in ([">=0"], [">0", "<0"]):
            sections = [f"[{condition}]{section}" for condition, section in zip(conditions, sections, strict=True)]
        codes[name] = ";".join([*sections, codes[name]])
    return codes


def _format_code(kind: bytes, body: bytes) -> str:
    code = ""
    for part, tag, text in _DATA_PART.findall(body):
        found = attributes(tag)
        name = part.partition(b":")[2]
        if name in (b"text", b"currency-symbol"):
            written = unescape(text.decode("utf-8", "replace")).replace('"', "")
            if name == b"currency-symbol" and not written:
                written = OWN_CURRENCY
            pieces = written.split("%") if kind == b"percentage-style" else [written]
            code += "%".join(f'"{piece}"' if piece else "" for piece in pieces)
        elif name == b"number":
            factor = found.get(b"number:display-factor", b"1").split(b".")[0]
            thousands = (len(factor) - 1) // 3 if factor.strip(b"0") == b"1" else 0
            code += "#" + "0" * count(found.get(b"number:min-integer-digits"), 40) + "," * thousands
        elif name in (b"scientific-number", b"fraction"):
            code += "0"
        elif name == b"text-content":
            code += "@"
        elif name in _MOMENTS:
            code += _MOMENTS[name]
    return code
