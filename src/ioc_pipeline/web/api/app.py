"""`/ioc/api/v1`: an app of its own beside the pages, so that its errors and its description are a program's."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.publish.marts import Mart, read_marts
from ioc_pipeline.publish.versions import kept_versions
from ioc_pipeline.serve.rows import Question, row_count, rows
from ioc_pipeline.settings import Settings
from ioc_pipeline.web.api import schema
from ioc_pipeline.web.api.answers import answer, etag, is_known
from ioc_pipeline.web.api.problems import NoSuchVersionError, add_problems
from ioc_pipeline.web.api.questions import RESOURCES, Asked, Dated
from ioc_pipeline.web.versions import Versions

PATH = "/api/v1"
DESCRIPTION = (
    "Rows of the published marts under their own names. Each answer says its version, and `next` stays in it. "
    "Numbers are rounded as their indicator declares; exact decimals are texts with all their digits."
)


def create_api(given: Settings, versions: Versions, *permissions: Callable[..., Any]) -> FastAPI:
    """The API over the published versions of one installation; it reads and does nothing else.

    Args:
        permissions: dependencies of every route, its description included. They raise HTTPException, 401 or 403.
    """
    needed = [Depends(each) for each in permissions]
    app = FastAPI(
        title="IOC", version="1", description=DESCRIPTION, dependencies=needed, docs_url=None, redoc_url=None,
        openapi_url=None,
    )  # fmt: skip
    app.state.given = given
    app.state.versions = versions
    tables = {mart.name: mart for mart in read_marts(given.dbt_project)}
    for name, (table, asked) in RESOURCES.items():
        _add_resource(app, name, tables[table], asked)
    add_problems(app)

    @app.get("/versions", responses=schema.versions())
    def list_versions(request: Request) -> dict[str, Any]:
        """Versions that can still be asked for, oldest first, and the current one."""
        current = request.app.state.versions.current().version
        return {"current": current, "kept": list(kept_versions(given.published))}

    @app.get("/openapi.json", include_in_schema=False)
    def describe(request: Request) -> dict[str, Any]:
        return {**request.app.openapi(), "servers": [{"url": request.scope["root_path"]}]}

    return app


def _add_resource(app: FastAPI, name: str, table: Mart, model: type[Asked]) -> None:
    def read(request: Request, asked: Asked) -> Response:
        _refuse_repeated(request)
        versions: Versions = request.app.state.versions
        with versions.marts(asked.as_of_version or "") as opened:
            if opened.is_missing:
                is_gone = opened.asked in open_ledger(request.app.state.given).published_hashes()
                raise NoSuchVersionError(opened.asked, opened.current, is_gone=is_gone)
            tag = etag(asked, opened.shown.version)
            if is_known(request, tag):
                return Response(status_code=304, headers={"etag": tag})
            question = _question(table, asked)
            found = rows(opened.connection, question, first=asked.offset, most=asked.limit)
            return answer(request, asked, opened.shown, found, row_count(opened.connection, question))

    # Each resource has parameters of its own; FastAPI reads them from the annotation.
    read.__annotations__["asked"] = Annotated[model, Query()]
    app.get(
        f"/{name}", name=name, summary=(model.__doc__ or "").strip(), description=table.description,
        responses=schema.responses(table), response_class=Response,
    )(read)  # fmt: skip


def _refuse_repeated(request: Request) -> None:
    """Only one value of each parameter is asked for, so nobody may think that two were.

    Raises:
        RequestValidationError: names what is given more than once.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise RequestValidationError(
            [{"type": "repeated", "loc": ("query", name), "msg": "given more than once"} for name in repeated]
        )


def _question(table: Mart, asked: Asked) -> Question:
    columns = asked.model_dump(exclude=set(Dated.model_fields), exclude_none=True)
    ends_from, ends_to = (asked.ends_from, asked.ends_to) if isinstance(asked, Dated) else (None, None)
    return Question(table.name, table.key, columns, ends_from, ends_to)
