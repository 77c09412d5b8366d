"""Where the tables of a contract stand in a workbook: by title and header text, never by sheet name or position."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.bilingual import in_own_language
from ioc_pipeline.parse.column_groups import in_own_group
from ioc_pipeline.parse.headers import EMPTY_HEADER, match_visible_first, read_headers
from ioc_pipeline.parse.marks import without_marks
from ioc_pipeline.parse.rows import is_source_note
from ioc_pipeline.parse.texts import cell_text, is_number, seen_cells, seen_value
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column, Table

TITLE_ROWS = 4
HEADER_ROWS = 4
HEADER_DISTANCE = 14  # rows between a title and the first row of its header
MIXED_CELLS = 6
LINE_TEXTS = 3  # at most, in a row of nothing but texts that is no header
CSV_HEAD = 30  # a CSV may come without a title: its header is looked for in the first rows
_CONTINUED = re.compile(r"^(?:(?:bieu|bang)\s+)?(?:\d+[a-z]?\s+)?tiep(?: theo)?\b\s*")
SERIAL = frozenset({"stt", "tt", "so tt", "so thu tu"})


@dataclass(slots=True)
class Block:
    """One place where a table stands. Rows and columns are 0-based positions in `sheet.rows`.

    `columns` maps the contract's column names to positions, `headers` positions to the header as the sender wrote it;
    the body is `rows[body_start:body_end]`, the header the `header_height` rows above it. `title` is the text of the
    title rows, `above` what stands over them. `group` is the address and text of the group of columns that was taken
    where another one has the same names: "Thực hiện tháng" beside "Lũy kế".
    """

    sheet: Sheet
    table: Table
    title: str
    title_row: int
    above: list[str]
    columns: dict[str, int]
    headers: dict[int, str]
    body_start: int
    body_end: int
    is_continued: bool
    header_height: int = 0
    group: tuple[str, str] = ("", "")


@dataclass(slots=True)
class _Title:
    sheet: Sheet
    table: Table
    row: int
    end: int
    text: str
    is_continued: bool


def find_titles(workbook: Workbook, source: Source) -> list[_Title]:
    """Every visible place whose text holds one of the source's titles, in the order of the workbook."""
    titles = [(table, text) for table in source.tables for text in table.titles]
    return [
        title
        for sheet in workbook.sheets
        if not sheet.is_hidden
        for title in _titles_of_sheet(sheet, [(table, _pattern(text)) for table, text in titles])
    ]


def title_places(workbook: Workbook, source: Source) -> dict[tuple[int, int], int]:
    """(sheet number, row) of each place that holds one of the source's titles → length of the longest title there."""
    numbers = {id(sheet): number for number, sheet in enumerate(workbook.sheets)}
    return {
        (numbers[id(title.sheet)], title.row): max(
            len(fold(text)) for text in title.table.titles if _pattern(text).search(fold(title.text))
        )
        for title in find_titles(workbook, source)
    }


def _titles_of_sheet(sheet: Sheet, patterns: list[tuple[Table, re.Pattern[str]]]) -> list[_Title]:
    lines = _text_lines(sheet)
    found: list[_Title] = []
    taken = -1
    for position, (row, text) in enumerate(lines):
        if row <= taken:
            continue
        window, end = "", row
        for next_row, next_text in lines[position : position + TITLE_ROWS]:
            if next_row > end + 1:
                break
            window, end = f"{window} {next_text}".strip(), next_row
            match = _match(patterns, fold(window), len(fold(text)))
            if match:
                continued = bool(_CONTINUED.match(fold(window)) or fold(window).endswith(" tiep theo"))
                found.append(_Title(sheet, match, row, end, window, continued))
                taken = end
                break
    return found


