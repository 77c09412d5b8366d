"""What a department was told of a delivery: the text to read, the workbooks to download."""

from dataclasses import dataclass

from ioc_pipeline.answer.shelves import Answer, answers_of, read_answer
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.ledger.enquiries import StatusRow
from ioc_pipeline.settings import Settings

WORKBOOKS = ("da-danh-dau", "bien-nhan")
NAMES = {
    "tiep-nhan": ("Thông báo", "Answer"),
    "khong-co-bieu": ("Thông báo", "Answer"),
    "tra-lai": ("Danh sách lỗi", "Errors"),
    "rut-lai": ("Thông báo", "Answer"),
    "da-danh-dau": ("Tệp đã đánh dấu", "Marked workbook"),
    "bien-nhan": ("Biên nhận", "Receipt"),
}
"""What each file of an answer is called, Vietnamese and English."""


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery of one department, None before it has its number, with all files of its answer."""

    row: StatusRow | None
    answers: list[Answer]
    text: str

    @property
    def is_answered(self) -> bool:
        return any(answer.slug not in WORKBOOKS for answer in self.answers)


def told_of(given: Settings, department_code: str, delivery_seq: int) -> Told:
    """One delivery of a department; `row` is None where it has none of that number."""
    rows = [row for row in open_ledger(given).status_rows(department_code) if row.delivery_seq == delivery_seq]
    if not rows:
        return Told(None, [], "")
    answers = [answer for answer in answers_of(given.inbox, department_code) if answer.delivery_seq == delivery_seq]
    texts = [answer for answer in answers if answer.slug not in WORKBOOKS]
    text = read_answer(given.inbox, department_code, texts[-1]).decode("utf-8-sig", "replace") if texts else ""
    return Told(rows[0], answers, text)
