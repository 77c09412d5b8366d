"""What nobody sees on the screen and what is struck through, told before it counts."""

from collections.abc import Iterable

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.layout import Block, extra_columns
from ioc_pipeline.reference.tables import NUMERIC

_COUNTS = NUMERIC | {"org_unit", "period"}
_NAMED = 10  # how many places a message names before it only counts


def hidden_columns(block: Block) -> list[Problem]:
    """Figures, names and periods of the form that stand in hidden columns only.

    A warning where nothing visible could be meant instead; where a visible column is none of the form's, which of the
    two counts is a question to the sender.
    """
    hidden = block.sheet.hidden_columns
    if not hidden:
        return []
    row = block.body_start - 1
    others = [
        f"{problem.cell} “{problem.column}”"
        for problem in extra_columns(block)
        if problem.cell not in {cell_address(row, position) for position in hidden}
    ]
    return [
        Problem(
            "hidden-column",
            block.sheet.name,
            cell_address(row, block.columns[column.name]),
            block.headers.get(block.columns[column.name], ""),
            expected=f"số liệu ở cột nhìn thấy; cột nhìn thấy ngoài mẫu: {', '.join(others[:_NAMED])}"
            if others
            else "",
            severity="critical" if others else "warning",
        )
        for column in block.table.columns
        if column.type in _COUNTS and block.columns.get(column.name) in hidden
    ]


def unseen_cells(block: Block, body: Body) -> list[Problem]:
    """Warnings: hidden rows and cells that count, and cells that nobody sees and that count for nothing."""
    problems = []
    hidden = [number for number in body.data if number in block.sheet.hidden_rows]
    if hidden:
        where = (block.sheet.name, cell_address(hidden[0], 0))
        rows = _named(str(number + 1) for number in hidden)
        problems.append(Problem("hidden-rows", *where, found=f"dòng {rows}", severity="warning"))
    sheet = block.sheet
    for code, places in (
        ("hidden-cells", sheet.hidden_cells),
        ("struck-cells", sheet.struck),
        ("covered-cells", sheet.covered),
    ):
        of_table = sorted(place for place in places if block.body_start <= place[0] < body.end)
        if of_table:
            cells = _named(cell_address(*place) for place in of_table)
            where = (sheet.name, cell_address(*of_table[0]))
            problems.append(Problem(code, *where, found=f"ô {cells}", severity="warning"))
    return problems


def _named(places: Iterable[str]) -> str:
    names = list(places)
    return ", ".join(names[:_NAMED]) + (f" và {len(names) - _NAMED} chỗ khác" if len(names) > _NAMED else "")