def _match(patterns: list[tuple[Table, re.Pattern[str]]], window: str, first_line: int) -> Table | None:
    """The table with the longest title in the window; a title begins in the window's first row."""
    hits = [
        (match.end() - match.start(), table)
        for table, pattern in patterns
        if (match := pattern.search(window)) and match.start() < max(first_line, 1)
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


def _text_lines(sheet: Sheet, first: int = 0, last: int | None = None) -> list[tuple[int, str]]:
    """Rows that hold nothing but up to three texts: where titles, unit lines and letterheads stand."""
    lines = []
    for number, row in enumerate(sheet.rows[first:last], first):
        texts: list[str] = []
        for position, value in enumerate(row):
            if value is None:
                continue
            text = value if isinstance(value, str) or not sheet.shown else seen_value(sheet, number, position)
            if not isinstance(text, str) or len(texts) == LINE_TEXTS:
                break
            texts.append(text)
        else:
            if texts:
                lines.append((number, " ".join(without_marks(cell_text(text)) for text in texts)))
    return lines


def _visible_lines(sheet: Sheet, first: int, last: int) -> list[str]:
    """Lines of text that a person sees and that may say of which time the figures are; no hidden row does."""
    lines = [text for number, text in _text_lines(sheet, first, last) if number not in sheet.hidden_rows]
    return [text for text in lines if not is_source_note(text)]


def _mixed_lines(sheet: Sheet, first: int, last: int) -> list[str]:
    """Lines between title and header whose period is spread over cells: "Tháng" | 9 | "năm" | 2025, or is a date."""
    lines = []
    for number in range(first, last):
        cells = [value for _, value in seen_cells(sheet, number)]
        is_text_line = len(cells) <= LINE_TEXTS and all(isinstance(value, str) for value in cells)
        if len(cells) <= MIXED_CELLS and not is_text_line:
            lines.append(" ".join(_shown_in_line(value) for value in cells))
    return lines


def _shown_in_line(value: Value) -> str:
    """A typed "9/2025" is stored as the first day of its month."""
    if isinstance(value, date):
        return f"Tháng {value.month}/{value.year}" if value.day == 1 else f"{value.day}/{value.month}/{value.year}"
    return without_marks(cell_text(value))


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """A title or header synonym as a pattern over folded text; `*` stands for any text."""
    return re.compile(r"\b" + ".*".join(re.escape(fold(part)) for part in text.split("*")) + r"(?![0-9a-z])")


def find_blocks(workbook: Workbook, source: Source) -> list[Block]:
    """Find every block of every table of the source.

    Raises:
        SourceError: missing-table, missing-column or duplicate-column; all of them at once.
    """
    titles = find_titles(workbook, source)
    if workbook.format == "csv" and not titles:
        titles = [_Title(sheet, table, -1, -1, "", False) for sheet in workbook.sheets for table in source.tables]
    blocks: list[Block] = []
    problems: list[Problem] = []
    for number, title in enumerate(titles):
        following = [other.row for other in titles[number + 1 :] if other.sheet is title.sheet]
        end = min(following, default=len(title.sheet.rows))
        block = _find_header(title, end)
        if isinstance(block, Problem) or _column_problems(block):
            block = _find_translated_header(title, end) or _find_header_of_group(title, source, end) or block
        if isinstance(block, Block):
            blocks.append(block)
        else:
            problems.append(block)
    found = {block.table.name for block in blocks}
    # A list of contents names a table without holding it: a title without a header counts only if nothing else does,
    # or if it continues a table: rows would follow.
    problems = [
        problem
        for problem, title in zip(problems, _headless(titles, blocks), strict=True)
        if title.is_continued or title.table.name not in found or _has_rows(title, titles, blocks)
    ]
    for table in source.tables:
        if table.name not in {title.table.name for title in titles}:
            hidden = any(
                _titles_of_sheet(sheet, [(table, _pattern(text)) for text in table.titles])
                for sheet in workbook.sheets
                if sheet.is_hidden
            )
            problems.append(
                Problem("table-on-hidden-sheet" if hidden else "missing-table", expected=f"“{table.titles[0]}”")
            )
    for block in blocks:
        problems.extend(_column_problems(block))
    if problems:
        raise SourceError(problems)
    return blocks


def bare_blocks(workbook: Workbook, source: Source) -> list[Block]:
    """Every place of a title with the lines around it and no column: enough to tell its period, under any layout."""
    return [
        Block(
            sheet=title.sheet,
            table=title.table,
            title=title.text,
            title_row=title.row,
            above=_visible_lines(title.sheet, max(0, title.row - HEADER_DISTANCE), title.end + 1 + HEADER_DISTANCE),
            columns={},
            headers={},
            body_start=title.end + 1,
            body_end=title.end + 1,
            is_continued=title.is_continued,
        )
        for title in find_titles(workbook, source)
    ]


def _has_rows(title: _Title, titles: list[_Title], blocks: list[Block]) -> bool:
    """Whether numbers follow a title without a header in columns of the same table above it: its rows go on."""
    above = [block for block in blocks if block.sheet is title.sheet and block.table is title.table]
    above = [block for block in above if block.title_row < title.row]
    if not above:
        return False
    positions = [above[-1].columns[column.name] for column in title.table.columns if column.name in above[-1].columns]
    following = [other.row for other in titles if other.sheet is title.sheet and other.row > title.row]
    rows = title.sheet.rows[title.end + 1 : min(following, default=len(title.sheet.rows))]
    return any(sum(is_number(row[position]) for position in positions) > 1 for row in rows)


def _headless(titles: list[_Title], blocks: list[Block]) -> list[_Title]:
    placed = {(id(block.sheet), block.title_row) for block in blocks}
    return [title for title in titles if (id(title.sheet), title.row) not in placed]


def is_continuation(text: str) -> bool:
    """Whether a text says nothing but that the table goes on: "(Tiếp theo)", "Bảng 5 (tiếp theo)"."""
    return bool(_CONTINUED.fullmatch(fold(text)))


def _find_header(title: _Title, end: int) -> Block | Problem:
    """The header rows under a title: those under which most of the contract's columns are found."""
    rows = title.sheet.rows
    first = title.end + 1
    last = min(end, first + (CSV_HEAD if title.row < 0 else HEADER_DISTANCE))
    best: tuple[tuple[int, int], int, int, dict[int, str], dict[str, list[int]]] | None = None
    readings = (
        (top, height, spread)
        for written in range(1, HEADER_ROWS + 1)  # the fewest rows that will do: lines above the header are none of it
        for top in range(first, min(last, end - written + 1))
        if any(isinstance(value, str) for value in rows[top])
        if (height := _height(rows, top, written)) <= end - top
        for spread in (False, True)
    )
    for top, height, spread in readings:
        headers = read_headers(title.sheet, top, height, spread)
        columns = match_visible_first(title.table, headers, title.sheet.hidden_columns)
        # Of two readings with as many columns, the one that shows a header twice is the one to ask about.
        score = (len(columns), sum(map(len, columns.values())))
        if best is None or score > best[0]:
            best = (score, top, height, headers, columns)
            if len(columns) == len(title.table.columns):
                break
    named = {column.name for column in title.table.columns if column.headers != [EMPTY_HEADER]}
    if best is None or not named & set(best[4]):
        where = cell_address(max(title.row, 0), 0)
        wanted = ", ".join(f"“{_shown(column)}”" for column in title.table.columns)
        return Problem("missing-header", title.sheet.name, where, expected=wanted)
    _, top, height, headers, columns = best
    return Block(
        sheet=title.sheet,
        table=title.table,
        title=title.text,
        title_row=title.row,
        above=[
            *_visible_lines(title.sheet, max(0, title.row - HEADER_DISTANCE), top),
            *_mixed_lines(title.sheet, title.end + 1, top),
        ],
        columns={name: positions[0] for name, positions in columns.items() if len(positions) == 1},
        headers={position: text for position, text in headers.items() if text},
        body_start=top + height,
        body_end=end,
        is_continued=title.is_continued,
        header_height=height,
    )


def _height(rows: list[list[Value]], top: int, written: int) -> int:
    """How many rows a header of so many written ones takes: in a CSV the lines within its cells leave blank rows."""
    end = top + 1
    for _ in range(written - 1):
        breaks = sum(value.count("\n") for value in rows[end - 1] if isinstance(value, str))
        while breaks and end < len(rows) and all(value is None for value in rows[end]):
            end, breaks = end + 1, breaks - 1
        end += 1
    return end - top


def _find_translated_header(title: _Title, end: int) -> Block | None:
    """The header that is whole once the translations in it are left out, if there is one."""
    first = title.end + 1
    bare = in_own_language(title.sheet, first, min(end, first + HEADER_DISTANCE))
    if bare is None:
        return None
    block = _find_header(replace(title, sheet=bare), end)
    if isinstance(block, Problem) or _column_problems(block):
        return None
    block.sheet = title.sheet
    return block


def _find_header_of_group(title: _Title, source: Source, end: int) -> Block | None:
    """The header whose columns are the period's own, where another group of columns has the same names."""
    first = title.end + 1
    last = min(end, first + HEADER_DISTANCE)
    if (found := in_own_group(title.sheet, source, first, last)) is None:
        return None
    bare, top, group = found
    block = _find_header(replace(title, sheet=bare), end)
    if isinstance(block, Problem) or _column_problems(block):
        return None
    block.header_height = block.body_start - top
    written = read_headers(title.sheet, top, block.header_height, spread=True)
    block.headers = {position: text for position, text in written.items() if text} | block.headers
    block.sheet, block.group = title.sheet, group
    return block


def _column_problems(block: Block) -> list[Problem]:
    matched = match_visible_first(block.table, block.headers, block.sheet.hidden_columns)
    row = block.body_start - 1
    problems = [
        Problem(
            "duplicate-column",
            block.sheet.name,
            cell_address(row, positions[1]),
            column=block.headers[positions[1]],
            expected=f"một cột duy nhất, hiện có ở {', '.join(cell_address(row, position) for position in positions)}",
        )
        for positions in matched.values()
        if len(positions) > 1
    ]
    problems += [
        Problem("missing-column", block.sheet.name, cell_address(row, 0), column=_shown(column))
        for column in block.table.columns
        if column.required and column.name not in matched and column.name not in block.columns
    ]
    return problems


def _shown(column: Column) -> str:
    """A column's header for people, who do not know what `*` is."""
    return " ".join(column.headers[0].replace("*", " … ").split())


def extra_columns(block: Block) -> list[Problem]:
    """A warning for each column that the contract does not know: it is not loaded."""
    known = set(block.columns.values())
    return [
        Problem(
            "extra-column",
            block.sheet.name,
            cell_address(block.body_start - 1, position),
            column=text,
            severity="warning",
        )
        for position, text in block.headers.items()
        if position not in known and fold(text) not in SERIAL and fold(text) != "ghi chu"
    ]
