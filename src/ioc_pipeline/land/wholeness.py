"""Whether a file was cut short, as far as its container tells: half an upload lies as still as a whole one."""

import os
import struct

_TAIL_BYTES = 66 * 1024  # a zip's end record with the longest comment, and a PDF's end mark
_ZIP, _ZIP_END = b"PK\3\4", b"PK\5\6"
_PDF, _PDF_END = b"%PDF", b"%%EOF"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES = 512
_ZEROS = 64  # at the end of no text
_FREE, _IN_HEADER = 0xFFFFFFFF, 109  # sector numbers of the allocation table that the header itself holds


def is_cut_short(descriptor: int, size_bytes: int) -> bool:
    """Whether the end that the beginning promises is missing, or nothing has come yet; a CSV's end cannot be told.

    A file is nothing, or zeros to its end, while a program has made it and writes its content after that.

    Source: APPNOTE.TXT 4.3.16 (a zip ends with its directory), ISO 32000-1 7.5.5 (a PDF ends with %%EOF),
    [MS-CFB] 2.2 and 2.3 (an .xls says in its allocation table which sectors it uses).
    """
    if size_bytes == 0:
        return True
    start = os.pread(descriptor, _HEADER_BYTES, 0)
    if start.startswith(_COMPOUND):
        return size_bytes < _compound_bytes(descriptor, start)
    for mark, end in ((_ZIP, _ZIP_END), (_PDF, _PDF_END)):
        if start.startswith(mark):
            tail_bytes = min(_TAIL_BYTES, size_bytes)
            return end not in os.pread(descriptor, tail_bytes, size_bytes - tail_bytes)
    last = os.pread(descriptor, _ZEROS, max(0, size_bytes - _ZEROS))
    return last == bytes(_ZEROS)


def _compound_bytes(descriptor: int, header: bytes) -> int:
    """How many bytes a compound file needs at least: up to the beginning of the last sector in use."""
    if len(header) < _HEADER_BYTES:
        return _HEADER_BYTES
    (shift,) = struct.unpack_from("<H", header, 30)
    if shift not in (9, 12):
        return 0  # not what it seems; the reader says so
    sector_bytes = 1 << shift
    tables = [number for number in struct.unpack_from(f"<{_IN_HEADER}I", header, 76) if number != _FREE]
    needed = 0
    for position, number in enumerate(tables):
        begins = (number + 1) * sector_bytes
        needed = max(needed, begins + sector_bytes)
        table = os.pread(descriptor, sector_bytes, begins)
        if len(table) < sector_bytes:
            break
        used = [index for index, then in enumerate(struct.unpack(f"<{sector_bytes // 4}I", table)) if then != _FREE]
        if used:
            last = position * (sector_bytes // 4) + used[-1]
            needed = max(needed, (last + 1) * sector_bytes + 1)
    return needed
