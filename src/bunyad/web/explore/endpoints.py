"""Questions about the land of a plan."""

from __future__ import annotations

import json
import math
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from bunyad.potential.why import why_not_here
from bunyad.web.endpoint import Call, Endpoint, Nothing
from bunyad.web.explore.areas import assess_area
from bunyad.web.explore.bodies import (
    AreaAnswer,
    AreaQuestion,
    CellAnswer,
    CellQuery,
    ReasonAnswer,
    RouteAnswer,
    RouteQuestion,
)
from bunyad.web.explore.cells import values_at
from bunyad.web.explore.opened import SHELF, Opened, land_of
from bunyad.web.explore.worker import WORKER
from bunyad.web.plans.rights import find_plan
from bunyad.web.problems import FaultBody, Problem
from bunyad.web.rights import ANYBODY

TAGS = ("explore",)
FIND = "bunyad.web.explore.routes:find_sketch"
MOST_CORNERS = 10_000


def ask_cell(call: Call[CellQuery, Nothing]) -> CellAnswer:
    """Tell what stands for and against plants at a place."""
    opened = _open(call, call.query.share)
    place = (call.query.lon, call.query.lat)
    values = values_at(opened.region, opened.potential, *place)
    reasons = why_not_here(opened.region, opened.potential, *place)
    return CellAnswer(
        **values,
        reasons=[
            ReasonAnswer(
                technology=one.technology, rule=one.rule, text=one.text,
                value=one.value if math.isfinite(one.value) else 0.0, limit=one.limit,
                unit=one.unit,
            )
            for one in reasons
        ],
    )  # fmt: skip


def ask_area(call: Call[Nothing, AreaQuestion]) -> AreaAnswer:
    """Tell what an area could yield, and which rules take how much of it."""
    area = _polygon(call.body.polygon)
    opened = _open(call, call.body.share)
    return assess_area(opened.region, opened.potential, area, options=opened.options.potential)


def ask_route(call: Call[Nothing, RouteQuestion]) -> RouteAnswer:
    """Lay a road, a railway or a power line between drawn places."""
    asked = call.body
    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.path["plan"], share=asked.share)
    land = land_of(call.services.settings.data, plan)
    answer: RouteAnswer = WORKER.ask(FIND, land, asked.places, asked.kind, asked.standard)
    return answer


def _open(call: Call[Any, Any], share: str) -> Opened:
    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.path["plan"], share=share)
    return SHELF.open_plan(call.services.settings.data, plan)


def _polygon(value: dict[str, Any]) -> BaseGeometry:
    """Read a polygon, and mend one that crosses itself."""
    try:
        area: BaseGeometry = shapely.from_geojson(json.dumps(value))
        is_area = area.geom_type in ("Polygon", "MultiPolygon") and not area.is_empty
    except (shapely.errors.GEOSException, TypeError, ValueError):
        is_area = False
    if not is_area or shapely.get_num_coordinates(area) > MOST_CORNERS:
        fault = FaultBody(
            where="body.polygon", what="this is no polygon of a usual size",
            mend="Give a GeoJSON Polygon in longitude and latitude",
        )  # fmt: skip
        raise Problem(422, "wrong-input", "The area cannot be read.", faults=(fault,))
    return shapely.make_valid(area)


ENDPOINTS = (
    Endpoint(name="ask_cell", method="GET", path="/plans/{plan}/cell", may=ANYBODY, tags=TAGS,
             title="Why here, or why not", act=ask_cell, query=CellQuery, answer=CellAnswer),
    Endpoint(name="ask_area", method="POST", path="/plans/{plan}/area", may=ANYBODY, tags=TAGS,
             title="What an area could yield", act=ask_area, body=AreaQuestion,
             answer=AreaAnswer),
    Endpoint(name="ask_route", method="POST", path="/plans/{plan}/route", may=ANYBODY, tags=TAGS,
             title="A road, a railway or a power line from here to there", act=ask_route,
             body=RouteQuestion, answer=RouteAnswer),
)  # fmt: skip
