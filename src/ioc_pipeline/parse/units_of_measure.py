"""What a sheet says about the unit and scale of its figures, wherever and however it says it."""

import re
import unicodedata
from functools import lru_cache

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.marks import without_marks
from ioc_pipeline.parse.rows import UnitMeasure, read_unit_lines

_SCALE = (
    r"(?:nghin|ngan|trieu|t[yi](?! le| so | trong| suat)|tram|chuc|van(?= (?:dong|vnd)\b)"
    r"|x ?1000|10{2,3}|thousands?|millions?|billions?)"
)
_FOREIGN = {  # other currencies by the names they go under
    "usd": r"usd|do ?la(?: my)?|us dollars?|dollars?",
    "eur": r"eur|euros?",
    "cny": r"cny|rmb|ndt|nhan dan te|yuan",
    "lak": r"lak|kip lao",
    "jpy": r"jpy|yen nhat",
    "gbp": r"gbp|bang anh",
    "thb": r"thb|baht|bat thai",
}
_MONEY = rf"(?:(?:viet nam )?dong(?: viet nam)?|vnd|d|{'|'.join(_FOREIGN.values())})"
_NOUN = (
    r"(?:tthc|thu tuc(?: hanh chinh)?|ho so|nguoi|luot(?: nguoi| truy cap| khach)?|nguoi dung|tai khoan|xa|phuong"
    r"|xa phuong|phuong xa|thon|ban|tieu khu|ho(?: gia dinh| dan)?|don vi|co quan|to chuc|van ban|nhiem vu|tin bai|tin"
    r"|bai(?: viet)?|cuoc(?: hop)?|hoi nghi|dich vu(?: cong)?|stations?|co so|doanh nghiep|dn|hop tac xa|htx|san pham"
    r"|diem|diem cau|lop(?: hoc)?|truong(?: hoc)?|hoc sinh|phong(?: hoc)?|giao dich|chung thu(?: so)?|lan|may|thiet bi"
    r"|buoi|ha|m2|m3|km2?|km|m|cm|mm|kg|g|ta|tan|lit|chiec|cai|bo|con|cay|gio|phut|ngay|thang|nam|kwh?|mwh?|mw|tb|gb|mb"
    r"|ca|(?<!chuc )vu|luot ho so|giuong|bac si|lao dong|khach|dan|nhan khau|viec|cong trinh|du an|he thong|phan mem"
    r"|ung dung|(?:ty le )?%|phan tram|phan nghin|dossiers?|records?|accounts?"
    r"|people|persons?|households?|units?|cases|files|tons?|tonnes?|hectares?)"
)
_ONE = rf"(?:(?:{_SCALE} ?)+(?:{_MONEY}|{_NOUN})?|{_MONEY}|{_NOUN})"
_LABEL = (
    r"(?:(?:don vi|dv) ?(?:tinh|do|tien|tien te|t)|dvt(?: tinh)?|tinh theo(?: don vi)?|tinh bang|theo don vi"
    r"|so lieu(?: tinh)?(?: theo| bang)?|(?:so lieu )?(?:da )?(?:nhan|he so)(?: voi)?"
    r"|don vi|unit(?:s)?(?: of measure)?|currency"
    r"|(?:(?:all )?(?:figures|amounts|data|values) (?:are )?)?in)(?: hang)?"
)
_ALONE = re.compile(rf"(?:{_LABEL} )?(?P<unit>{_ONE}(?: (?:va )?{_ONE})*)")
_SCALED = re.compile(rf"(?<![\d%] )(?<![0-9a-z])(?P<unit>(?!\d)(?:{_SCALE} )+(?:{_MONEY}|{_NOUN}))(?![0-9a-z])")
_THOUSANDS = re.compile(r"nghin(?: [a-z]+){1,3}")  # of whatever it is: "nghìn khoản"
_MILLIONS = re.compile(r"[(\[]triệu(?: [^\W\d]+){1,3}[)\]]")  # in small letters and brackets, for people bear the name
_ROUNDED = re.compile(r"(?:lam tron|chinh xac|khoang|tren|duoi|hon|gan|moi|toi|den) (?:den |toi |hang )*$")
_BRACKETED = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")
_BEHIND_DASH = re.compile(r"\s[-–—|]\s*|\s*[:;]\s*|,\s+")
_POWER = re.compile(
    r"(?<![\d.,])(?:x\s?)?(?:1(?P<groups>(?:[ .,]?000){1,4})(?![\d.,])|10\s?(?:\^\s?(?P<flat>\d\d?)|(?P<raised>[³⁶⁹])))"
)
_POWERS = {1: "nghìn ", 2: "triệu ", 3: "tỷ ", 4: "nghìn tỷ "}
_MONEY_CODE = r"(VND|USD|EUR|[Dd]ong)"
_SHORT = [
    (re.compile(r"\b(?:mn|mio|mil|mill)\b\.?", re.IGNORECASE), "million "),
    (re.compile(r"\b(?:bn|bil|bill|mld|mrd)\b\.?", re.IGNORECASE), "billion "),
    (re.compile(r"\bK(?=VND\b)"), "nghìn "),
    (re.compile(r"\b(?:Tr\.?|M)(?=VND\b)"), "triệu "),
    (re.compile(r"((?:\bĐVT|\bđơn vị(?: tính)?)\s*:?\s*)k(?=\W*$)", re.IGNORECASE), r"\1nghìn"),
    (re.compile(r"((?:\bĐVT|\bđơn vị(?: tính)?)\s*:?\s*)tr(?=\W*$)", re.IGNORECASE), r"\1triệu"),
    (re.compile(r"^\W*000\W*$"), "nghìn"),
    (re.compile(rf"{_MONEY_CODE}\s*['’]\s?000s?|['’]000s?\s*{_MONEY_CODE}"), "nghìn VND"),
    (re.compile(r"(?<![\d.,\w])['’]000s?(?![\d.])|(?<![\d.,\w'’])000s?(?=\s+[^\W\d])"), "nghìn"),
    (re.compile(r"\btrạm\b", re.IGNORECASE), "station"),  # a hundred ("trăm") once its mark is gone
    (re.compile(rf"\b{_MONEY_CODE}\s+(thousand|million|billion)s?\b", re.IGNORECASE), r"\2 \1"),
    (re.compile(r"\b(thousand|million|billion)s? of\b", re.IGNORECASE), r"\1"),
    (re.compile(r"\b[Tt][Rr]\.?\s?(?:đồng|đ|ĐỒNG|Đ|VND)(?!\w)"), "triệu đồng"),
    (re.compile(r"\b[Nn][Gg]\.?\s?(?:đồng|đ|ĐỒNG|Đ|VND)(?!\w)"), "nghìn đồng"),
]
_WITHOUT_LETTERS = re.compile(r"[$€¥£]|['’(]000(?!\d)")
_IN_THE_COLUMNS = re.compile(
    r"(?:(?:theo|nhu|xem|tai|ghi|o|trong|tren)\b.*\b|tung |moi )(?:cot|chi tieu|tieu de|dong)\b"
)
_UNITS = re.compile(r"[,;/]\s*|\s+và\s+|\s+va\s+")
CURRENCIES = frozenset({"dong", *_FOREIGN})
_SIGNS = str.maketrans({"$": " USD ", "€": " EUR ", "¥": " CNY ", "£": " GBP "})
_CURRENCY = re.compile(r"(?:loại|đồng) tiền\s*:\s*(?:VN[DĐ]|(?:Việt Nam )?đồng(?: Việt Nam)?)", re.IGNORECASE)
_NOTE = re.compile(r"^(?:ghi chú|lưu ý|chú thích|note)\s*:\s*", re.IGNORECASE)


