"""What every page knows: its language, its version of the marts, and the addresses that keep both."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ioc_pipeline.domain.figures import number
from ioc_pipeline.web import numbers
from ioc_pipeline.web.static import FINGERPRINTS
from ioc_pipeline.web.words import Words, word

MENU = (
    ("", "Màn hình", "Wall"),
    ("reporting", "Báo cáo", "Reporting"),
    ("deliveries", "Tệp đã nhận", "Deliveries"),
    ("reminders", "Nhắc việc", "Reminders"),
    ("quality", "Chất lượng", "Quality"),
    ("conflicts", "Mâu thuẫn", "Conflicts"),
    ("revisions", "Đã sửa", "Revisions"),
)

DESK = (
    ("desk", "Đơn vị tôi", "My unit"),
    ("check", "Kiểm tra thử", "Try a file"),
    ("send", "Gửi tệp", "Send a file"),
)
"""For those who send."""

LANGUAGES = ("vi", "en")
THEMES = ("dark", "light")  # without one the reader's own setting decides
STICKY = ("lang", "theme", "v")

_templates = Environment(
    loader=PackageLoader("ioc_pipeline.web"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Page:
    """One request: `root` is where the site is mounted, `path` is below it, `query` what the address asks.

    `words` for codes are those of the version that is shown; `menu` has path, Vietnamese and English name of each page
    that the reader may open.
    """

    root: str
    path: str
    query: Mapping[str, str]
    words: Words = field(default_factory=dict)
    menu: tuple[tuple[str, str, str], ...] = MENU

    @classmethod
    def of(cls, request: Request) -> "Page":
        root = request.scope.get("root_path", "")
        viewer = getattr(request.state, "viewer", None)  # not known where nobody is logged in
        menu = (*(MENU if viewer.looks else ()), *(DESK if viewer.sends else ())) if viewer else MENU
        path = request.url.path.removeprefix(root).lstrip("/")
        return cls(root, path, dict(request.query_params), menu=menu)

    @property
    def language(self) -> str:
        return self.query["lang"] if self.query.get("lang") in LANGUAGES else LANGUAGES[0]

    @property
    def theme(self) -> str:
        return self.query["theme"] if self.query.get("theme") in THEMES else ""

    @property
    def version(self) -> str:
        """The version that the address names, "" for whatever is current."""
        return self.query.get("v", "")

    def showing(self, words: Words) -> "Page":
        """The same page, once it is known which words its version has."""
        return replace(self, words=words)

    def link(self, path: str, **asked: object) -> str:
        """The address of a page of the same language, theme and version. What is None or "" is not asked."""
        kept = {name: self.query[name] for name in STICKY if self.query.get(name)}
        return self._address(path, {**kept, **asked})

    def again(self, **changed: object) -> str:
        """The address of this page with something else asked."""
        return self._address(self.path, {**self.query, **changed})

    def csv(self) -> str:
        """The address of all rows of this list as CSV."""
        return self._address(f"{self.path}.csv", {**self.query, "from": ""})

    def _address(self, path: str, asked: Mapping[str, object]) -> str:
        query = urlencode({name: str(value) for name, value in asked.items() if value not in (None, "")})
        return f"{self.root}/{quote(path)}" + (f"?{query}" if query else "")

    def static(self, name: str) -> str:
        """The address of a file of ours; another one when its content is."""
        return f"{self.root}/static/{name}?{FINGERPRINTS[name]}"

    def t(self, vi: str, en: str) -> str:
        """One of the two, by the page's language."""
        return vi if self.language == "vi" else en

    def word(self, kind: str, code: str | None) -> str:
        """What a code of the marts means."""
        return word(self.words, kind, code or "", self.language)

    def name(self, row: Mapping[str, Any], column: str) -> str:
        """A name that the marts have in two languages, or else in Vietnamese."""
        return str(row.get(f"{column}_{self.language}") or row.get(f"{column}_vi") or "")

    def number(self, value: Any, decimals: int | None = None) -> str:
        return number(value, decimals, self.language)

    def qualified(self, row: Mapping[str, Any], decimals: int | None = None) -> str:
        """The value of a row with its qualifier: ≥57,8."""
        return self.qualifier(row["value_qualifier"]) + self.number(row["value"], decimals)

    def qualifier(self, code: str) -> str:
        return numbers.qualifier(code)

    def change(self, value: Any, decimals: int | None = None) -> str:
        return numbers.change(value, decimals, self.language)

    def day(self, value: Any) -> str:
        return numbers.day(value)

    def days(self, first: Any, last: Any) -> str:
        """From the first day to the last; a single day once."""
        first_day, last_day = self.day(first), self.day(last)
        return first_day if first_day == last_day else f"{first_day}\u00a0– {last_day}"

    def moment(self, value: Any) -> str:
        return numbers.moment(value)

    def period(self, label_vi: str | None) -> str:
        return numbers.period(label_vi or "", self.language)

    def render(self, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
        text = _templates.get_template(template).render(page=self, status=status, **shown)
        return HTMLResponse(text, status)
