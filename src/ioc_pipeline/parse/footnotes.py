"""The mark beside a number: told from its digits by the text as it is, never by a compatibility form of it."""

import re
import unicodedata

_MARKED = re.compile(r"(.*?[\d)%…x–—−-])((?:\s*[^\s\d.()%…–—−a-zA-Z-])+)\s*", re.DOTALL)
_POWER = re.compile(r"(?<![\d.,])10\s*")
_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}


def plain(text: str) -> str:
    """Lower case without diacritics. Only full-width signs are another form of the same; ¹ and ① stay marks."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.translate(_FULL_WIDTH).casefold()).replace("đ", "d")
    return "".join(sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))


def split_footnote(text: str) -> tuple[str, str]:
    """A number and the raised, lowered or circled mark behind it: "1250¹", "97,5 ²", "27/63⁽¹⁾"; "" where none is.

    A raised digit behind a bare 10 stays where it is: nobody can tell 10⁶ from a ten with a footnote.
    """
    if text.isascii():
        return text, ""
    found = _MARKED.fullmatch(text)
    if not found or not any(map(_is_mark, found[2])) or not all(sign in " ,;*" or _is_mark(sign) for sign in found[2]):
        return text, ""
    return (text, "") if _POWER.fullmatch(found[1]) else (found[1].rstrip(), found[2].strip())


def _is_mark(sign: str) -> bool:
    """A digit or letter that Unicode calls raised, lowered or circled; ½ is a number."""
    form = unicodedata.decomposition(sign).partition(" ")[0]
    return form in ("<super>", "<sub>", "<circle>") or (unicodedata.category(sign) == "No" and form != "<fraction>")
