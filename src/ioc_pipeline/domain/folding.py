"""Text folded for comparing: what two people who mean the same header, title or name both write."""

import re
import unicodedata
from functools import lru_cache

_LATIN_D = {ord("đ"): "d", ord("ð"): "d"}  # ð is the Icelandic letter that old Vietnamese keyboards gave for đ
_NOT_WORD = re.compile(r"[^0-9a-z%]+")
_Y_WRITTEN_I = re.compile(r"\b([hklmst]|qu)i\b")


def naked(text: str) -> str:
    """Lower case without diacritics and invisible signs, with punctuation: "Quý III/2025" → "quy iii/2025"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LATIN_D)
    return "".join(character for character in decomposed if unicodedata.category(character) not in ("Mn", "Cf"))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold for comparing, never for storing: "Tỉ lệ (%)" and "TỶ LỆ %" are both "ty le %".

    Case, diacritics, tone-mark placement, blanks and punctuation do not count; letters, digits and "%" do. A whole
    syllable that may be written with i or y (tỉ/tỷ, quí/quý, kì/kỳ, lí/lý, sĩ/sỹ) takes y. "" if nothing is left.
    """
    return _Y_WRITTEN_I.sub(r"\1y", _NOT_WORD.sub(" ", naked(text)).strip())
