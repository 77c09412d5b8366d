"""Where a unit stands: what it owes, what it sent, and what it was told of each."""

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ioc_pipeline.answer.shelves import answers_of, read_answer
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.serve import lists
from ioc_pipeline.web.access import own, own_departments
from ioc_pipeline.web.desk.answers import NAMES, told_of
from ioc_pipeline.web.lists.columns import VIEWS
from ioc_pipeline.web.page import Page
from ioc_pipeline.web.words import Words

router = APIRouter()
DUTIES_SHOWN = 60
DELIVERIES_SHOWN = 40
TEXT = "text/plain; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OWED = ("late", "returned", "due")
DUTY_COLUMNS = [column for column in VIEWS["reporting"].columns if column.name != "reporting_unit_name"]


@router.get("/desk")
def desk(request: Request) -> Response:
    """To the one department that is the viewer's, or the choice of several."""
    page, departments = Page.of(request), own_departments(request)
    if len(departments) == 1:
        return RedirectResponse(page.link(f"desk/{next(iter(departments))}"), 303)
    return page.render("desk/choice.html", departments=departments)


@router.get("/desk/{department_code}", response_class=HTMLResponse)
def unit(request: Request, department_code: str) -> HTMLResponse:
    page, given = Page.of(request), request.app.state.given
    name = own(request, department_code)
    duties, words = _duties(request, department_code)
    owed = sorted((row for row in duties or [] if row["status"] in OWED), key=lambda row: str(row["due_date"]))
    page = page.showing(words)
    sent = [row for row in reversed(open_ledger(given).status_rows(department_code)) if row.kind == "file"]
    answers: dict[int, list[str]] = {}
    for answer in answers_of(given.inbox, department_code):
        answers.setdefault(answer.delivery_seq, []).append(answer.slug)
    return page.render(
        "desk/unit.html",
        code=department_code,
        name=name,
        duties=[row for row in duties if row not in owed] if duties is not None else None,
        owed=owed,
        columns=DUTY_COLUMNS,
        forms={contract.source.name for contract in Reference(given).contracts.of_department(department_code)},
        sent=sent[:DELIVERIES_SHOWN],
        sent_count=len(sent),
        answers=answers,
        names=NAMES,
    )


def _duties(request: Request, department_code: str) -> tuple[list[dict[str, object]] | None, Words]:
    """What a unit reports, newest first, with the words for it; None before anything is published."""
    try:
        with request.app.state.versions.marts("") as opened:
            asked = {"reporting_unit_code": department_code}
            found = lists.listed(opened.connection, lists.LISTINGS["reporting"], asked, most=DUTIES_SHOWN)
            return [dict(zip(found.header, row, strict=True)) for row in found.rows], opened.words
    except UserError:
        return None, {}


@router.get("/desk/{department_code}/{delivery_seq}", response_class=HTMLResponse)
def delivery(request: Request, department_code: str, delivery_seq: int) -> HTMLResponse:
    name = own(request, department_code)
    told = told_of(request.app.state.given, department_code, delivery_seq)
    if told.row is None:
        raise HTTPException(404, f"{department_code}: {delivery_seq}")
    return Page.of(request).render("desk/delivery.html", code=department_code, name=name, told=told, names=NAMES)


@router.get("/desk/{department_code}/{delivery_seq}/{slug}")
def download(request: Request, department_code: str, delivery_seq: int, slug: str) -> Response:
    """A file of an answer, under the name it has in the folder."""
    own(request, department_code)
    inbox = request.app.state.given.inbox
    for answer in reversed(answers_of(inbox, department_code)):
        if (answer.delivery_seq, answer.slug) == (delivery_seq, slug):
            try:
                content = read_answer(inbox, department_code, answer)
            except OSError:
                break
            media_type = TEXT if answer.name.endswith(".txt") else XLSX
            disposition = f"attachment; filename*=UTF-8''{quote(answer.name)}"
            return Response(content, media_type=media_type, headers={"content-disposition": disposition})
    raise HTTPException(404, f"{department_code}: {delivery_seq} {slug}")
