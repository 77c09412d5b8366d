"""Rows that say more of the row above them ("- Nữ", "Trong đó: …"), and rows of means: read, checked, not loaded."""

import re
from collections.abc import Sequence

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.sums import additive_figures
from ioc_pipeline.parse.table_end import figure_positions
from ioc_pipeline.parse.tables import original_text
from ioc_pipeline.parse.texts import is_number
from ioc_pipeline.parse.values import value_at
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import ADDITIVE

_LISTED = re.compile(
    r"\s*(?:[-–—+•●*>»·◦○▪►→‣]+|[a-hđo](?:[.)]|(?<=o))(?=\s)|\d{1,2}(?:\.\d{1,2})+[.)]?(?=\s))\s*(?=[^\W\d])"
)
_OF_WHICH = re.compile(
    r"(?:trong (?:so )?do|trong tong so|rieng|tr do|of which|in which|o w|chia (?:ra|theo)|phan theo|gom|bao gom)\b"
)
_PART = re.compile(
    r"(?:nam|nu|nam gioi|nu gioi|male|female|urban|rural|(?:nguoi )?(?:dan toc )?(?:thieu so|kinh)|dan toc"
    r"|(?:o )?(?:khu vuc )?(?:thanh thi|do thi|nong thon))"
)
_UNIT = re.compile(
    r"(?:xa|x|phuong|ph|p|thi tran|tt|huyen|quan|thi xa|tinh|thanh pho|tp|so|ban|vp|van phong|ubnd|uy ban|chi cuc|cuc"
    r"|cong an|thanh tra|bo|trung tam|don vi|kho bac|bao hiem|truong|benh vien|thue|hdnd|hoi|doan|dang uy)\b"
)
_MEAN = re.compile(
    r"(?:(?:muc|so|gia tri) )?(?:binh quan|trung binh|trung vi|bq|tb|average|mean|median|cao nhat|thap nhat|lon nhat"
    r"|nho nhat|max(?:imum)?|min(?:imum)?|highest|lowest)\b"
)


def is_mean(text: str) -> bool:
    """Whether a row's name says that its figures are a mean or an extreme of others: "Bình quân chung"."""
    return bool(_MEAN.match(fold(text)))


def is_listed(text: str) -> bool:
    """Whether a name stands behind a dash or the like, as parts of the row above do."""
    return bool(_LISTED.match(text))


def is_part(text: str, *, follows_of_which: bool) -> bool:
    """Whether a name that no unit bears is that of a part of the row above it.

    What begins as units do ("- Xã …") is none: it may be a unit whose name is misspelt.
    """
    name = fold(_LISTED.sub("", text))
    if not name or _UNIT.match(name):
        return bool(_OF_WHICH.match(name))
    return is_listed(text) or follows_of_which or bool(_OF_WHICH.match(name) or _PART.fullmatch(name))


def part_problems(block: Block, source: Source, number: int, whole: int) -> list[Problem]:
    """A part is nowhere more than the row that it is of."""
    figures = zip(additive_figures(block, source, number), additive_figures(block, source, whole), strict=True)
    positions = _additive_positions(block)
    return [
        Problem(
            "part-larger-than-whole",
            block.sheet.name,
            cell_address(number, position),
            block.headers.get(position, ""),
            found=original_text(value_at(block, number, position)),
            expected=f"không quá {original_text(value_at(block, whole, position))} (ô {cell_address(whole, position)})",
        )
        for position, (part, of) in zip(positions, figures, strict=True)
        if part is not None and of is not None and part > of
    ]


def _additive_positions(block: Block) -> Sequence[int]:
    return [
        block.columns[column.name]
        for column in block.table.columns
        if column.type in ADDITIVE and column.name in block.columns
    ]


def stray_cell(block: Block, number: int) -> str:
    """Address of a number that stands in a row without figures of the form, where no figure belongs; "" if none does.

    In a column of names it is one too; a column that the form does not ask for may have figures of its own.
    """
    figures, known = figure_positions(block), set(block.columns.values())
    row = block.sheet.rows[number]
    held = [position for position, value in enumerate(row) if value is not None]
    for position in held[1:]:
        value = row[position]
        is_seen = number not in block.sheet.hidden_rows and position not in block.sheet.hidden_columns
        is_of_another = position in block.headers and position not in known
        if is_seen and is_number(value) and position not in figures and not is_of_another:
            return cell_address(number, position)
    return ""
