"""Whether a returned delivery gets its workbook back, and the workbook."""

from collections.abc import Callable
from dataclasses import replace

from ioc_pipeline.answer.marked.copied import copy_as_xlsx, names_in_xlsx
from ioc_pipeline.answer.marked.marks import position_of
from ioc_pipeline.answer.marked.xlsx import mark_xlsx
from ioc_pipeline.answer.sheets import harmless
from ioc_pipeline.answer.wording import printable
from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.local_time import as_local
from ioc_pipeline.domain.periods import label
from ioc_pipeline.domain.workbooks import Workbook

_KEPT_BACK = "personal-data"
"""What comes back without its content: the list of places is enough to mend it (Law 91/2025/QH15)."""


def goes_back_marked(verdict: Verdict) -> bool:
    """A file that could be read, with something wrong in its cells and nothing that must not be shown again."""
    is_returned_file = verdict.delivery.kind == "file" and verdict.outcome == "returned"
    has_cells = any(position_of(problem) for problem in verdict.problems)
    return is_returned_file and has_cells and all(problem.code != _KEPT_BACK for problem in verdict.problems)


def marked_workbook(verdict: Verdict, title: str, content: bytes, read: Callable[[], Workbook]) -> bytes:
    """The sender's own .xlsx with marks, or an .xlsx with the cells of another format.

    `content` are the bytes as they were sent; `read` reads them where they are no .xlsx. `title` is the form's, or "".
    """
    lines = _lines(verdict, title)
    if b"[Content_Types].xml" in content:
        return mark_xlsx(content, verdict.problems, lines)
    workbook = read()
    names = names_in_xlsx(workbook.sheets)
    problems = [replace(problem, sheet=names.get(problem.sheet, problem.sheet)) for problem in verdict.problems]
    return mark_xlsx(copy_as_xlsx(workbook, names), problems, lines)


def _receipt(delivery: Delivery) -> list[tuple[str, str]]:
    if delivery.is_tried:
        return [("Kiểm tra thử", "tệp chưa được gửi")]
    received = f"{as_local(delivery.received_at):%d/%m/%Y %H:%M} (giờ Việt Nam)"
    return [("Nhận lúc", received), ("Mã biên nhận", str(delivery.delivery_seq))]


def _lines(verdict: Verdict, title: str) -> list[tuple[str, str]]:
    delivery = verdict.delivery
    periods = sorted({scope.period for scope in verdict.scopes})
    critical = sum(problem.severity == "critical" for problem in verdict.problems)
    lines = [
        ("Biểu mẫu", title),
        ("Kỳ số liệu", ", ".join(label(period) for period in periods)),
        ("Tệp đã gửi", harmless(printable(delivery.file_name))),
        *_receipt(delivery),
        ("Phải sửa / lưu ý", f"{critical} / {len(verdict.problems) - critical}"),
    ]
    return [(name, value) for name, value in lines if value]
