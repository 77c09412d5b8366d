"""The units: names and codes as departments write them → the unit that bore them on a date."""

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.reference.seeds import read_rows

_UNIT_COLUMNS = [
    "org_unit_code",
    "level",
    "full_name",
    "name",
    "unit_type",
    "parent_code",
    "province_code",
    "valid_from_date",
    "valid_to_date",
]
_AGENCY_COLUMNS = [
    "org_unit_code",
    "full_name",
    "name",
    "parent_code",
    "province_code",
    "kind",
    "valid_from_date",
    "valid_to_date",
]
_ALIAS_COLUMNS = ["alias", "org_unit_code", "valid_from_date", "valid_to_date", "note"]

_LEVELS = ("country", "province", "district", "commune", "agency")
_PLACE_LEVELS = _LEVELS[:3]
_CODE_WIDTH = {"province": 2, "district": 3, "commune": 5}
_ABBREVIATED_TYPE = {
    "t": "tỉnh",
    "tp": "thành phố",
    "q": "quận",
    "h": "huyện",
    "tx": "thị xã",
    "tt": "thị trấn",
    "p": "phường",
    "x": "xã",
    "đk": "đặc khu",
}
_ABBREVIATION = re.compile(r"(t\.?[pxt]|đ\.?k|[tqhpx])(?:\. ?| |(?=\d))(?=\w)")
_OFFICE = re.compile(r"(?:ubnd|(?:ủy|uỷ|uy) ban (?:nhân dân|nhan dan)) (?=.)")
_NUMBER = re.compile(r"(\d{1,5})(?:\.0)?")
_CODED_NAME = re.compile(r"(.+?) ?\((\d{2,5})\)")
_SEPARATOR = re.compile(r" ?[,;] ?| ?\(| [-–—] | (?=(?:tỉnh|thành phố|thị xã|huyện|quận) )")
_APOSTROPHE = re.compile(r" ?['’‘ʼ`´] ?")
_NOT_WORD = re.compile(r"[^\w']+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_ACUTE = "\u0301"
_I_FOR_Y = re.compile(r"([hklmst]|qu)i")
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A country, province, district, commune or agency while it was one and the same.

    `code` is a key only together with a date: most commune codes named another unit before 2025-07-01.
    `valid_to` is the last day, None while the unit exists. `unit_type` is "Xã", "Phường", …; an agency has its kind.
    `province_code` is '' for the country and for national agencies.
    """

    code: str
    level: str
    full_name: str
    name: str
    unit_type: str
    parent_code: str
    province_code: str
    valid_from: date
    valid_to: date | None


class UnknownUnit(ValueError):  # noqa: N818  # what happened, as the messages say it
    """No unit bears that name or code in the place and on the date asked.

    Suggestions are worked out when somebody reads them: a file may hold thousands of bad names.
    """

    def __init__(self, text: str, candidates: list[OrgUnit]) -> None:
        super().__init__("no unit of that name or code on that date")
        self._text = " ".join(text.split())
        self._candidates = candidates

    @cached_property
    def _nearest(self) -> list[OrgUnit]:
        names: dict[str, OrgUnit] = {}
        for unit in self._candidates:
            names.setdefault(fold(unit.full_name), unit)
            names.setdefault(fold(unit.name), unit)
        whole = _without_office(_clean(self._text))
        near = _nearest(whole, names) or _nearest(_SEPARATOR.split(whole)[0], names)
        return list({names[name].code: names[name] for name in near}.values())[:3]

    @property
    def suggestions(self) -> list[str]:
        """At most three full names that look like the text, nearest first."""
        return [unit.full_name for unit in self._nearest]

    @property
    def alias_row(self) -> str:
        """The line that, appended to org_unit_aliases.csv, makes the text mean the first suggestion.

        Without a suggestion the code reads MA_DON_VI, for a person to replace.
        """
        code, valid_from, valid_to = "MA_DON_VI", "", ""
        if self._nearest:
            unit = self._nearest[0]
            code, valid_from, valid_to = unit.code, unit.valid_from.isoformat(), _iso(unit.valid_to)
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([self._text, code, valid_from, valid_to, ""])
        return line.getvalue()


class AmbiguousUnit(ValueError):  # noqa: N818
    """Several units bear that name; `candidates` are full names with parent and code, each of which `find` takes."""

    def __init__(self, candidates: list[str]) -> None:
        super().__init__("; ".join(candidates))
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling of a unit and the days on which it may be called so (an alias can be shorter-lived)."""

    spelling: str
    unit: OrgUnit
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of one level in one province or everywhere, by spelling and by letters without marks."""

    by_spelling: dict[str, list[_Name]]
    by_letters: dict[str, list[_Name]]


class OrgUnits:
    """Every unit with its dates. Names are indexed per level and province when first asked for; answers are kept."""

    def __init__(self, units: Iterable[OrgUnit], aliases: Iterable[_Name]) -> None:
        self._by_code: dict[str, list[OrgUnit]] = {}
        self._by_place: dict[tuple[str, str | None], list[OrgUnit]] = {}
        for unit in units:
            self._by_code.setdefault(unit.code, []).append(unit)
            self._by_place.setdefault((unit.level, None), []).append(unit)
            self._by_place.setdefault((unit.level, unit.province_code), []).append(unit)
        self._aliases: dict[tuple[str, date], list[_Name]] = {}
        for alias in aliases:
            self._aliases.setdefault((alias.unit.code, alias.unit.valid_from), []).append(alias)
        self._indexes: dict[tuple[str, str | None], _Index] = {}
        self._found: dict[tuple[str, date, str | None, str | None], list[OrgUnit]] = {}
        self._reachable: dict[tuple[str | None, str | None, date], list[OrgUnit]] = {}

    @classmethod
    def from_seeds(cls, seeds: Path) -> "OrgUnits":
        """Read org_units.csv, agencies.csv and org_unit_aliases.csv.

        Raises:
            ContractError: names file and line, and what is expected there.
        """
        units = [*_read_units(seeds / "org_units.csv"), *read_agencies(seeds)]
        return cls(units, _read_aliases(seeds / "org_unit_aliases.csv", units))

    def find(self, text: str, *, on: date, level: str | None, province_code: str | None) -> OrgUnit:
        """Find the unit that a text names or codes on one day.

        `province_code` narrows districts, communes and agencies; provinces and the country are always in reach.
        Without `level` the highest level that bears the name is meant: "Sơn La" is the province, not its town.
        The text may carry its type or an abbreviation of it, "UBND", its parents ("xã X, huyện Y - tỉnh Z") or its
        code in brackets. Marks may be missing where one unit only is left; wrong marks are never mended.
        A number is a code of the level asked: one leading zero may be lost, more only inside a given province.

        Raises:
            UnknownUnit: with suggestions and the alias row that would make the text known.
            AmbiguousUnit: with the units meant.
        """
        key = (text, on, level, province_code)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._highest(text, on, level, province_code)
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousUnit([self._describe(unit, on) for unit in found])
        raise UnknownUnit(text[:_LONGEST_TEXT], self._in_force(level, province_code, on))

    def members(self, *, level: str, province_code: str, on: date) -> list[OrgUnit]:
        """Units of one level on one day, by code; `province_code` does not narrow provinces and the country."""
        units = self._by_place.get(_place(level, province_code), ())
        return sorted((unit for unit in units if _covers(unit, on)), key=lambda unit: unit.code)

    def get(self, code: str, on: date) -> OrgUnit | None:
        """The unit that bore a code, written in full, on one day."""
        return next((unit for unit in self._by_code.get(code, ()) if _covers(unit, on)), None)

    def _highest(self, text: str, on: date, level: str | None, province_code: str | None) -> list[OrgUnit]:
        if len(text) > _LONGEST_TEXT:
            return []
        units = self._candidates(_clean(text), on, _levels(level), province_code)
        highest = min((_LEVELS.index(unit.level) for unit in units), default=0)
        return [unit for unit in units if unit.level == _LEVELS[highest]]

    def _in_force(self, level: str | None, province_code: str | None, on: date) -> list[OrgUnit]:
        """Units that may have been meant; one list for all bad names of a table, of which there can be very many."""
        key = (level, province_code, on)
        if key not in self._reachable:
            within = (unit for each in _levels(level) for unit in self._within(each, province_code))
            self._reachable[key] = [unit for unit in within if _covers(unit, on)]
        return self._reachable[key]

    def _describe(self, unit: OrgUnit, on: date) -> str:
        parent = self.get(unit.parent_code, on)
        return f"{unit.full_name}{f', {parent.full_name}' if parent else ''} ({unit.code})"

    def _candidates(self, text: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """Units that a cleaned text may mean: by code, by the whole as a name, by a name inside a named place."""
        if number := _NUMBER.fullmatch(text):
            return self._numbered(number[1], on, levels, province_code)
        by_code = self.get(text, on) or self.get(text.upper(), on)
        if by_code and by_code.level in levels and _is_within(by_code, province_code):
            return [by_code]
        name = _without_office(text)
        if whole := self._named(name, on, levels, province_code):
            return whole
        if coded_name := _CODED_NAME.fullmatch(name):
            units = self._candidates(coded_name[1], on, levels, province_code)
            if units := [unit for unit in units if unit.code == coded_name[2]]:
                return units
        for separator in _SEPARATOR.finditer(name):
            units = self._named(name[: separator.start()], on, levels, province_code)
            places = (
                self._candidates(name[separator.end() :].removesuffix(")"), on, _PLACE_LEVELS, None) if units else []
            )
            codes = {place.code for place in places}
            if units := [unit for unit in units if codes & {unit.parent_code, unit.province_code}]:
                return units
        return []

    def _numbered(self, digits: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """The unit of a code that may have lost its leading zeros in a spreadsheet."""
        for level, width in _CODE_WIDTH.items():
            lost = width - len(digits)
            is_plausible = lost in (0, 1) or (lost > 0 and len(levels) == 1 and province_code is not None)
            if level in levels and is_plausible:
                unit = self.get(digits.zfill(width), on)
                return [unit] if unit and _is_within(unit, province_code) else []
        return []

    def _named(self, name: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """Units spelled so; if there is none, units whose spelling this is but for missing marks."""
        written = {_spell(name), _spell(_with_full_type(name))}
        indexes = [self._index(level, province_code) for level in levels]
        exact = [each for index in indexes for spelling in written for each in index.by_spelling.get(spelling, ())]
        if units := _bearers(exact, on):
            return units
        unmarked = (
            each
            for index in indexes
            for spelling in written
            for each in index.by_letters.get(_letters(spelling), ())
            if _lacks_only_marks(spelling, each.spelling)
        )
        return _bearers(unmarked, on)

    def _index(self, level: str, province_code: str | None) -> _Index:
        key = _place(level, province_code)
        if key not in self._indexes:
            index = self._indexes[key] = _Index({}, {})
            for unit in self._within(level, province_code):
                for name in self._names(unit):
                    index.by_spelling.setdefault(name.spelling, []).append(name)
                    index.by_letters.setdefault(_letters(name.spelling), []).append(name)
        return self._indexes[key]

    def _within(self, level: str, province_code: str | None) -> Iterator[OrgUnit]:
        yield from self._by_place.get(_place(level, province_code), ())
        if level == "agency" and province_code:
            yield from self._by_place.get((level, ""), ())

    def _names(self, unit: OrgUnit) -> Iterator[_Name]:
        """Every spelling of a unit: its names and aliases, each alone and as people lengthen it."""
        if unit.level == "agency":
            province = self.get(unit.province_code, unit.valid_to or date.max)
            before, after = "", f" {province.name}" if province else ""  # "Sở Y tế Sơn La"
            official = [unit.name, unit.full_name]
        else:
            before, after = f"{unit.unit_type} ", ""  # the full name; "HCM" is also "TP. HCM"
            official = [unit.name]
        names = [_Name(name, unit, unit.valid_from, unit.valid_to) for name in official]
        for name in [*names, *self._aliases.get((unit.code, unit.valid_from), ())]:
            for text in (name.spelling, f"{before}{name.spelling}{after}"):
                yield _Name(_spell(_clean(text)), unit, name.valid_from, name.valid_to)


def _read_units(path: Path) -> Iterator[OrgUnit]:
    for line, row in read_rows(path, _UNIT_COLUMNS):
        code, level, full_name, name, unit_type, parent_code, province_code, first, last = row
        if level not in _LEVELS:
            raise ContractError(f"{path.name} line {line}: level is '{level}', expected one of {', '.join(_LEVELS)}")
        yield OrgUnit(
            code, level, full_name, name, unit_type, parent_code, province_code, *_validity(path, line, first, last)
        )


def read_agencies(seeds: Path) -> Iterator[OrgUnit]:
    """The agencies alone, without the cost of the units of the whole country."""
    path = seeds / "agencies.csv"
    for line, row in read_rows(path, _AGENCY_COLUMNS):
        code, full_name, name, parent_code, province_code, kind, first, last = row
        validity = _validity(path, line, first, last)
        yield OrgUnit(code, "agency", full_name, name, kind, parent_code, province_code, *validity)


def _read_aliases(path: Path, units: Iterable[OrgUnit]) -> Iterator[_Name]:
    """An alias counts in each identity period of its unit that its own dates touch."""
    by_code: dict[str, list[OrgUnit]] = {}
    for unit in units:
        by_code.setdefault(unit.code, []).append(unit)
    for line, (alias, code, first, last, _) in read_rows(path, _ALIAS_COLUMNS):
        valid_from, valid_to = _validity(path, line, first or date.min.isoformat(), last)
        touched = [
            _Name(alias, unit, max(unit.valid_from, valid_from), _earlier(unit.valid_to, valid_to))
            for unit in by_code.get(code, ())
            if unit.valid_from <= (valid_to or date.max) and valid_from <= (unit.valid_to or date.max)
        ]
        if not touched:
            raise ContractError(
                f"{path.name} line {line}: no unit has the code '{code}' between the dates given; "
                "a code keeps its leading zeros, e.g. 03646"
            )
        yield from touched


def _validity(path: Path, line: int, first: str, last: str) -> tuple[date, date | None]:
    try:
        return _day(first), _day(last) if last else None
    except ValueError:
        raise ContractError(
            f"{path.name} line {line}: dates are '{first}' and '{last}', expected YYYY-MM-DD; the last may be empty"
        ) from None


@lru_cache(maxsize=256)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _earlier(first: date | None, second: date | None) -> date | None:
    return min((day for day in (first, second) if day), default=None)


def _covers(name: OrgUnit | _Name, on: date) -> bool:
    return name.valid_from <= on and (name.valid_to is None or on <= name.valid_to)


def _levels(level: str | None) -> tuple[str, ...]:
    return _LEVELS if level is None else (level,)


def _place(level: str, province_code: str | None) -> tuple[str, str | None]:
    return level, None if level in ("country", "province") else province_code


def _is_within(unit: OrgUnit, province_code: str | None) -> bool:
    return province_code is None or unit.level in ("country", "province") or unit.province_code in ("", province_code)


def _bearers(names: Iterable[_Name], on: date) -> list[OrgUnit]:
    return list({name.unit.code: name.unit for name in names if _covers(name, on)}.values())


def _nearest(text: str, names: Iterable[str]) -> list[str]:
    # six, because a unit can be near twice: with its type and without
    return difflib.get_close_matches(fold(text), list(names), n=6, cutoff=0.7)


def _clean(text: str) -> str:
    """One line in lower case, composed, without invisible characters, single blanks."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFC", visible).casefold().split())


