"""The page of reminders."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.flows.reminders import AHEAD, reminders
from ioc_pipeline.serve.owed import owed
from ioc_pipeline.web.page import Page

router = APIRouter()


@router.get("/reminders", response_class=HTMLResponse)
def show_reminders(request: Request) -> HTMLResponse:
    """Who owes what today, by the current version of the marts and the ledger."""
    page = Page.of(request)
    with request.app.state.versions.marts("") as opened:
        found = owed(opened.connection)
        made = reminders(request.app.state.given, found, local_day(datetime.now(UTC)))
        return page.showing(opened.words).render("reminders/reminders.html", opened=opened, reminders=made, ahead=AHEAD)
