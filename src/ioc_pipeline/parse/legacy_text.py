"""Text as the department meant it: TCVN3 and VNI fonts, mojibake, half-composed and invisible signs, cell by cell.

One workbook holds several codings at once (real ones until 2014), so each cell is judged by its own evidence: a word
is taken for TCVN3 or VNI only if it becomes a Vietnamese syllable and is none as it stands.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from ioc_pipeline.parse import BadCell

_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
_VNI_TONE = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_HAT = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}


def _vni_table() -> dict[str, str]:
    """VNI-Windows: a letter and a second sign for its tone and hat; ư, ơ and four tones of i and y have their own."""
    table = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
    for letter, written in [(vowel, vowel) for vowel in "aeouy"] + [("ư", "ö"), ("ơ", "ô")]:
        for sign, tone in _VNI_TONE.items():
            table[written + sign] = letter + tone
    for letter in "aeo":
        for sign, tone in _VNI_HAT.items():
            table[letter + sign] = letter + "\u0302" + tone
    for sign, tone in _VNI_BREVE.items():
        table["a" + sign] = "a\u0306" + tone
    table = {written: unicodedata.normalize("NFC", letter) for written, letter in table.items()}
    for written, letter in list(table.items()):
        table[written.upper()] = letter.upper()
        table[written[0].upper() + written[1:]] = letter.upper()
    return table


_VNI = _vni_table()
_VNI_SIGNS = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_ONLY_IN_VNI = re.compile(
    f"[{''.join({sign for sign in ''.join(_VNI) if sign > '~'} - {chr(sign) for sign in _TCVN3})}]"
)

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LOST = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|\ufffd")
_ADDRESS = re.compile(r"://|[?&]\w+=")
_MOJIBAKE = re.compile("[ÂÃÄÅÆáâï][\x80-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_TONED_CONSONANT = re.compile("[\u1e00-\u1e9f]")  # Ṿ: a stray tone on a consonant is a typing slip in old fonts
_TOKEN = re.compile(r"[^\s\d.,;:!?()\[\]/\\\-–—+=\"'“”‘’…*&%<>|_]+")
_UNICODE_WORD = re.compile(f"(?:{_TOKEN.pattern})?[ăđĩũơưĂĐĨŨƠƯ\u1ea0-\u1ef9](?:{_TOKEN.pattern})?")
_SIGN_IN_UNICODE_WORD = re.compile("[§¨ª¬µ¶¸½¾]")
_FOREIGN_SIGN = re.compile("[¡-®µ-¾ÆÇËÎÏÑÖ×ØÜÞßäåæçëîïñö÷øûüþ]")  # what TCVN3 uses and Vietnamese in Unicode does not

_TONED_VOWEL = re.compile("([aeiouy][\u0302\u0306\u031b]?)([\u0300\u0301\u0303\u0309\u0323])")
_ONSET = (
    "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnprstvx]"
    "|xtr|kr|br|đr|dr|pr|pl|kl|gl|bl|chr|hr|sr|f|j|w|z"  # names of the Central Highlands and loans
)
_RHYME = (
    "a[cikmnoptuy]?|ach|ang|anh|ă[ckmnpt]|ăng|â[ckmnptuy]|âng|e[cmnopt]?|eng|ê[mnptuk]?|êch|ênh|êng"
    "|i[amnptu]?|ich|inh|iê[ckmnptu]|iêng|o[acikmnpte]?|ong|oong|ooc|oa[cimnopty]|oach|oang|oanh|oă[cmnt]|oăng"
    "|oe[not]|ô[cikmnpt]?|ông|ơ[imnpt]?|u[acikmnptêơy]?|ung|uâ[nty]|uâng|uê[ckn]|uênh|uêch|uy[antu]|uych|uynh"
    "|uyê[nt]|uô[cikmnt]|uông|ư[acikmntu]?|ưng|ươ[ckimnptu]|ương|y|y[nt]|ynh|ych|yê[mntu]|yêng"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_RHYME})")
_SYLLABLES = re.compile(f"(?:(?:{_ONSET})?(?:{_RHYME}))+")
_ABBREVIATION = re.compile("[A-Z]*§[A-Z]+|[A-Z]+§")
_VNI_ABBREVIATION = re.compile("[B-DF-HJ-NP-TV-Z]*Ñ[B-DF-HJ-NP-TV-Z]+|[B-DF-HJ-NP-TV-Z]+Ñ")  # no "PIÑA"
_VNI_MILLIONS = re.compile(r"(?<![^\W\d_])([Tt]r\.?\s?)ñ(?![^\W\d_])")  # "Trñ", "tr.ñ": triệu đồng
_LETTER_SIGN_INSIDE = re.compile("(?<=[a-z])[©ª«¬®]")
_SIGN_BETWEEN_LETTERS = re.compile("(?<=[a-zA-Z])[¡-®¶¸¼-¾](?=[a-zA-Z])")
_CAPITAL_INSIDE = re.compile("(?<=[a-zA-Z])[À-ÖØ-Þ]")
_MISPLACED_TONE = re.compile("[ae]õ|aù", re.IGNORECASE)  # it stands on the first letter of ao, eo and au
_FRENCH = frozenset({"où", "haï"})
_STOPPED = re.compile("(?:[ckpt]|ch)$")


def repair_text(text: str) -> str:
    """One cell's text in composed Unicode without outer blanks and invisible signs; what is certain is converted.

    Capital fonts (.VnTimeH) hold small letters where capitals are meant: they are raised word by word. Latin-1 text
    that is no Vietnamese ("Apr¹", "25 m²", "rôle") stays as it is.

    Raises:
        BadCell: `lossy-text`, letters are already replaced by "?" and nobody can tell which.

    Source:
        TCVN 5712:1993 (74 codes) and VNI-Windows.
    """
    if text.isascii() and "?" not in text:
        return text.strip()
    return _repair(text) if len(text) > 256 else _repair_short(text)


def _repair(text: str) -> str:
    composed = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    composed = _BLANK.sub(" ", _read_as_utf8(composed)).strip()
    if _LOST.search(composed) and not _ADDRESS.search(composed):
        raise BadCell("lossy-text")
    if not _UNICODE_WORD.search(composed):
        composed = _read_legacy(_TONED_CONSONANT.sub(_bare, composed))
    elif _FOREIGN_SIGN.search(composed):
        composed = _read_mixed(composed)
    settled = composed.replace("\xad", "").replace("Ð", "Đ")
    # A soft hyphen that was no letter, or a Đ in disguise, hid what the signs beside it say.
    return settled if settled == composed else _repair(settled)


_repair_short = lru_cache(maxsize=65536)(_repair)


def _read_as_utf8(text: str) -> str:
    """UTF-8 that somebody opened as Windows-1252, put right; anything else unchanged."""
    if not _MOJIBAKE.search(text):
        return text
    try:
        octets = b"".join(
            bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252") for character in text
        )
        return unicodedata.normalize("NFC", octets.decode("utf-8"))
    except UnicodeError:
        return text


def _read_mixed(text: str) -> str:
    """Words in Unicode and words in TCVN3 in one cell, as real ones have: "Điện Biªn", "§ắk N«ng"."""
    parts, end = [], 0
    for word in _UNICODE_WORD.finditer(text):
        parts += [_read_legacy(text[end : word.start()]), _SIGN_IN_UNICODE_WORD.sub(_letter_of_sign, word[0])]
        end = word.end()
    return "".join(parts) + _read_legacy(text[end:])


def _letter_of_sign(found: re.Match[str]) -> str:
    return _tcvn3(found[0])


def _read_legacy(text: str) -> str:
    if text.isascii():
        return text
    text = _VNI_MILLIONS.sub(r"\1đ", text)
    is_tcvn3, is_vni = _is_written_in(text, _tcvn3), _is_written_in(text, _vni)
    if is_tcvn3 and is_vni and _makes_syllables(_vni(text)):
        is_tcvn3 = _makes_syllables(_tcvn3(text)) and not _ONLY_IN_VNI.search(text)
    if is_tcvn3:
        return _raise_capitals(text)
    return _vni(text) if is_vni else text


def _makes_syllables(text: str) -> bool:
    """Whether each word with a sign is a syllable: of two readings it tells, "Xaõ Laï" is "Xã Lạ" and no "Xaừ Laù"."""
    return all(token.isascii() or _is_syllable(token) for token in _TOKEN.findall(text))


def _bare(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", found[0])[0]


def _is_written_in(text: str, read: Callable[[str], str]) -> bool:
    """Whether reading it so makes syllables of words that are none as they stand, and hardly spoils one."""
    made = spoiled = 0
    for token in _TOKEN.findall(text):
        if token.isascii() or len(token) == 1 or token.startswith("µ"):  # µm is a unit before it is a word
            continue
        if token.endswith("¹") and _may_be_marked(token[:-1]) and not any(map(str.isalpha, text.rpartition(token)[2])):
            continue  # a footnote of "4G" or "thu", unless the words beside it say otherwise
        token = _without_mark(token, read)
        if not _stands(token):
            is_name = _is_tcvn3_name if read is _tcvn3 else _VNI_ABBREVIATION.fullmatch
            if _is_syllable(read(token)) or is_name(token):
                made += 3 if _SIGN_BETWEEN_LETTERS.search(token) else 1
            else:
                spoiled += 1
    return made > 2 * spoiled


def _without_mark(token: str, read: Callable[[str], str]) -> str:
    """A word without the footnote mark that makes no syllable of it: "HiÖu¹" is "Hiệu¹", but "L¹n" is "Lạn"."""
    is_marked = token[-1] in "¹²³" and not _is_syllable(read(token)) and _is_syllable(read(token[:-1]))
    return token[:-1] if is_marked else token


def _may_be_marked(stem: str) -> bool:
    """Whether letters are a word or an abbreviation without the sign behind them, which TCVN3 has for ạ."""
    return stem.isascii() and (stem.isupper() or _is_syllable(stem))


def _stands(token: str) -> bool:
    """A word as it is: a Vietnamese syllable, unless a small word holds an accented capital ("BÕn Tre", "tÕ")."""
    if _CAPITAL_INSIDE.search(token) and any("a" <= letter <= "z" for letter in token):
        return False
    if _MISPLACED_TONE.search(token):
        return False
    return _is_syllable(token) or token.lower() in _FRENCH


def _is_tcvn3_name(token: str) -> bool:
    """Abbreviations with Đ ("§TNN") and loan words of several syllables ("Brun©y", "Urª")."""
    if _ABBREVIATION.fullmatch(token):
        return True
    return bool(_LETTER_SIGN_INSIDE.search(token) and _SYLLABLES.fullmatch(_plain(_tcvn3(token))[0]))


def _tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


def _vni(text: str) -> str:
    return _VNI_SIGNS.sub(lambda found: _VNI[found[0]], text)


def _raise_capitals(text: str) -> str:
    """TCVN3 → Unicode. Words whose ASCII letters are capitals are raised; a single letter goes as beside it."""
    tokens = list(_TOKEN.finditer(text))
    is_capital = [_is_capital(token[0]) for token in tokens]
    parts, end = [], 0
    for index, token in enumerate(tokens):
        before = next((known for known in reversed(is_capital[:index]) if known is not None), None)
        after = next((known for known in is_capital[index + 1 :] if known is not None), None)
        raised = is_capital[index]
        if raised is None:
            raised = after is not False and before is not False and (before or after)
        bare = _without_mark(token[0], _tcvn3)
        word = _tcvn3(bare) + token[0][len(bare) :]
        parts += [text[end : token.start()], word.upper() if raised else word]
        end = token.end()
    return "".join(parts) + text[end:]


def _is_capital(token: str) -> bool | None:
    letters = [letter for letter in token if letter.isascii()]
    if any(letter.islower() for letter in letters):
        return False
    return True if len(letters) > 1 else None


@lru_cache(maxsize=16384)
def _is_syllable(token: str) -> bool:
    plain, tones = _plain(token)
    if len(tones) > 1 or not _SYLLABLE.fullmatch(plain):
        return False
    return not _STOPPED.search(plain) or tones in (["\u0301"], ["\u0323"])  # a stop takes sắc or nặng only


def _plain(token: str) -> tuple[str, list[str]]:
    """A word in small letters without its tones, and the tones."""
    tones: list[str] = []

    def without_tone(found: re.Match[str]) -> str:
        tones.append(found[2])
        return found[1]

    decomposed = unicodedata.normalize("NFD", token.lower())
    return unicodedata.normalize("NFC", _TONED_VOWEL.sub(without_tone, decomposed)), tones
