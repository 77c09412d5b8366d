"""The container of .xls and of password-protected workbooks (Compound File Binary, [MS-CFB]) → its streams.

Every count and chain is bounded by the size of the file before anything is followed: readers that trust the header
reserve gigabytes or loop (calamine issue 684).
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from ioc_pipeline.read.refusal import Refused

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<8s16x5H6x9L")
_ENTRY = struct.Struct("<64sHBB3L16xL16xLQ")
_LARGEST_SECTOR = 0xFFFFFFFA
_NOTHING, _END_OF_CHAIN, _IS_FAT, _IS_DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
_STREAM, _ROOT = 2, 5
_SECTOR = 512
_IN_DIFAT = 127  # sectors of the FAT that one more sector can name
_IN_HEADER = 109  # sectors of the FAT that the header itself can name
_SMALLEST = 4096  # shorter streams would lie in the mini stream


class CompoundFile:
    """`names` of all storages and streams; `stream(name)` gives the bytes of one that lies in the root.

    What lies in a storage is something embedded, however it is called: only the root's own children count.

    Raises:
        Refused: the header, a chain or the directory contradicts the file.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) < 512 + 64:
            raise Refused("damaged-file")
        (_, _, major, order, shift, mini_shift, _, fat_count, directory, _, self._mini_limit, mini_fat, mini_fat_count,
         difat, difat_count) = _HEADER.unpack_from(content)  # fmt: skip
        if order != 0xFFFE or (major, shift) not in ((3, 9), (4, 12)) or mini_shift != 6:
            raise Refused("damaged-file")
        self._content = content
        self._size = 1 << shift
        self._sectors = -(-len(content) // self._size) - 1
        if max(fat_count, mini_fat_count, difat_count) > self._sectors or self._mini_limit > 1 << 20:
            raise Refused("damaged-file")
        self._fat = self._read_fat(fat_count, difat, difat_count)
        self._mini_fat = _numbers(self._chain(mini_fat)) if mini_fat_count else ()
        self._entries = self._read_directory(self._chain(directory))
        self.names = {entry.name for entry in self._entries.values()}
        root = self._entries.get(0)
        if root is None or root.kind != _ROOT:
            raise Refused("damaged-file")
        self._mini_stream = self._chain(root.start) if root.size else b""
        self._of_root = {entry.name: entry for entry in self._siblings(root.child)}

    def stream(self, name: str) -> bytes | None:
        """The bytes of the root's stream of that name, case ignored; None where there is none."""
        entry = self._of_root.get(name.lower())
        if entry is None or entry.kind != _STREAM:
            return None
        if entry.size > len(self._content):
            raise Refused("damaged-file")
        content = self._mini_chain(entry.start) if entry.size < self._mini_limit else self._chain(entry.start)
        return content[: entry.size]

    def other_streams(self, taken: str) -> Iterator[bytes]:
        """Every readable stream but one of the root, also those in storages."""
        for entry in self._entries.values():
            if entry.kind == _STREAM and entry is not self._of_root.get(taken) and entry.size <= len(self._content):
                with suppress(Refused):  # nobody else reads it: a broken one spoils nothing
                    is_short = entry.size < self._mini_limit
                    yield (self._mini_chain(entry.start) if is_short else self._chain(entry.start))[: entry.size]

    def _siblings(self, first: int) -> list["_Entry"]:
        """The tree of entries that hang together by left and right."""
        found: dict[int, _Entry] = {}
        waiting = [first]
        while waiting:
            number = waiting.pop()
            if number == _NOTHING:
                continue
            entry = self._entries.get(number)
            if entry is None or number in found:
                raise Refused("damaged-file")
            found[number] = entry
            waiting += [entry.left, entry.right]
        return list(found.values())

    def _sector(self, number: int) -> bytes:
        if number >= self._sectors:
            raise Refused("damaged-file")
        start = (number + 1) * self._size
        return self._content[start : start + self._size].ljust(self._size, b"\0")

    def _read_fat(self, fat_count: int, difat: int, difat_count: int) -> tuple[int, ...]:
        numbers = list(struct.unpack_from("<109L", self._content, 76))
        for _ in range(difat_count):
            if difat > _LARGEST_SECTOR:
                break
            *more, difat = _numbers(self._sector(difat))
            numbers += more
        return _numbers(b"".join(self._sector(number) for number in numbers[:fat_count] if number <= _LARGEST_SECTOR))

    def _chain(self, number: int) -> bytes:
        found: list[bytes] = []
        while number <= _LARGEST_SECTOR:
            if len(found) > self._sectors or number >= len(self._fat):
                raise Refused("damaged-file")
            found.append(self._sector(number))
            number = self._fat[number]
        return b"".join(found)

    def _mini_chain(self, number: int) -> bytes:
        found: list[bytes] = []
        while number <= _LARGEST_SECTOR:
            if len(found) > len(self._mini_fat) or number >= len(self._mini_fat):
                raise Refused("damaged-file")
            found.append(self._mini_stream[number * 64 : number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(found)

    def _read_directory(self, directory: bytes) -> dict[int, "_Entry"]:
        entries = {}
        for number, position in enumerate(range(0, len(directory) - 127, 128)):
            name, length, kind, _, left, right, child, _, start, size = _ENTRY.unpack_from(directory, position)
            if kind:
                text = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                size = size & 0xFFFFFFFF if self._size == 512 else size
                entries[number] = _Entry(text.lower(), kind, left, right, child, start, size)
        return entries


class _Entry(NamedTuple):
    """One storage or stream of the directory; `left`, `right` and `child` are numbers of entries."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def sealed(name: str, stream: bytes) -> bytes:
    """A container that holds this one stream: a second reader can take nothing else for the workbook."""
    stream = stream.ljust(_SMALLEST, b"\0")
    length = -(-len(stream) // _SECTOR)
    fat_count = difat_count = 0
    while fat_count * _SECTOR // 4 < fat_count + difat_count + 1 + length:
        fat_count += 1
        difat_count = -(-max(0, fat_count - _IN_HEADER) // _IN_DIFAT)
    directory = fat_count + difat_count
    first = directory + 1
    fat = [_IS_FAT] * fat_count + [_IS_DIFAT] * difat_count + [_END_OF_CHAIN]
    fat += [*range(first + 1, first + length), _END_OF_CHAIN]
    fat += [_NOTHING] * (fat_count * _SECTOR // 4 - len(fat))
    header = _HEADER.pack(
        SIGNATURE, 0x3E, 3, 0xFFFE, 9, 6, 0, fat_count, directory, 0, _SMALLEST,
        _END_OF_CHAIN, 0, fat_count if difat_count else _END_OF_CHAIN, difat_count,
    )  # fmt: skip
    places = [*range(fat_count), *[_NOTHING] * (_IN_HEADER + difat_count * _IN_DIFAT - fat_count)]
    difat: list[int] = []
    for number in range(difat_count):
        start = _IN_HEADER + number * _IN_DIFAT
        following = fat_count + number + 1 if number + 1 < difat_count else _END_OF_CHAIN
        difat += [*places[start : start + _IN_DIFAT], following]
    entries = _packed_entry("Root Entry", _ROOT, 1, _END_OF_CHAIN, 0)
    entries += _packed_entry(name, _STREAM, _NOTHING, first, len(stream))
    return b"".join(
        (
            header + struct.pack("<109L", *places[:_IN_HEADER]),
            struct.pack(f"<{len(fat)}L", *fat),
            struct.pack(f"<{len(difat)}L", *difat),
            entries.ljust(_SECTOR, b"\0"),
            stream.ljust(length * _SECTOR, b"\0"),
        )
    )


def _packed_entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return _ENTRY.pack(text, len(text) + 2, kind, 1, _NOTHING, _NOTHING, child, 0, start, size)


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4])
