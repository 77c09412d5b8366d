"""The API for other systems, over real HTTP and real marts: every row, one version, nothing for who may not look."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
import schemathesis
from fastapi import FastAPI, HTTPException, Request
from hypothesis import given, settings

from e2e.conftest import REPOSITORY, Installation
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.sample.api.server import serving
from ioc_pipeline.serve.query import ask
from ioc_pipeline.settings import from_environment
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.api.answers import CODE as CODE_OF_ANSWERS
from ioc_pipeline.web.api.questions import RESOURCES
from ioc_pipeline.web.app import create_app

TOKEN = {"authorization": "Bearer leader"}
CODE = "infra_population_4g_pct"
SAMPLE = Path("so-khcn")


def who(request: Request) -> Viewer:
    """A leader, a clerk, or nobody."""
    name = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not name:
        raise HTTPException(401, "not logged in")
    return Viewer(name, looks=name == "leader", sends=True)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One department's forms of a month, published twice."""
    made = Installation(tmp_path_factory.mktemp("api") / "home", REPOSITORY)
    for seed in ("1", "2"):
        samples = tmp_path_factory.mktemp("samples")
        made.ioc("sample", "--seed", seed, "--until", "2025-09-15", "--output", str(samples))
        for file in sorted((samples / SAMPLE).iterdir()):
            if file.is_file():
                made.drop(SAMPLE.name, file.name, file.read_bytes())
        made.ioc("run")
    return made


@pytest.fixture(scope="module")
def app(installation: Installation) -> FastAPI:
    return create_app(from_environment(installation.environment), who, str)


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with serving(app) as url:
        yield f"{url}/api/v1"


@pytest.fixture
def get(url: str) -> Callable[..., httpx.Response]:
    def answer(path: str, headers: dict[str, str] = TOKEN, **asked: Any) -> httpx.Response:
        return httpx.get(f"{url}/{path}", params=asked, headers=headers)

    return answer


def test_all_parts_of_a_resource_are_the_rows_of_its_mart(installation: Installation, get: Any, url: str) -> None:
    found: list[dict[str, Any]] = []
    following: str | None = f"{url}/values?indicator_code={CODE}&geography=as_reported&limit=7"
    while following:
        answer = httpx.get(httpx.URL(url).join(following), headers=TOKEN).json()
        found += answer["rows"]
        following = answer["next"]
    where = f"where indicator_code = '{CODE}' and geography = 'as_reported'"
    expected = installation.query(f"select * from mart_indicator_series {where}")
    assert len(found) == answer["row_count"] == len(expected) > 14
    key = ("org_unit_code", "breakdown", "period_start_date", "period_end_date")
    assert sorted(tuple(row[name] for name in key) for row in found) == sorted(
        tuple(row[name] for name in key) for row in expected
    )
    one = next(row for row in found if row["org_unit_code"] == "14")
    [same] = [row for row in expected if all(row[name] == one[name] for name in key)]
    assert (one["value"], one["exact_value"]) == (float(same["value"]), same["exact_value"])
    assert list(one) == list(same)


def test_booleans_in_a_csv_are_those_of_json(get: Any) -> None:
    rows = list(csv.DictReader(StringIO(get("indicators", format="csv", limit=1000).text)))
    assert {row[name] for row in rows for name in ("is_enabled", "is_additive_over_units")} == {"true", "false"}


def test_an_answer_as_csv_runs_nothing_and_leads_on(get: Any, url: str) -> None:
    answer = get("values", indicator_code=CODE, format="csv", limit=2)
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [row["indicator_code"] for row in rows] == [CODE, CODE]
    assert int(answer.headers["x-total-count"]) == get("values", indicator_code=CODE).json()["row_count"]
    following = answer.links["next"]["url"]
    again = httpx.get(httpx.URL(url).join(following), headers=TOKEN)
    assert "offset=2" in following
    assert not set(answer.text.splitlines()[1:]) & set(again.text.splitlines()[1:])


def test_an_older_version_is_read_as_long_as_it_is_kept(get: Any) -> None:
    kept = get("versions").json()
    old, new = kept["kept"]
    assert kept["current"] == new
    values = [get("values", indicator_code=CODE, as_of_version=version).json() for version in (old, new)]
    assert [one["version"] for one in values] == [old, new]
    assert values[0]["rows"] != values[1]["rows"]
    never = get("values", as_of_version="000099_nothing")
    assert never.status_code == 404
    assert never.headers["content-type"] == "application/problem+json"
    assert new in never.json()["detail"]


def test_a_version_that_is_kept_no_more_is_gone(get: Any, installation: Installation) -> None:
    old = get("versions").json()["kept"][0]
    file = installation.home / "published" / f"marts_{old}.duckdb"
    kept = file.rename(file.with_name("away"))
    try:
        # the other one has opened it, and goes on reading it
        with serving(create_app(from_environment(installation.environment), who, str)) as url:
            gone = httpx.get(f"{url}/api/v1/values", params={"as_of_version": old}, headers=TOKEN)
    finally:
        kept.rename(file)
    assert gone.status_code == 410
    assert old in gone.json()["detail"]


