"""Verdict → the words of an answer: of a delivery, or of a file that was only tried."""

from collections.abc import Sequence

from ioc_pipeline.answer.wording import explain, printable, sent_by
from ioc_pipeline.domain.deliveries import Delivery, Outcome, Verdict
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.domain.local_time import as_local
from ioc_pipeline.domain.periods import label

_HEADLINES: dict[Outcome, tuple[str, str]] = {
    "loaded": ("tiep-nhan", "ĐÃ TIẾP NHẬN"),
    "duplicate": ("tiep-nhan", "ĐÃ TIẾP NHẬN (nội dung trùng với bản mới nhất đã nhận, không nạp lại)"),
    "nil_report": ("tiep-nhan", "ĐÃ TIẾP NHẬN báo cáo không phát sinh số liệu"),
    "nothing_to_read": (
        "khong-co-bieu",
        "KHÔNG CÓ BIỂU CẦN ĐỌC: tệp hợp lệ nhưng không chứa biểu mà hệ thống khai thác",
    ),
    "returned": ("tra-lai", "TRẢ LẠI: chưa nạp số liệu nào của tệp này; bản đã nhận trước đó (nếu có) vẫn giữ nguyên"),
    "withdrawal": ("rut-lai", "ĐÃ RÚT SỐ LIỆU của lần gửi nêu dưới đây"),
}

_TRIED: dict[Outcome, str] = {
    "loaded": "KIỂM TRA THỬ: gửi tệp này thì ĐƯỢC TIẾP NHẬN",
    "nil_report": "KIỂM TRA THỬ: gửi tệp này thì ĐƯỢC TIẾP NHẬN là báo cáo không phát sinh số liệu",
    "nothing_to_read": "KIỂM TRA THỬ: tệp hợp lệ nhưng KHÔNG CÓ BIỂU mà hệ thống khai thác",
    "returned": "KIỂM TRA THỬ: gửi tệp này thì BỊ TRẢ LẠI",
}


def slug_of(outcome: Outcome) -> str:
    """What the name of an answer says."""
    return _HEADLINES[outcome][0]


def lines_of(verdict: Verdict, title: str) -> list[str]:
    """What a department reads: what became of its file, and every error with its remedy.

    `title` is the form's, "" when the form is not known. Cell texts stand in an answer and nowhere else.
    """
    delivery = verdict.delivery
    headline = _TRIED[verdict.outcome] if delivery.is_tried else _HEADLINES[verdict.outcome][1]
    if delivery.kind == "extract":
        headline = headline.replace("tệp này", "lần lấy dữ liệu này").replace("tệp hợp lệ", "câu trả lời hợp lệ")
    lines = [headline, "", *_envelope(delivery, title)]
    if verdict.scopes:
        periods = sorted({scope.period for scope in verdict.scopes})
        lines.append("Kỳ số liệu: " + ", ".join(label(period) for period in periods))
    if verdict.reason:
        lines.append(f"Lý do: {printable(verdict.reason)}")
    if verdict.same_as_delivery_seq is not None:
        lines.append(f"Biên nhận của bản đã nạp: {verdict.same_as_delivery_seq}")
    if verdict.outcome == "loaded":
        done = "đọc được" if delivery.is_tried else "đã nạp"
        if verdict.record_counts:
            lines.append(f"Số bản ghi {done}: {sum(verdict.record_counts.values())}")
        if verdict.observation_count or not verdict.record_counts:
            lines.append(f"Số giá trị {done}: {verdict.observation_count}")
    passed = sum(check.outcome == "passed" for check in verdict.checks)
    if verdict.checks:
        lines.append(f"Kiểm tra: {passed}/{len(verdict.checks)} quy tắc đạt")
    lines += explained(verdict.problems)
    return lines if delivery.is_tried else [*lines, "", f"Mã biên nhận: {delivery.delivery_seq} - {delivery.sha256}"]


def _envelope(delivery: Delivery, title: str) -> list[str]:
    named = "Lần lấy dữ liệu" if delivery.kind == "extract" else "Tệp"
    lines = [f"{named}: {printable(without_identifiers(delivery.file_name))}"]
    if not delivery.is_tried:
        lines.append(f"Nhận lúc: {as_local(delivery.received_at):%d/%m/%Y %H:%M:%S} (giờ Việt Nam)")
    if delivery.sender:
        lines.append(f"Người gửi: {sent_by(delivery)}")
    if title:
        lines.append(f"Biểu mẫu: {title}")
    if delivery.decides_delivery_seq is not None:
        lines.append(f"Lần gửi được rút: {delivery.decides_delivery_seq}")
    return lines


def explained(problems: Sequence[Problem]) -> list[str]:
    """Every problem under the heading that says what it means."""
    critical = [problem for problem in problems if problem.returns_all]
    left_out = [problem for problem in problems if problem.is_left_out]
    warnings = [problem for problem in problems if problem.severity == "warning"]
    lines: list[str] = []
    for heading, some in (
        ("Lỗi phải sửa", critical),
        ("Bản ghi bị trả lại, không được tính; các bản ghi khác đã nhận. Lỗi phải sửa", left_out),
        ("Cảnh báo (không phải gửi lại)", warnings),
    ):
        if some:
            lines += ["", f"{heading}: {len(some)}"]
            lines += [f"{number}. {explain(problem)}" for number, problem in enumerate(some, 1)]
    return lines
