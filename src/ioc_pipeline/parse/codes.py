"""Whether the code beside a name is the code of the unit that is named."""

import re

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.headers import bare_header
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.parse.values import value_at
from ioc_pipeline.reference.org_units.unit import OrgUnit

_CODE = re.compile(r"(?:ma|code)(?: .*)?")
_CODE_OF_UNIT = re.compile(
    r"(?:ma|code)(?: so)?(?: cua| cac)?"
    r" (?:xa|phuong|thi tran|don vi|dvhc|hanh chinh|dia phuong|dia ban|co quan)(?: .*)?"
)
_DIGITS = re.compile(r"(\d{1,5})(?:\.0)?")


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
            continue  # a code of anything: "Mã", "Mã định danh"
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
