"""What the OpenAPI document says of answers: the columns of a table, with their types and meanings."""

from typing import Any

from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.web.api import problems

_TEXT = {"type": ["string", "null"]}
_TYPES: dict[str, dict[str, Any]] = {
    "varchar": _TEXT,
    "date": {**_TEXT, "format": "date"},
    "timestamp": {**_TEXT, "format": "date-time"},
    "timestamp with time zone": {**_TEXT, "format": "date-time"},
    "boolean": {"type": ["boolean", "null"]},
    "integer": {"type": ["integer", "null"]},
    "bigint": {"type": ["integer", "null"]},
    "double": {"type": ["number", "null"]},
}
_DECIMAL = {**_TEXT, "pattern": r"^-?\d+(\.\d+)?$"}


def responses(table: Mart) -> dict[int | str, dict[str, Any]]:
    """Every answer of a resource."""
    row = {"type": "object", "properties": {column.name: _property(column) for column in table.columns}}
    body = {
        "version": {"type": "string"},
        "published_at": {"type": "string", "format": "date-time"},
        "as_of": {"type": "string", "format": "date", "description": "The day that the version speaks of."},
        "is_sample": {"type": "boolean", "description": "The version rests on sample files."},
        "row_count": {"type": "integer", "description": "Rows in all parts together."},
        "next": {"type": ["string", "null"], "description": "Where the rest of this version is asked for."},
        "rows": {"type": "array", "items": row},
    }
    content = {"application/json": {"schema": _object(body)}, "text/csv": {"schema": {"type": "string"}}}
    return {
        200: {"description": "Rows", "content": content},
        304: {"description": "Not changed"},
        **_refusals(401, 403, 404, 410, 422, 503),
    }


def versions() -> dict[int | str, dict[str, Any]]:
    """Every answer of the list of versions."""
    body = {"current": {"type": "string"}, "kept": {"type": "array", "items": {"type": "string"}}}
    content = {"application/json": {"schema": _object(body)}}
    return {200: {"description": "Versions", "content": content}, **_refusals(401, 403, 503)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {problems.MEDIA_TYPE: {"schema": problems.SCHEMA}}
    said = {
        401: "Not logged in",
        403: "Not permitted",
        404: "No such version, or the version does not have these rows",
        410: "The version was published and is not kept any more",
        422: "Parameters that cannot be taken",
        503: "Nothing is published yet",
    }
    return {status: {"description": said[status], "content": content} for status in statuses}


def _property(column: Column) -> dict[str, Any]:
    known = _DECIMAL if column.data_type.startswith("decimal") else _TYPES[column.data_type]
    return {**known, "title": column.words.label, "description": column.description}
