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
    """How we prove who asks. Secrets come from the connection: login and password."""

    kind: Literal["none", "api_key", "oauth2"] = Field(
        default="none",
        description="`api_key` sends the connection's password in `header`; `oauth2` trades login and password for a "
        "token at `token_path` (client credentials, RFC 6749 section 4.4).",
        examples=["oauth2"],
    )
    header: HeaderName = Field(
        default="x-api-key", description="With api_key: the header that carries it.", examples=["authorization"]
    )
    token_path: UrlPath | None = Field(
        default=None, description="With oauth2: where tokens are given, on the same host.", examples=["/oauth/token"]
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind == "oauth2") != (self.token_path is not None):
            raise ValueError("token_path goes with kind oauth2, and it with token_path")
        return self


class Paging(Model):
    """How a list of records goes on after one response."""

    kind: Literal["none", "page_number", "cursor", "link"] = Field(
        default="none",
        description="`none`: one response has everything. `page_number` counts `parameter` up from `first`. `cursor` "
        "sends what `field` of the response says in `parameter`. `link` follows the header "
        '`Link: <…>; rel="next"` (RFC 8288).',
        examples=["page_number"],
    )
    end: Literal["total", "more_field", "null", "absent", "short_page", "empty_page"] | None = Field(
        default=None,
        description="How a list says that no page follows; a run without it does not count. `total`: as many different "
        "records as `total_field` says have come. `more_field`: it is false. `null`: the cursor is there, and null or "
        "empty. `absent`: no cursor or no link is there any more. `short_page`: fewer records than `size`, of an API "
        "that promises full pages. `empty_page`: no record. Without it: `null` for a cursor, else `total` or "
        "`more_field` if that field is named.",
        examples=["short_page"],
    )
    parameter: Text | None = Field(
        default=None, description="The parameter that takes the page's number or the cursor.", examples=["page"]
    )
    first: int = Field(default=1, description="The number of the first page.", examples=[0])
    size_parameter: Text | None = Field(
        default=None, description="The parameter that asks for so many records a page.", examples=["pageSize"]
    )
    size: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many records make a full page.", examples=[2000]
    )
    field: Text | None = Field(
        default=None, description="Where a response has the next cursor: names joined by dots.", examples=["meta.next"]
    )
    total_field: Text | None = Field(
        default=None,
        description="Where a response says how many records there are in all, as digits in a number or a string. "
        "Another number of different records returns the run.",
        examples=["meta.total"],
    )

    more_field: Text | None = Field(
        default=None,
        description="Where a response says whether another page follows, true or false. Every response must, and it "
        "must agree with `end`.",
        examples=["meta.hasMore"],
    )
    unsteady: Literal["returned", "accepted"] = Field(
        default="returned",
        description="What a list is that no round of three brought whole: pages that share a record while no total "
        "tells that none was missed for it, or a total that changes. `accepted`, for pages that overlap by design or a "
        "list that always moves, takes what came; the next run starts where this one did unless two rounds were alike.",
        examples=["accepted"],
    )

    @property
    def ends_by(self) -> str:
        """How a list says that no page follows; "" where one response has everything."""
        if self.end or self.kind == "none":
            return self.end or ""
        if self.kind == "cursor":
            return "null"
        return "total" if self.total_field else "more_field" if self.more_field else ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        needed = {"none": (), "link": (), "page_number": ("parameter", "size"), "cursor": ("parameter", "field")}
        if missing := [name for name in needed[self.kind] if getattr(self, name) is None]:
            raise ValueError(f"paging by {self.kind} needs {' and '.join(missing)}")
        if self.kind != "none" and not self.ends_by:
            raise ValueError(f"paging by {self.kind} needs end, total_field or more_field: how is there no more?")
        if self.ends_by not in _ENDS[self.kind]:
            allowed = ", ".join(filter(None, _ENDS[self.kind])) or "none"
            raise ValueError(f"paging by {self.kind}: end: expected {allowed}")
        named = {"total": self.total_field, "more_field": self.more_field}
        if named.get(self.ends_by, "") is None:
            raise ValueError("paging: end: total goes with total_field, and more_field with more_field")
        return self


_ENDS = {
    "none": ("",),
    "page_number": ("total", "more_field", "short_page", "empty_page"),
    "cursor": ("null", "absent", "total", "more_field", "empty_page"),
    "link": ("absent", "total", "more_field", "empty_page"),
}


class Watermark(Model):
    """An incremental API: only records that changed since the last run are asked for."""

    field: Text = Field(description="The field of a record with the time of its last change.", examples=["updatedAt"])
    parameter: Text = Field(description="The parameter that asks for what changed since.", examples=["updatedSince"])
    overlap_minutes: Annotated[int, Field(ge=0, le=366 * 24 * 60)] = Field(
        default=10,
        description="So many minutes before the newest time seen are asked for again, since clocks differ and "
        "transactions end late.",
        examples=[60],
    )


