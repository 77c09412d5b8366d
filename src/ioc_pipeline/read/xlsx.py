"""Office Open XML workbooks: the check before reading, and the facts of its sheets (ECMA-376 part 1, 18)."""

import re
from functools import partial

from ioc_pipeline.read.archive import Archive
from ioc_pipeline.read.facts import NOT_CALCULATED, Run, SheetFacts, unescape
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, too_many_cells
from ioc_pipeline.read.xlsx_markup import ATTRIBUTES, attributes, read_comments, read_shared_texts, read_styles
from ioc_pipeline.read.xlsx_sheet import SheetScan, check_addresses, cut_at_rows

_RELATIONSHIP = re.compile(rb"<(?:[\w.\-]+:)?Relationship\s" + ATTRIBUTES + rb">")
_SHEET = re.compile(rb"<(?:[\w.\-]+:)?sheet\s" + ATTRIBUTES + rb">")
_RECALCULATE = re.compile(rb"""\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_FROM_1904 = re.compile(rb"""<(?:[\w.\-]+:)?workbookPr\s[^>]*\bdate1904\s*=\s*["'](?:1|true)["']""")
_COUNTED_FIRST = 16 * 1024**2  # bytes of a part from which on cells are counted before they are looked at


def workbook_part(archive: Archive) -> str:
    """The part of an Excel workbook that names its sheets; "" where this is none.

    Raises:
        Refused: a binary workbook (.xlsb), or one with macros.
    """
    names = archive.names()
    if "[content_types].xml" not in names or "_rels/.rels" not in names:
        return ""
    main = (part for kind, part in _relations(archive, "").values() if kind == "officeDocument")
    part = next(main, "")
    if part.startswith(("word/", "ppt/")) or part not in names:
        return ""
    if part.endswith(".bin"):
        raise Refused("binary-workbook")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refused("macro-workbook")
    if b"macroEnabled" in archive.read("[content_types].xml"):
        raise Refused("macro-workbook")
    return part


def warnings(archive: Archive) -> list[str]:
    """Codes of what is harmless to read here but should not travel."""
    names = archive.names()
    codes = []
    if any(name.startswith("xl/externallinks/") for name in names):
        codes.append("external-link")
    if any(name.startswith(("xl/embeddings/", "xl/activex/")) for name in names):
        codes.append("embedded-object")
    return codes


def scan(archive: Archive, part_of_workbook: str, limits: Limits) -> list[SheetFacts | None]:
    """Facts of each sheet in the workbook's order; None for a sheet without cells (a chart sheet).

    Raises:
        Refused: more sheets, cells or merged ranges than `limits`, or parts that contradict each other.
    """
    workbook = archive.read(part_of_workbook)
    relations = _relations(archive, part_of_workbook)
    sheets = [attributes(text) for text in _SHEET.findall(workbook)]
    if len(sheets) > limits.sheets:
        raise Refused("too-many-sheets", expected=f"nhiều nhất {limits.sheets} trang tính (đang có {len(sheets)})")
    parts = {kind: part for kind, part in relations.values() if part in archive.entries}
    styles = read_styles(archive.read(parts["styles"])) if "styles" in parts else {}
    texts: dict[bytes, list[Run]] = {}
    if "sharedStrings" in parts:
        texts = read_shared_texts(archive, parts["sharedStrings"], styles.values())

    facts: list[SheetFacts | None] = []
    scans = []
    area = 0
    for sheet in sheets:
        relation = next((value for key, value in sheet.items() if key.endswith(b":id")), b"")
        kind, part = relations.get(relation, ("", ""))
        if part not in archive.entries:
            raise Refused("damaged-file")
        if kind != "worksheet":
            facts.append(None)
            continue
        sheet_scan = SheetScan(styles, texts, limits)
        if archive.entries[part].size > _COUNTED_FIRST:
            _count_cells(archive, part, limits)
        for chunk, is_whole in cut_at_rows(archive.blocks(part)):
            sheet_scan.take(chunk, is_whole=is_whole)
        area += sheet_scan.area
        if area > limits.cells:
            raise too_many_cells(limits)
        for kind, target in _relations(archive, part).values():
            if kind == "comments" and target in archive.entries:
                sheet_scan.facts.notes += read_comments(archive.read(target))
        sheet_scan.facts.counts_from_1904 = _FROM_1904.search(workbook) is not None
        sheet_scan.facts.check_places = partial(_check_places, archive, part)
        facts.append(sheet_scan.facts)
        scans.append(sheet_scan)
    if _RECALCULATE.search(workbook) and not any(sheet_scan.has_results for sheet_scan in scans):
        # Some libraries write 0 for every formula and ask Excel to calculate on opening: nothing was calculated.
        for sheet_scan in scans:
            for row, column in sheet_scan.zero_results:
                sheet_scan.facts.mark(row, column, NOT_CALCULATED)
    return facts


def _check_places(archive: Archive, part: str) -> None:
    check_addresses(chunk for chunk, _ in cut_at_rows(archive.blocks(part)))


def _count_cells(archive: Archive, part: str, limits: Limits) -> None:
    """Refuse early what the scan would refuse after long work."""
    cells = 0
    for block in archive.blocks(part):
        cells += block.count(b"</c>") + block.count(b":c>")
        if cells > limits.cells:
            raise too_many_cells(limits)


def _relations(archive: Archive, part: str) -> dict[bytes, tuple[str, str]]:
    """Relationships of one part: id → (last word of the type, lower-cased part name). External ones are left out."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels".lstrip("/")
    relations: dict[bytes, tuple[str, str]] = {}
    if name not in archive.entries:
        return relations
    for text in _RELATIONSHIP.findall(archive.read(name)):
        found = attributes(text)
        if found.get(b"TargetMode") != b"External":
            kind = found.get(b"Type", b"").rpartition(b"/")[2].decode("ascii", "replace")
            target = unescape(found.get(b"Target", b"").decode("utf-8", "replace"))
            relations[found.get(b"Id", b"")] = (kind, _resolve(folder, target))
    return relations


def _resolve(folder: str, target: str) -> str:
    steps = [] if target.startswith("/") else folder.split("/") if folder else []
    for step in target.lower().replace("\\", "/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps = [*steps, step]
    return "/".join(steps)
