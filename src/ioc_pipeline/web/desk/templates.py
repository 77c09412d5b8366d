"""The form of a period to fill in, for the unit that owes it."""

from datetime import date

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.periods import period_containing
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.templates import form_of, template_of
from ioc_pipeline.web.access import own
from ioc_pipeline.web.desk.routes import XLSX

router = APIRouter()


@router.get("/desk/{department_code}/template/{source_name}/{period_end}")
def template(request: Request, department_code: str, source_name: str, period_end: date) -> Response:
    """The .xlsx of the period that ends on a day."""
    own(request, department_code)
    reference = Reference(request.app.state.given)
    try:
        source = form_of(reference, source_name).source
        period = period_containing(period_end, source.period_type, source.clock)
        content = template_of(reference, source_name, period, department_code)
    except (UserError, ValueError) as error:
        raise HTTPException(404, f"{department_code}: {source_name} {period_end}") from error
    name = f"{source_name}_{period_end}.xlsx"
    return Response(content, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})
