"""The series of an indicator as a picture, drawn here: the browser gets an SVG and no script."""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import vl_convert
from markupsafe import Markup

from ioc_pipeline.reference.org_units.unit import MERGED_ON
from ioc_pipeline.web.page import Page

WIDTH, HEIGHT = 880, 300
FEWEST = 2  # values that make a line


def series_chart(
    page: Page, indicator: dict[str, Any], rows: Sequence[dict[str, Any]], target: dict[str, Any] | None
) -> Markup | None:
    """Values as reported and by today's units over the last days of their periods; None for fewer than two.

    Only periods of one kind are joined by a line: the kind of the newest.
    """
    drawn = [row for row in rows if row["period_type"] == rows[-1]["period_type"]]
    runs = _unbroken(drawn)
    reported, restated = page.t("Như báo cáo", "As reported"), page.t("Theo địa giới hiện nay", "By today's units")
    points = [
        {
            "label": page.period(row["period_label_vi"]),
            "day": row["period_end_date"].isoformat(),
            "value": float(row[column]),
            "text": page.number(row[column], indicator["decimals"]),
            "line": name,
            "run": run,
        }
        for row, run in zip(drawn, runs, strict=True)
        for column, name in (("reported_value", reported), ("restated_value", restated))
        if row[column] is not None and (name == reported or row["restated_value"] != row["reported_value"])
    ]
    if len({point["day"] for point in points}) < FEWEST:
        return None
    scale = _scale([point["value"] for point in points], indicator, target)
    layers: list[dict[str, Any]] = [_lines(points, [reported, restated], scale, indicator["decimals"])]
    if points[0]["day"] < MERGED_ON.isoformat() < points[-1]["day"]:
        layers += _rule("day", MERGED_ON.isoformat(), page.t("Sáp nhập 01/07/2025", "Merger 2025-07-01"))
    if target:
        wanted = page.t("Chỉ tiêu", "Target") + " " + page.number(target["target_value"])
        layers += _rule("value", float(target["target_value"]), wanted)
    return _draw(page, {"data": {"values": points}, "layer": layers, "width": WIDTH, "height": HEIGHT})


def _unbroken(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Which unbroken run of periods each row belongs to: a period that is not there, and the merger, end one."""
    runs = [0] * len(rows)
    for number, (before, row) in enumerate(pairwise(rows), start=1):
        follows = row["period_start_date"] == before["period_end_date"] + timedelta(days=1)
        crosses = before["period_end_date"] < MERGED_ON <= row["period_end_date"]
        runs[number] = runs[number - 1] + (crosses or not follows)
    return runs


def _scale(values: Sequence[float], indicator: dict[str, Any], target: dict[str, Any] | None) -> dict[str, Any]:
    """What the values and the target need, with some air, and nothing that no value can be: below 0, above 100 %.

    The first place stands on top.
    """
    shown = [*values, float(target["target_value"])] if target else values
    low, high = min(shown), max(shown)
    air = (high - low) / 10 or abs(high) / 20 or 1.0
    if indicator["unit_measure"] == "rank":
        return {"domain": [max(low - air, 1), high + air], "reverse": True}
    top = 100.0 if indicator["unit_measure"] == "pct" and high <= 100 else high + air  # per cent
    return {"domain": [max(low - air, 0.0) if low >= 0 else low - air, min(high + air, top)]}


def _lines(points: Sequence[dict[str, Any]], names: list[str], scale: dict[str, Any], decimals: int) -> dict[str, Any]:
    x = {
        "field": "day",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%m/%Y", "values": sorted({point["day"] for point in points})[-24:], "labelOverlap": True},
    }
    ticks = {"tickMinStep": 10.0**-decimals, "tickCount": 6}
    y = {"field": "value", "type": "quantitative", "title": None, "axis": ticks, "scale": {"zero": False, **scale}}
    line = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": names, "range": ["#000001", "#000002"]},
        "legend": {"title": None, "orient": "top", "symbolType": "stroke"}
        if len({p["line"] for p in points}) > 1
        else None,
    }
    dash = {"field": "line", "type": "nominal", "scale": {"domain": names, "range": [[1, 0], [6, 4]]}, "legend": None}
    return {
        "encoding": {"x": x, "y": y, "color": line, "detail": {"field": "run"}},
        "layer": [
            {"mark": {"type": "line"}, "encoding": {"strokeDash": dash}},
            {"mark": {"type": "point", "filled": True, "size": 45}},
        ],
    }


def _rule(axis: str, at: float | str, text: str) -> list[dict[str, Any]]:
    channel, kind = ("x", "temporal") if axis == "day" else ("y", "quantitative")
    place = {channel: {"field": "at", "type": kind}}
    words = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3}
    words |= {"y": 0, "baseline": "top", "dy": 2} if channel == "x" else {"x": 0}
    data = {"values": [{"at": at, "text": text}]}
    return [
        {"data": data, "mark": {"type": "rule", "strokeDash": [2, 3]}, "encoding": place},
        {"data": data, "mark": words, "encoding": {**place, "text": {"field": "text"}}},
    ]


_VIETNAMESE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]}
_COLOURS = {"#000001": "reported", "#000002": "restated", "#000": "ink", "#ddd": "grid", "#888": "frame"}


def _draw(page: Page, spec: dict[str, Any]) -> Markup:
    """Draw, and let our style sheet give the colours: a picture has to follow the theme of its page."""
    look = {
        "background": None,
        "font": "inherit",
        "view": {"stroke": None},
        "axis": {"labelFontSize": 13, "gridColor": "#ddd", "domainColor": "#888", "tickColor": "#888"},
        "legend": {"labelFontSize": 13},
        "text": {"fontSize": 13},
    }
    svg = vl_convert.vegalite_to_svg(
        {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": look, **spec},
        vl_version="5.20",
        allowed_base_urls=[],
        format_locale=_VIETNAMESE if page.language == "vi" else None,
    )
    coloured = re.sub(
        r'(fill|stroke)="(#[0-9a-f]+|black)"', lambda match: f'{match[1]}="var(--{_COLOURS.get(match[2], "ink")})"', svg
    )
    return Markup(coloured)  # noqa: S704  # made by the library, which escapes what is written
