"""Excel's own checks of cells, evaluated as Excel does: what a file's data validations let a person type."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ioc_pipeline.answer.marked.package import Package
from ioc_pipeline.domain.addresses import cell_position
from ioc_pipeline.domain.workbooks import Value
from xlsx_cells import MAIN as NAMESPACE
from xlsx_cells import RELATION

MAIN = f"{{{NAMESPACE}}}"


class ExcelError(Exception):
    """#VALUE! and the like: a check that gives one refuses."""


@dataclass(frozen=True)
class Check:
    """One data validation: which cells (0-based, the last ones included), what it allows, what it says."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    kind: str
    formula: str
    style: str
    prompt: str
    error: str
    choices: tuple[Value, ...] = ()

    def allows(self, value: Value) -> bool:
        """Whether Excel lets a person type this."""
        if self.style != "stop":
            return True
        if self.kind == "list":
            return value in self.choices
        try:
            return _evaluate(_as_python(self.formula), value) is True
        except ExcelError:
            return False


def checks_of(content: bytes) -> dict[str, list[Check]]:
    """The checks of each sheet, by its name; lists are looked up where they stand."""
    package = Package.read(content)
    parts = {
        str(element.get("name")): package.tree(package.target("xl/workbook.xml", str(element.get(RELATION))))
        for element in package.tree("xl/workbook.xml").iter(f"{MAIN}sheet")
    }
    strings = ["".join(map(str, each.itertext())) for each in package.tree("xl/sharedStrings.xml").iter(f"{MAIN}si")]

    def listed(formula: str) -> Iterator[Value]:
        sheet, _, cells = formula.replace("$", "").partition("!")
        (first_row, column), (last_row, _) = map(cell_position, cells.split(":"))
        for cell in parts[sheet.strip("'")].iter(f"{MAIN}c"):
            row, at = cell_position(str(cell.get("r")))
            if at == column and first_row <= row <= last_row:
                text = str(cell[0].text)
                yield strings[int(text)] if cell.get("t") == "s" else float(text)

    found: dict[str, list[Check]] = {}
    for name, root in parts.items():
        for element in root.iter(f"{MAIN}dataValidation"):
            first, _, last = str(element.get("sqref")).partition(":")
            (top, left), (bottom, right) = cell_position(first), cell_position(last or first)
            formula = next((str(each.text) for each in element.iter(f"{MAIN}formula1")), "")
            kind = element.get("type", "none")
            check = Check(
                (top, bottom),
                (left, right),
                kind,
                formula,
                element.get("errorStyle", "stop") if element.get("showErrorMessage") and kind != "none" else "",
                element.get("prompt", ""),
                element.get("error", ""),
                tuple(listed(formula)) if kind == "list" else (),
            )
            found.setdefault(name, []).append(check)
    return found


def _as_python(formula: str) -> ast.expr:
    texts = re.split(r'("[^"]*")', formula)
    plain = [
        text if text.startswith('"') else re.sub(r"(?<![<>=])=(?!=)", "==", re.sub(r"\b[A-Z]{1,2}\d+\b", "CELL", text))
        for text in texts
    ]
    return ast.parse("".join(plain).replace("IF(", "WHEN("), mode="eval").body


def _evaluate(node: ast.expr, cell: Value) -> object:
    """AND and OR work out all they are given and pass on an error; IF works out one branch only."""
    match node:
        case ast.Constant(value=value):
            return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        case ast.Name(id="TRUE"):
            return True
        case ast.Name(id="CELL"):
            return float(cell) if isinstance(cell, int | float) else cell
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(_evaluate(operand, cell))
        case ast.BinOp(left=left, op=operator, right=right):
            sign = 1 if isinstance(operator, ast.Add) else -1
            return _number(_evaluate(left, cell)) + sign * _number(_evaluate(right, cell))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compare(operator, _evaluate(left, cell), _evaluate(right, cell))
        case ast.Call(func=ast.Name(id="WHEN"), args=[condition, then, otherwise]):
            return _evaluate(then if _evaluate(condition, cell) else otherwise, cell)
        case ast.Call(func=ast.Name(id="ISNUMBER"), args=[argument]):
            try:
                return isinstance(_evaluate(argument, cell), float)
            except ExcelError:
                return False
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, [_evaluate(argument, cell) for argument in arguments])
    raise AssertionError(ast.dump(node))


def _call(name: str, values: list[object]) -> object:
    match name, values:
        case "AND", _:
            return all(value is True for value in values)
        case "OR", _:
            return any(value is True for value in values)
        case "INT", [value]:
            return float(_number(value) // 1)
        case "VALUE", [value]:
            return _number(value if isinstance(value, float) else _written(str(value)))
        case "FIND", [str(part), value]:
            if part not in _text(value):
                raise ExcelError
            return float(_text(value).index(part) + 1)
        case "LEFT", [value, float(count)]:
            return _text(value)[: int(count)]
        case "MID", [value, float(first), float(count)]:
            return _text(value)[int(first) - 1 :][: int(count)]
    raise AssertionError(name)


def _compare(operator: ast.cmpop, left: object, right: object) -> bool:
    """Without case; any text is greater than any number."""
    one, other = (
        (isinstance(value, str), value.casefold() if isinstance(value, str) else value) for value in (left, right)
    )
    match operator:
        case ast.Eq():
            return one == other
        case ast.LtE():
            return one <= other  # type: ignore[operator]
        case ast.GtE():
            return one >= other  # type: ignore[operator]
        case ast.Lt():
            return one < other  # type: ignore[operator]
        case ast.Gt():
            return one > other  # type: ignore[operator]
    raise AssertionError(operator)


def _number(value: object) -> float:
    if isinstance(value, float):
        return value
    raise ExcelError


def _written(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
