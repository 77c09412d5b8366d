"""Verdict → what the department reads in its `phan-hoi/` folder: a receipt, or every error and its remedy."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from ioc_pipeline.answer.text import explained, lines_of, slug_of
from ioc_pipeline.answer.wording import printable
from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.folders import TEMPORARY, Folder
from ioc_pipeline.settings import FEEDBACK_FOLDER

NAME_BYTES = 120
NAMES_TRIED = 3
REGISTER_NAME = "so-nhan"
REMINDER_NAME = "nhac-viec.txt"

SHORT: dict[str, str] = {
    "loaded": "Đã tiếp nhận",
    "duplicate": "Đã tiếp nhận (trùng bản đã nhận)",
    "nil_report": "Đã tiếp nhận (không phát sinh)",
    "nothing_to_read": "Không có biểu cần đọc",
    "returned": "Trả lại",
    "withdrawal": "Rút số liệu",
}
"""An outcome in the register."""


def write_feedback(inbox: Path, verdict: Verdict, title: str) -> str:
    """Write the answer to one delivery into its department's folder; writing it again gives the same file, its name.

    `title` is the form's title, "" when the form is not known. Cell texts stand here and nowhere else.

    Raises:
        OSError: the department's folder cannot be used; `land.folder_faults` says how.
    """
    delivery = verdict.delivery
    inbox.mkdir(parents=True, exist_ok=True)
    with Folder.at(inbox) as root:
        root.make(delivery.department_code)
        with root.inner(delivery.department_code) as department:
            shown = without_identifiers(delivery.file_name)
            prefix = f"{delivery.delivery_seq:06d}_{slug_of(verdict.outcome)}_"
            return _write(department, prefix, shown, lines_of(verdict, title))


def write_refusal(inbox: Path, department_code: str, file_name: str, problem: Problem, key: str) -> str:
    """Answer something in the inbox that cannot become a delivery; it stays where it is and is answered once.

    What lies in no department's folder is answered in the inbox itself.

    Raises:
        OSError: the folder cannot be used.
    """
    lines = [
        "KHÔNG NHẬN: mục này chưa vào hệ thống; lý do và cách sửa ở dưới đây",
        "",
        f"Tệp: {printable(file_name)}",
        *explained([problem]),
    ]
    with Folder.at(inbox, *filter(None, [department_code])) as department:
        return _write(department, f"khong-nhan_{key[:12]}_", file_name, lines)


def write_workbook(inbox: Path, delivery: Delivery, slug: str, content: bytes) -> str:
    """Write a workbook beside the answer, `slug` saying which: the marked one, a receipt; give its name.

    Raises:
        OSError: the department's folder cannot be used.
    """
    with Folder.at(inbox, delivery.department_code) as department:
        stem = without_identifiers(PurePath(delivery.file_name).stem)
        return _write_file(department, f"{delivery.delivery_seq:06d}_{slug}_{_safe(stem)}", ".xlsx", content)


def write_register(inbox: Path, department_code: str, content: bytes) -> None:
    """Write a department's register over the one that is there.

    Raises:
        OSError: the folder cannot be used, or the register is held open by a program that locks it.
    """
    with Folder.at(inbox, department_code) as department:
        _write_file(department, REGISTER_NAME, ".xlsx", content)


def write_reminder(inbox: Path, department_code: str, text: str) -> None:
    """Write what a unit owes into its folder, over what was there; without a text nothing is owed, and it goes.

    Raises:
        OSError: the folder cannot be used, or something else has the name of ours.
    """
    with Folder.at(inbox, department_code) as department:
        department.make(FEEDBACK_FOLDER)
        with department.inner(FEEDBACK_FOLDER) as folder:
            if text:
                folder.write_durably(REMINDER_NAME, _as_text_file(text.split("\n")))
            else:
                with suppress(FileNotFoundError):
                    folder.unlink(REMINDER_NAME)


def sweep(inbox: Path, *, older_than: float) -> None:
    """Remove what a killed process left half written among the answers; a link in the inbox is not followed."""
    with suppress(FileNotFoundError), Folder.at(inbox) as root:
        for department in root.entries():
            with suppress(OSError), root.inner(department.name) as folder, folder.inner(FEEDBACK_FOLDER) as answers:
                for entry in answers.entries():
                    is_ours = TEMPORARY.fullmatch(entry.name) is not None
                    if is_ours and entry.stat(follow_symlinks=False).st_mtime < older_than:
                        answers.unlink(entry.name)


def _write(department: Folder, prefix: str, file_name: str, lines: list[str]) -> str:
    return _write_file(department, prefix + _safe(file_name), ".txt", _as_text_file(lines))


def _as_text_file(lines: Sequence[str]) -> bytes:
    # The byte order mark is for Notepad on old Windows, which takes Vietnamese for another encoding without it.
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _safe(file_name: str) -> str:
    """As much of a name as any system takes."""
    safe = "".join("_" if character in '/\\:*?"<>|' else character for character in printable(file_name))
    return safe.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore").strip()


def _write_file(department: Folder, stem: str, suffix: str, content: bytes) -> str:
    department.make(FEEDBACK_FOLDER)
    with department.inner(FEEDBACK_FOLDER) as folder:
        for number in range(1, NAMES_TRIED + 1):
            name = f"{stem}{f' ({number})' if number > 1 else ''}{suffix}"
            try:
                folder.write_durably(name, content)
            except (IsADirectoryError, PermissionError):  # its department gave the name to something of its own
                if number == NAMES_TRIED:
                    raise
            else:
                break
    return name
