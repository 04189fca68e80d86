"""A road, a railway or a power line from here to there: asked in one process, found in another."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import shapely

from bunyad.connect.study.sketch import Pad, Sketch, lay_pad, sketch_route
from bunyad.options import Options
from bunyad.region.changed import apply_changes
from bunyad.region.changes import Changes
from bunyad.region.load import load_region
from bunyad.web.explore.bodies import (
    CostAnswer,
    RouteAnswer,
    SpanAnswer,
    StationAnswer,
)
from bunyad.web.explore.land import Land

MOST_PADS = 3
"""Regions kept ready; each takes up to about 60 MB."""
_pads: OrderedDict[tuple[str, float, str, str], Pad] = OrderedDict()
"""Of the process that answers."""


def find_sketch(
    land: Land, places: list[tuple[float, float]], kind: str, standard: str
) -> RouteAnswer:
    """Find a route; the land is made ready if it is not."""
    return tell_sketch(sketch_route(_ready(land), places, kind=kind, standard=standard))


def warm_up(land: Land) -> None:
    """Make land ready, and load what is compiled, before anybody asks."""
    _ready(land)


def _ready(land: Land) -> Pad:
    """Return land ready for sketches."""
    key = (str(land.source), land.stamp, land.options, land.changes)
    if key not in _pads:
        region = apply_changes(load_region(land.source), Changes.model_validate_json(land.changes))
        _pads[key] = lay_pad(region, options=Options.model_validate_json(land.options).connect)
        while len(_pads) > MOST_PADS:
            _pads.popitem(last=False)
    _pads.move_to_end(key)
    return _pads[key]


def tell_sketch(sketch: Sketch) -> RouteAnswer:
    """Write a sketch down as the API gives it."""
    span = sketch.length_range_km
    columns = ["station_km", "height_m", "ground_m", "structure"]
    return RouteAnswer(
        kind=sketch.kind,
        standard=sketch.standard,
        length_km=round(sketch.length_km, 3),
        real_length=_span(sketch.real_length_km, *span) if span else None,
        climb_m=round(sketch.climb_m, 1),
        max_grade_percent=round(sketch.max_grade_percent, 2),
        bridges=_span(*sketch.bridge_range_km),
        tunnels=_span(*sketch.tunnel_range_km),
        capex_usd=round(sketch.capex_usd),
        hours=None if sketch.hours is None else round(sketch.hours, 4),
        line=_geojson(sketch.line),
        stations=[
            StationAnswer(
                station_km=round(row["station_km"], 3), height_m=round(row["height_m"], 1),
                ground_m=round(row["ground_m"], 1), structure=str(row["structure"]),
            )
            for row in sketch.stations[columns].to_dict("records")
        ],
        costs=[
            CostAnswer(
                item=str(row["item"]), quantity=round(row["quantity"], 2), unit=str(row["unit"]),
                cost_usd=round(row["cost_usd"]),
            )
            for row in sketch.costs.to_dict("records")
        ],
    )  # fmt: skip


def _span(median: float, low: float, high: float) -> SpanAnswer:
    return SpanAnswer(
        km=round(float(median), 3), low_km=round(float(low), 3), high_km=round(float(high), 3)
    )


def _geojson(line: shapely.LineString) -> dict[str, Any]:
    """Return a line with coordinates to about a metre."""
    corners = [[round(lon, 5), round(lat, 5)] for lon, lat in line.coords]
    return {"type": "LineString", "coordinates": corners}
