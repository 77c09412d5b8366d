"""The template of a form, for whoever hands it out: a person at a terminal, a page."""

from ioc_pipeline.answer.template.rows import Made
from ioc_pipeline.answer.template.workbook import template_workbook
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.periods import Period, label
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.reference.contracts import Contract


def template_of(reference: Reference, source_name: str, period: Period, unit_code: str) -> bytes:
    """The .xlsx that a unit fills in for one period; with "" its department does, or a commune not named yet.

    Raises:
        UserError: there is no such form, it had no layout then, or the unit does not report it.
    """
    contract = form_of(reference, source_name)
    if not contract.source.on(period.end).tables:
        raise UserError(f"source {source_name}: no table of it holds for {label(period)}; see valid_from and valid_to")
    unit_code = unit_code or ("" if contract.source.reporters == "communes" else contract.source.department)
    if unit_code:
        reference.expect_reporter(contract.source, unit_code, period.end)
    reporter = reference.org_units.get(unit_code, period.end) if unit_code else None
    return template_workbook(Made(contract, period, reference.org_units, reference.settings.province_code, reporter))


def form_of(reference: Reference, source_name: str) -> Contract:
    """The contract of a form that people fill in.

    Raises:
        UserError: there is none of that name, or an API answers it.
    """
    contract = reference.contract_of(source_name)
    if contract.source.api:
        raise UserError(f"source {source_name}: an API, nobody fills it in; `ioc extract {source_name}` fetches it")
    return contract
