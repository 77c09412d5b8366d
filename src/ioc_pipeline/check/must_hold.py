"""A rule of a suite over a frame → for each row whether it holds, or that it cannot be judged.

A part with a missing value is neither true nor false (Kleene): `or` holds if its other side does, `and` fails if its
other side does, and a rule that comes to neither does not judge the row. Only `is missing` sees a missing value. A
quotient by 0 is a missing value.
"""

import ast
import operator
from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Any

from ioc_pipeline.reference.must_hold import MISSING, MustHold

if TYPE_CHECKING:
    import pandas as pd

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.And: operator.and_,
    ast.Or: operator.or_,
}


def judge_rows(rule: MustHold, frame: "pd.DataFrame") -> "pd.Series[float]":
    """1.0 where the rule holds, 0.0 where it does not, NaN where a value it needs is missing."""
    return _evaluate(rule.tree, frame).astype("Float64").astype("float64")


def _evaluate(node: ast.expr, frame: "pd.DataFrame") -> "pd.Series[Any]":
    """A part of a rule: values of the rows, or pandas' three-valued "boolean" where it is a truth."""
    import pandas as pd

    match node:
        case ast.Name(id=name):
            return _column(frame[name])
        case ast.Constant(value=value):
            return pd.Series([value] * len(frame), index=frame.index)
        case ast.BoolOp(op=op, values=values):
            truth: pd.Series[Any] = reduce(_OPERATORS[type(op)], [_evaluate(value, frame) for value in values])
            return truth
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ~_evaluate(operand, frame)
        case ast.UnaryOp(operand=operand):
            return -_evaluate(operand, frame)
        case ast.Call(args=[argument]):
            return _evaluate(argument, frame).abs()
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _evaluate(left, frame), _evaluate(right, frame)
            result: pd.Series[Any] = _OPERATORS[type(op)](one, other)
            return result.mask(other == 0) if isinstance(op, ast.Div) else result
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Name(id=word)]):
            assert word == MISSING  # by the grammar
            is_missing = frame[name].isna().astype("boolean")
            return is_missing if isinstance(op, ast.Is) else ~is_missing
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [_evaluate(operand, frame) for operand in (left, *comparators)]
            steps = zip(ops, operands, operands[1:], strict=False)
            return reduce(operator.and_, [_compare(type(op), one, other) for op, one, other in steps])
    raise ValueError(f"not in the grammar: {ast.unparse(node)}")


def _compare(op: type[ast.cmpop], one: "pd.Series[Any]", other: "pd.Series[Any]") -> "pd.Series[Any]":
    is_known = one.notna() & other.notna()
    result: pd.Series[Any] = _OPERATORS[op](one[is_known], other[is_known])
    return result.astype("boolean").reindex(is_known.index)


def _column(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column as it can be compared: times, with a zone or without, all in UTC."""
    import pandas as pd

    found = values.dropna()
    is_time = values.dtype.kind == "M" or (not found.empty and isinstance(found.iloc[0], date))
    return pd.to_datetime(values, utc=True) if is_time else values
