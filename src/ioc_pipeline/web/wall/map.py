"""The map of communes: the province's own boundaries where it gives them, else one tile for each commune."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, cos, radians
from pathlib import Path
from typing import Any

ACROSS = 9  # tiles in a row
TILE_WIDTH, TILE_HEIGHT = 60, 36
MAP_WIDTH = 540

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One commune: a `path` of its boundary, or "" for a tile; `x` and `y` are its middle."""

    unit: dict[str, Any]
    x: float
    y: float
    path: str


@dataclass(frozen=True, slots=True)
class Map:
    """Shapes in a box of `width` × `height`, with what a reader has to know about where they stand."""

    width: float
    height: float
    shapes: list[Shape]
    note_vi: str
    note_en: str


def draw(units: Sequence[dict[str, Any]], boundaries: Path) -> Map:
    """Place the units.

    Args:
        boundaries: GeoJSON (RFC 7946) of polygons in longitude and latitude, each with the commune's code in its
            property `org_unit_code`. Need not be there.

    Raises:
        ValueError: the file lacks a commune of today.
    """
    if boundaries.exists():
        return _outlines(units, boundaries)
    shapes = [
        Shape(unit, (number % ACROSS + 0.5) * TILE_WIDTH, (number // ACROSS + 0.5) * TILE_HEIGHT, "")
        for number, unit in enumerate(units)
    ]
    note_vi = "Mỗi ô một xã, xếp theo mã đơn vị, không theo vị trí; màu đậm là giá trị cao."
    note_en = "One tile a commune, in the order of codes, not by place; the stronger the colour the higher the value."
    return Map(ACROSS * TILE_WIDTH, ceil(len(units) / ACROSS) * TILE_HEIGHT, shapes, note_vi, note_en)


def _outlines(units: Sequence[dict[str, Any]], boundaries: Path) -> Map:
    rings_of = _rings(boundaries, boundaries.stat().st_mtime_ns)
    if missing := [unit["org_unit_code"] for unit in units if unit["org_unit_code"] not in rings_of]:
        raise ValueError(f"{boundaries.name}: no polygon with org_unit_code {', '.join(missing)}")
    points = [point for unit in units for ring in rings_of[unit["org_unit_code"]] for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrower = cos(radians((south + north) / 2))  # of a degree of longitude against one of latitude
    scale = MAP_WIDTH / ((east - west) * narrower)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - west) * narrower * scale, (north - point[1]) * scale

    shapes = []
    for unit in units:
        rings = [[place(point) for point in ring] for ring in rings_of[unit["org_unit_code"]]]
        path = "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring) + "Z" for ring in rings)
        largest = max(rings, key=len)
        middle_x, middle_y = (sum(axis) / len(largest) for axis in zip(*largest, strict=True))
        shapes.append(Shape(unit, round(middle_x, 1), round(middle_y, 1), path))
    note_vi, note_en = "Màu đậm là giá trị cao.", "The stronger the colour the higher the value."
    return Map(MAP_WIDTH, round((north - south) * scale, 1), shapes, note_vi, note_en)


@cache
def _rings(boundaries: Path, _changed_at: int) -> dict[str, list[Ring]]:
    """The rings of each commune; a changed file is read anew."""
    features = json.loads(boundaries.read_bytes())["features"]
    return {feature["properties"]["org_unit_code"]: list(_rings_of(feature["geometry"])) for feature in features}


def _rings_of(geometry: dict[str, Any]) -> Iterator[Ring]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            yield [(x, y) for x, y, *_ in ring]
