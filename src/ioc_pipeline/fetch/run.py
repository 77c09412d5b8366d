"""One run of an API: what is asked for, in which order, and whether what came is all there was."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from ioc_pipeline.domain.deliveries import Extract
from ioc_pipeline.domain.errors import FetchError
from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.domain.periods import Period, period_containing
from ioc_pipeline.fetch.client import Client, Response
from ioc_pipeline.fetch.paging import said_to_follow, sendable
from ioc_pipeline.reference.apis import RequestPeriod
from ioc_pipeline.reference.responses import ListPage, read_list_page, says_end, value_at
from ioc_pipeline.reference.sources import Source

ROUNDS = 3  # over a list that moves while it is paged through
_MOST_PAGES = 10_000
_STANDSTILL = 3  # pages in a row without anything new

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One response to land. `request` is the JSON of `Delivery.request`."""

    content: bytes
    request: str
    received_at: datetime


@dataclass(slots=True)
class _Seen:
    """Records that came in one round through a list."""

    keys: set[str] = field(default_factory=set)
    count: int = 0
    totals: set[int] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether nothing can have slipped from a page still to come to one already gone.

        The one total that all pages declare says so, or else that no record came twice.
        """
        if self.totals:
            return self.totals == {len(self.keys)}
        return len(self.keys) == self.count


class Run:
    """Asks for everything a contract names, page after page: `for page in run.pages()`. No page is asked for ahead.

    `since` is the watermark of the run before, "" for none. Afterwards `watermark` is where the next run starts, and
    `counted` tells which pages count, by their place in the order they came: the last round through each list.
    Whether a list came to its end is for the parser to say, which has the same pages.
    """

    def __init__(self, source: Source, client: Client, *, since: str, today: date) -> None:
        if source.api is None:
            raise ValueError(f"{source.name} is a form")
        self._source, self._api, self._client = source, source.api, client
        self._since = since
        self._today = today
        self._key_fields = _key_fields(source)
        self._newest: datetime | None = None
        self._first_response_at: datetime | None = None
        self._is_settled = True
        self._fetched = 0
        self._lists = 0
        self.counted: list[int] = []

    @property
    def asked_since(self) -> str:
        """From when on changed records are asked for: the watermark less the overlap."""
        if not self._since or self._api.watermark is None:
            return ""
        return (
            datetime.fromisoformat(self._since) - timedelta(minutes=self._api.watermark.overlap_minutes)
        ).isoformat()

    @property
    def watermark(self) -> str:
        """The newest time seen in the records, by their own clock; never before `since`.

        Not after the API's time when we began: what changes behind a page that we have already seen has a later time,
        and a clock that runs ahead in one record must not hide those to come. It stays where it was after a list that
        would not keep still.
        """
        if self._newest is None or not self._is_settled:
            return self._since
        newest = self._newest
        if self._first_response_at is not None and _instant(self._first_response_at) < _instant(newest):
            zone = newest.tzinfo
            newest = self._first_response_at.astimezone(zone or LOCAL_TIME).replace(tzinfo=zone)
        if self._since and _instant_of(self._since) >= _instant(newest):
            return self._since
        return newest.isoformat()

    def pages(self) -> Iterator[FetchedPage]:
        """Every page of the run, in the order they are asked for; the run is complete when this ends.

        Raises:
            FetchError: there is no complete response, or no round that agrees with itself; nothing that came counts.
        """
        api = self._api
        periods: list[Period | None] = [*ended_periods(self._source, self._today)] if api.period else [None]
        for period, varied in product(periods, product(*api.vary.values())):
            asked: Parameters = {**api.parameters, **dict(zip(api.vary, varied, strict=True))}
            if period is not None and api.period is not None:
                asked |= period_parameters(api.period, period)
            if api.watermark is not None and self.asked_since:
                asked[api.watermark.parameter] = self.asked_since
            yield from self._rounds(asked, period)

    def _rounds(self, asked: Parameters, period: Period | None) -> Iterator[FetchedPage]:
        """Page through one list; again from its beginning while it moved meanwhile, and no round was like another."""
        before: _Seen | None = None
        began = self._fetched
        for _ in range(ROUNDS):
            seen = _Seen()
            first = self._fetched
            self._lists += 1
            yield from self._list(asked, period, seen)
            # What two rounds say alike is the parser's to judge, and one response is no list that moves.
            if seen.is_whole or seen == before or self._api.paging.kind == "none":
                self.counted += range(first, self._fetched)
                return
            before = seen
        if self._api.paging.unsteady == "returned":
            raise self._failure(f"{self._api.paging.total_field or 'the list'}: not the same in any of {ROUNDS} rounds")
        self.counted += range(began, self._fetched)
        self._is_settled = False

    def _list(self, asked: Parameters, period: Period | None, seen: _Seen) -> Iterator[FetchedPage]:
        paging = self._api.paging
        url, parameters = self._client.url, dict(asked)
        if paging.kind == "page_number" and paging.parameter:
            parameters[paging.parameter] = paging.first
        if paging.size_parameter and paging.size:
            parameters[paging.size_parameter] = paging.size
        been: set[str] = set()
        without_news = 0
        for _ in range(_MOST_PAGES):
            response = self._client.ask(url, parameters)
            page = read_list_page(response.data, self._api, status=response.status, links_on=bool(response.next_url))
            had_news = self._take(response, page, seen)
            self._fetched += 1
            yield FetchedPage(response.content, self._describe(response, url, parameters, period), response.received_at)
            if self._is_over(page, seen):
                self._check_end(response, page, seen)
                return
            is_new_place = False  # a number leads on for ever, also where there is nothing
            if paging.kind == "page_number" and paging.parameter:
                parameters[paging.parameter] += 1
            elif paging.kind == "cursor" and paging.parameter:
                cursor = sendable(page.cursor)
                if cursor is None:
                    raise self._failure(f"{paging.field} holds no cursor that can be sent")
                parameters[paging.parameter] = cursor
                is_new_place = cursor not in been
                been.add(cursor)
            else:
                url, parameters = response.next_url, {}
                is_new_place = url not in been
                been.add(url)
            without_news = 0 if had_news or is_new_place else without_news + 1
            if without_news == _STANDSTILL:
                raise self._failure(f"{_STANDSTILL} pages in a row hold nothing new")
        raise self._failure(f"more than {_MOST_PAGES} pages")

    def _is_over(self, page: ListPage, seen: _Seen) -> bool:
        """Whether there is nothing to ask for any more: the list says its end, or does not say how it goes on."""
        paging = self._api.paging
        if page.records is None or says_end(page, paging, so_far=len(seen.keys)):
            return True
        if paging.ends_by == "total" and (page.total is None or not page.records):
            return True
        if paging.ends_by == "more_field" and page.more is None:
            return True
        if paging.kind == "cursor":
            return page.cursor in (None, "")
        return paging.kind == "link" and not page.links_on

    def _check_end(self, response: Response, page: ListPage, seen: _Seen) -> None:
        """Refuse an end that the response's own headers contradict; without one the parser says what is missing."""
        if page.records is None or not says_end(page, self._api.paging, so_far=len(seen.keys)):
            return
        follows = said_to_follow(response.headers, came=seen.count)
        if not follows and response.next_url and page.records:  # some link on for ever, behind the last record too
            follows = "its header Link names a next page"
        if follows:
            raise self._failure(f"the list ends as the contract's paging says, but {follows}")

    def _take(self, response: Response, page: ListPage, seen: _Seen) -> bool:
        """Note what a page holds; say whether any of its records is new to this round."""
        if self._first_response_at is None:
            self._first_response_at = response.server_time
        before, records = len(seen.keys), page.records or []
        for record in records:
            seen.keys.add(self._key(record))
            if self._api.watermark is not None:
                changed = _time(value_at(record, self._api.watermark.field))
                if changed is not None and (self._newest is None or _instant(changed) > _instant(self._newest)):
                    self._newest = changed
        seen.count += len(records)
        if page.total is not None:
            seen.totals.add(page.total)
        return len(seen.keys) > before

    def _key(self, record: Any) -> str:
        values = [value_at(record, name) for name in self._key_fields] or record
        return json.dumps(values, sort_keys=True)

    def _describe(self, response: Response, url: str, parameters: Parameters, period: Period | None) -> str:
        told = {
            "method": self._api.method,
            "path": self._api.path if url == self._client.url else url.removeprefix(self._client.base_url),
            "parameters": parameters,
            "status": response.status,
            "server_time": response.date_header or None,
            "list": self._lists,
            "links_on": bool(response.next_url),
            "period": period
            and {"type": period.type, "start": period.start.isoformat(), "end": period.end.isoformat()},
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True)

    def _failure(self, reason: str) -> FetchError:
        return FetchError(f"{self._api.method} {self._api.path}: {reason}")


