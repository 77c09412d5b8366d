"""What a response says beside its records: unknown fields are told, and personal data in them returns it too."""

from dataclasses import replace

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.pages import Page, pointer
from ioc_pipeline.parse.api.gathered import Told
from ioc_pipeline.parse.api.identifiers import tell_personal_beside, tell_personal_names
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.own_fields import is_known, own_fields
from ioc_pipeline.reference.responses import ListPage


def tell_beside(page: Page, said: ListPage, api: Api, told: Told) -> None:
    """Look at every field of a response that is not within its records; each name is told once a run."""
    for path, value in own_fields(page.content, said.place):
        name = ".".join(path)
        tell_personal_names(path, page, pointer(*path[:-1]), told)
        tell_personal_beside(name, value, page, told)
        if is_known(path, api) or ("unknown-field", name) in told.fields:
            continue
        told.fields.add(("unknown-field", name))
        problem = Problem("unknown-field", "", pointer(*path), name[:200], page=page.name)
        if api.unknown_field == "returned":
            told.problems.append(problem)
        else:
            told.warnings.append(replace(problem, severity="warning"))
