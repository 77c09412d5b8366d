"""What is wrong with a department's own folder: it stops that department, and nobody else."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.folders import Folder
from ioc_pipeline.settings import FEEDBACK_FOLDER


@dataclass(frozen=True, slots=True)
class FolderFault:
    """`place` is the folder below the inbox, `reason` the system's word for why it cannot be used."""

    department_code: str
    place: str
    reason: str


def make_folders(inbox: Path, departments: Collection[str]) -> list[FolderFault]:
    """Make the folder of everybody who may send, with one for our answers; give what cannot be used."""
    inbox.mkdir(parents=True, exist_ok=True)
    with Folder.at(inbox) as root:
        found = [_fault(root, department_code, makes=True) for department_code in sorted(departments)]
    return [fault for fault in found if fault]


def folder_faults(inbox: Path, departments: Collection[str]) -> list[FolderFault]:
    """What cannot be used among the folders that are there; nothing is made."""
    try:
        with Folder.at(inbox) as root:
            found = [_fault(root, department_code, makes=False) for department_code in sorted(departments)]
    except FileNotFoundError:
        return []
    return [fault for fault in found if fault]


def _fault(root: Folder, department_code: str, *, makes: bool) -> FolderFault | None:
    place = department_code
    try:
        if makes:
            root.make(place)
        with root.inner(place) as folder:
            if not folder.is_writable():
                raise PermissionError(0, "no right to take files out of it")
            place = f"{department_code}/{FEEDBACK_FOLDER}"
            if makes:
                folder.make(FEEDBACK_FOLDER)
            with folder.inner(FEEDBACK_FOLDER) as feedback:
                if not feedback.is_writable():
                    raise PermissionError(0, "no right to write in it")
    except FileNotFoundError:
        return None if not makes else FolderFault(department_code, place, "it disappears while it is made")
    except OSError as error:
        reason = "not a folder but a file or a link" if isinstance(error, NotADirectoryError) else error.strerror
        return FolderFault(department_code, place, reason or type(error).__name__)
    return None
