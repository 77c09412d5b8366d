"""Text folded for comparing: what two people who mean the same header, title or name both write."""

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[^0-9a-z%]+")
_NAKED = {ord("đ"): "d", ord("ð"): "d"}  # ð is the Icelandic letter that old Vietnamese keyboards gave for đ
_I_FOR_Y = re.compile(r"\b([hklmst]|qu)i\b")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold for comparing, never for storing: "Tỉ lệ (%)" and "TỶ LỆ %" are both "ty le %".

    Case, diacritics, tone-mark placement, blanks and punctuation do not count; letters, digits and "%" do. A whole
    syllable that may be written with i or y (tỉ/tỷ, quí/quý, kì/kỳ, lí/lý, sĩ/sỹ) takes y. "" if nothing is left.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    naked = "".join(
        character for character in decomposed if unicodedata.category(character) not in ("Mn", "Cf", "Cc") or character.isspace()
    )
    words = _NOT_WORD.sub(" ", naked.translate(_NAKED)).strip()
    return _I_FOR_Y.sub(r"\1y", words)
