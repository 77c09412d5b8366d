"""The wall of the province, of one department (`?department=`) or of one commune (`?unit=`)."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.serve import wall
from ioc_pipeline.serve.lists import source_titles, unit_names
from ioc_pipeline.web.lists.deliveries import named
from ioc_pipeline.web.page import Page
from ioc_pipeline.web.wall.communes import communes_of
from ioc_pipeline.web.wall.trend import polyline

router = APIRouter()
PERIODS_BACK = 6
LAST_DELIVERIES = 24


@router.get("/", response_class=HTMLResponse)
def show(request: Request, unit: str = "", department: str = "", indicator: str = "") -> HTMLResponse:
    page = Page.of(request)
    given = request.app.state.given
    province = given.province_code
    with request.app.state.versions.marts(page.version) as opened:
        page = page.showing(opened.words)
        marts = opened.connection
        commune = unit if unit != province else ""
        place = wall.unit(marts, department or unit or province)
        if place is None:
            return page.render("error.html", 404, detail=department or unit, login="")
        found = wall.tiles(marts, unit or province, department)
        parts, rank = wall.index_766(marts, unit or province)
        return page.render(
            "wall/wall.html",
            opened=opened,
            place=place,
            systems=[(code, list(rows)) for code, rows in groupby(found, lambda row: row["system_code"])],
            polyline=polyline,
            index_766=parts,
            rank_766=rank,
            communes=communes_of(marts, province, indicator, given.project / "include" / "geo" / f"{province}.geojson"),
            rain=wall.rain(marts, commune),
            tasks=wall.overdue_tasks(marts, department),
            late=wall.late(marts, department, commune),
            completeness=wall.completeness(marts, department, commune, PERIODS_BACK),
            deliveries=named(
                open_ledger(given).newest_status_rows(LAST_DELIVERIES, {"department_code": department or commune}),
                unit_names(marts),
                source_titles(marts),
            ),
            periods_back=PERIODS_BACK,
            conflicts=wall.conflicts(marts, department, commune),
        )
