"""Four pages, each one click below the other."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.serve import indicator as indicators
from ioc_pipeline.serve import origin
from ioc_pipeline.serve.indicator import ValueKey
from ioc_pipeline.web.page import Page
from ioc_pipeline.web.trail.chart import series_chart
from ioc_pipeline.web.trail.excerpt import excerpt_of

router = APIRouter()


def value_key(
    code: str,
    period_type: str,
    start: date,
    end: date,
    request: Request,
    unit: str = "",
    breakdown: str = "",
    geography: str = "as_reported",
) -> ValueKey:
    """Which value an address names."""
    place = unit or request.app.state.given.province_code
    return ValueKey(code, place, breakdown, geography, period_type, start, end)


Key = Annotated[ValueKey, Depends(value_key)]


@router.get("/indicators/{code}", response_class=HTMLResponse)
def series(request: Request, code: str, unit: str = "", breakdown: str = "") -> HTMLResponse:
    page = Page.of(request)
    place = unit or request.app.state.given.province_code
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        indicator = _known(indicators.indicator(opened.connection, code), code)
        rows = indicators.series(opened.connection, code, place, breakdown)
        target = indicators.target(opened.connection, code, place, breakdown)
        return page.render(
            "trail/series.html",
            opened=opened,
            indicator=indicator,
            unit=place,
            breakdown=breakdown,
            breakdowns=indicators.breakdowns(opened.connection, code, place),
            rows=rows,
            target=target,
            chart=series_chart(page, indicator, rows, target),
        )


@router.get("/indicators/{code}/{period_type}/{start}/{end}", response_class=HTMLResponse)
def units(request: Request, key: Key) -> HTMLResponse:
    page = Page.of(request)
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        found = indicators.units_of_period(opened.connection, key, request.app.state.given.province_code)
        return page.render(
            "trail/units.html",
            opened=opened,
            indicator=_known(indicators.indicator(opened.connection, key.indicator), key.indicator),
            key=key,
            label=found[0]["period_label_vi"] if found else "",
            levels=[(level, list(rows)) for level, rows in groupby(found, lambda row: row["org_unit_level"])],
        )


@router.get("/values/{code}/{period_type}/{start}/{end}", response_class=HTMLResponse)
def value(request: Request, key: Key) -> HTMLResponse:
    page = Page.of(request)
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        indicator = _known(indicators.indicator(opened.connection, key.indicator), key.indicator)
        published = _known(origin.value(opened.connection, key), key.unit)
        cells = origin.cells(opened.connection, key)
        return page.render(
            "trail/value.html",
            opened=opened,
            indicator=indicator,
            key=key,
            published=published,
            formula=origin.formula(indicator, origin.exact_value(published), cells),
            terms=_terms(page, cells),
            deliveries=[list(rows) for _, rows in groupby(cells, lambda row: row["delivery_seq"])],
        )


@router.get("/cells/{delivery_seq}", response_class=HTMLResponse)
def cell(request: Request, delivery_seq: int, cell: str, sheet: str = "") -> HTMLResponse:
    page = Page.of(request)
    given = request.app.state.given
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        used = origin.cell(opened.connection, delivery_seq, sheet, cell)
        if not used:
            raise HTTPException(404, f"{delivery_seq}: {sheet} {cell}")
        read = used[0]
        sender = "".join(one.sender for one in open_ledger(given).deliveries([delivery_seq]))
        return page.render(
            "trail/cell.html",
            opened=opened,
            read=read,
            sender=sender,
            used=used,
            excerpt=excerpt_of(given, read),
            checks=origin.checks(opened.connection, delivery_seq, read["source_name"], read["table_name"]),
        )


def _terms(page: Page, cells: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """What is added up in each role, in words."""
    found: dict[str, list[str]] = {"numerator": [], "denominator": []}
    for cell in cells:
        words = found.setdefault(cell["role"], [])
        if (term := page.word("element_code", cell["element_code"])) not in words:
            words.append(term)
    return found


def _known(found: dict[str, Any] | None, asked: str) -> dict[str, Any]:
    if found is None:
        raise HTTPException(404, asked)
    return found
