"""What may be typed into the cells of a column: Excel's own check of it, and what it says before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from ioc_pipeline.domain.figures import number
from ioc_pipeline.reference.contracts import Contract
from ioc_pipeline.reference.suites import Expectation, read_suite
from ioc_pipeline.reference.tables import Column, ColumnType, Table

MARKS = ("-", "…", "...", "x")
"""What stands for a figure that is not there: nothing occurred, no data (as Excel and as people write it), no sense."""
CELL = "CELL"
"""The address of the checked cell, in a formula."""
_MARKED = "OR(" + ",".join(f'CELL="{mark}"' for mark in MARKS) + ")"
_NO_FIGURE = "Không phát sinh: ghi -; chưa có số liệu: ghi …; không có ý nghĩa: ghi x."
_FIRST_DAY, _LAST_DAY = 32874, 73050  # 1/1/1990 and 31/12/2099 as Excel counts days
_SAYS: dict[ColumnType, str] = {
    "count": "Số nguyên, không âm, ví dụ 2165",
    "number": "Số, ví dụ 96,5",
    "money": "Số, ví dụ 1250,5",
    "percent": "Phần trăm theo thang 0-100, ví dụ 97,25; không gõ dấu %",
    "rank": "Thứ hạng trên tổng số, ví dụ 27/63",
    "ratio": "Số đạt trên tổng số, ví dụ 6/8",
    "date": "Ngày/tháng/năm, ví dụ 14/9/2025",
    "code": "Ghi đủ mã, giữ cả số 0 ở đầu",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of one column. `formula` is true for what may be typed, with CELL for the cell; `choices` are a closed
    list instead; with neither anything may be typed. `says` is the prompt, "" for none.
    """

    says: str = ""
    formula: str = ""
    choices: tuple[str | int | float, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for rules that allow the same."""
        return self.formula or "|".join(map(str, self.choices))


def rule_of(contract: Contract, table: Table, column: Column) -> Rule:
    """What the contract's type and the critical checks of its suite allow in one column; units and periods are lists
    that depend on the day, and not told here.
    """
    suite_name = contract.source.suite_name(table)
    checks = [
        check
        for check in read_suite(suite_name, contract.suites[suite_name])
        if check.severity == "critical" and check.columns == (column.name,) and not check.must_hold
    ]
    if choices := _choices(checks):
        is_figure = column.type == "count"
        return Rule(
            f"Chọn một trong: {', '.join(map(str, choices))}. {_NO_FIGURE if is_figure else ''}".strip(),
            choices=(*choices, *MARKS) if is_figure else choices,
        )
    return _of_type(column.type, _limits(checks))


def _choices(checks: Sequence[Expectation]) -> tuple[str | int | float, ...]:
    sets = [check.kwargs["value_set"] for check in checks if check.type == "expect_column_values_to_be_in_set"]
    return tuple(value for value in sets[0] if all(value in other for other in sets)) if sets else ()


@dataclass(frozen=True, slots=True)
class _Limit:
    """One end of what a figure may be: `sign` compares the cell with it, `words` say it."""

    sign: str
    value: float
    words: str


def _limits(checks: Sequence[Expectation]) -> list[_Limit]:
    found = []
    for check in checks:
        if check.type == "expect_column_values_to_be_between":
            for key, sign, words in (("min", ">", "từ"), ("max", "<", "đến")):
                value, is_strict = check.kwargs.get(f"{key}_value"), check.kwargs.get(f"strict_{key}", False)
                if isinstance(value, int | float):
                    found.append(_Limit(sign if is_strict else f"{sign}=", value, f"{words}{' trên' * is_strict}"))
    return found


def _of_type(kind: ColumnType, limits: Sequence[_Limit]) -> Rule:
    within = [f"CELL{limit.sign}{limit.value}" for limit in limits]
    told = "".join(f", {limit.words} {number(limit.value, None, 'vi')}" for limit in limits)
    says = _SAYS.get(kind, "")
    match kind:
        case "count":
            return _figure(f"{says}{told}", ["CELL>=0", "CELL=INT(CELL)", *within])
        case "number" | "money" | "percent":
            return _figure(f"{says}{told}", within)
        case "date":
            return _figure(f"{says}{told}", [f"CELL>={_FIRST_DAY}", f"CELL<={_LAST_DAY}"])
        case "rank" | "ratio":
            first, last = 'VALUE(LEFT(CELL,FIND("/",CELL)-1))', 'VALUE(MID(CELL,FIND("/",CELL)+1,9))'
            whole = ",".join([f"{first}<={last}", *(f"{first}{limit.sign}{limit.value}" for limit in limits)])
            return Rule(f"{says}{told}. {_NO_FIGURE}", f'IF(ISNUMBER(FIND("/",CELL)),AND({whole}),{_MARKED})')
    return Rule(says)


def _figure(says: str, conditions: Sequence[str]) -> Rule:
    """A number or a mark. IF, since AND and OR work out all they are given, and INT("-") is an error."""
    whole = f"AND({','.join(conditions)})" if conditions else "TRUE"
    return Rule(f"{says}. {_NO_FIGURE}", f"IF(ISNUMBER(CELL),{whole},{_MARKED})")
