"""What the API has, for the person who writes its client."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.web.api.questions import RESOURCES
from ioc_pipeline.web.page import Page

router = APIRouter()


@router.get("/api", response_class=HTMLResponse)
def show_resources(request: Request) -> HTMLResponse:
    tables = {mart.name: mart for mart in read_marts(request.app.state.given.dbt_project)}
    shown = [(name, tables[table], asked) for name, (table, asked) in RESOURCES.items()]
    return Page.of(request).render("api.html", resources=shown)
