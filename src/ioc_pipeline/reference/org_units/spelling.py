"""One spelling for one name: what does not tell two units apart is folded, what may is kept."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_ABBREVIATED_TYPE = {
    "t": "tỉnh",
    "tp": "thành phố",
    "q": "quận",
    "h": "huyện",
    "tx": "thị xã",
    "tt": "thị trấn",
    "p": "phường",
    "ph": "phường",
    "x": "xã",
    "đk": "đặc khu",
}
_ABBREVIATION = re.compile(r"(t\.?[pxt]|đ\.?k|ph|[tqhpx])(?:\. ?| |(?=\d))(?=\w)")
_OFFICE = re.compile(r"(?:ubnd|(?:ủy|uỷ|uy) ban (?:nhân dân|nhan dan)) (?=.)")
SEPARATOR = re.compile(r" ?[,;] ?| ?\(| [-–—] | (?=(?:tỉnh|thành phố|thị xã|huyện|quận) )")
_APOSTROPHE = re.compile(r" ?['’‘ʼ`´] ?")
_NOT_WORD = re.compile(r"[^\w']+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_ACUTE = "\u0301"
_NO_OUTLINE = re.compile(r"[^\w\n]|[_0]")
_I_FOR_Y = re.compile(r"([hklmst]|qu)i")


@lru_cache(maxsize=16384)
def clean(text: str) -> str:
    """One line in lower case, composed, without invisible characters, single blanks."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFC", visible).casefold().split())


def without_office(text: str) -> str:
    """ "ubnd xã mường la" → "xã mường la"; anything else as it is."""
    return text[office.end() :] if (office := _OFFICE.match(text)) else text


def with_full_type(name: str) -> str:
    """ "tp. mường x" → "thành phố mường x"; anything else as it is."""
    short = _ABBREVIATION.match(name)
    return f"{_ABBREVIATED_TYPE[short[1].replace('.', '')]} {name[short.end() :]}" if short else name


def spell(text: str) -> str:
    """One spelling for one name: punctuation, tone-mark placement, i/y, đăk/đắk, "01" do not count."""
    plain = _NOT_WORD.sub(" ", _APOSTROPHE.sub("'", text.replace("&", " và ")))
    return " ".join(_spell_syllable(syllable) for syllable in plain.split())


@lru_cache(maxsize=16384)
def _spell_syllable(syllable: str) -> str:
    if syllable.isdecimal():
        return syllable.lstrip("0")
    decomposed = unicodedata.normalize("NFD", syllable)
    base = unicodedata.normalize("NFC", "".join(each for each in decomposed if each not in _TONES))
    tone = "".join(each for each in decomposed if each in _TONES)
    if base in ("đăk", "lăk"):
        tone = _ACUTE
    if _I_FOR_Y.fullmatch(base):
        base = base[:-1] + "y"
    return base + tone


def letters(spelling: str) -> str:
    """A spelling without any marks and blanks, by which a name without its marks is looked for."""
    decomposed = unicodedata.normalize("NFD", spelling.replace("đ", "d"))
    return "".join(each for each in decomposed if each.isalnum())


def outlines(texts: Iterable[str]) -> list[str]:
    """What two texts share that have the same letters once they are spelled, and some others: of all texts at once.

    To spell a text takes thirty times as long.
    """
    joined = unicodedata.normalize(
        "NFD", "\n".join(text.replace("\n", "") for text in texts).replace("&", "va").casefold()
    )
    return _NO_OUTLINE.sub("", joined).replace("đ", "d").replace("y", "i").split("\n")


def lacks_only_marks(written: str, spelling: str) -> bool:
    """Whether every mark written is in the spelling too; both have the same letters."""
    return all(few <= many for few, many in zip(_marks(written), _marks(spelling), strict=True))


def _marks(spelling: str) -> list[set[str]]:
    """The marks on each letter, in order."""
    marks: list[set[str]] = []
    for each in unicodedata.normalize("NFD", spelling):
        if each.isalnum():
            marks.append({each} & {"đ"})
        elif unicodedata.combining(each):
            marks[-1].add(each)
    return marks
