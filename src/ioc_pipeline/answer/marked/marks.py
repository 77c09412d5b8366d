"""What is said at which cell of a workbook that goes back, and how we know our own words when it comes again."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ioc_pipeline.answer.wording import advise
from ioc_pipeline.domain.addresses import cell_position
from ioc_pipeline.domain.errors import Problem, Severity
from ioc_pipeline.domain.workbooks import Workbook

SUMMARY_SHEET = "Kết quả kiểm tra IOC"
SUMMARY_TITLE = "KẾT QUẢ KIỂM TRA CỦA TRUNG TÂM IOC"
"""In A1 of the sheet that we put in front, by which we know it again, whatever it is called by then."""
AUTHOR = "Trung tâm IOC"
NOTE_BEGINS = "[IOC] "
"""Begins each comment of ours, also one that is added to a comment of the sender's."""

Position = tuple[int, int]


@dataclass(slots=True)
class Mark:
    """One cell, 0-based: the comment on it, and whether it must be mended or only looked at."""

    severity: Severity
    notes: list[str] = field(default_factory=list)

    @property
    def comment(self) -> str:
        return NOTE_BEGINS + "\n".join(self.notes)


def marks_by_sheet(problems: Iterable[Problem]) -> dict[str, dict[Position, Mark]]:
    """One mark a cell, by the sheet's name; what has no cell of its own is told in the summary alone."""
    marks: dict[str, dict[Position, Mark]] = {}
    for problem in problems:
        position = position_of(problem)
        if position is None:
            continue
        mark = marks.setdefault(problem.sheet, {}).setdefault(position, Mark(problem.severity))
        mark.notes.append(advise(problem))
        if problem.severity == "critical":
            mark.severity = "critical"
    return marks


def position_of(problem: Problem) -> Position | None:
    """Where a problem is, 0-based; None if it speaks of a sheet, a column or the file."""
    try:
        return cell_position(problem.cell)
    except ValueError:
        return None


def without_marks(workbook: Workbook) -> Workbook:
    """The workbook as its sender filled it in: our sheet and our comments are not there."""
    sheets = []
    for sheet in workbook.sheets:
        if sheet.rows and sheet.rows[0] and sheet.rows[0][0] == SUMMARY_TITLE:
            continue
        notes = [(cell, own_words(text)) for cell, text in sheet.notes]
        sheets.append(replace(sheet, notes=[note for note in notes if note[1]]))
    return replace(workbook, sheets=sheets)


def own_words(comment: str) -> str:
    """What of a comment its sender wrote. Programs may put the author's name before it."""
    theirs, ours, _ = comment.partition(NOTE_BEGINS.strip())
    if not ours:
        return comment
    return "" if theirs.strip() in ("", f"{AUTHOR}:") else theirs.removesuffix("\n")
