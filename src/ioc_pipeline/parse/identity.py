"""Whether a form says twice whose figures it holds, and says the same: codes beside names, letterhead and folder."""

import re
from collections.abc import Iterator
from contextlib import suppress

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.headers import bare_header
from ioc_pipeline.parse.layout import HEADER_DISTANCE, Block
from ioc_pipeline.parse.texts import cell_text, seen_cells
from ioc_pipeline.parse.values import value_at
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source

_CODE = re.compile(r"(?:ma|code)(?: so)?")
_CODE_OF_UNIT = re.compile(
    r"(?:ma|code)(?: so)?(?: cua| cac)?"
    r" (?:xa|phuong|thi tran|don vi|dvhc|hanh chinh|dia phuong|dia ban|co quan)(?: .*)?"
)
_DIGITS = re.compile(r"(\d{1,5})(?:\.0)?")
_TO_WHOM = re.compile(r"kinh gui|noi nhan|don vi nhan|^gui ")
_REPORTER = re.compile(
    r"^(?:đơn vị(?: gửi)? báo cáo|(?:đơn vị|cơ quan) (?:lập|gửi|thực hiện|báo cáo)|nơi gửi|tên đơn vị|đơn vị"
    r"|reporting unit|reported by|reporter)\s*:\s*",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"\s*(?:ubnd|uỷ ban nhân dân|ủy ban nhân dân|hđnd|xã|phường|tỉnh|thị trấn)\b", re.IGNORECASE)
_SIGNS_FOR = re.compile(
    r"\s*(?:(?:TM|T/M|KT|TL|TUQ)\.?\s+(?:(?:phó )?(?:giám đốc|chủ tịch|chánh văn phòng|thủ trưởng)\s+)?"
    r"|(?:phó )?(?:giám đốc|chủ tịch|chánh văn phòng|thủ trưởng)\s+)"
    r"(?=(?:UBND|uỷ ban|ủy ban|sở|ban|chi cục|cục|văn phòng|công an|xã|phường)\b)",
    re.IGNORECASE,
)


def code_problems(block: Block, body: Body) -> list[Problem]:
    """Rows whose code is not the code of the unit they name.

    If no row's code is its unit's, the column may be of another list: that is a warning, told once.
    """
    if not any(column.type == "org_unit" for column in block.table.columns):
        return []
    problems = []
    for position, header in block.headers.items():
        name = fold(bare_header(header))
        is_of_unit = bool(_CODE_OF_UNIT.fullmatch(name))
        if not is_of_unit and not _CODE.fullmatch(name):
            continue
        written = [
            (number, unit, text)
            for number, unit in zip(body.data, body.units, strict=True)
            if (text := cell_text(value_at(block, number, position)).strip(" '’")) and text not in ("-", "…", "x")
        ]
        wrong = [each for each in written if not _is_code_of(each[2], each[1])]
        has_own = len(wrong) < len(written)
        if not has_own and not is_of_unit:
            continue  # "Mã" alone may be the code of anything
        for number, unit, text in wrong if has_own else wrong[:1]:
            where = (block.sheet.name, cell_address(number, position), header)
            problems.append(
                Problem(
                    "code-not-of-unit",
                    *where,
                    found=text,
                    expected=f"{unit.code}, mã của {unit.full_name}",
                    severity="critical" if has_own else "warning",
                )
            )
    return problems


def _is_code_of(text: str, unit: OrgUnit) -> bool:
    """Leading zeros may have been lost in a spreadsheet."""
    digits = _DIGITS.fullmatch(text)
    return digits[1].zfill(len(unit.code)) == unit.code if digits else text.casefold() == unit.code.casefold()


def reporter_problems(block: Block, source: Source, envelope: Envelope, end: int) -> list[Problem]:
    """A warning where a sheet names another reporter than the folder, and nowhere this one.

    It may say so in the lines over the title and in its signature (rows from `end` on); where every commune reports for
    itself, also in the lines below the title and in the names of sheet and file. The province over its agencies and
    communes, and whom a letter is sent to, are no reporters.
    """
    named = [*_named_on_sheet(block, source, envelope, end), *_named_by_names(block, source, envelope)]
    own = envelope.org_units.get(envelope.reporting_unit_code, envelope.received_on)
    allowed = {envelope.reporting_unit_code, own.parent_code if own else "", envelope.province_code}
    codes = {unit.code for _, _, unit in named}
    letterhead_is_own = any(unit.code == envelope.reporting_unit_code for _, _, unit in named)
    others = [each for each in named if each[2].code not in allowed]
    if not others or (letterhead_is_own and source.reporters != "communes") or codes <= allowed:
        return []
    address, text, unit = others[0]
    expected = f"{own.full_name if own else 'đơn vị'} ({envelope.reporting_unit_code}), đơn vị của thư mục này"
    fix = f"Nếu là báo cáo của {unit.full_name}, hãy gửi vào thư mục inbox/{unit.code}/"
    return [
        Problem("other-reporter", block.sheet.name, address, found=text, expected=expected, fix=fix, severity="warning")
    ]


_Named = tuple[str, str, OrgUnit]  # address, text and the unit that it names


def _named_on_sheet(block: Block, source: Source, envelope: Envelope, end: int) -> Iterator[_Named]:
    top = block.body_start - block.header_height if source.reporters == "communes" else max(block.title_row, 0)
    for number in range(max(0, block.title_row - HEADER_DISTANCE), top):
        for position, value in seen_cells(block.sheet, number):
            text = cell_text(value) if isinstance(value, str) else ""
            if text and not _TO_WHOM.search(fold(text)):
                unit = _unit_of(_REPORTER.sub("", text), source, envelope)
                if unit:
                    yield cell_address(number, position), text, unit
    for number in range(end, min(block.body_end, len(block.sheet.rows))):
        for position, value in seen_cells(block.sheet, number):
            text = cell_text(value) if isinstance(value, str) else ""
            if (signs := _SIGNS_FOR.match(text)) and (unit := _unit_of(text[signs.end() :], source, envelope)):
                yield cell_address(number, position), text, unit


def _named_by_names(block: Block, source: Source, envelope: Envelope) -> Iterator[_Named]:
    if source.reporters != "communes":
        return
    members = envelope.org_units.members(level="commune", province_code=envelope.province_code, on=envelope.received_on)
    for name in (envelope.file_name, block.sheet.name):
        words = f" {fold(name.replace('_', ' '))} "
        yield from (("", name, unit) for unit in members if f" {fold(unit.full_name)} " in words)


def _unit_of(name: str, source: Source, envelope: Envelope) -> OrgUnit | None:
    """The unit of a line that names nothing else, of the levels that may send this form; also another province."""
    levels: tuple[str, ...] = ("commune",) if source.reporters == "communes" else ("agency",)
    if _OFFICE.match(name):
        levels = (*dict.fromkeys((*levels, "commune")), "province")
    for level in levels:
        province = None if level == "province" else envelope.province_code
        with suppress(UnknownUnit, AmbiguousUnit):
            return envelope.org_units.find(name, on=envelope.received_on, level=level, province_code=province)
    return None
