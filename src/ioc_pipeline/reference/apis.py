"""How an API is asked, and what its answer looks like: the part `api` of a contract (`sources.py`)."""

import re
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/([^/\s]\S*)?$")]  # right behind the connection's host
HeaderName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]  # RFC 9110, section 5.6.2
_CRON_NAMES = frozenset({"@hourly", "@daily", "@weekly", "@monthly", "@yearly"})
_CRON_RANGES = (range(60), range(24), range(1, 32), range(1, 13), range(8))
_CRON_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/[1-9]\d?)?")


class Model(BaseModel):
    """Part of a contract: nothing in it but what is named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Authentication(Model):
    """How we prove who asks. Secrets come from the connection: login and password.

    `api_key` sends the password in `header`; `oauth2` trades login and password for a token at `token_path`
    (client credentials, RFC 6749 section 4.4).
    """

    kind: Literal["none", "api_key", "oauth2"] = "none"
    header: HeaderName = "x-api-key"
    token_path: UrlPath | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind == "oauth2") != (self.token_path is not None):
            raise ValueError("token_path goes with kind oauth2, and it with token_path")
        return self


class Paging(Model):
    """How an answer goes on. `page_number` counts `parameter` up from `first` until a page is not full;

    `cursor` sends what `field` of the answer says in `parameter` until it is empty; `link` follows the header
    `Link: <…>; rel="next"` (RFC 8288). `total_field` is where an answer declares how many records there are.
    """

    kind: Literal["none", "page_number", "cursor", "link"] = "none"
    parameter: Text | None = None
    first: int = 1
    size_parameter: Text | None = None
    size: Annotated[int, Field(ge=1)] | None = None
    field: Text | None = None
    total_field: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        needed = {"none": (), "link": (), "page_number": ("parameter", "size"), "cursor": ("parameter", "field")}
        if missing := [name for name in needed[self.kind] if getattr(self, name) is None]:
            raise ValueError(f"paging by {self.kind} needs {' and '.join(missing)}")
        return self


class Watermark(Model):
    """An incremental API: records changed since `parameter` are asked for, by their time `field`.

    `overlap_minutes` before the newest time seen are asked for again: clocks differ and transactions end late.
    """

    field: Text
    parameter: Text
    overlap_minutes: Annotated[int, Field(ge=0, le=366 * 24 * 60)] = 10


class RequestPeriod(Model):
    """An API asked for whole periods: which parameters say which. 0 stands in those that do not apply.

    `ended` periods are asked for, newest first: a number may still be corrected after its period.
    """

    year: Text
    half_year: Text | None = None
    quarter: Text | None = None
    month: Text | None = None
    ended: Annotated[int, Field(ge=1, le=120)] = 1


class Api(Model):
    """How one API is asked, and what its answer looks like.

    `connection` is an Airflow connection of type http: its host is the base URL, and no other host is ever asked.
    `schedule` is cron, in the province's time. `parameters` go into the query, or for `body: form` into the form;
    `form_json` packs them as JSON into that one form field. `vary` repeats the request for each value.
    `records` are the places of the array of records that are tried in turn: names joined by dots, "" the answer itself.
    `numbers: text` is an API that writes its numbers as strings, in the source's locale; elsewhere a string in the
    place of a number is refused.
    `unknown_field` is what a field that no column reads and `ignored_fields` does not list amounts to.
    """

    connection: Name
    schedule: Text
    path: UrlPath
    method: Literal["GET", "POST"] = "GET"
    body: Literal["none", "form"] = "none"
    form_json: Text | None = None
    parameters: dict[Text, str | int | dict[str, str | int]] = {}
    vary: dict[Text, Annotated[list[str | int], Field(min_length=1)]] = {}
    period: RequestPeriod | None = None
    authentication: Authentication = Authentication()
    paging: Paging = Paging()
    watermark: Watermark | None = None
    rate_limit_per_minute: Annotated[int, Field(ge=1)] = 60
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30
    max_response_mb: Annotated[int, Field(ge=1, le=100)] = 20
    records: Annotated[list[str], Field(min_length=1)] = [""]
    numbers: Literal["json", "text"] = "json"
    ignored_fields: list[Text] = []
    unknown_field: Literal["warning", "returned"] = "warning"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.method == "POST") != (self.body == "form"):
            raise ValueError("body: form goes with method: POST, and it with body: form")
        if self.form_json and self.body != "form":
            raise ValueError("form_json needs body: form")
        if not _is_cron(self.schedule):
            raise ValueError('schedule: expected five fields of cron: minute hour day month weekday, "20 5 * * *"')
        said = [*self.parameters, *self.vary, self.paging.parameter, self.paging.size_parameter]
        said += [self.watermark.parameter] if self.watermark else []
        said += [*self.period.model_dump(exclude={"ended"}).values()] if self.period else []
        if repeated := [name for name, times in Counter(said).items() if name and times > 1]:
            raise ValueError(f"a parameter can say one thing only: {', '.join(repeated)}")
        return self


def _is_cron(text: str) -> bool:
    """Whether text says when: else the DAGs of all APIs, which stand in one file, would go with it."""
    fields = text.split()
    if fields and fields[0] in _CRON_NAMES:
        return len(fields) == 1
    if len(fields) != len(_CRON_RANGES):
        return False
    for field_text, allowed in zip(fields, _CRON_RANGES, strict=True):
        for part in field_text.split(","):
            match = _CRON_PART.fullmatch(part)
            if not match:
                return False
            bounds = [int(bound) for bound in match.groups() if bound is not None]
            if bounds != sorted(bounds) or not all(bound in allowed for bound in bounds):
                return False
    return True
