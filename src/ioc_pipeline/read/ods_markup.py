"""Styles and texts of an OpenDocument sheet, as far as they change what a person sees. By scanning bytes.

Source: OpenDocument 1.3 part 3, 16.29 (data styles), 6.1.2 (white space), 20.403 (text position).
"""

import re
from collections.abc import Mapping

from ioc_pipeline.read.facts import CellStyle, Run, Script, cell_style, seen_text, unescape

_ATTRIBUTE = re.compile(rb"""([\w:.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG_ATTRIBUTES = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)"""
_DATA_STYLE = re.compile(
    rb"<number:((?:number|percentage|currency|date|time|text|boolean)-style)\b"
    + _TAG_ATTRIBUTES
    + rb">(.*?)</number:\1>",
    re.S,
)
_DATA_PART = re.compile(
    rb"<(number:[\w\-]+|style:map)\b" + _TAG_ATTRIBUTES + rb">(?:([^<]*)</number:(?:text|currency-symbol)>)?"
)
_STYLE = re.compile(rb"<style:style\b" + _TAG_ATTRIBUTES + rb"(?:/>|>(.*?)</style:style>)", re.S)
_TEXT_PROPERTIES = re.compile(rb"<style:text-properties\b" + _TAG_ATTRIBUTES + rb">")
_PIECE = re.compile(rb"<(/?)text:(span|s|tab|line-break)\b" + _TAG_ATTRIBUTES + rb">|<[^>]*>|([^<]+)")
_MOMENTS = {b"day": "d", b"month": "m", b"year": "yyyy", b"hours": "h", b"minutes": "m", b"seconds": "s"}
_TEXT_AND_SPACE = re.compile(rb"(<text:p\b[^>]*/>|<text:p\b[^>]*>.*?</text:p>)|(?<=>)\s+(?=<)", re.S)
BETWEEN_TAGS = re.compile(rb">\s+<")

Font = tuple[Script, bool]  # raised or lowered, struck through


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
    """The styles of a document by name: `cells` that change what is seen of a cell, `texts` of a piece of text."""

    def __init__(self, *parts: bytes) -> None:
        self.cells: dict[bytes, CellStyle] = {}
        self.texts: dict[bytes, Font] = {}
        codes: dict[bytes, str] = {}
        for part in parts:
            codes |= _format_codes(part)
        for part in parts:
            for tag, body in _STYLE.findall(part):
                found = attributes(tag)
                font = _font(body)
                if found.get(b"style:family") == b"text":
                    self.texts[found.get(b"style:name", b"")] = font
                elif found.get(b"style:family") == b"table-cell":
                    self._take_cell_style(found, codes, font)

    def _take_cell_style(self, found: Mapping[bytes, bytes], codes: Mapping[bytes, str], font: Font) -> None:
        inherited = self.cells.get(found.get(b"style:parent-style-name", b""), CellStyle())
        own = cell_style(codes.get(found.get(b"style:data-style-name", b""), ""), font[0], is_struck=font[1])
        style = CellStyle(
            own.format if b"style:data-style-name" in found else inherited.format,
            own.script or inherited.script,
            own.is_struck or inherited.is_struck,
        )
        if not style.is_plain:
            self.cells[found.get(b"style:name", b"")] = style

    def runs(self, paragraph: bytes) -> list[Run]:
        """The pieces of one paragraph: runs of blanks are one, breaks and tabs stay."""
        fonts: list[Font] = [("", False)]
        runs: list[Run] = []
        for piece in _PIECE.finditer(paragraph):
            closing, kind, tag, text = piece.groups()
            if kind == b"span":
                if closing:
                    fonts = fonts[:-1] or fonts
                elif not tag.endswith(b"/"):
                    script, is_struck = self.texts.get(attributes(tag).get(b"text:style-name", b""), ("", False))
                    fonts.append((script or fonts[-1][0], is_struck or fonts[-1][1]))
            elif kind == b"line-break":
                runs.append(Run("\n", *fonts[-1]))
            elif kind == b"tab":
                runs.append(Run("\t", *fonts[-1]))
            elif kind == b"s":
                runs.append(Run(" " * count(attributes(tag).get(b"text:c"), 1000), *fonts[-1]))
            elif text:
                runs.append(Run(unescape(re.sub(rb"\s+", b" ", text).decode("utf-8", "replace")), *fonts[-1]))
        return runs

    def seen(self, paragraphs: list[bytes]) -> str:
        """What a person reads in a cell of these paragraphs."""
        return "\n".join(seen_text(self.runs(paragraph)) for paragraph in paragraphs).strip("\n")


def _font(body: bytes) -> Font:
    script: Script = ""
    is_struck = False
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
    return script, is_struck


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
            pieces = written.split("%") if kind == b"percentage-style" else [written]
            code += "%".join(f'"{piece}"' if piece else "" for piece in pieces)
        elif name == b"number":
            factor = found.get(b"number:display-factor", b"1").split(b".")[0]
            thousands = (len(factor) - 1) // 3 if factor.strip(b"0") == b"1" else 0
            code += "0" * count(found.get(b"number:min-integer-digits"), 40) + "," * thousands
        elif name in (b"scientific-number", b"fraction", b"text-content"):
            code += "0"
        elif name in _MOMENTS:
            code += _MOMENTS[name]
    return code
