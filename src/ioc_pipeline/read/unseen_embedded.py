"""The same for what is no part of a workbook: packages, old documents and other bytes that it carries along.

A list of people is as much with the file when it lies in a workbook or document that was dragged into it.
"""

from contextlib import suppress

from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.compound import SIGNATURE, CompoundFile
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused
from ioc_pipeline.read.unseen import Unseen, lines_of, may_hold_digits, pieces
from ioc_pipeline.read.unseen_xls import of_stream

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".wdp")
_ZIP = b"PK\3\4"
_PLACE = "tệp hoặc đối tượng nhúng trong tệp này"
_DEEPEST = 3


def find_embedded(archive: Archive, limits: Limits) -> Unseen:
    """(place, text) of every piece that may hold an identifier, in all parts that are neither XML nor pictures."""
    found: Unseen = []
    for name, entry in archive.entries.items():
        if not entry.is_xml and not name.endswith(_PICTURES):
            found += in_bytes(archive.read(name), _PLACE, limits)
    return list(dict.fromkeys(found))


def in_bytes(content: bytes, place: str, limits: Limits, depth: int = 1) -> Unseen:
    """The same of a stream: a package within it is opened, a broken one is nobody's to read."""
    start = content.find(_ZIP, 0, 4096)  # some programs write a few bytes before it
    found: Unseen = []
    with suppress(Refused):
        if start >= 0 and depth < _DEEPEST:
            inner = Archive(content[start:], limits)
            for name, entry in inner.entries.items():
                part = inner.read(name)
                found += _of_markup(part, place) if entry.is_xml else in_bytes(part, place, limits, depth + 1)
            return found
        if content.startswith(SIGNATURE) and depth < _DEEPEST:
            for stream in CompoundFile(content).other_streams(""):
                found += in_bytes(stream, place, limits, depth + 1)
            return found
    return _of_markup(content, place) if content.lstrip()[:1] == b"<" else of_stream(content, place)


def _of_markup(part: bytes, place: str) -> Unseen:
    return pieces(place, lines_of(part)) if may_hold_digits(part) else []
