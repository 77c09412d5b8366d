"""A page and a CSV for each list."""

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response

from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.serve import lists
from ioc_pipeline.serve.csv_file import write_csv
from ioc_pipeline.serve.result import Result
from ioc_pipeline.web.lists import deliveries
from ioc_pipeline.web.lists.columns import FILTERS, VIEWS, View
from ioc_pipeline.web.page import STICKY, Page
from ioc_pipeline.web.versions import Marts

router = APIRouter()
ROWS_SHOWN = 50

Choices = list[tuple[str, list[tuple[str, str]]]]


@router.get("/deliveries", response_class=HTMLResponse)
def show_deliveries(request: Request) -> HTMLResponse:
    page = _asking(request, deliveries.FILTERS)
    first = _first(page)
    ledger = open_ledger(request.app.state.given)
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        unit_names, source_titles = lists.unit_names(opened.connection), lists.source_titles(opened.connection)
        found = ledger.newest_status_rows(ROWS_SHOWN, deliveries.asked(page.query), first)
        rows = deliveries.named(found, unit_names, source_titles)
        choices = deliveries.choices(ledger, {"department_code": unit_names, "source_name": source_titles})
        total = ledger.count_status_rows(deliveries.asked(page.query))
        return _render(page, opened, deliveries.DELIVERIES, rows, total, choices)


@router.get("/deliveries.csv")
def deliveries_csv(request: Request) -> Response:
    page = _asking(request, deliveries.FILTERS)
    found = open_ledger(request.app.state.given).newest_status_rows(None, deliveries.asked(page.query))
    with request.app.state.versions.marts(page.version) as opened:
        rows = deliveries.named(found, lists.unit_names(opened.connection), lists.source_titles(opened.connection))
    return _csv(deliveries.as_result(rows), "ioc_deliveries.csv")


@router.get("/{name}.csv")
def list_csv(request: Request, name: str) -> Response:
    listing = _listing(name)
    page = _asking(request, listing.filters)
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        found = lists.listed(opened.connection, listing, page.query)
        return _csv(found, f"ioc_{name}_{opened.shown.version}.csv")


@router.get("/{name}", response_class=HTMLResponse)
def show_list(request: Request, name: str) -> HTMLResponse:
    listing = _listing(name)
    page = _asking(request, listing.filters)
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        marts = opened.connection
        found = lists.listed(marts, listing, page.query, first=_first(page), most=ROWS_SHOWN)
        rows = [dict(zip(found.header, row, strict=True)) for row in found.rows]
        choices = [(asked, lists.choices(marts, listing, asked, page.language)) for asked in listing.filters]
        return _render(page, opened, VIEWS[name], rows, lists.counted(marts, listing, page.query), choices)


def _listing(name: str) -> lists.Listing:
    if name not in VIEWS:
        raise HTTPException(404, name)
    return lists.LISTINGS[name]


def _asking(request: Request, filters: Iterable[str]) -> Page:
    """The page, if it knows all that its address asks: a mistyped filter must not give rows that it does not fit.

    Raises:
        RequestValidationError: names what is no filter of this list.
    """
    page = Page.of(request)
    known = {*filters, *STICKY, "from"}
    if unknown := [name for name in page.query if name not in known]:
        said = f"no filter of this list; it has {', '.join(filters)}"
        raise RequestValidationError(
            [{"type": "no_such_filter", "loc": ("query", name), "msg": said, "input": ""} for name in unknown]
        )
    return page


def _first(page: Page) -> int:
    """The number of the first row to show, from 0."""
    asked = page.query.get("from", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else 0


def _render(
    page: Page, opened: Marts, view: View, rows: Sequence[dict[str, Any]], total: int, choices: Choices
) -> HTMLResponse:
    filters = [(name, FILTERS[name], offered) for name, offered in choices]
    return page.render(
        "lists/list.html",
        opened=opened,
        view=view,
        rows=rows,
        total=total,
        filters=filters,
        first=_first(page),
        shown=ROWS_SHOWN,
    )


def _csv(found: Result, name: str) -> Response:
    text = StringIO()
    write_csv(text, found.header, found.rows)
    # The mark at the beginning lets a spreadsheet see that this is UTF-8.
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
