"""The form that both pages have: a department, where there is a choice, and a file."""

from collections.abc import Iterable

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse

from ioc_pipeline.answer.wording import explain
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.web.access import own_departments
from ioc_pipeline.web.page import Page

_REFUSED = {413: Problem("file-too-large"), 422: Problem("empty-file")}


def show_form(
    request: Request, template: str, status: int = 200, problems: Iterable[Problem] = (), chosen: str = ""
) -> HTMLResponse:
    """The empty form, with what was wrong with the last file above it."""
    page = Page.of(request)
    departments = own_departments(request)
    told = [explain(problem) for problem in problems]
    chosen = chosen or page.query.get("department", "")
    return page.render(template, status, departments=departments, problems=told, chosen=chosen, trial=None)


def show_refused(request: Request, template: str, error: HTTPException) -> HTMLResponse:
    """The form again, where what was sent is no file that could be taken; another error goes on."""
    if error.status_code not in _REFUSED:
        raise error
    return show_form(request, template, error.status_code, [_REFUSED[error.status_code]])
