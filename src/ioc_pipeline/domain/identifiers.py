"""Numbers and addresses of a person within a text: told by kind, taken out, never repeated.

Every spelling is brought to one normal form first: digits and blanks of any script, zero-width signs, any dash. Then
groups of digits are joined, and their structure and the words beside them say what they are.

Sources: Circular 59/2021/TT-BCA (citizen numbers), Circular 22/2014/TT-BTTTT (telephone numbers), Decision 1351/QĐ-BHXH
(health insurance cards), Circular 105/2020/TT-BTC (tax numbers). That they are personal data: Law 91/2025/QH15, article
2, and Decree 356/2025/NĐ-CP, articles 3 (basic) and 4 (sensitive).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ioc_pipeline.domain.folding import fold, naked

CITIZEN = "số định danh cá nhân"
IDENTITY = "số chứng minh nhân dân hoặc căn cước"
HEALTH = "số thẻ bảo hiểm y tế"
SOCIAL = "mã số bảo hiểm xã hội"
TAX = "mã số thuế cá nhân"
ACCOUNT = "số tài khoản của cá nhân"
PHONE = "số điện thoại"
EMAIL = "địa chỉ thư điện tử"
CONTACTS = frozenset({PHONE, EMAIL})
"""What an office gives of itself too: one of these is no list of people."""

Kinds = frozenset[str]
NOTHING: Kinds = frozenset()
_MARK = re.compile(f"‹({'|'.join((CITIZEN, IDENTITY, HEALTH, SOCIAL, TAX, ACCOUNT, PHONE, EMAIL))})›")

# The 63 provinces that citizen numbers begin with; the mergers of 2025 left them as they were.
_CITIZEN_NUMBER = re.compile(
    r"0(?:0[12468]|1[0124579]|2[024-7]|3[013-8]|4[024-689]|5[12468]|6[024678]|7[024579]|8[0234679]|9[1-6])[0-3]\d{8}"
)
_OLDEST, _YOUNGEST = 10, 30  # two digits of the year of birth: from 1910 and, for those born since 2000, up to 2030
_MOBILE = re.compile(r"(?:0|(?:00)?840?)[35789]\d{8}")
_LINE = re.compile(r"(?:0|(?:00)?840?)?[2-9]\d{8,9}")  # of an office too, or without its zero: a header must say so
_HEALTH_CARD = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ .-]?[1-5](?:[ .-]?\d){12}(?!\d)")
_PASSPORT = re.compile(r"(?<!\w)[A-Za-z] ?\d{7,8}(?!\d)")  # only where a header or label says so
_UNSAID = re.compile(r"(?<![\d.,])0[ _-]?\d(?:[ ._-]?\d){7,}|(?<!\w)[A-Za-z] ?\d{7,8}(?!\d)")
_TYPED_FOR_DIGITS = str.maketrans("OoIl", "0011")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)

_FEWEST = 9  # digits: an old identity number, or a mobile number without its zero
_BLANKS = re.compile(" {2,}")
_SUSPECT = re.compile(r"@|\d(?:\D{0,6}\d){8}|[A-Za-z] ?\d{7}")
_RUN = re.compile(r"\+?\d(?:[\W_]{0,3}\d)*")
_USUAL_SIGNS = frozenset(" .,-_·")  # the others part dates, shares and sums too: only groups of three and more digits
_SHORTEST_GROUP = 3
_GROUP = re.compile(r"\d+")
_GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_DOCUMENT = re.compile(r"/[^\W\d_]")  # 1234567890/QĐ-UBND
_DAY = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d")
_LONGEST = 14  # digits: 0084 and a mobile number
_SEEN_BEFORE, _SEEN_AFTER = 60, 30  # characters in which a word names the number that it stands beside

_WORDS = {
    IDENTITY: (
        r"cmnd|cmtnd|cmt|cm(?:sq|qd|qncn)|cccd(?! gan chip)|can cuoc(?: cong dan)?(?! gan chip)"
        r"|chung minh(?: nhan dan| thu)?|dinh danh ca nhan|so dinh danh|giay to tuy than|giay tuy than|so giay to|gttt"
        r"|ho chieu|gplx|giay phep lai xe|passport|citizen|identity|id card|national id"
    ),
    PHONE: (
        r"dien thoai|sdt|so dt|dt|dtdd|di dong|so may(?! \w)|(?:so )?lien (?:he|lac)|lh|hotline|zalo|phone|mobile|tel"
    ),
    SOCIAL: (
        r"(?:so|ma|ma so|so so|so the|ma the|ma so the|so so the) (?:bhxh|bhyt|bao hiem(?: xa hoi| y te)?)"
        r"|(?:bhxh|bhyt) so"
    ),
    TAX: r"mst|ma so thue|tax (?:code|id)",
    ACCOUNT: r"so tai khoan|stk|so tk|tai khoan|account number|tk",
}
_NAMES = {kind: re.compile(rf"(?<![a-z])(?:{words})\b") for kind, words in _WORDS.items()}
_NAMES_AFTER = {kind: re.compile(rf"(?:la |so )?(?:{_WORDS[kind]})\b") for kind in (IDENTITY, PHONE)}
_MOST_BETWEEN = 6  # words between a name and its number: "CCCD cũ của ông Lò Văn A: …"
_COUNTED = re.compile(
    r"\b(?:so luong|tong so|ty le|so luot|so ho so|so nguoi|so cong dan|so truong hop|so thue bao|thue bao|so cuoc"
    r"|da cap|duoc cap|kinh phi|so tien|du toan|quyet toan|doanh thu|gia tri|luy ke)\b"
    r"|\btai khoan (?:dinh danh|dien tu|da|kich hoat|vneid)\b"
)
_UNIT = re.compile(r"\((?:[^)]*[\s:])?(?:dong|vnd|trieu|ty|nghin|ngan|%|nguoi|the|luot|ho so|thue bao|may)\b")


class Found(NamedTuple):
    """An identifier within a text in normal form; `value` has neither blanks nor signs between its digits."""

    kind: str
    value: str
    start: int
    end: int


def kinds_in(text: str, named: Kinds = NOTHING) -> list[str]:
    """Kinds of identifiers that a text holds, in Vietnamese, for messages; `named` is what its header says it holds."""
    return list(dict.fromkeys(found.kind for found in found_in(text, named)))


def found_in(text: str, named: Kinds = NOTHING) -> list[Found]:
    """Every identifier in a text, in the order of its normal form."""
    if not _SUSPECT.search(text):
        return []
    text = in_normal_form(text)
    found = [Found(EMAIL, match[0].casefold(), *match.span()) for match in _EMAIL.finditer(text) if "@" in text]
    found += [
        Found(IDENTITY, match[0].upper(), *match.span())
        for match in _PASSPORT.finditer(text)
        if IDENTITY in named or IDENTITY in _named_beside(text, match)
    ]
    found += [Found(HEALTH, _joined(match[0]), *match.span()) for match in _HEALTH_CARD.finditer(text)]
    if "-" in text:
        text = _GUID.sub(lambda guid: "#" * len(guid[0]), text)
    for run in _RUN.finditer(text):
        if not any(one.start <= run.start() < one.end for one in found):
            found += _in_run(text, run, named)
    return sorted(found, key=lambda one: one.start)


def without_identifiers(text: str) -> str:
    """The text with "…" where an identifier stood: fit to be shown and stored."""
    return _replaced(text, lambda _: "…")


def may_identify(text: str) -> bool:
    """Whether digits stand in a text as those of persons do, though nothing says so: after a zero or a letter."""
    return _UNSAID.search(in_normal_form(text).translate(_TYPED_FOR_DIGITS)) is not None


def guarded(name: str) -> str:
    """The name of a file as we keep it: a mark that names the kind, "‹số điện thoại›", where an identifier stood."""
    return _replaced(name, lambda one: f"‹{one.kind}›")


def kinds_in_name(name: str) -> list[str]:
    """Kinds of identifiers that the name of a file holds, or held before it was guarded."""
    marked = [match[1] for match in _MARK.finditer(name)]
    return list(dict.fromkeys([*kinds_in(name), *marked]))


def _replaced(text: str, by: Callable[[Found], str]) -> str:
    found = found_in(text)
    if not found:
        return text
    plain, pieces, end = in_normal_form(text), [], 0
    for one in found:
        pieces += [plain[end : one.start], by(one)]
        end = one.end
    return "".join([*pieces, plain[end:]])


def in_normal_form(text: str) -> str:
    """ASCII digits, single blanks and hyphens for all that look like them; nothing that takes no width.

    Raised digits stay what they are: a footnote mark is no part of a number.
    """
    plain = text if text.isascii() and text.isprintable() else text.translate(_PLAIN)
    return _BLANKS.sub(" ", plain) if "  " in plain else plain


@lru_cache(maxsize=4096)
def named_in(header: str) -> Kinds:
    """Kinds of identifiers that a header or label says stand by it; a header of counts or of money names none."""
    folded = fold(header)
    if _COUNTED.search(folded) or _UNIT.search(naked(header)):
        return NOTHING
    return frozenset(kind for kind, names in _NAMES.items() if names.search(folded))


def kind_of_number(value: int, named: Kinds) -> str | None:
    """What a stored number is, which has lost its leading zeros, by the words of its header; None without them."""
    digits = str(value)
    if IDENTITY in named and 8 <= len(digits) <= 12:
        return IDENTITY
    if PHONE in named and _LINE.fullmatch(digits):
        return PHONE
    if SOCIAL in named and 8 <= len(digits) <= 10:
        return SOCIAL
    if TAX in named and (is_citizen_number(digits.zfill(12)) or _is_personal_tax_number(digits)):
        return TAX
    return ACCOUNT if ACCOUNT in named and 8 <= len(digits) <= 15 else None


def is_citizen_number(digits: str) -> bool:
    """Twelve digits: province, century and sex, year of birth, six digits. All begin with a zero."""
    if not _CITIZEN_NUMBER.fullmatch(digits):
        return False
    year = int(digits[4:6])
    return year >= _OLDEST if digits[3] in "01" else year <= _YOUNGEST


class _Plain(dict[int, int | None]):
    """Sign → its normal form, worked out once for each sign that occurs."""

    def __missing__(self, code: int) -> int | None:
        sign = chr(code)
        category = unicodedata.category(sign)
        plain: int | None = code
        if category == "Nd":
            plain = ord(str(unicodedata.decimal(sign)))
        elif category == "Zs" or sign in "\t\r\n\u2028\u2029":
            plain = ord(" ")
        elif category == "Pd" or sign in "\u2212\u00ad\ufe63\uff0d":
            plain = None if sign == "\u00ad" else ord("-")
        elif category == "Cf":
            plain = None
        elif "\uff01" <= sign <= "\uff5e":  # the other full-width signs: + . , ( )
            plain = code - 0xFEE0
        self[code] = plain
        return plain


_PLAIN = _Plain()


def _in_run(text: str, run: re.Match[str], named: Kinds) -> Iterator[Found]:
    """Identifiers within digits that only blanks and signs part."""
    groups = list(_GROUP.finditer(text, run.start(), run.end()))
    if sum(len(group[0]) for group in groups) < _FEWEST:
        return
    parted = [_separator(text[one.end() : two.start()]) for one, two in pairwise(groups)]
    near = _named_beside(text, run)
    first = 0
    while first < len(groups):
        found = None
        digits = ""
        for last in range(first, len(groups)):
            if last > first and parted[last - 1] == "":
                break
            digits += groups[last][0]
            if len(digits) > _LONGEST:
                break
            is_regular = _is_regular(text, groups, parted, first, last)
            has_plus = text[groups[first].start() - 1 : groups[first].start()] == "+"
            is_document = _DOCUMENT.match(text, groups[last].end()) is not None
            kind = _kind_of(digits, named, near, is_regular=is_regular, has_plus=has_plus, is_document=is_document)
            if kind:
                start = groups[first].start() - has_plus
                found = last, Found(kind, digits, start, groups[last].end())
        if found:
            first = found[0]
            yield found[1]
        first += 1


def _kind_of(
    digits: str, named: Kinds, near: Kinds, *, is_regular: bool, has_plus: bool, is_document: bool
) -> str | None:
    both = named | near
    if is_citizen_number(digits) and (is_regular or IDENTITY in both):
        return TAX if TAX in near else CITIZEN
    if is_document:
        return None
    if IDENTITY in both and (
        len(digits) in (9, 12) or (len(digits) in (10, 11) and is_citizen_number(digits.zfill(12)))
    ):
        return None if _DAY.fullmatch(digits[:8]) and not is_regular else IDENTITY
    if SOCIAL in both and len(digits) == 10:
        return SOCIAL
    if TAX in both and _is_personal_tax_number(digits):
        return TAX
    if ACCOUNT in named and 8 <= len(digits) <= _LONGEST:
        return ACCOUNT
    if PHONE in named and _LINE.fullmatch(digits):
        return PHONE
    if PHONE in near and (_MOBILE.fullmatch(digits) or _MOBILE.fullmatch(f"0{digits}")):
        return PHONE
    is_other = bool(both & {TAX, ACCOUNT, SOCIAL})
    is_written_out = digits.startswith("0") or has_plus
    if _MOBILE.fullmatch(digits) and is_written_out and (is_regular or has_plus) and not is_other:
        return PHONE
    return None


def _is_regular(text: str, groups: Sequence[re.Match[str]], parted: Sequence[str], first: int, last: int) -> bool:
    """Whether these groups look like one number: parted alike, and not a piece of a longer code or sum."""
    before = parted[first - 1] if first else ""
    after = parted[last] if last < len(parted) else ""
    inside = set(parted[first:last])
    if not inside:
        is_decimal = first > 0 and text[groups[first - 1].end() : groups[first].start()] in (".", ",")
        is_fraction = is_decimal and len(groups[first - 1][0]) != 12  # 406.001220703125
        return not is_fraction and (len(groups[first][0]) == 12 or after not in (".", ","))
    if len(inside) > 1:
        return False
    (sign,) = inside
    if sign in (".", ",") and last == first + 1 and groups[first][0] == "0":
        return False  # 0.912345678
    if sign not in _USUAL_SIGNS and any(len(group[0]) < _SHORTEST_GROUP for group in groups[first : last + 1]):
        return False
    if sign != " ":  # not a piece of a code such as H52.05-230911-0001
        is_alone = not text[groups[first].start() - 1 : groups[first].start()].isalpha()
        return is_alone and before in ("", " ") and after in ("", " ")
    in_thousands = all(len(group[0]) == 3 for group in groups[first : last + 1])
    return not (in_thousands and before == " " and len(groups[first - 1][0]) <= 3)


def _separator(between: str) -> str:
    """What parts two groups: one sign, or a blank; "" for what parts two numbers, a comma and a blank and the like."""
    sign = between.strip(" ()")
    is_between_numbers = between.endswith(" ") and not between.startswith(" ") and sign[:1] not in _USUAL_SIGNS
    if ("," in sign and between != ",") or (sign and is_between_numbers):
        return ""
    return sign[:1] or " "


def _named_beside(text: str, run: re.Match[str]) -> Kinds:
    """What the words right before a number, or right after it, call it."""
    before = fold(text[max(0, run.start() - _SEEN_BEFORE) : run.start()])
    after = fold(text[run.end() : run.end() + _SEEN_AFTER])
    nearest, end = NOTHING, -1
    for kind, names in _NAMES.items():
        for match in names.finditer(before):
            if match.end() > end and before.count(" ", match.end()) <= _MOST_BETWEEN:
                nearest, end = frozenset({kind}), match.end()
    if end >= 0 and _COUNTED.search(before):
        nearest = NOTHING
    if not nearest and not _COUNTED.search(before):
        nearest = frozenset(kind for kind, names in _NAMES_AFTER.items() if names.match(after))
    return nearest


def _is_personal_tax_number(digits: str) -> bool:
    """Ten digits with a check digit; those of persons begin with 8."""
    if len(digits) != 10 or digits[0] != "8":
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, digits, strict=False))
    return 10 - total % 11 == int(digits[9])


def _joined(text: str) -> str:
    return re.sub(r"[ .-]", "", text)
