"""A name of a file that holds a person's number: it lies beside the bytes, and is deleted with them.

Everything else keeps the guarded name. The operator's `ioc status` shows the sent one: who asks the sender for a clean
file has to name the file as its sender knows it.
"""

from contextlib import suppress
from pathlib import Path

from ioc_pipeline.domain.identifiers import guarded
from ioc_pipeline.durable import write_durably

SUFFIX = ".name"


def keep_sent_name(blob: Path, sent: str) -> None:
    """Write the name beside the bytes, if the guarded one says less."""
    if guarded(sent) != sent:
        write_durably(_path(blob), sent.encode())


def sent_name(blob: Path, kept: str) -> str:
    """The name as it was sent, or the kept one where that is all there is."""
    with suppress(OSError, UnicodeDecodeError):
        sent = _path(blob).read_text("utf-8")
        if guarded(sent) == kept:
            return sent
    return kept


def forget_sent_name(blob: Path) -> None:
    _path(blob).unlink(missing_ok=True)


def _path(blob: Path) -> Path:
    return blob.with_name(blob.name + SUFFIX)
