"""What a sheet's own parts say that the workbook reader does not: errors, missing results, how cells are seen."""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from ioc_pipeline.read.number_format import NumberFormat, number_format

_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_RAISED = str.maketrans("0123456789+-=()[]abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-=()[]", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₍₎")

NOT_CALCULATED = "formula"
BUILT_IN_FORMATS = {9: "0%", 10: "0.00%", 17: "mmm-yy", 16: "d-mmm"}  # of those built in, the ones that show more
# The reader's own currency, which the file does not name: ₫ on one machine, $ on another.
OWN_CURRENCY = "¤"
BUILT_IN_FORMATS |= dict.fromkeys((5, 6), f'#,##0" {OWN_CURRENCY}";-#,##0" {OWN_CURRENCY}"') | dict.fromkeys(
    (7, 8, 44), f'#,##0.00" {OWN_CURRENCY}";-#,##0.00" {OWN_CURRENCY}"'
)
BUILT_IN_FORMATS[42] = BUILT_IN_FORMATS[5]

Script = Literal["", "raised", "lowered"]


class Font(NamedTuple):
    """How a font shows its text. Colours are "ffffff" and the like, "" where the file does not say one."""

    script: Script = ""
    is_struck: bool = False
    colour: str = ""

    @property
    def changes_text(self) -> bool:
        return bool(self.script) or self.is_struck


PLAIN_FONT = Font()
WHITE = "ffffff"
UNREADABLE_POINTS = 2.0  # a row lower than this shows nothing of a text


class Run(NamedTuple):
    """A piece of a text in one font; None is that of its cell."""

    text: str
    font: Font | None = None


class CellStyle(NamedTuple):
    """What a cell's style does to its content; `format` is None where it shows numbers as their digits.

    `is_hidden` says that its text has the colour of its ground.
    """

    format: NumberFormat | None = None
    script: Script = ""
    is_struck: bool = False
    is_hidden: bool = False

    @property
    def font(self) -> Font:
        return Font(self.script, self.is_struck)

    @property
    def without_font(self) -> "CellStyle":
        """For a text in which the font is seen already."""
        return self._replace(script="", is_struck=False)

    @property
    def is_plain(self) -> bool:
        return self.format is None and not (self.script or self.is_struck or self.is_hidden)


PERCENT_STYLE = CellStyle(number_format("0%"))


def cell_style(code: str, font: Font = PLAIN_FONT, ground: str = WHITE) -> CellStyle:
    """The style of a format code, a font and the colour behind it."""
    known = number_format(code) if code else None
    shown = None if known is None or known.is_plain else known
    return CellStyle(shown, font.script, font.is_struck, is_hidden=font.colour == ground)


class SheetFacts:
    """All positions are 0-based, row → column → fact; spans are (first, last).

    `marks` are "#DIV/0!" and the like or "formula". `styles` are those of cells that are seen otherwise than their
    value. `texts` replace what the workbook reader gives; "" is left of what is struck through. `notes` are (A1, text).
    `merged` is None where the workbook reader knows the merged ranges itself. `stored` counts the values of the sheet:
    if the workbook reader gives fewer, `check_places` looks whether two stand in one place.
    """

    __slots__ = (
        "check_places", "counts_from_1904", "hidden_columns", "hidden_rows", "marks", "merged", "notes", "stored",
        "styles", "texts",
    )  # fmt: skip

    def __init__(self) -> None:
        self.marks: dict[int, dict[int, str]] = {}
        self.styles: dict[int, dict[int, CellStyle]] = {}
        self.texts: dict[int, dict[int, str]] = {}
        self.hidden_rows: list[tuple[int, int]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.counts_from_1904 = False
        self.stored = 0
        self.check_places: Callable[[], None] | None = None
        self.notes: list[tuple[str, str]] = []
        self.merged: list[tuple[int, int, int, int]] | None = None

    def mark(self, row: int, column: int, mark: str) -> None:
        """Note an error or a missing result."""
        self.marks.setdefault(row, {})[column] = mark

    def style(self, row: int, column: int, style: CellStyle) -> None:
        """Note that a cell is seen otherwise than its value."""
        self.styles.setdefault(row, {})[column] = style

    def text(self, row: int, column: int, text: str) -> None:
        """Note what a person sees of a text, its cell's own font included."""
        self.texts.setdefault(row, {})[column] = text


def seen_text(runs: list[Run], own: Font = PLAIN_FONT) -> str:
    """What a person reads in a text of several fonts: raised digits as ¹²³, nothing of what is struck through.

    `own` is the font of its cell.
    """
    pieces = ((run.text, own if run.font is None else run.font) for run in runs)
    return "".join(in_script(text, font.script) for text, font in pieces if not font.is_struck)


def in_script(text: str, script: Script) -> str:
    """A raised or lowered text in the signs that Unicode has for it; as it is where a sign has none: "(ước)"."""
    if not script or not any(sign.isalnum() for sign in text):
        return text
    table = _RAISED if script == "raised" else _LOWERED
    other = text.translate(table)
    has_all = all(ord(sign) in table or not sign.isalnum() for sign in text)
    return other if has_all else text


def unescape(text: str) -> str:
    """Resolve the five XML entities and character references; nothing else is ever expanded."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
