"""One file out of a form, read as it comes: never more than landing takes, and nothing of it on disk under a name."""

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ioc_pipeline.land.admission import MAX_BYTES

FORM_BYTES = 64 * 1024  # for what stands around the file
FIELD_BYTES = 1024
FIELDS = 4


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as its sender's browser named it, and the department that was chosen.

    `content` lies in memory or in a file without a name, gone when it is closed, or when this process dies.
    """

    file_name: str
    department_code: str
    content: BinaryIO

    @property
    def path(self) -> Path:
        """Where another process of ours can read the content, as long as it is open here."""
        return Path(f"/proc/{os.getpid()}/fd/{self.content.fileno()}")


async def read_upload(request: Request) -> Upload:
    """The form of a page that takes a file.

    Raises:
        HTTPException: 400 for another form, 413 for more than landing takes; 422 where no file was chosen.
    """
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        raise HTTPException(400, "expected multipart/form-data")
    parser = MultiPartParser(
        request.headers, _within_limit(request), max_files=1, max_fields=FIELDS, max_part_size=FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from None
    file, department = form.get("file"), form.get("department")
    if not isinstance(file, UploadFile) or not file.filename:
        raise HTTPException(422, "no file")
    return Upload(file.filename, department if isinstance(department, str) else "", file.file)


async def _within_limit(request: Request) -> AsyncGenerator[bytes, None]:
    """The body, as far as it may go; a length that is said beforehand is believed where it is too much."""
    most = MAX_BYTES + FORM_BYTES
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise HTTPException(413, "file-too-large")
    got = 0
    async for chunk in request.stream():
        got += len(chunk)
        if got > most:
            raise HTTPException(413, "file-too-large")
        yield chunk
