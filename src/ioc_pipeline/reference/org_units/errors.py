"""What `find` raises, with what a person needs to mend it."""

import csv
import difflib
import io
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.reference.org_units.spelling import SEPARATOR, clean, without_office
from ioc_pipeline.reference.org_units.unit import OrgUnit


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
        whole = without_office(clean(self._text))
        near = _nearest(whole, names) or _nearest(SEPARATOR.split(whole)[0], names)
        return list({names[name].code: names[name] for name in near}.values())[:3]

    @property
    def suggestions(self) -> list[str]:
        """At most three full names that look like the text, nearest first."""
        return [unit.full_name for unit in self._nearest]

    @property
    def alias_row(self) -> str:
        """The line that, appended to the province's aliases.csv, makes the text mean the first suggestion.

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


def _nearest(text: str, names: Iterable[str]) -> list[str]:
    # six, because a unit can be near twice: with its type and without
    return difflib.get_close_matches(fold(text), list(names), n=6, cutoff=0.7)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
