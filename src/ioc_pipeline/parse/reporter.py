"""Whose figures a form says it holds: in letterhead, title, lines, notes, signature and names, against its folder."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold, naked
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.layout import HEADER_DISTANCE, Block
from ioc_pipeline.parse.statements import is_own_word, statements_elsewhere
from ioc_pipeline.parse.texts import cell_text, seen_cells
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source

_TO_WHOM = re.compile(r"kinh gui|noi nhan|don vi nhan|^gui ")
_LABEL = re.compile(  # "Đơn vị báo cáo: …"
    r"^(?:(?:ten )?(?:don vi|co quan|noi|nguoi)(?: gui| lap| thuc hien)?(?: bao cao| bieu)?"
    r"|(?:ten )?(?:xa|phuong|thi tran|tinh)(?:\s*[/,]\s*(?:xa|phuong|thi tran))*|dia (?:ban|phuong)"
    r"|reporting unit|report(?:ed)? (?:by|of)|reporter)\s*:\s*"
)
_SAID = re.compile(  # "Số liệu của …", "Ghi chú: số liệu trên là của …", "Báo cáo do … lập"
    r"^(?:(?:ghi chu|luu y|note)\s*:)?\W*(?:(?:cac|day la|toan bo) )*(?:so lieu|du lieu|bao cao|bieu|bang|ket qua)"
    r"(?: (?:bao cao|tren|nay|trong bieu|trong bang|trong ky|rieng|(?:thang|quy|nam) [\divx/.-]+))*"
    r"(?: (?:la )?(?:cua|do)|\s*:)?\s+"
    r"|^(?:figures|data|report) (?:of|from|by)(?: the)?\s+"
)
_OF = re.compile(r"\bcua\s+")
_SOURCE_OF_FIGURES = re.compile(r"\W*(?:va\b.*)?cung cap\b")  # who gave the figures to the reporter is no reporter
_OFFICE = re.compile(r"\s*(?:ubnd|uy ban nhan dan|hdnd|xa|phuong|tinh|thi tran)\b")
_SIGNS_FOR = re.compile(
    r"\s*(?:(?:TM|T/M|KT|TL|TUQ)\.?\s+(?:(?:phó )?(?:giám đốc|chủ tịch|chánh văn phòng|thủ trưởng)\s+)?"
    r"|(?:phó )?(?:giám đốc|chủ tịch|chánh văn phòng|thủ trưởng)\s+)"
    r"(?=(?:UBND|uỷ ban|ủy ban|sở|ban|chi cục|cục|văn phòng|công an|xã|phường)\b)",
    re.IGNORECASE,
)
_LONGEST_NAME = 10  # words
_LONGEST_NOTE = 120  # characters: a longer one tells a story


@dataclass(frozen=True, slots=True)
class _Named:
    """A unit that a text names; `is_said` if it says that the figures are that unit's, not only whose paper this is."""

    address: str
    text: str
    unit: OrgUnit
    is_said: bool


def reporter_problems(block: Block, source: Source, envelope: Envelope, end: int) -> list[Problem]:
    """A warning where a sheet names another reporter than the folder.

    A letterhead or signature counts only if the sheet names its folder's unit nowhere; what says of the figures
    whose they are ("Số liệu của …") counts always. Rows from `end` on are the foot. Where every commune reports for
    itself, any other commune is told, also one in the names of sheet and file. The province over its agencies and
    communes, and whom a letter is sent to, are no reporters.
    """
    named = list(_named(block, source, envelope, end))
    own = envelope.org_units.get(envelope.reporting_unit_code, envelope.received_on)
    allowed = {envelope.reporting_unit_code, own.parent_code if own else "", envelope.province_code}
    is_own_named = any(each.unit.code == envelope.reporting_unit_code for each in named)
    if not is_own_named:
        # A national agency stands over its provincial one on the paper.
        counted = [each for each in named if each.is_said or each.unit.province_code]
    elif source.reporters == "communes":
        counted = [each for each in named if each.is_said or each.unit.level == "commune"]
    else:
        counted = [each for each in named if each.is_said]
    others = [each for each in counted if each.unit.code not in allowed]
    if not others:
        return []
    other = others[0]
    expected = f"{own.full_name if own else 'đơn vị'} ({envelope.reporting_unit_code}), đơn vị của thư mục này"
    fix = f"Nếu là báo cáo của {other.unit.full_name}, hãy gửi vào thư mục inbox/{other.unit.code}/"
    where = (block.sheet.name, other.address)
    return [Problem("other-reporter", *where, found=other.text, expected=expected, fix=fix, severity="warning")]


