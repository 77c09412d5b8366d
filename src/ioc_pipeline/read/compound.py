"""The container of .xls and of password-protected workbooks (Compound File Binary, [MS-CFB]) → its streams.

Every count and chain is bounded by the size of the file before anything is followed: readers that trust the header
reserve gigabytes or loop (calamine issue 684).
"""

import struct

from ioc_pipeline.read.refusal import Refused

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<8s16x5H6x9L")
_ENTRY = struct.Struct("<64sHBB3L16xL16xLQ")
_LARGEST_SECTOR = 0xFFFFFFFA
_STREAM, _ROOT = 2, 5


class CompoundFile:
    """`names` of all storages and streams; `stream(name)` gives the bytes of one.

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
        self.names = {name for name, *_ in self._entries}
        root = next((entry for entry in self._entries if entry[1] == _ROOT), None)
        self._mini_stream = self._chain(root[2]) if root and root[3] else b""

    def stream(self, name: str) -> bytes | None:
        """The bytes of the first stream of that name, case ignored; None where there is none."""
        for found, kind, start, size in self._entries:
            if kind == _STREAM and found == name.lower():
                if size > len(self._content):
                    raise Refused("damaged-file")
                content = self._mini_chain(start) if size < self._mini_limit else self._chain(start)
                return content[:size]
        return None

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

    def _read_directory(self, directory: bytes) -> list[tuple[str, int, int, int]]:
        entries = []
        for position in range(0, len(directory) - 127, 128):
            name, length, kind, _, _, _, _, _, start, size = _ENTRY.unpack_from(directory, position)
            if kind:
                text = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                size = size & 0xFFFFFFFF if self._size == 512 else size
                entries.append((text.lower(), kind, start, size))
        return entries


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4])
