"""Try a file: the answer it would get, with its marked workbook in the page itself; nothing is kept."""

import base64
import logging
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.flows.whereabouts import whereabouts
from ioc_pipeline.land.placing import own_name, unfit
from ioc_pipeline.web.access import from_our_pages, own
from ioc_pipeline.web.desk.forms import show_form, show_refused
from ioc_pipeline.web.desk.uploads import Upload, read_upload
from ioc_pipeline.web.page import Page

if TYPE_CHECKING:
    from ioc_pipeline.flows.preview import Trial

router = APIRouter()
TEMPLATE = "desk/check.html"
log = logging.getLogger(__name__)


@router.get("/check", response_class=HTMLResponse)
def show_check(request: Request) -> HTMLResponse:
    return show_form(request, TEMPLATE)


@router.post("/check", dependencies=[Depends(from_our_pages)], response_class=HTMLResponse)
async def check(request: Request) -> HTMLResponse:
    """The answer to one file, in a page that holds all of it."""
    try:
        upload = await read_upload(request)
    except HTTPException as error:
        return await to_thread.run_sync(show_refused, request, TEMPLATE, error)
    with upload.content:
        return await to_thread.run_sync(_try, request, upload, limiter=request.app.state.trials)


def _try(request: Request, upload: Upload) -> HTMLResponse:
    department = own(request, upload.department_code)
    file_name = own_name(upload.file_name)
    if problem := unfit(file_name, upload.content.seek(0, 2)):
        return show_form(request, TEMPLATE, 422, [problem], upload.department_code)
    trial = _trial(request, upload, file_name)
    return Page.of(request).render(
        TEMPLATE,
        trial=trial,
        file_name=file_name,
        department=department,
        chosen=upload.department_code,
        marked=base64.b64encode(trial.marked).decode() if trial.marked else "",
    )


def _trial(request: Request, upload: Upload, file_name: str) -> "Trial":
    from ioc_pipeline.flows.preview import try_file  # brings Great Expectations, which the other pages do without

    try:
        return try_file(request.app.state.given, upload.path, file_name, upload.department_code)
    except ContractError:
        raise
    except Exception as error:  # its own words may quote a cell
        log.error("a file could not be tried: %s", whereabouts(error))
        raise HTTPException(500, "a fault of ours; nothing of the file was kept") from None
