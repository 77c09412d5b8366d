"""What is said of one problem, in the sender's language."""

import unicodedata

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.messages.by_code import MESSAGES

FOUND_LENGTH = 120


def sent_by(delivery: Delivery) -> str:
    """Who sent a file in the browser."""
    return f"{printable(delivery.sender)} (trang Gửi tệp)"


def explain(problem: Problem) -> str:
    """One problem with its code: place, what was found, what is expected, how to mend it."""
    says = finding(problem)
    place = ", ".join(_place_in_page(problem) if problem.page else _place_in_sheet(problem))
    told = f"{place}: {says}" if place else says
    return " ".join([f"[{problem.code}] {_begun(told)}.", *_remedy(problem)])


def advise(problem: Problem) -> str:
    """The same for who looks at the cell already."""
    return " ".join([f"{_begun(finding(problem))}.", *_remedy(problem)])


def finding(problem: Problem) -> str:
    """What is wrong."""
    return MESSAGES[problem.code].says


def found(problem: Problem) -> str:
    """What was read there, short enough and fit to be shown; "" where that is not told."""
    return shorten(printable(problem.found))


def expected(problem: Problem) -> str:
    return (problem.expected or MESSAGES[problem.code].expected).rstrip(".")


def fix(problem: Problem) -> str:
    return (problem.fix or MESSAGES[problem.code].fix).rstrip(".")


def printable(text: str) -> str:
    """Without what could hide or turn text around: control and format characters, surrogates of undecodable names."""
    return "".join("�" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character for character in text)


def shorten(text: str) -> str:
    return text if len(text) <= FOUND_LENGTH else text[: FOUND_LENGTH - 1] + "…"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _remedy(problem: Problem) -> list[str]:
    said = (("Đọc được: “{}”.", found(problem)), ("Cần: {}.", expected(problem)), ("Cách sửa: {}.", fix(problem)))
    return [words.format(text) for words, text in said if text]


def _place_in_sheet(problem: Problem) -> list[str]:
    parts = [("trang “{}”", problem.sheet), ("ô {}", problem.cell), ("cột “{}”", problem.column)]
    return [words.format(printable(part)) for words, part in parts if part]


def _place_in_page(problem: Problem) -> list[str]:
    """Record and field as the owner of an API knows them, then where they stand in which answer."""
    parts = [
        ("bản ghi “{}”", problem.record),
        ("trường “{}”", problem.column),
        ("vị trí {}", problem.cell),
        ("câu trả lời {}", problem.page),
    ]
    return [words.format(shorten(printable(part))) for words, part in parts if part]