def test_a_version_of_an_older_program_shows_what_it_has(
    get: Any, url: str, installation: Installation, tmp_path: Path
) -> None:
    """One of before exact values were published beside the rounded ones."""
    current = installation.home / "published" / f"marts_{get('versions').json()['current']}.duckdb"
    older = tmp_path / "older.duckdb"
    shutil.copyfile(current, older)
    with duckdb.connect(str(older)) as connection:
        connection.execute("update marts._publication set version = '000000_older'")
        for mart in ("mart_indicator_series", "mart_lineage"):
            connection.execute(f"alter table marts.{mart} drop column value")
            connection.execute(f"alter table marts.{mart} rename column exact_value to value")
        connection.execute("drop table marts.mart_revision")
    placed = current.with_name("marts_000000_older.duckdb")
    shutil.copyfile(older, placed)
    try:
        value = "quarter/2025-06-15/2025-09-14?unit=14&v=000000_older"
        pages = url.removesuffix("/api/v1")
        shown = httpx.get(f"{pages}/values/{CODE}/{value}", headers=TOKEN)
        assert (shown.status_code, "đúng bằng số công bố" in shown.text) == (200, True)
        lacking = httpx.get(f"{pages}/indicators/{CODE}/{value}", headers=TOKEN | {"accept": "text/html"})
        assert (lacking.status_code, "do chương trình cũ hơn công bố" in lacking.text) == (404, True)
        answer = get("revisions", as_of_version="000000_older")
        assert (answer.status_code, "older program" in answer.json()["detail"]) == (404, True)
    finally:
        placed.unlink()


def test_who_has_a_version_is_told_that_it_is_the_same(get: Any) -> None:
    first = get("indicators", limit=1)
    tag = first.headers["etag"]
    same = get("indicators", TOKEN | {"if-none-match": f'"x", {tag}'}, limit=1)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert get("indicators", TOKEN | {"if-none-match": '"x"'}, limit=1).json() == first.json()
    assert get("indicators", format="csv").headers["etag"] != tag
    assert CODE_OF_ANSWERS.hexdigest()[:12] in tag  # another release may write the same version in another way


def test_from_a_value_to_the_cells_it_was_read_from(get: Any) -> None:
    [value] = get("values", indicator_code=CODE, org_unit_code="14", geography="as_reported").json()["rows"][-1:]
    cells = get("lineage", indicator_code=CODE, org_unit_code="14", ends_from=value["period_end_date"]).json()
    assert cells["row_count"] > 0
    assert all(re.fullmatch(r"[A-Z]+\d+", cell["cell"]) and cell["file_name"] for cell in cells["rows"])
    assert re.fullmatch(r"-?\d+\.\d+", cells["rows"][0]["coefficient"])  # exact: all digits, as text


@pytest.mark.parametrize("path", [*RESOURCES, "versions", "openapi.json", "nothing"])
def test_nobody_and_a_clerk_see_nothing(get: Any, path: str) -> None:
    for headers, status in (({}, 401), ({"authorization": "Bearer clerk"}, 403)):
        answer = get(path, headers, indicator_code="x") if path in RESOURCES else get(path, headers)
        expected = 404 if path == "nothing" else status
        assert (answer.status_code, answer.headers["content-type"]) == (expected, "application/problem+json")
        assert answer.json()["status"] == expected


@pytest.mark.parametrize(
    ("path", "asked", "said"),
    [
        ("values", {"org_unit_code": ["14", "03646"]}, "org_unit_code: given more than once"),
        ("values", {"indicator": CODE}, "indicator: no such parameter"),
        ("values", {"limit": "1001"}, "limit: "),
        ("values", {"ends_from": "15/9/2025"}, "ends_from: "),
        ("lineage", {}, "indicator_code: Field required"),
    ],
)
def test_a_mistaken_question_says_which_parameter(get: Any, path: str, asked: dict[str, Any], said: str) -> None:
    answer = get(path, **asked)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_every_parameter_that_is_a_column_is_one_of_its_table(installation: Installation) -> None:
    given = from_environment(installation.environment)
    with connect_published(given) as marts:
        for table, model in RESOURCES.values():
            columns = set(ask(marts, f"select * from {table} limit 0").header)
            paging = {"as_of_version", "format", "limit", "offset", "ends_from", "ends_to"}
            assert set(model.model_fields) - paging <= columns
            assert "ends_from" not in model.model_fields or "period_end_date" in columns


def test_every_resource_is_described(get: Any) -> None:
    assert set(get("openapi.json").json()["paths"]) == {f"/{name}" for name in (*RESOURCES, "versions")}


@pytest.mark.parametrize("path", [*RESOURCES, "versions"])
def test_answers_are_as_the_description_says(url: str, path: str) -> None:
    """Whatever is asked, also what cannot be: status, type and every column are those of the OpenAPI document."""
    described = schemathesis.openapi.from_url(f"{url}/openapi.json", headers=TOKEN)

    asked = described[f"/{path}"]["GET"]

    @given(case=asked.as_strategy() | asked.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    @settings(max_examples=15, deadline=None, database=None)
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=TOKEN)

    check()


def test_the_examples_of_the_documentation_work(url: str) -> None:
    text = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
    [example] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    script = example.replace("http://127.0.0.1:8080/ioc/api/v1", url)
    done = subprocess.run([sys.executable, "-c", script, "leader"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^{CODE} \S+ \d", done.stdout, re.MULTILINE), json.dumps(done.stdout)