def is_unit(text: str) -> bool:
    """Whether a text is the name of a unit and nothing else: "người", "Triệu đồng", "ĐVT: nghìn tấn", "%"."""
    return bool(_ALONE.fullmatch(_folded(without_marks(text))))


def named_currencies(text: str) -> str:
    """A text with the names of currencies for their signs, which folding drops: "Thu ($)" is "Thu (USD)"."""
    return text.translate(_SIGNS)


def without_units(text: str) -> str:
    """A header without the units in its brackets: "Dân số (người)" is "Dân số", "Số mới (kế hoạch)" stays."""
    return " ".join(_BRACKETED.sub(lambda found: "" if is_unit(found[1]) else found[0], text).split())


def bracketed_units(text: str) -> list[str]:
    """The units in the brackets of a header: "Dân số (nghìn người)" gives "nghìn người"."""
    return [part for found in _BRACKETED.finditer(text) if is_unit(found[1]) for part in _UNITS.split(found[1]) if part]


@lru_cache(maxsize=8192)
def stated_units(text: str) -> tuple[str, ...]:
    """The units that a line, a lone cell or a bracket states, as they are written; () for a text that states none.

    Without a label ("ĐVT") only a scale or money is a statement: "Xã" or "Năm" alone says something else. An amount is
    none ("trên 100 triệu đồng"), nor is what figures were rounded to.
    """
    if not any(map(str.isalpha, text)) and not _WITHOUT_LETTERS.search(text):
        return ()
    written = without_marks(_NOTE.sub("", " ".join(text.split())))
    if _CURRENCY.fullmatch(written):
        return ()
    inner = written.strip("()[]{}*-–—.:; ")
    folded = _folded(inner)
    labelled = [part for line in read_unit_lines(written) for part in _UNITS.split(line) if part]
    labelled = [part for part in labelled if not _IN_THE_COLUMNS.match(fold(part))]
    if labelled and all(map(is_unit, labelled)):
        return tuple(dict.fromkeys(labelled))
    if folded == "d" and "đ" not in inner.casefold():
        return ()  # a letter of a list
    if found := _ALONE.fullmatch(folded):
        if read_unit(inner).name == "%" and folded != found["unit"]:
            return (inner,)
        told = [part for part in _UNITS.split(_as_written(inner, found["unit"])) if part]
    else:
        scaled = [found["unit"] for found in _SCALED.finditer(folded) if not _ROUNDED.search(folded[: found.start()])]
        if labelled and not scaled:
            return tuple(dict.fromkeys(labelled))
        told = bracketed_units(written)
        last = _BEHIND_DASH.split(written)[-1]
        if last != written and is_unit(last):
            told.append(last)
        if _THOUSANDS.fullmatch(folded) or _MILLIONS.fullmatch(written):
            told = [inner]
        told += [unit for unit in scaled if all(read_unit(unit) != read_unit(part) for part in told)]
    return tuple(dict.fromkeys(part for part in told if _is_scale(part)))


