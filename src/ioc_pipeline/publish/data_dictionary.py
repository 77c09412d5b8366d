"""The dbt project's YAML → docs/data_dictionary.md: `python -m ioc_pipeline.publish.data_dictionary`."""

from collections.abc import Iterator, Sequence

from ioc_pipeline.publish.marts import Mart, foreign_keys, read_marts
from ioc_pipeline.settings import PROJECT

PATH = PROJECT / "docs" / "data_dictionary.md"

_HEAD = """\
# Data dictionary

Generated from the YAML of `dbt_project/models/dimensions` and `marts`, and from `dbt_project/words_vi.yml`, by
`python -m ioc_pipeline.publish.data_dictionary`; do not edit.

These tables are all that is published: in schema `marts` of `published/current.duckdb`, and as Parquet with a data
package under `published/parquet_<version>/`: a file a mart, or, where it has a column `period_year`, a folder with a
file a year. Column names, types and order are enforced contracts. Times are UTC, dates are local, percentages run from
0 to 100. `marts._publication` holds one row: version, published_at, as_of, load_seq.

● is the key of a row. → names the table that a column is the key of: these are the joins that a modelling tool may
draw, and none of them doubles a number.

| table | one row per |
| --- | --- |
"""


def render(marts: Sequence[Mart]) -> str:
    """The page, in Markdown."""
    index = "".join(f"| [{mart.name}](#{mart.name}) | {', '.join(mart.key)} |\n" for mart in marts)
    return _HEAD + index + "".join(line for mart in marts for line in _section(mart, marts))


def _section(mart: Mart, marts: Sequence[Mart]) -> Iterator[str]:
    yield f"\n## {mart.name}\n\n**{mart.words.label}.** {_escape(mart.words.description)}\n\n"
    yield f"{_escape(mart.description)}\n\n"
    yield "| column | nhãn | type | key | nghĩa | meaning |\n| --- | --- | --- | --- | --- | --- |\n"
    joins = foreign_keys(mart, marts)
    for column in mart.columns:
        key = "●" if column.name in mart.key else f"→ {joins[column.name].name}" if column.name in joins else ""
        words = [
            column.words.label,
            column.data_type,
            key,
            _escape(column.words.description),
            _escape(column.description),
        ]
        yield f"| {' | '.join([column.name, *words])} |\n"


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "&#124;")


if __name__ == "__main__":
    PATH.write_text(render(read_marts(PROJECT / "dbt_project")), encoding="utf-8")
