"""One line of a suite that says what must hold for each row: `total == online + partly + rest`.

The grammar is small, and nothing in it can run anything: names of columns, numbers, texts in quotes, `+ - * /`,
`abs(…)`, comparisons (also chained: `2 <= people / households <= 8`), `and`, `or`, `not`, and
`column is missing`, `column is not missing`. `check/must_hold.py` says how a row is judged by it.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "time"]
MISSING = "missing"
_LONGEST = 1000  # characters; the longest that ships has 250
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_EQUALS = (ast.Eq, ast.NotEq)
_GRAMMAR = (
    ast.Expression, ast.Load, ast.Name, ast.Constant, ast.Call,
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Compare, *_ORDERS, *_EQUALS, ast.Is, ast.IsNot,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MustHold:
    """A rule whose grammar is known to be the one above.

    `columns` in the order in which the rule names them: a message about a row stands at the first.
    """

    text: str
    tree: ast.expr
    columns: tuple[str, ...]


def parse_must_hold(text: object) -> MustHold:
    """Read a rule.

    Raises:
        ValueError: what is not understood, for the suite's reader to say where.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError('expected a rule such as "total == online + direct"')
    if len(text) > _LONGEST:
        raise ValueError(f"{len(text)} characters, expected {_LONGEST} at most: make it several rules")
    try:
        return _parse(text.strip())
    except SyntaxError as error:
        raise ValueError(f"not understood: {error.msg}") from error
    except (MemoryError, RecursionError) as error:
        raise ValueError("not understood: nested too deep") from error


def _parse(text: str) -> MustHold:
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        if not isinstance(node, _GRAMMAR):
            raise ValueError(f"not understood: {ast.unparse(node) or type(node).__name__}")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    names.sort(key=lambda node: (node.lineno, node.col_offset))
    columns = tuple(dict.fromkeys(node.id for node in names if node.id != MISSING))
    if not columns:
        raise ValueError("names no column")
    if _kind(tree, None) != "truth":
        raise ValueError("expected a rule that is true or false, not a value")
    return MustHold(text, tree, columns)


def check_kinds(rule: MustHold, columns: Mapping[str, Kind]) -> None:
    """Refuse a rule that compares what cannot be compared; `columns` are the table's, those of the rule among them.

    Raises:
        ValueError: what does not fit.
    """
    _kind(rule.tree, columns)


def _kind(node: ast.expr, columns: Mapping[str, Kind] | None) -> str:
    """Kind of a part: number, text, time or truth; "" for a column as long as the table is not known."""
    match node:
        case ast.BoolOp():
            for value in node.values:
                _expect("truth", value, columns)
            return "truth"
        case ast.UnaryOp(op=ast.Not()):
            return _expect("truth", node.operand, columns)
        case ast.UnaryOp() | ast.BinOp():
            for operand in [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]:
                _expect("number", operand, columns)
            return "number"
        case ast.Call(func=ast.Name(id="abs"), args=[argument], keywords=[]):
            return _expect("number", argument, columns)
        case ast.Compare():
            return _comparison(node, columns)
        case ast.Constant(value=value) if isinstance(value, int | float | str) and not isinstance(value, bool):
            return "text" if isinstance(value, str) else "number"
        case ast.Name(id=name) if name != MISSING:
            return columns[name] if columns else ""
    raise ValueError(f"not understood: {ast.unparse(node)}")


def _comparison(node: ast.Compare, columns: Mapping[str, Kind] | None) -> str:
    if any(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[_], comparators=[ast.Name(id="missing")]) if name != MISSING:
                return "truth"
        raise ValueError(f"not understood: {ast.unparse(node)}: expected 'column is missing' or 'is not missing'")
    operands = [node.left, *node.comparators]
    kinds = [_kind(operand, columns) for operand in operands]
    if "truth" in kinds or len({kind for kind in kinds if kind}) > 1:
        named = " with ".join(kind or "column" for kind in kinds)
        raise ValueError(f"cannot compare {named}: {ast.unparse(node)}")
    if "text" in kinds and any(isinstance(operator, _ORDERS) for operator in node.ops):
        raise ValueError(f"texts have no order: {ast.unparse(node)}")
    return "truth"


def _expect(kind: str, node: ast.expr, columns: Mapping[str, Kind] | None) -> str:
    found = _kind(node, columns)
    is_open = not found and kind == "number"  # a column of a table that is not known yet
    if found != kind and not is_open:
        raise ValueError(f"expected a {kind}: {ast.unparse(node)}")
    return kind
