"""Where answers lie: at hand in `phan-hoi/`, older ones in `phan-hoi/luu/<year>/`."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.folders import Folder
from ioc_pipeline.settings import FEEDBACK_FOLDER

_ARCHIVE = "luu"
_YEAR = re.compile(r"[0-9]{4}")
_ANSWER = re.compile(r"([0-9]{6,})_(tiep-nhan|khong-co-bieu|tra-lai|rut-lai|da-danh-dau|bien-nhan)_")


@dataclass(frozen=True, slots=True)
class Answer:
    """A file of an answer: `slug` says which, `year` where it is shelved, "" while it is at hand."""

    delivery_seq: int
    slug: str
    name: str
    year: str = ""


def answers_of(inbox: Path, department_code: str) -> list[Answer]:
    """Every answer that lies with a department, in the order of names; none where its folder cannot be used."""
    found: list[Answer] = []
    with suppress(OSError), Folder.at(inbox, department_code, FEEDBACK_FOLDER) as answers:
        found += _in(answers, "")
        with suppress(OSError), answers.inner(_ARCHIVE) as archive:
            for entry in archive.entries():
                if _YEAR.fullmatch(entry.name):
                    with suppress(OSError), archive.inner(entry.name) as shelf:
                        found += _in(shelf, entry.name)
    return sorted(found, key=lambda one: (one.delivery_seq, one.slug, one.name))


def _in(folder: Folder, year: str) -> Iterator[Answer]:
    for entry in folder.entries():
        matched = _ANSWER.match(entry.name)
        if matched and entry.is_file(follow_symlinks=False):
            yield Answer(int(matched[1]), matched[2], entry.name, year)


def read_answer(inbox: Path, department_code: str, answer: Answer) -> bytes:
    """The bytes of an answer; a link that somebody put in its place is not followed.

    Raises:
        OSError: it is not there any more, or no file.
    """
    shelf = (_ARCHIVE, answer.year) if answer.year else ()
    with (
        Folder.at(inbox, department_code, FEEDBACK_FOLDER, *shelf) as folder,
        os.fdopen(folder.open(answer.name), "rb") as stream,
    ):
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise FileNotFoundError(answer.name)
        return stream.read()


def put_away(inbox: Path, department_code: str, years: Mapping[int, int]) -> None:
    """Move the answers to these deliveries, whatever they consist of, to `luu/<year>/`; `years` by delivery_seq.

    Raises:
        OSError: the folder cannot be used, or something else has the name of ours.
    """
    with Folder.at(inbox, department_code, FEEDBACK_FOLDER) as answers:
        for answer in list(_in(answers, "")):
            year = years.get(answer.delivery_seq)
            if year is None:
                continue
            answers.make(_ARCHIVE)
            with answers.inner(_ARCHIVE) as archive:
                archive.make(str(year))
                with archive.inner(str(year)) as shelf:
                    answers.move(answer.name, shelf)
