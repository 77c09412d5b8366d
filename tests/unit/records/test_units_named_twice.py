"""Records that name their unit in two fields."""

from typing import Any

import pytest

from api_records import DOSSIERS, MAI_SON, TO_HIEU, answer, dossier, problems_of
from ioc_pipeline.domain.pages import Page


@pytest.mark.parametrize(
    ("unit_field", "own", "twin", "said"),
    [
        ("communeCode", "03646", "communeName", MAI_SON),
        ("communeCode", "03646", "commune_name", "xã Mai Sơn, tỉnh Sơn La"),
        ("communeCode", "03646", "tenCommune", "UBND xã Mai Sơn"),
        ("maXa", "03646", "tenXa", MAI_SON),
        ("MA_XA", "03646", "TEN_XA", MAI_SON),
        ("MAXA", "03646", "TENXA", MAI_SON),
        ("ma_don_vi", "03646", "ten_don_vi", MAI_SON),
        ("commune.code", "03646", "commune.name", MAI_SON),
        ("commune.code", "03646", "commune.fullName", MAI_SON),
        ("communeId", "03646", "communeCode", "04105"),
        ("communeName", TO_HIEU, "communeCode", "04105"),
        ("communeName", TO_HIEU, "communeCode", 4105),
        ("commune.name", TO_HIEU, "commune.code", "04105"),
        ("commune", TO_HIEU, "communeCode", "04105"),
        ("tenXaPhuong", TO_HIEU, "maXaPhuong", "04105"),
    ],
)
@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_record_whose_code_and_name_are_two_units_is_returned(
    read: Any, unit_field: str, own: Any, twin: str, said: Any, is_ignored: bool
) -> None:
    more: dict[str, Any] = {"ignored_fields": [twin]} if is_ignored else {}
    found = problems_of(read, named_twice(unit_field, own, twin, said), contract=by_unit(unit_field), **more)
    assert [(told.code, told.column, told.record) for told in found] == [("code-not-of-unit", twin, "H001")]
    assert found[0].cell == "/items/0/" + twin.replace(".", "/")


@pytest.mark.parametrize(
    ("unit_field", "own", "twin", "said"),
    [
        ("communeCode", "03646", "communeName", TO_HIEU),
        ("communeCode", "03646", "communeName", "PHƯỜNG TÔ HIỆU"),
        ("communeCode", "03646", "communeName", "UBND phường Tô Hiệu - tỉnh Sơn La"),
        ("communeCode", "03646", "communeName", None),
        ("communeCode", "03646", "communeName", ""),
        ("communeCode", "03646", "communeName", "Khu vực trung tâm"),  # names no unit
        ("communeCode", "03646", "communeId", 4105),  # an inner identifier
        ("communeCode", "03646", "communeId", "c0ffee"),
        ("communeCode", "03646", "agencyName", MAI_SON),  # of another thing
        ("communeCode", "03646", "previousCommuneName", MAI_SON),
        ("communeCode", "03646", "name", MAI_SON),  # of the record itself, perhaps
        ("communeName", TO_HIEU, "communeCode", 3646),
        ("communeName", TO_HIEU, "communeCode", "03646"),
        ("commune.name", TO_HIEU, "commune.code", "03646"),
        ("commune.code", "03646", "commune.population", 4105),
    ],
)
def test_a_record_that_names_one_unit_twice_or_another_thing_beside_it_is_taken(
    read: Any, unit_field: str, own: Any, twin: str, said: Any
) -> None:
    contract = by_unit(unit_field)
    parsed = read(named_twice(unit_field, own, twin, said), contract=contract, ignored_fields=[twin])
    assert [unit.code for unit in parsed.records[0].units] == ["03646"]


def test_todays_name_agrees_with_a_record_of_before_the_merger(read: Any) -> None:
    page = named_twice("communeCode", "03646", "communeName", TO_HIEU, receivedAt="2025-06-20T08:00:00+07:00")
    contract = by_unit("communeCode")
    assert read(page, contract=contract, ignored_fields=["communeName"]).records[0].row_count() == 1


def by_unit(field: str) -> dict[str, Any]:
    """The contract with its unit in another field."""
    (table,) = DOSSIERS["tables"]  # type: ignore[misc]
    columns = [{**each, "field": field} if each["name"] == "org_unit" else each for each in table["columns"]]
    return {**DOSSIERS, "tables": [{**table, "columns": columns}]}


def named_twice(unit_field: str, own: Any, twin: str, said: Any, **changed: Any) -> Page:
    record = dossier(1, place=..., **changed)
    for name, value in ((unit_field, own), (twin, said)):
        outer, _, inner = name.partition(".")
        record[outer] = {**record.get(outer, {}), inner: value} if inner else value
    return answer(record)
