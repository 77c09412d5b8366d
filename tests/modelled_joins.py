"""The joins that a modelling tool draws, by the keys of one column, and the sums that it may make."""

from collections.abc import Iterator

from ioc_pipeline.publish.marts import Mart, Sums, foreign_keys, read_marts
from ioc_pipeline.settings import PROJECT, Settings
from raw_rows import query_warehouse


def sums_that_a_join_changes(settings: Settings) -> list[str]:
    """`mart.key` with what rows and numbers come to, alone and joined, where they differ or a key leads nowhere."""
    marts = read_marts(settings.dbt_project)
    return [found for mart in marts for found in _changed(settings, mart, marts)]


def _changed(settings: Settings, mart: Mart, marts: list[Mart]) -> Iterator[str]:
    numbers = [column.name for column in mart.columns if column.data_type.startswith(("decimal", "bigint", "double"))]
    sums = ", ".join(["count(*)", *(f"sum(cast(mart.{name} as decimal(38, 6)))" for name in numbers)])
    alone = query_warehouse(settings, f"select {sums} from marts.{mart.name} as mart")
    for name, other in foreign_keys(mart, marts).items():
        joined = query_warehouse(
            settings,
            f"select {sums}, count(mart.{name}) - count(other.{name}) from marts.{mart.name} as mart"
            f" left join marts.{other.name} as other on mart.{name} = other.{name}",
        )
        if joined != [(*alone[0], 0)]:
            yield f"{mart.name}.{name}: {alone} and {joined}"


def sums_of(name: str) -> tuple[Sums, ...]:
    """The sums of a mart that its model says are right."""
    [mart] = [mart for mart in read_marts(PROJECT / "dbt_project") if mart.name == name]
    return mart.sums
