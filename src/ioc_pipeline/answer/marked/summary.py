"""The sheet in front: whose file it is, everything that is wrong in the order of its sheets, a place to tick it off."""

from collections.abc import Sequence
from dataclasses import dataclass

from ioc_pipeline.answer.marked.marks import position_of
from ioc_pipeline.answer.sheets import harmless
from ioc_pipeline.answer.wording import expected, finding, fix, found, printable
from ioc_pipeline.domain.errors import Problem

EXPLAINS = (
    "Trang này do hệ thống ghi. Sửa các ô tô đỏ (xem thêm các ô tô vàng), lưu tệp rồi thả lại vào thư mục của đơn vị. "
    "Không cần xóa trang này, màu và ghi chú bắt đầu bằng [IOC]: hệ thống bỏ qua chúng."
)
HEADER = ("STT", "Mức", "Trang", "Ô", "Cột", "Sai gì", "Đọc được", "Cần", "Cách sửa", "Đã sửa")
WIDTHS = (6, 13, 20, 9, 24, 36, 24, 32, 44, 10)
TICKED = "x"
LINK_COLUMN, TICK_COLUMN = 3, 9
_LEVELS = {"critical": "Phải sửa", "warning": "Lưu ý"}


@dataclass(frozen=True, slots=True)
class Summary:
    """What the sheet says. `lines` are name and value of what is known of the delivery."""

    lines: Sequence[tuple[str, str]]
    problems: Sequence[Problem]
    sheet_names: Sequence[str]

    def rows(self) -> list[tuple[Problem, tuple[str, ...]]]:
        """One row a problem, in the order of the workbook's cells; what has no cell comes first."""
        places = {name: number for number, name in enumerate(self.sheet_names)}

        def place(problem: Problem) -> tuple[int, tuple[int, int]]:
            return places.get(problem.sheet, -1), position_of(problem) or (-1, -1)

        return [
            (
                problem,
                (
                    str(number),
                    _LEVELS[problem.severity],
                    harmless(printable(problem.sheet)),
                    problem.cell,
                    harmless(printable(problem.column)),
                    finding(problem),
                    f"“{found(problem)}”" if problem.found else "",
                    expected(problem),
                    fix(problem),
                    "",
                ),
            )
            for number, problem in enumerate(sorted(self.problems, key=place), 1)
        ]

    def link_of(self, problem: Problem) -> str | None:
        """Where a click leads: `'Biểu 01'!B5`; None for what has no cell of its own in a sheet that is there."""
        if problem.sheet not in self.sheet_names or position_of(problem) is None:
            return None
        quoted = problem.sheet.replace("'", "''")
        return f"'{quoted}'!{problem.cell}"
