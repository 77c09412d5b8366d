"""Texts of several fonts in an Excel 5 to 2003 workbook ([MS-XLS] 2.5.293 and 2.5.296; BIFF5 in brackets).

The shared strings lie in one record and its continuations; a text that is cut by a continuation begins there with
new flags.
"""

import struct
from collections.abc import Mapping, Sequence

from ioc_pipeline.read.facts import PLAIN_FONT, Font, Run, seen_text
from ioc_pipeline.read.refusal import Refused

Change = tuple[int, int]  # first character, number of the font
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08


def read_shared_strings(records: Sequence[bytes], fonts: Mapping[int, Font]) -> dict[int, tuple[str, list[Change]]]:
    """Index → text and changes of font of each shared string that has a raised, lowered or struck piece.

    Raises:
        Refused: the strings end before they are all there.
    """
    reader = _Pieces(records)
    (count,) = struct.unpack("<L", reader.take(8)[4:])
    found = {}
    for index in range(count):
        length, flags = struct.unpack("<HB", reader.take(3))
        runs = struct.unpack("<H", reader.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<L", reader.take(4))[0] if flags & _EXTENDED else 0
        text = reader.text(length, is_wide=bool(flags & _WIDE))
        changes = [struct.unpack_from("<HH", reader.take(4)) for _ in range(runs)]
        reader.take(extra)
        if any(font in fonts for _, font in changes):
            found[index] = (text, changes)
    return found


def seen(text: str, changes: Sequence[Change], own: Font, fonts: Mapping[int, Font]) -> str:
    """What a person sees of a text: `own` is the font of its cell, up to the first change."""
    bounds = [(0, own), *((first, fonts.get(font, PLAIN_FONT)) for first, font in changes)]
    ends = [first for first, _ in bounds[1:]] + [len(text)]
    return seen_text([Run(text[first:end], font) for (first, font), end in zip(bounds, ends, strict=True)])


def rich_label(data: bytes, codec: str) -> tuple[str, list[Change]]:
    """Text and changes of font of an RSTRING record of Excel 5."""
    length = int.from_bytes(data[6:8], "little")
    text = data[8 : 8 + length].decode(codec, "replace")
    rest = data[9 + length :]
    return text, [(rest[at], rest[at + 1]) for at in range(0, len(rest) - 1, 2)]


class _Pieces:
    """Reads through a record and its continuations as through one."""

    def __init__(self, records: Sequence[bytes]) -> None:
        self._records = records
        self._record = self._at = 0

    def take(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self._next(size - len(found))
        return found

    def text(self, length: int, *, is_wide: bool) -> str:
        parts: list[str] = []
        while length:
            if self._at >= len(self._records[self._record]):
                is_wide = bool(self._next(1)[0] & _WIDE)
            width = 2 if is_wide else 1
            room = (len(self._records[self._record]) - self._at) // width
            if not room:
                raise Refused("damaged-file")
            piece = self._next(min(room, length) * width)
            parts.append(piece.decode("utf-16-le" if is_wide else "latin-1", "replace"))
            length -= len(piece) // width
        return "".join(parts)

    def _next(self, size: int) -> bytes:
        if self._at >= len(self._records[self._record]):
            self._record, self._at = self._record + 1, 0
            if self._record >= len(self._records):
                raise Refused("damaged-file")
        piece = self._records[self._record][self._at : self._at + size]
        self._at += len(piece)
        if not piece:
            raise Refused("damaged-file")
        return piece
