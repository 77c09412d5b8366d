"""Whether each list of a run came to the end that its contract describes, and an empty one says that it is empty."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.pages import Page, pointer
from ioc_pipeline.parse.api.gathered import Told
from ioc_pipeline.parse.records import text_of
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.own_fields import more_said
from ioc_pipeline.reference.responses import ListPage, says_end, value_at

_ENDS = {
    "more_field": "false ở trang cuối",
    "null": "null hoặc chuỗi rỗng ở trang cuối; trường phải có ở mọi trang",
    "absent": "trang cuối không dẫn tới trang sau",
    "short_page": "trang cuối có ít bản ghi hơn số bản ghi của một trang",
    "empty_page": "trang cuối không có bản ghi nào",
}


@dataclass(slots=True)
class _List:
    """One round through one list: its pages so far, and where each different record came first."""

    page_names: list[str] = field(default_factory=list)
    first_page: dict[Hashable, int] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)
    repeated: Problem | None = None
    is_broken: bool = False
    last: tuple[Page, ListPage] | None = None


@dataclass(slots=True)
class Lists:
    """The lists of a run, page by page. What landed before lists were numbered is judged by its totals alone."""

    api: Api
    _of: dict[int | None, _List] = field(default_factory=dict)

    def take(self, page: Page, said: ListPage, keys: Iterable[tuple[Hashable, str]], told: Told) -> None:
        """Note one page and the keys of its records with their places; tell what it should say of its list.

        Problems are told for each page: a page that is left open may well have others after it.
        """
        one = self._of.setdefault(page.list_number, _List())
        number = len(one.page_names)
        one.page_names.append(page.name)
        one.last = (page, said)
        for key, cell in keys:
            if one.first_page.setdefault(key, number) != number and one.repeated is None:
                one.repeated = Problem("repeated-across-pages", pointer(*said.place.split(".")), cell, page=page.name)
        if said.total is not None:
            one.totals.append(said.total)
        problems = list(self._unsaid(page, said))
        one.is_broken |= bool(problems) or said.records is None
        told.problems += problems

    def judge(self, told: Told) -> None:
        """Tell of each list what keeps it from being whole; nothing where its pages are wrong in themselves."""
        for number, one in self._of.items():
            if one.is_broken or one.last is None:
                continue
            problem = self._wrong_total(number, one)
            if problem is None and number is not None:
                problem = self._unfinished(one) or self._repeated(one) or self._unproven(one)
            if problem:
                told.problems.append(problem)

    def _unsaid(self, page: Page, said: ListPage) -> Iterable[Problem]:
        """Fields of the contract that say how a list goes on, and do not say it in this page."""
        paging = self.api.paging
        if said.records == [] and page.content is None:
            return  # status 204, which the contract takes for "nothing", says no more than that
        if paging.total_field and said.total is None:
            yield self._at(page, paging.total_field, "bad-field", "một số nguyên không âm (number)", is_found=True)
        if page.list_number is None:
            return
        if paging.more_field and said.more is None:
            yield self._at(page, paging.more_field, "bad-field", "true hoặc false", is_found=True)

    def _wrong_total(self, number: int | None, one: _List) -> Problem | None:
        paging, count = self.api.paging, len(one.first_page)
        if not one.totals:
            return None
        least, most = min(one.totals), max(one.totals)
        may_move = number is None or paging.unsteady == "accepted"
        if least <= count <= most if may_move else least == count == most:
            return None
        name = paging.total_field or ""
        return Problem(
            "wrong-total",
            cell=pointer(*name.split(".")),
            column=name,
            found=" hoặc ".join(str(total) for total in dict.fromkeys((least, most))),
            expected=f"{count}, là số bản ghi khác nhau đã nhận",
            page=one.page_names[-1],
        )

    def _unfinished(self, one: _List) -> Problem | None:
        """The last page does not say that it is, or says so in one field and the contrary in another."""
        assert one.last is not None
        page, said = one.last
        paging, count = self.api.paging, len(one.first_page)
        is_judged = paging.ends_by == "total" or (page.content is None and not one.first_page)  # by its total, or 204
        if not is_judged and not says_end(said, paging, so_far=count):
            name = {"null": paging.field, "absent": paging.field, "more_field": paging.more_field}.get(paging.ends_by)
            return self._at(page, name or "", "unfinished-list", _ENDS.get(paging.ends_by, ""))
        if said.more:
            return self._at(page, paging.more_field or "", "unfinished-list", _ENDS["more_field"])
        if said.links_on:
            return Problem("unfinished-list", column="Link", expected=_ENDS["absent"], page=page.name)
        if name := more_said(page.content, said, self.api, pages=len(one.page_names), so_far=count):
            return self._at(page, name, "unfinished-list", "trang cuối không nói là còn nữa")
        return None

    def _repeated(self, one: _List) -> Problem | None:
        return one.repeated if not one.totals and self.api.paging.unsteady == "returned" else None

    def _unproven(self, one: _List) -> Problem | None:
        """An empty list is a report that nothing occurred only where the contract says that it is."""
        assert one.last is not None
        page, said = one.last
        if one.first_page or page.content is None or "empty_list" in self.api.nothing:
            return None
        if value_at(page.content, said.place) is None:
            return None  # null, which the contract takes for "nothing"
        return Problem("nothing-unproven", cell=pointer(*said.place.split(".")), column=said.place, page=page.name)

    def _at(self, page: Page, name: str, code: str, expected: str, *, is_found: bool = False) -> Problem:
        problem = Problem(code, "", pointer(*name.split(".")) if name else "", name[:200], page=page.name)
        found = text_of(value_at(page.content, name)) if is_found else ""
        return replace(problem, found=found, expected=expected)
