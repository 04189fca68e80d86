"""Changes: a small document that makes a scenario of a region."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from bunyad.errors import InputError
from bunyad.region.file import read_yaml
from bunyad.written import fields_faults

RouteKind = Literal["road", "railway", "power_line"]
ROUTE_KINDS: tuple[RouteKind, ...] = ("road", "railway", "power_line")


class _Entry(BaseModel):
    """Base of every part of the document: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class MovedSettlement(_Entry):
    """A settlement that stands elsewhere."""

    id: str = Field(title="Identifier of the settlement", min_length=1)
    lon: float = Field(title="Its new longitude [degrees]", ge=-180, le=180)
    lat: float = Field(title="Its new latitude [degrees]", ge=-90, le=90)
    why: str = Field(default="", title="Reason")


class ForbiddenArea(_Entry):
    """Land through which no route of some kinds may go."""

    kinds: tuple[RouteKind, ...] = Field(
        default=ROUTE_KINDS, title="Kinds of routes that may not go through", min_length=1
    )
    polygon: dict[str, Any] = Field(title="GeoJSON Polygon or MultiPolygon [degrees]")
    why: str = Field(default="", title="Reason")

    @field_validator("polygon")
    @classmethod
    def _is_area(cls, value: dict[str, Any]) -> dict[str, Any]:
        read_polygon(value)
        return value


class ChangedCorridor(_Entry):
    """A decided road or railway that is built, or is not."""

    id: str = Field(title="Identifier of the corridor", min_length=1)
    is_planned: bool = Field(title="Whether the plan builds it")
    why: str = Field(default="", title="Reason")


class Changes(_Entry):
    """What is different from the region as its folder has it."""

    settlements: tuple[MovedSettlement, ...] = Field(default=(), title="Settlements that move")
    forbidden: tuple[ForbiddenArea, ...] = Field(default=(), title="Land closed to routes")
    corridors: tuple[ChangedCorridor, ...] = Field(
        default=(), title="Corridors that are built or are not"
    )


def changes_schema() -> dict[str, Any]:
    """Return the JSON Schema of a changes document, for editors to complete and check."""
    schema = Changes.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_changes(path: Path) -> Changes:
    """
    Read a changes document, YAML or JSON.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        Naming every fault with its field.
    """
    if not path.is_file():
        raise InputError("the file is missing", where=str(path), mend="give a changes document")
    return check_changes(read_yaml(path), where=str(path))


def check_changes(content: Any, *, where: str) -> Changes:
    """
    Check the content of a changes document.

    Parameters
    ----------
    content
        What JSON or YAML hold.
    where
        Where it stands, for messages.

    Raises
    ------
    InputError
        Naming every fault with its field.

    Examples
    --------
    >>> moved = {"settlements": [{"id": "shusha", "lon": 46.75, "lat": 39.76}]}
    >>> check_changes(moved, where="changes").settlements[0].id
    'shusha'
    """
    try:
        return Changes.model_validate(content)
    except ValidationError as error:
        raise InputError.of(fields_faults(error, content, where=where)) from None


def read_polygon(value: Mapping[str, Any]) -> BaseGeometry:
    """Return a GeoJSON polygon [degrees], mended where it crosses itself."""
    try:
        area: BaseGeometry = shapely.make_valid(shapely.from_geojson(json.dumps(value)))
    except (GEOSException, TypeError, ValueError):
        raise ValueError("this is no GeoJSON geometry") from None
    west, south, east, north = shapely.bounds(area)
    is_area = shapely.get_dimensions(area) == 2 and not area.is_empty
    if not is_area or west < -180 or east > 180 or south < -90 or north > 90:
        raise ValueError("this is no Polygon in longitude and latitude")
    return area


def change_parts(changes: Changes) -> dict[str, Any]:
    """
    Return the changes by the first stage that they matter to, as JSON can hold them.

    Reasons are left out: other words make no other plan.

    Examples
    --------
    >>> change_parts(Changes())
    {}
    """
    content = changes.model_dump(mode="json")
    parts = {
        "region": {"settlements": content["settlements"]},
        "connect": {name: content[name] for name in ("forbidden", "corridors")},
    }
    bare = {
        stage: {
            name: [{key: one[key] for key in one if key != "why"} for one in rows]
            for name, rows in part.items()
            if rows
        }
        for stage, part in parts.items()
    }
    return {stage: part for stage, part in bare.items() if part}
