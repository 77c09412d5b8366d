"""A zip container → its parts, each inflated under limits and checked against its CRC and declared size.

Nothing is ever written to disk. `sealed` gives the workbook reader a new container that holds exactly the XML
parts checked here under exactly the names seen here, so two readers of one zip can never see two workbooks.
"""

import struct
import zlib
from collections.abc import Iterator

from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_BLOCK = 1024**2
_KEPT = 16 * 1024**2  # while no more was inflated, XML parts are kept: the workbook reader need not inflate again


class Entry:
    """One part as the directory declares it; `start` and `stored_size` are its raw bytes in the file."""

    __slots__ = ("content", "crc", "is_checked", "method", "name", "offset", "size", "start", "stored_size")

    def __init__(self, name: str, method: int, crc: int, stored_size: int, size: int, offset: int) -> None:
        self.name = name
        self.method = method
        self.crc = crc
        self.stored_size = stored_size
        self.size = size
        self.offset = offset
        self.start = 0
        self.is_checked = False
        self.content: bytes | None = None

    @property
    def is_xml(self) -> bool:
        """Whether the workbook reader may see it."""
        return self.name.lower().endswith((".xml", ".rels")) or self.name == "mimetype"


class Archive:
    """The parts of one zip; names compare without case, as both office formats require.

    Raises:
        Refused: damaged, encrypted, bomb, duplicate or escaping names, too many entries.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._content = content
        self._limits = limits
        self._inflated = 0
        self.has_trailing_bytes = False
        self.entries: dict[str, Entry] = {}
        directory, count, size = self._find_directory()
        if count > limits.zip_entries:
            raise Refused("too-many-parts")
        self._read_directory(directory, size, count)
        self._check_places(directory)

    def names(self) -> list[str]:
        """Lower-cased names of all parts."""
        return list(self.entries)

    def read(self, name: str) -> bytes:
        """One whole part, for the small ones."""
        return b"".join(self.blocks(name))

    def blocks(self, name: str) -> Iterator[bytes]:
        """One part in blocks of at most 1 MiB; XML parts are refused with a DTD or in UTF-16.

        The last block comes only after size and CRC were right, but use none of it before the end: an earlier
        block may belong to a part that turns out damaged.
        """
        entry = self.entries[name.lower()]
        crc = size = 0
        tail = b""
        kept: list[bytes] = []
        for block in self._inflate(entry):
            size += len(block)
            if not entry.is_checked:
                self._inflated += len(block)
            if self._inflated > self._limits.inflated_bytes or (
                size > self._limits.inflation_floor and size > entry.stored_size * self._limits.inflation_ratio
            ):
                raise Refused("zip-bomb")
            if size > entry.size:
                raise Refused("damaged-file")
            crc = zlib.crc32(block, crc)
            if entry.is_xml:
                if size == len(block) and block[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
                    raise Refused("damaged-file")
                text = tail + block if tail else block
                if b"!" in text and b"<!DOCTYPE" in text:
                    raise Refused("xml-dtd")
                tail = block[-8:]
                if self._inflated <= _KEPT:
                    kept.append(block)
            yield block
        if size != entry.size or crc != entry.crc:
            raise Refused("damaged-file")
        entry.is_checked = True
        if entry.is_xml and self._inflated <= _KEPT:
            entry.content = b"".join(kept)

    def replace(self, name: str, content: bytes) -> None:
        """Give the workbook reader another content of one part that was read to its end."""
        entry = self.entries[name.lower()]
        entry.content, entry.size, entry.crc = content, len(content), zlib.crc32(content)

    def check_rest(self) -> None:
        """Inflate and check every part that nobody read."""
        for name, entry in self.entries.items():
            if not entry.is_checked:
                for _ in self.blocks(name):
                    pass

    def sealed(self) -> bytes:
        """A container of the checked XML parts; large ones as the same compressed bytes, small ones inflated."""
        pieces: list[bytes] = []
        directory, count, position = bytearray(), 0, 0
        for entry in self.entries.values():
            if not entry.is_xml:
                continue
            name = entry.name.encode()
            if entry.content is not None:
                method, stored = _STORED, entry.content
            else:
                method, stored = entry.method, self._content[entry.start : entry.start + entry.stored_size]
            sizes = (entry.crc, len(stored), entry.size, len(name))
            directory += _CENTRAL.pack(b"PK\1\2", 20, 20, _UTF8_NAME, method, 0, 0, *sizes, 0, 0, 0, 0, 0, position)
            directory += name
            pieces += (_LOCAL.pack(b"PK\3\4", 20, _UTF8_NAME, method, 0, 0, *sizes, 0), name, stored)
            position += _LOCAL.size + len(name) + len(stored)
            count += 1
        end = _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), position, 0)
        return b"".join((*pieces, directory, end))

    def _find_directory(self) -> tuple[int, int, int]:
        content = self._content
        end = content.rfind(b"PK\5\6", max(0, len(content) - 65_557 - _BLOCK))
        if end < 0 or end + _END.size > len(content):
            raise Refused("damaged-file")
        _, _, _, _, count, size, offset, comment = _END.unpack_from(content, end)
        self.has_trailing_bytes = end + _END.size + comment < len(content)
        if end >= 20 and content[end - 20 : end - 16] == b"PK\6\7":
            (end,) = struct.unpack_from("<Q", content, end - 12)
            if end + _END_64.size > len(content) or content[end : end + 4] != b"PK\6\6":
                raise Refused("damaged-file")
            *_, count, size, offset = _END_64.unpack_from(content, end)
        if offset + size != end:
            raise Refused("damaged-file")
        return offset, count, size

    def _read_directory(self, position: int, size: int, count: int) -> None:
        end = position + size
        for _ in range(count):
            if position + _CENTRAL.size > end:
                raise Refused("damaged-file")
            (signature, _, _, flags, method, _, _, crc, stored_size, real_size, name_size, extra_size, comment_size,
             _, _, _, offset) = _CENTRAL.unpack_from(self._content, position)  # fmt: skip
            position += _CENTRAL.size
            if signature != b"PK\1\2":
                raise Refused("damaged-file")
            if flags & _ENCRYPTED:
                raise Refused("password-protected")
            raw_name = self._content[position : position + name_size]
            extra = self._content[position + name_size : position + name_size + extra_size]
            stored_size, real_size, offset = _wide_sizes(extra, stored_size, real_size, offset)
            position += name_size + extra_size + comment_size
            name = _safe_name(raw_name)
            if not name.endswith("/"):
                if name.lower() in self.entries:
                    raise Refused("unsafe-archive")
                self.entries[name.lower()] = Entry(name, method, crc, stored_size, real_size, offset)
        if position != end:
            raise Refused("damaged-file")

    def _check_places(self, directory: int) -> None:
        """Each part lies where it says, under the name the directory gives it, and overlaps no other."""
        free_from = 0
        for entry in sorted(self.entries.values(), key=lambda entry: entry.offset):
            if entry.offset < free_from:
                raise Refused("zip-bomb")
            if entry.offset + _LOCAL.size > directory:
                raise Refused("damaged-file")
            signature, _, flags, method, *_, name_size, extra_size = _LOCAL.unpack_from(self._content, entry.offset)
            name_at = entry.offset + _LOCAL.size
            entry.start = name_at + name_size + extra_size
            free_from = entry.start + entry.stored_size
            if signature != b"PK\3\4" or method != entry.method or free_from > directory:
                raise Refused("damaged-file")
            if flags & _ENCRYPTED:
                raise Refused("password-protected")
            if _safe_name(self._content[name_at : name_at + name_size]) != entry.name:
                raise Refused("unsafe-archive")
        if sum(entry.size for entry in self.entries.values()) > self._limits.inflated_bytes:
            raise Refused("zip-bomb")

    def _inflate(self, entry: Entry) -> Iterator[bytes]:
        end = entry.start + entry.stored_size
        if entry.method == _STORED:
            for start in range(entry.start, end, _BLOCK):
                yield self._content[start : min(end, start + _BLOCK)]
            return
        if entry.method != _DEFLATED:
            raise Refused("damaged-file")
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for start in range(entry.start, end, _BLOCK // 4):
                pending = self._content[start : min(end, start + _BLOCK // 4)]
                while pending:
                    yield inflater.decompress(pending, _BLOCK)
                    pending = inflater.unconsumed_tail
            while not inflater.eof:
                rest = inflater.decompress(b"", _BLOCK)
                if not rest:
                    break
                yield rest
        except zlib.error as error:
            raise Refused("damaged-file") from error
        if not inflater.eof or inflater.unused_data:
            raise Refused("damaged-file")


def _safe_name(raw: bytes) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    name = name.replace("\\", "/")
    if name.startswith("/") or "\0" in name or ":" in name or ".." in name.split("/"):
        raise Refused("unsafe-archive")
    return name


def _wide_sizes(extra: bytes, stored_size: int, size: int, offset: int) -> tuple[int, int, int]:
    """Replace 32-bit fields that say "see the zip64 extra field" by what it says."""
    full = 0xFFFFFFFF
    if full not in (stored_size, size, offset):
        return stored_size, size, offset
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            wide = list(struct.unpack_from(f"<{min(length, len(extra) - position - 4) // 8}Q", extra, position + 4))
            size = wide.pop(0) if size == full and wide else size
            stored_size = wide.pop(0) if stored_size == full and wide else stored_size
            offset = wide.pop(0) if offset == full and wide else offset
        position += 4 + length
    return stored_size, size, offset