class RequestPeriod(Model):
    """An API that is asked for whole periods: which parameters say which. 0 is sent in those that do not apply."""

    year: Text = Field(description="The parameter of the year.", examples=["year"])
    half_year: Text | None = Field(default=None, description="The parameter of the half year.", examples=["half"])
    quarter: Text | None = Field(default=None, description="The parameter of the quarter.", examples=["quarter"])
    month: Text | None = Field(default=None, description="The parameter of the month.", examples=["month"])
    ended: Annotated[int, Field(ge=1, le=120)] = Field(
        default=1,
        description="How many ended periods each run asks for, newest first: a number may still be corrected after its "
        "period.",
        examples=[3],
    )


class Api(Model):
    """How one API is asked, and what its responses look like."""

    connection: Name = Field(
        description="An Airflow connection of type http: its host is the base URL, and no other host is ever asked; "
        "login and password are the secrets.",
        examples=["one_stop"],
    )
    schedule: Text = Field(
        description="When it is asked, on the province's clock: cron with five fields, or @hourly, @daily, @weekly, "
        "@monthly, @yearly.",
        examples=["20 5 * * *"],
    )
    path: UrlPath = Field(description="What is asked for, behind the connection's host.", examples=["/api/dossiers"])
    method: Literal["GET", "POST"] = Field(default="GET", description="POST goes with `body: form`.", examples=["POST"])
    body: Literal["none", "form"] = Field(
        default="none",
        description="Where the parameters go: `none` into the query, `form` into a form.",
        examples=["form"],
    )
    form_json: Text | None = Field(
        default=None, description="Packs the parameters as JSON into this one field of the form.", examples=["params"]
    )
    parameters: dict[Text, str | int | dict[str, str | int]] = Field(
        default={}, description="What is sent with every request.", examples=[{"province": "14"}]
    )
    vary: dict[Text, Annotated[list[str | int], Field(min_length=1)]] = Field(
        default={},
        description="Parameters with several values: the request is repeated for each combination of them.",
        examples=[{"level": ["province", "commune"]}],
    )
    period: RequestPeriod | None = Field(
        default=None,
        description="Asks for periods that have ended; figures that are no records need it.",
        examples=[{"year": "year", "month": "month"}],
    )
    authentication: Authentication = Field(
        default=Authentication(), description="How we prove who asks.", examples=[{"kind": "api_key"}]
    )
    paging: Paging = Field(
        default=Paging(),
        description="How a list goes on.",
        examples=[{"kind": "cursor", "parameter": "cursor", "field": "meta.next"}],
    )
    watermark: Watermark | None = Field(
        default=None,
        description="Asks for what changed since the last run that counts, in place of everything.",
        examples=[{"field": "updatedAt", "parameter": "updatedSince"}],
    )
    rate_limit_per_minute: Annotated[int, Field(ge=1)] = Field(
        default=60, description="No more requests a minute than that.", examples=[120]
    )
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        default=30,
        description="How long one whole response may take, from looking up its host to its last byte.",
        examples=[60],
    )
    max_response_mb: Annotated[int, Field(ge=1, le=100)] = Field(
        default=20, description="A larger response is refused.", examples=[50]
    )
    max_run_mb: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=500,
        description="A run whose responses come to more, repetitions included, is given up: a list without an end must "
        "not fill the disk.",
        examples=[2000],
    )
    records: Annotated[list[str], Field(min_length=1)] = Field(
        default=[""],
        description="Where a response has the array of records: places that are tried in turn, names joined by dots, "
        '"" the response itself.',
        examples=[["data.items", ""]],
    )
    good_when: dict[Text, Annotated[list[str | int | bool], Field(min_length=1)]] = Field(
        default={},
        description="What a good response says beside its records: fields, each with the values that it may have. "
        "Anything else is an error of the API, which is asked again as after status 500. Without it a field that says "
        "an error by its usual name (success: false, errors, code: 500) is taken for one unless `ignored_fields` "
        "lists it.",
        examples=[{"status": ["OK"], "code": [0, "00"]}],
    )
    nothing: list[Literal["empty_list", "null", "no_content"]] = Field(
        default=["empty_list"],
        description="How a response says that there is nothing: `empty_list` an array without records, `null` in the "
        "place of the array, `no_content` status 204. Anything else is no report that nothing occurred. An API that "
        "always has records says `[]`: without any it is returned.",
        examples=[["empty_list", "no_content"]],
    )
    bad_records_pct: Annotated[float, Field(ge=0, le=20)] = Field(
        default=0,
        description="How many of a run's records, in percent, may be bad while the rest counts: each is sent back by "
        "its key, the next run asks on from the newest record, and the duty shows how many errors were left out. "
        "With 0 one bad record sends back the run.",
        examples=[0.5],
    )
    numbers: Literal["json", "text"] = Field(
        default="json",
        description="`text`: the API writes its numbers as strings, in the source's locale. With `json` a string in "
        "the place of a number is refused.",
        examples=["text"],
    )
    ignored_fields: list[Text] = Field(
        default=[],
        description="Fields that are known and not read, of a record or of the response beside its records; a name "
        "stands for all that is nested below it.",
        examples=[["internalId", "meta.version"]],
    )
    unknown_field: Literal["warning", "returned"] = Field(
        default="warning",
        description="What a field is, of a record or beside the records, that nothing in the contract reads and "
        "`ignored_fields` does not list.",
        examples=["returned"],
    )

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
