"""The map of communes: tiles, or the province's own boundaries."""

import json
from pathlib import Path
from typing import Any

import pytest

from ioc_pipeline.web.wall.map import draw

UNITS: list[dict[str, Any]] = [{"org_unit_code": f"0364{number}"} for number in range(3)]


def square(code: str, west: float) -> dict[str, Any]:
    ring = [[west, 21.0], [west + 1, 21.0], [west + 1, 22.0], [west, 22.0], [west, 21.0]]
    geometry = (
        {"type": "MultiPolygon", "coordinates": [[ring]]} if west > 103 else {"type": "Polygon", "coordinates": [ring]}
    )
    return {"type": "Feature", "properties": {"org_unit_code": code}, "geometry": geometry}


def write(path: Path, codes: list[str]) -> Path:
    features = [square(code, 103.0 + number) for number, code in enumerate(codes)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_without_boundaries_every_commune_has_a_tile_of_its_own(tmp_path: Path) -> None:
    drawn = draw(UNITS, tmp_path / "14.geojson")
    assert len({(shape.x, shape.y) for shape in drawn.shapes}) == 3
    assert all(0 < shape.x < drawn.width and 0 < shape.y < drawn.height for shape in drawn.shapes)
    assert "không theo vị trí" in drawn.note_vi


def test_with_boundaries_each_stands_where_it_is_and_west_is_left(tmp_path: Path) -> None:
    drawn = draw(UNITS, write(tmp_path / "14.geojson", ["03640", "03641", "03642"]))
    assert [shape.x for shape in drawn.shapes] == sorted(shape.x for shape in drawn.shapes)
    assert all(shape.path.startswith("M") and shape.path.endswith("Z") for shape in drawn.shapes)
    # A degree of longitude is shorter here than one of latitude: three squares are no three times as wide as high.
    assert 2.5 < drawn.width / drawn.height < 3


def test_boundaries_that_lack_a_commune_are_refused_by_its_code(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="03642"):
        draw(UNITS, write(tmp_path / "14.geojson", ["03640", "03641"]))