def _is_scale(text: str) -> bool:
    unit = read_unit(text)
    return unit.multiplier != 1 or unit.name in CURRENCIES


def _folded(text: str) -> str:
    plain = named_currencies(text).replace("VNĐ", "VND").replace("vnđ", "vnd").replace("²", "2").replace("³", "3")
    for pattern, words in _SHORT:
        plain = pattern.sub(words, plain)
    return fold(_POWER.sub(_power_in_words, plain))


def _power_in_words(found: re.Match[str]) -> str:
    """ "1.000.000" is "triệu", "10^9" and "10⁹" are "tỷ"; another power stays as it is."""
    if found["groups"]:
        thousands = found["groups"].count("000")
    else:
        thousands, rest = divmod(int(unicodedata.normalize("NFKC", found["flat"] or found["raised"])), 3)
        thousands = 0 if rest else thousands
    return _POWERS.get(thousands, found[0])


def _as_written(text: str, folded: str) -> str:
    """The end of a text that folds to a unit, in the spelling of its sender."""
    words = text.split()
    return next((end for start in range(len(words)) if _folded(end := " ".join(words[start:])) == folded), folded)


def read_unit(text: str) -> UnitMeasure:
    """A stated unit taken apart, money and shares under one name: "Triệu VNĐ" is 1000000 × "dong", "tỷ lệ %" "%"."""
    folded = _folded(text)
    labelled = _ALONE.fullmatch(folded)
    words = (labelled["unit"] if labelled else folded).split()
    multiplier = 1
    while words and words[:2] not in (["ty", "le"], ["van", "ban"]) and (scale := _SCALES.get(words[0])):
        multiplier *= scale
        words = words[1:]
    name = " ".join(words).removeprefix("ty le ")
    if name == "phan tram":
        name = "%"
    if name == "d" or name.startswith(("dong", "vnd", "viet nam dong")):
        name = "dong"
    else:
        name = next((code for code, names in _FOREIGN.items() if re.fullmatch(names, name)), name)
    return UnitMeasure(name, multiplier)


_SCALES = {
    "nghin": 1000,
    "ngan": 1000,
    "trieu": 10**6,
    "ty": 10**9,
    "tram": 100,
    "chuc": 10,
    "van": 10**4,
    "100": 100,
    "1000": 1000,
}
_SCALES |= {
    "thousand": 1000,
    "thousands": 1000,
    "million": 10**6,
    "millions": 10**6,
    "billion": 10**9,
    "billions": 10**9,
}
