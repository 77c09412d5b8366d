"""Send a file: into the folder of a department, then a page that tells when it is taken and answered."""

from anyio import to_thread
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ioc_pipeline.domain.errors import SourceError, UserError
from ioc_pipeline.flows.sending import send_file, sent
from ioc_pipeline.web.access import from_our_pages, own, viewer_of
from ioc_pipeline.web.desk.answers import NAMES, told_of
from ioc_pipeline.web.desk.forms import show_form, show_refused
from ioc_pipeline.web.desk.uploads import Upload, read_upload
from ioc_pipeline.web.page import Page

router = APIRouter()
TEMPLATE = "desk/send.html"


@router.get("/send", response_class=HTMLResponse)
def show_send(request: Request) -> HTMLResponse:
    return show_form(request, TEMPLATE)


@router.post("/send", dependencies=[Depends(from_our_pages)])
async def send(request: Request) -> Response:
    """Put the file into the folder and lead to the page that follows it: reloading that sends nothing again."""
    try:
        upload = await read_upload(request)
    except HTTPException as error:
        return await to_thread.run_sync(show_refused, request, TEMPLATE, error)
    with upload.content:
        return await to_thread.run_sync(_send, request, upload)


def _send(request: Request, upload: Upload) -> Response:
    own(request, upload.department_code)
    try:
        submission_id = send_file(
            request.app.state.given,
            upload.file_name,
            upload.content,
            department_code=upload.department_code,
            sender=viewer_of(request).name,
        )
    except SourceError as error:
        return show_form(request, TEMPLATE, 422, error.problems, upload.department_code)
    except OSError as error:
        raise HTTPException(503, f"the folder cannot be used: {error.strerror}") from None
    return RedirectResponse(Page.of(request).link(f"send/{submission_id}"), 303)


@router.get("/send/{submission_id}", response_class=HTMLResponse)
def follow(request: Request, submission_id: str) -> HTMLResponse:
    """Where a file stands that was sent: it waits, it has its number, it is answered."""
    given, page = request.app.state.given, Page.of(request)
    try:
        found = sent(given, submission_id)
    except UserError:
        raise HTTPException(403, "another department's") from None  # one's own are known
    department = own(request, found.submission.department_code)
    told = told_of(given, found.submission.department_code, found.submission.delivery_seq or 0)
    is_over = found.state == "gone" or told.is_answered
    return page.render("desk/sent.html", sent=found, department=department, told=told, names=NAMES, is_over=is_over)
