"""A number format → what it writes beside or instead of the digits of a number: scale, percent, words, currency, dates.

Source: ECMA-376 part 1, 18.8.31 (numFmts). Formats that show a number as its digits and no more are `is_plain`.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>(?i:General|Standard))'
    r"|(?P<science>[Ee][+-])|(?P<moment>AM/PM|A/P|[dmyhsDMYHS]+)|(?P<digit>[0#?.,])|(?P<percent>%)|(?P<text>@)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?\d+(?:\.\d+)?)")
_BEHIND = re.compile(r"(?<!\0),+(?=\.|$)")
_ELAPSED = re.compile(r"[hms]+", re.IGNORECASE)
_ZERO = frozenset({"", "-", "–", "—", "−", "0"})  # what people are used to see for a zero
_MINUS = frozenset({"-", "–", "−", "("})


@dataclass(slots=True)
class _Section:
    """One section: `parts` are texts, and None where the digits or the text stand; `mask` are the places of the digits.

    In `mask` and `parts` a literal among the digits, or the letters of a date, follow a NUL.
    """

    parts: list[str | None]
    mask: str = ""
    condition: tuple[str, Decimal] | None = None
    thousands: int = 0  # commas behind the digits, each divides by 1000
    percents: int = 0
    moments: str = ""
    is_fraction: bool = False
    is_for_text: bool = False

    @property
    def has_digits(self) -> bool:
        return None in self.parts

    @property
    def words(self) -> str:
        return " ".join("".join(part for part in self.parts if part is not None).split())

    @property
    def literal_words(self) -> str:
        return "".join(part for part in self.parts if part and not part.startswith("\0"))

    @property
    def leading_zeros(self) -> int:
        """How many digits it writes at least before the decimal sign."""
        return re.split(r"(?<!\0)\.", self.mask)[0].count("0")

    @property
    def has_literals_inside(self) -> bool:
        return "\0" in self.mask

    def shows_nothing_of_zero(self) -> bool:
        """Whether a zero is seen as a blank or a dash: `#`, `"-"??`."""
        return "0" not in self.mask and self.words in _ZERO

    def shows_only_percent(self, *, is_negated: bool) -> bool:
        words = self.words.replace(" ", "")
        is_alone = words in ("-%", "(%)", "−%") if is_negated else words == "%"
        return is_alone and self.percents == 1 and not (self.thousands or self.has_literals_inside)

    def is_plain(self) -> bool:
        shows_more = self.thousands or self.percents or self.words or self.leading_zeros > 1
        return self.has_digits and not shows_more and not self.has_literals_inside


_AS_IT_IS = _Section([None])


class NumberFormat:
    """`mark_and_text` says how a number is seen, `moment` how a date is, `text` how a text is."""

    __slots__ = ("_of_text", "_sections", "_shows_texts_as_they_are", "is_date", "is_percent", "is_plain")

    def __init__(self, code: str) -> None:
        sections = [_read_section(text) for text in _split(code)][:4]
        self._of_text = sections[-1] if len(sections) == 4 or sections[-1].is_for_text else _AS_IT_IS
        self._shows_texts_as_they_are = self._of_text.has_digits and not self._of_text.words
        self._sections = sections if len(sections) == 1 or self._of_text is _AS_IT_IS else sections[:-1]
        self.is_date = bool(self._sections[0].moments)
        self.is_plain = self._is_plain()
        # One section that only multiplies by 100, as nearly all of those that are not plain.
        self.is_percent = len(self._sections) == 1 and self._sections[0].shows_only_percent(is_negated=False)

    def mark_and_text(self, value: float) -> tuple[str, str | None]:
        """("%", None) for a number that is only shown times 100, ("", its whole text) where more is shown than digits.

        ("", None) for one shown as its digits. Texts have all decimals up to 15 digits, with "," before them.
        """
        if self.is_percent:
            return "%", None
        section, is_negated = self._choose(value)
        sign = "-" if value < 0 and not is_negated and section.words[:1] not in _MINUS else ""
        if section.moments or section.is_fraction or (value == 0 and section.shows_nothing_of_zero()):
            return "", None
        if _is_plain_negative(section) if is_negated else section.is_plain():
            return "", None
        if section.shows_only_percent(is_negated=is_negated):
            return "%", None
        number = abs(Decimal(f"{value:.15g}")).scaleb(2 * section.percents - 3 * section.thousands)
        digits = _write(number, section)
        written = "".join(digits if part is None else part for part in section.parts)
        return "", " ".join(f"{sign}{written}".split())

    def moment(self, value: date) -> str | None:
        """A date as its format shows it where that is less than a day, or more: "9/2025", "Tháng 9/2025"; else None."""
        section = self._sections[0]
        letters = section.moments.lower()
        shown = [letter for letter in "dmy" if letter in letters]
        if not shown or "".join(shown) == "dmy" or ("y" not in shown and ("h" in letters or "s" in letters)):
            return None
        if not any(letter.isalpha() for letter in section.literal_words):
            return "/".join(str({"d": value.day, "m": value.month, "y": value.year}[letter]) for letter in shown)
        return " ".join("".join(_write_moment(part, value) for part in section.parts if part).split())

    def text(self, value: str) -> str:
        """What is seen of a text: "Phường Tô Hiệu" for "Tô Hiệu", nothing of what `;;;` hides."""
        if self._shows_texts_as_they_are:
            return value
        return "".join(value if part is None else part for part in self._of_text.parts)

    def _choose(self, value: float) -> tuple[_Section, bool]:
        """The section for a number, and whether it writes the minus of negative ones itself."""
        sections = self._sections
        if any(section.condition for section in sections):
            number = Decimal(f"{value:.15g}")
            for section in sections:
                if section.condition is None or _holds(number, *section.condition):
                    return section, False
            return sections[-1], False
        if value < 0 and len(sections) > 1:
            return sections[1], True
        if value == 0 and len(sections) > 2:
            return sections[2], False
        return sections[0], False

    def _is_plain(self) -> bool:
        if not self._shows_texts_as_they_are:
            return False
        if self.is_date:
            probe = date(2025, 9, 14)
            return self.moment(probe) is None
        first, *others = self._sections
        if any(section.condition for section in self._sections):
            return all(section.is_plain() for section in self._sections)
        if not (first.is_plain() or first.is_fraction):
            return False
        if others and not _is_plain_negative(others[0]):
            return False
        return len(others) < 2 or others[1].is_plain() or others[1].words in _ZERO


@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat:
    """The format of one code; codes repeat over the files of a department."""
    return NumberFormat(code)


def _split(code: str) -> list[str]:
    """Sections are divided by semicolons that are neither quoted nor escaped."""
    sections, start = [], 0
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            sections.append(code[start : token.start()])
            start = token.end()
    return [*sections, code[start:]]


def _read_section(text: str) -> _Section:
    section = _Section([])
    parts: list[tuple[str, str]] = []  # kind and text
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        written = token[kind] if kind else ""
        if kind == "bracket":
            if found := _CONDITION.fullmatch(written.strip()):
                section.condition = (found[1], Decimal(found[2]))
            elif written.startswith("$"):
                parts.append(("literal", written[1:].rpartition("-")[0] if "-" in written else written[1:]))
            elif _ELAPSED.fullmatch(written):
                section.moments += written
                parts.append(("moment", written))
        elif kind == "moment":
            section.moments += written
            parts.append(("moment", written))
        elif kind in ("digit", "general", "science", "text"):
            section.is_for_text = section.is_for_text or kind == "text"
            parts.append(("digit", {"general": "0", "science": "", "text": "0"}.get(kind, written)))
        elif kind == "percent":
            section.percents += 1
            parts.append(("literal", "%"))
        elif kind == "other" and written == "/" and parts and parts[-1][0] == "digit":
            section.is_fraction = True
            parts.append(("digit", "/"))
        elif kind in ("quoted", "escaped", "other"):
            parts.append(("literal", written))
        elif not kind:
            parts.append(("literal", " "))
    if section.moments:
        section.parts = [written if kind != "moment" else f"\0{written}" for kind, written in parts]
        return section
    places = [index for index, (kind, written) in enumerate(parts) if kind == "digit" and written not in (".", ",")]
    if not places:
        section.parts = [written for kind, written in parts if kind == "literal"]
        return section
    first, last = places[0], places[-1]
    while last + 1 < len(parts) and parts[last + 1][0] == "digit":
        last += 1
    among = parts[first : last + 1]
    mask = "".join(
        written if kind == "digit" else "".join(f"\0{sign}" for sign in written if not sign.isspace())
        for kind, written in among
    )
    section.thousands = sum(len(found) for found in _BEHIND.findall(mask))
    section.mask = _BEHIND.sub("", mask)
    before = [written for kind, written in parts[:first] if kind == "literal"]
    after = [written for kind, written in parts[last + 1 :] if kind == "literal"]
    section.parts = [*before, None, *after]
    return section


def _is_plain_negative(section: _Section) -> bool:
    """Whether a section for negative numbers shows a minus or brackets, and else digits only."""
    words = section.words.replace(" ", "")
    is_signed = words in _MINUS or words in ("()", "-()")
    return (
        is_signed
        and section.has_digits
        and not (section.thousands or section.percents)
        and section.leading_zeros <= 1
        and not section.has_literals_inside
    )


def _holds(number: Decimal, sign: str, bound: Decimal) -> bool:
    return {
        "<": number < bound,
        "<=": number <= bound,
        ">": number > bound,
        ">=": number >= bound,
        "=": number == bound,
        "<>": number != bound,
    }[sign]


def _write(number: Decimal, section: _Section) -> str:
    """Digits with "," before decimals; signs that the format puts among the digits stand where it puts them."""
    whole, _, decimals = format(number, "f").partition(".")
    decimals = decimals.rstrip("0")
    whole = whole.zfill(section.leading_zeros)
    if section.has_literals_inside:
        left = list(whole)
        written: list[str] = []
        for sign in reversed(re.findall(r"\0.|[0#?]", re.split(r"(?<!\0)\.", section.mask)[0])):
            written.append(sign[1] if sign[0] == "\0" else left.pop() if left else "")
        whole = "".join(left) + "".join(reversed(written)).lstrip(". ,-")
    return f"{whole},{decimals}" if decimals else whole


def _write_moment(part: str, value: date) -> str:
    if not part.startswith("\0"):
        return part
    letters = part[1:].lower()
    number = {"d": value.day, "m": value.month, "y": value.year}.get(letters[0])
    return "" if number is None else f"{number:02}" if letters in ("dd", "mm") else str(number)
