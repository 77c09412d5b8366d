"""Workbooks with every byte under control, for tests of what the reading stage must refuse or survive."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PERCENT_STYLE = 1  # s="1" in `xlsx_parts` shows a percentage
CELLS = '<row r="1"><c r="A1"><v>7</v></c><c r="B1" s="1"><v>0.5</v></c></row>'


def sheet(rows: str, after: str = "", before: str = "") -> str:
    """One sheet part from the XML of its rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def xlsx_parts(*sheets: str, strings: str = "", calculation: str = "", states: Iterable[str] = ()) -> dict[str, str]:
    """Parts of a workbook by name. `strings` is the whole shared string part; `states` of the sheets, "" = visible."""
    numbers = range(1, len(sheets) + 1)
    shown = list(states) or [""] * len(sheets)
    sheet_tags = "".join(
        f'<sheet name="Trang {n}" sheetId="{n}"{f" state={chr(34)}{s}{chr(34)}" if s else ""} r:id="rId{n}"/>'
        for n, s in zip(numbers, shown, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheet_tags}</sheets>'
        f"{calculation}</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="t" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" '
        'formatCode="0.0&quot;%&quot;"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="10"/>'
        '<xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{_MAIN}" count="0" uniqueCount="0"></sst>',
    }
    return parts | {f"xl/worksheets/sheet{n}.xml": text for n, text in zip(numbers, sheets, strict=True)}


def strings(*texts: str, unique_count: int | None = None) -> str:
    """A shared string part; `unique_count` may lie."""
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts) if unique_count is None else unique_count}">{items}</sst>'


def packed(
    parts: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip of the parts; pairs may repeat a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in parts.items() if isinstance(parts, Mapping) else parts:
            archive.writestr(name, text)
    return buffer.getvalue()


def workbook(rows: str = CELLS) -> bytes:
    """A plain workbook of one sheet."""
    return packed(xlsx_parts(sheet(rows)))


def with_flipped_byte(content: bytes, text: bytes) -> bytes:
    """Change the last byte of the first occurrence of `text`; the checksum stays as it was."""
    position = content.index(text) + len(text) - 1
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def with_declared_size(content: bytes, name: str, size: int) -> bytes:
    """Let the zip directory declare another inflated size for one part."""
    position = content.rindex(name.encode()) - 46
    assert content[position : position + 4] == b"PK\1\2"
    return content[: position + 24] + struct.pack("<L", size) + content[position + 28 :]


def with_encrypted_flag(content: bytes) -> bytes:
    """Set the flag of zip encryption on every part."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        position = changed.find(signature)
        while position >= 0:
            changed[position + offset] |= 1
            position = changed.find(signature, position + 4)
    return bytes(changed)


def overlapping() -> bytes:
    """Two directory entries for the same bytes."""
    content = packed([("a.xml", "x" * 100), ("b.xml", "y" * 100)])
    position = content.rindex(b"b.xml") - 46
    return content[: position + 42] + struct.pack("<L", 0) + content[position + 46 :]


def compound(*names: str) -> bytes:
    """A compound file whose directory holds empty streams of these names (a password, a macro project)."""
    header = struct.pack(
        "<8s16x5H6x9L", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0,
        0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128L", 0xFFFFFFFD, *[0xFFFFFFFE] * (1 + len(names)), *[0xFFFFFFFF] * (126 - len(names)))
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB3L16xL16xLQ", 2 * len(name) + 2, kind, 1,
        0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0xFFFFFFFE, 0)
        for name, kind in (("Root Entry", 5), *((name, 2) for name in names))
    )  # fmt: skip
    return header + table + directory.ljust(512, b"\0")
