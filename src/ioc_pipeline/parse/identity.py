"""Whether a form says twice whose figures it holds, and says the same: codes beside names, letterhead and folder."""

import re
from contextlib import suppress

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.headers import bare_header
from ioc_pipeline.parse.layout import HEADER_DISTANCE, Block
from ioc_pipeline.parse.texts import cell_text
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
_TO_WHOM = re.compile(r"kinh gui|noi nhan|don vi nhan|gui ")
_REPORTER = re.compile(
    r"^(?:đơn vị(?: gửi)? báo cáo|đơn vị lập|cơ quan báo cáo|tên đơn vị|đơn vị)\s*:\s*", re.IGNORECASE
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


def letterhead_problems(block: Block, source: Source, envelope: Envelope) -> list[Problem]:
    """A warning where the lines over the title name another reporter than the folder, and not this one.

    The province over its agencies and communes, and whom a letter is sent to, are no reporters.
    """
    level = "commune" if source.reporters == "communes" else "agency"
    on = envelope.received_on
    own = envelope.org_units.get(envelope.reporting_unit_code, on)
    named: list[tuple[str, str, OrgUnit]] = []
    rows = block.sheet.rows
    for number in range(max(0, block.title_row - HEADER_DISTANCE), max(block.title_row, 0)):
        for position, value in enumerate(rows[number]):
            text = cell_text(value) if isinstance(value, str) else ""
            if not text or _TO_WHOM.search(fold(text)):
                continue
            name = _REPORTER.sub("", text)
            with suppress(UnknownUnit, AmbiguousUnit):
                unit = envelope.org_units.find(name, on=on, level=level, province_code=envelope.province_code)
                named.append((cell_address(number, position), text, unit))
    codes = {unit.code for _, _, unit in named}
    allowed = {envelope.reporting_unit_code, own.parent_code if own else "", envelope.province_code}
    if not codes or envelope.reporting_unit_code in codes or codes <= allowed:
        return []
    address, text, unit = next(each for each in named if each[2].code not in allowed)
    expected = f"{own.full_name if own else 'đơn vị'} ({envelope.reporting_unit_code}), đơn vị của thư mục này"
    fix = f"Nếu là báo cáo của {unit.full_name}, hãy gửi vào thư mục inbox/{unit.code}/"
    return [
        Problem("other-reporter", block.sheet.name, address, found=text, expected=expected, fix=fix, severity="warning")
    ]
