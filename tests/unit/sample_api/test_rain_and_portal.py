"""Rain gauges and the portal of the index 766."""

import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.api.portal_766 import PARTS
from sample_api_client import SEPTEMBER, Client, at


def test_rain_adds_up_from_19_hours_and_starts_again(client: Client) -> None:
    day = datetime(2025, 9, 14, 19, tzinfo=LOCAL_TIME)
    depths = []
    for hours in (0.25, 6, 20, 23.75):
        at(client, day + timedelta(hours=hours))
        depths.append({row["station"]["uuid"]: row["sumDepth"] for row in client.rain().json()})
    assert len(depths[0]) == 30
    for earlier, later in pairwise(depths):
        both = [(earlier[one], later[one]) for one in earlier if None not in (earlier[one], later[one])]
        assert all(first <= second for first, second in both)
    assert max(depth or 0 for depth in depths[-1].values()) > 16
    at(client, day + timedelta(hours=24.1))
    assert max(row["sumDepth"] or 0 for row in client.rain().json()) < 2


def test_a_gauge_has_a_commune_and_a_silent_one_says_null(client: Client, org_units: OrgUnits) -> None:
    silent = 0
    for hour in range(12):
        at(client, datetime(2025, 9, 14, hour, 30, tzinfo=LOCAL_TIME))
        for row in client.rain().json():
            assert set(row) == {"station", "sumDepth", "level", "color"}
            silent += row["sumDepth"] is None
            assert (row["level"] is None) == (row["sumDepth"] is None)
            unit = org_units.find(row["station"]["address"], on=SEPTEMBER[1], level="commune", province_code="14")
            assert row["station"]["address"] == f"{unit.full_name}, tỉnh Sơn La"
    assert 0 < silent < 60


@pytest.mark.parametrize(("level", "kind", "count"), [(0, "province", 34), (1, "agency", 12), (2, "commune", 75)])
def test_the_portal_gives_strings_whose_parts_make_the_total(
    client: Client, org_units: OrgUnits, level: int, kind: str, count: int
) -> None:
    body = client.index(level, p_thang=9).json()
    rows = body if level == 0 else body["data"]
    assert len(rows) == count
    totals = []
    for place, row in enumerate(rows, start=1):
        assert all(isinstance(value, str) for value in row.values())
        assert row["CAPDONVIID"] == str(level)
        assert row["ROW_STT"] == str(place)
        assert all(0 < float(row[part]) <= most for part, most in PARTS.items())
        assert float(row["TONG_SCORE"]) == pytest.approx(sum(float(row[part]) for part in PARTS), abs=0.031)
        org_units.find(row["TEN"], on=SEPTEMBER[1], level=kind, province_code="14")
        totals.append(float(row["TONG_SCORE"]))
    assert totals == sorted(totals, reverse=True)
    if level == 2:
        assert all(re.fullmatch("UBND (xã|phường) .+ - tỉnh Sơn La", row["TEN"]) for row in rows)


def test_the_portal_takes_one_part_of_the_year_and_knows_nothing_of_what_has_not_ended(client: Client) -> None:
    assert client.index(2, p_quy=3).json() != client.index(2, p_thang=9).json()
    assert client.index(2, p_quy=3, p_thang=9).status_code == 400
    assert client.index(2, p_thang=13).status_code == 400
    assert client.index(7).status_code == 400
    at(client, datetime(2025, 9, 30, 12, tzinfo=LOCAL_TIME))
    assert client.index(2, p_thang=9).json() == {"data": []}
    assert client.index(0, p_thang=9).json() == []
    assert client.index(2, p_thang=8).json()["data"]
