"""What a unit owes and what is late, as one text that can be sent as it is."""

from collections.abc import Sequence
from datetime import date

from ioc_pipeline.domain.duties import Call, Stage
from ioc_pipeline.domain.periods import label

_HEADINGS: tuple[tuple[Stage, str], ...] = (
    ("late", "Đã quá hạn, đề nghị gửi ngay"),
    ("upcoming", "Sắp đến hạn"),
)


def reminder_text(unit_name: str, folder: str, day: date, calls: Sequence[Call]) -> str:
    """The text for one unit on one day: the late first, then what is due soon, each by its due day."""
    lines = [f"NHẮC VIỆC BÁO CÁO - {unit_name}", f"Ngày {_day(day)}"]
    for stage, heading in _HEADINGS:
        some = [call for call in calls if call.stage == stage]
        if some:
            lines += ["", f"{heading}: {len(some)}"]
            lines += [f"{number}. {_line(call)}" for number, call in enumerate(some, 1)]
    lines += ["", f"Nơi gửi: thư mục inbox/{folder}/. Tệp đã thả hôm nay mà chưa có phản hồi thì không phải gửi lại."]
    return "\n".join(lines)


def _line(call: Call) -> str:
    duty = call.duty
    left = "hôm nay là ngày cuối" if call.working_days == 0 else f"còn {call.working_days} ngày làm việc"
    when = left if call.stage == "upcoming" else f"chậm {call.working_days} ngày làm việc"
    returned = " Đã gửi nhưng bị trả lại: xem phản hồi, sửa rồi gửi lại." if duty.was_returned else ""
    return f"{duty.source_title}, {label(duty.period)}: hạn nộp {_day(duty.due_date)}, {when}.{returned}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
