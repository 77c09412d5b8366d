"""Which org unit a row of a form describes, or why nobody can say."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.marks import without_marks, without_ordinal
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column


@dataclass(frozen=True, slots=True)
class RowUnits:
    """Finds the units of one block's rows on the last day of its period."""

    block: Block
    source: Source
    column: Column
    envelope: Envelope
    on: date

    @property
    def position(self) -> int:
        return self.block.columns[self.column.name]

    def find(self, text: str) -> OrgUnit:
        """The unit that a cell names, whatever footnote mark follows it and number stands before it.

        Raises:
            UnknownUnit, AmbiguousUnit: as `OrgUnits.find`, for the text as it is written.
        """
        bare = without_marks(text)
        for spelling in dict.fromkeys((bare, without_ordinal(bare))):
            if spelling != text:
                with suppress(UnknownUnit):
                    return self._find(spelling)
        return self._find(text)

    def _find(self, text: str) -> OrgUnit:
        return self.envelope.org_units.find(
            text,
            on=self.on,
            level=self.column.level,
            province_code=self.envelope.province_code if self.column.level in ("commune", "agency") else None,
        )

    def read(self, number: int) -> tuple[OrgUnit | None, Problem | None]:
        """The unit of a row, or what is wrong with its name; neither for the province itself, which is a total."""
        text = cell_text(self.block.sheet.rows[number][self.position])
        where = (self.block.sheet.name, cell_address(number, self.position), self.block.headers.get(self.position, ""))
        try:
            unit = self.find(text)
        except (UnknownUnit, AmbiguousUnit) as error:
            problem = unit_problem(error, text, self.column, self.envelope, self.on)
            return None, problem and replace(problem, sheet=where[0], cell=where[1], column=where[2])
        if _is_of_another_reporter(unit, self.source, self.envelope):
            return None, _another_reporters(unit, self.block, number, self.position, self.envelope, self.on)
        return unit, None

    def is_district(self, text: str) -> bool:
        """Whether a text names a district, or one of before the merger: its row is a heading, or the sum of its own."""
        if self.column.level not in ("commune", "agency"):
            return False
        name = without_ordinal(without_marks(text)).replace("(cũ)", "").strip()
        for day in (self.on, _LAST_DAY_OF_DISTRICTS):
            with suppress(UnknownUnit, AmbiguousUnit):
                province_code = self.envelope.province_code
                self.envelope.org_units.find(name, on=day, level="district", province_code=province_code)
                return True
        return False


_LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)


def _is_of_another_reporter(unit: OrgUnit, source: Source, envelope: Envelope) -> bool:
    """Where every commune reports for itself, a row of another commune is not its to send."""
    return source.reporters == "communes" and unit.level == "commune" and unit.code != envelope.reporting_unit_code


def _another_reporters(
    unit: OrgUnit, block: Block, number: int, position: int, envelope: Envelope, on: date
) -> Problem:
    where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
    own = envelope.org_units.get(envelope.reporting_unit_code, on)
    return Problem(
        "foreign-unit",
        *where,
        found=cell_text(block.sheet.rows[number][position]),
        expected=f"{own.full_name if own else 'đơn vị'} ({envelope.reporting_unit_code}), đơn vị của thư mục này",
        fix=f"Xóa dòng này; số liệu của {unit.full_name} gửi vào inbox/{unit.code}/",
    )


def unit_problem(
    error: UnknownUnit | AmbiguousUnit, text: str, column: Column, envelope: Envelope, on: date
) -> Problem | None:
    """Why a row's unit cannot be told, for the caller to say where.

    None for the row of the province itself, which is a total under another name.
    """
    if isinstance(error, AmbiguousUnit):
        return Problem("ambiguous-unit", found=text, expected=str(error))
    for level in ("province", column.level):
        try:
            other = envelope.org_units.find(text, on=on, level=level, province_code=None)
        except (UnknownUnit, AmbiguousUnit):
            continue
        if other.code == envelope.province_code:
            return None
        return Problem("foreign-unit", found=text, expected=f"đơn vị thuộc tỉnh mã {envelope.province_code}")
    suggestions = "; ".join(error.suggestions)
    return Problem(
        "unknown-unit",
        found=text,
        expected=f"một trong: {suggestions}" if suggestions else "",
        fix="Sửa tên cho đúng danh mục; nếu tên viết như vậy là đúng, đề nghị Trung tâm IOC thêm dòng sau vào "
        f"aliases.csv của tỉnh: “{error.alias_row}”",
    )
