"""Whether a sheet calls its figures estimated, preliminary or official."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from ioc_pipeline.domain.period_labels import find_labels
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.spans import maturity_word
from ioc_pipeline.parse.statements import (
    Statement,
    is_own_word,
    label_of_line,
    statements_above,
    statements_elsewhere,
    texts_beside,
)
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.reference.sources import Source

_LONE_WORD = re.compile(r"\W*(?:(?:day|la|so|lieu) )*(?:uoc|so bo)(?: tinh| thuc hien| dat)?\W*")
_SHORT_LINE = 30
_ANY_YEAR = 2000
_NOTE = re.compile(
    r"^(?:ghi chu)?[\s:*()\d.-]*(?:(?:cac|day la|toan bo) )*so(?: lieu)?"
    r"(?: (?:tren|trong bieu|nay|la|thang \S+))* (?:so )?(?:uoc|so bo)(?!.*\bthay\b)"
)


def stated_maturity(block: Block, source: Source, end: int) -> str:
    """What the sheet says of its figures: "Ước tháng 9 năm 2025" are estimates; "" if it says nothing.

    A line says it with its period, or is nothing else ("(số liệu ước)"); a note below speaks of "số liệu".
    """
    for said in chain(statements_above(block), statements_elsewhere(block, end, "")):
        named = label_of_line(said.text, source)
        if named and named.maturity:
            return named.maturity
        word = maturity_word(said.text)
        if word and not is_own_word(block.table, said.text) and _is_about_figures(said, source):
            return word
    return ""


def row_maturities(block: Block, data: Sequence[int]) -> dict[int, str]:
    """The rows of which a remark says that their figures are estimates or preliminary, and nothing else: "(số ước)"."""
    texts = ((number, cell_text(text)) for number, _, text in texts_beside(block, data))
    words = ((number, maturity_word(text)) for number, text in texts if _is_lone_word(text))
    return {number: word for number, word in words if word}


@lru_cache(maxsize=8192)
def _is_lone_word(text: str) -> bool:
    return bool(_LONE_WORD.fullmatch(time_words(text)))


def _is_about_figures(said: Statement, source: Source) -> bool:
    plain = time_words(said.text)
    if said.place in ("letterhead", "below"):
        return said.place == "below" and bool(_NOTE.match(plain))
    return said.place == "header" or len(plain) < _SHORT_LINE or bool(find_labels(said.text, source.clock, _ANY_YEAR))