def covered_until(extracts: Iterable[Extract]) -> str:
    """Where the next run starts, "" for at the beginning: up to there the extracts that count have everything.

    One that was withdrawn or returned leaves a gap; what was fetched behind it does not close it, only a run from
    before it does.
    """
    covered = ""
    for extract in extracts:
        if extract.since and (not covered or _instant_of(extract.since) > _instant_of(covered)):
            continue
        if extract.watermark and (not covered or _instant_of(extract.watermark) > _instant_of(covered)):
            covered = extract.watermark
    return covered


def ended_periods(source: Source, today: date) -> list[Period]:
    """The periods a contract asks for: as many as it says have ended before today, on its clock, newest first.

    None from before it reports: what was measured then may be of other units.
    """
    periods: list[Period] = []
    if source.api is not None and source.api.period is not None:
        last = period_containing(today, source.period_type, source.clock)
        for _ in range(source.api.period.ended):
            last = period_containing(last.start - timedelta(days=1), source.period_type, source.clock)
            periods.append(last)
    return [period for period in periods if period.start >= source.reporting_since]


def period_parameters(names: RequestPeriod, period: Period) -> Parameters:
    """Which parameters ask for a period: its year, and its number in the parameter of its type; 0 in the others."""
    month = period.end.month  # on both clocks a period is named after the month it ends in
    numbers = {"half_year": (month - 1) // 6 + 1, "quarter": (month - 1) // 3 + 1, "month": month}
    parameters: Parameters = {names.year: period.end.year}
    for kind, number in numbers.items():
        name = getattr(names, kind)
        if name is not None:
            parameters[name] = number if period.type == kind else 0
    return parameters


def _key_fields(source: Source) -> list[str]:
    """The fields that tell one record from another, where the API's tables agree on them."""
    fields = {
        tuple(column.field for name in table.record_key for column in table.columns if column.name == name)
        for table in source.tables
    }
    (only,) = fields if len(fields) == 1 else [()]
    return [name for name in only if name and not name.startswith("$")]


def _time(value: Any) -> datetime | None:
    """A time a record may carry; None for what the parser will return as none."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _instant(moment: datetime) -> datetime:
    """Comparable: a time without a zone is the province's."""
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_TIME)


def _instant_of(text: str) -> datetime:
    return _instant(datetime.fromisoformat(text))