def _without_office(text: str) -> str:
    return text[office.end() :] if (office := _OFFICE.match(text)) else text


def _with_full_type(name: str) -> str:
    """ "tp. sơn la" → "thành phố sơn la"; anything else as it is."""
    short = _ABBREVIATION.match(name)
    return f"{_ABBREVIATED_TYPE[short[1].replace('.', '')]} {name[short.end() :]}" if short else name


def _spell(text: str) -> str:
    """One spelling for one name: punctuation, tone-mark placement, i/y, đăk/đắk, "01" do not count."""
    plain = _NOT_WORD.sub(" ", _APOSTROPHE.sub("'", text.replace("&", " và ")))
    return " ".join(_spell_syllable(syllable) for syllable in plain.split())


@lru_cache(maxsize=16384)
def _spell_syllable(syllable: str) -> str:
    if syllable.isdecimal():
        return syllable.lstrip("0")
    decomposed = unicodedata.normalize("NFD", syllable)
    letters = unicodedata.normalize("NFC", "".join(each for each in decomposed if each not in _TONES))
    tone = "".join(each for each in decomposed if each in _TONES)
    if letters in ("đăk", "lăk"):
        tone = _ACUTE
    if _I_FOR_Y.fullmatch(letters):
        letters = letters[:-1] + "y"
    return letters + tone


def _letters(spelling: str) -> str:
    decomposed = unicodedata.normalize("NFD", spelling.replace("đ", "d"))
    return "".join(each for each in decomposed if each.isalnum())


def _lacks_only_marks(written: str, spelling: str) -> bool:
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


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
