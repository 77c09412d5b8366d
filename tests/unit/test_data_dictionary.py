"""docs/data_dictionary.md is what the dbt project says today."""

from ioc_pipeline.publish.data_dictionary import PATH, render
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.settings import PROJECT


def test_the_data_dictionary_is_not_stale() -> None:
    rendered = render(read_marts(PROJECT / "dbt_project"))
    assert PATH.read_text(encoding="utf-8") == rendered, "run: python -m ioc_pipeline.publish.data_dictionary"


def test_every_column_of_every_mart_is_explained() -> None:
    unexplained = [
        f"{mart.name}.{column.name}"
        for mart in read_marts(PROJECT / "dbt_project")
        for column in mart.columns
        if len(column.description) < 5
    ]
    assert unexplained == []