def _named(block: Block, source: Source, envelope: Envelope, end: int) -> Iterator[_Named]:
    title, header = max(block.title_row, 0), block.body_start - block.header_height
    units = _Units(source, envelope)
    for number in range(max(0, block.title_row - HEADER_DISTANCE), header):
        for position, value in seen_cells(block.sheet, number):
            text = cell_text(value) if isinstance(value, str) else ""
            if not text or _TO_WHOM.search(fold(text)) or is_own_word(block.table, text):
                continue
            if found := units.named_by(text):
                is_said = number > title or _LABEL.match(naked(text)) is not None
                yield _Named(cell_address(number, position), text, found, is_said)
            elif found := units.said_in(text):
                yield _Named(cell_address(number, position), text, found, is_said=True)
    if found := units.owning(block.title):
        yield _Named(cell_address(title, 0), block.title, found, is_said=True)
    for number in range(end, min(block.body_end, len(block.sheet.rows))):
        for position, value in seen_cells(block.sheet, number):
            text = cell_text(value) if isinstance(value, str) else ""
            if (signs := _SIGNS_FOR.match(text)) and (found := units.named_by(text[signs.end() :])):
                yield _Named(cell_address(number, position), text, found, is_said=False)
    for said in statements_elsewhere(block, end, envelope.file_name):
        if said.place == "below" and len(said.text) <= _LONGEST_NOTE and (found := units.said_in(said.text)):
            yield _Named(said.address, said.text, found, is_said=True)
        elif said.place in ("file name", "sheet name"):
            yield from (_Named("", said.text, found, is_said=True) for found in units.in_name(said.text))


@dataclass(frozen=True, slots=True)
class _Units:
    """Finds the units that may send a form in texts."""

    source: Source
    envelope: Envelope

    def named_by(self, text: str) -> OrgUnit | None:
        """The unit of a text that is nothing but its name, with a label or without; also another province."""
        plain = naked(text)
        label = _LABEL.match(plain)
        if label and len(plain) == len(text):
            return self._find(text[label.end() :])
        return self._find(plain[label.end() :] if label else text)

    def said_in(self, text: str) -> OrgUnit | None:
        """The unit of which a text says that the figures are its own."""
        plain = naked(text)
        said = _SAID.match(plain) or _LABEL.match(plain)
        return self._beginning(text, plain, said.end()) if said else None

    def owning(self, title: str) -> OrgUnit | None:
        """The unit behind "của" in a title."""
        plain = naked(title)
        return next((unit for of in _OF.finditer(plain) if (unit := self._beginning(title, plain, of.end()))), None)

    def in_name(self, name: str) -> Iterator[OrgUnit]:
        """Units in the name of a file or sheet: any commune where they report, else whose figures it says they are."""
        if self.source.reporters != "communes":
            if found := self.said_in(name):
                yield found
            return
        envelope, words = self.envelope, f" {fold(name)} "
        for unit in envelope.org_units.members(
            level="commune", province_code=envelope.province_code, on=envelope.received_on
        ):
            if f" {fold(unit.full_name)} " in words:
                yield unit

    def _beginning(self, text: str, plain: str, start: int) -> OrgUnit | None:
        """The unit whose name a text goes on with; none that only provided the figures."""
        words = (text if len(text) == len(plain) else plain)[start:].split()
        for length in range(min(len(words), _LONGEST_NAME), 1, -1):
            if unit := self._find(" ".join(words[:length]).strip("()[]:;,. ")):
                return None if _SOURCE_OF_FIGURES.match(naked(" ".join(words[length:]))) else unit
        return None

    def _find(self, name: str) -> OrgUnit | None:
        envelope = self.envelope
        levels: tuple[str, ...] = ("commune", "agency") if self.source.reporters == "communes" else ("agency",)
        if _OFFICE.match(naked(name)):
            levels = (*dict.fromkeys((*levels, "commune")), "province")
        for level in levels:
            province = None if level == "province" else envelope.province_code
            with suppress(UnknownUnit, AmbiguousUnit):
                return envelope.org_units.find(name, on=envelope.received_on, level=level, province_code=province)
        return None
