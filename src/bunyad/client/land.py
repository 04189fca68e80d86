"""Requests about the land of a plan."""

from __future__ import annotations

import json
from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from bunyad.client.asking import Asking
from bunyad.web.explore.bodies import (
    AreaAnswer,
    AreaQuestion,
    CellAnswer,
    RouteAnswer,
    RouteQuestion,
)


class Land(Asking):
    """Questions about this cell, this area, a way from here to there."""

    def ask_cell(self, plan: str, *, lon: float, lat: float) -> CellAnswer:
        """Ask what stands for and against plants at a place [degrees]."""
        return self._get(CellAnswer, "plans", plan, "cell", query={"lon": lon, "lat": lat})

    def ask_area(self, plan: str, polygon: BaseGeometry) -> AreaAnswer:
        """Ask what an area could yield; its corners are longitudes and latitudes [degrees]."""
        body = AreaQuestion(polygon=json.loads(shapely.to_geojson(polygon)), share=self._share)
        return self._do(AreaAnswer, "POST", "plans", plan, "area", body=body)

    def ask_route(
        self, plan: str, places: Sequence[tuple[float, float]], *, kind: str = "road",
        standard: str = "land",
    ) -> RouteAnswer:  # fmt: skip
        """Ask for a route through places, each a longitude and a latitude [degrees]."""
        body = RouteQuestion(places=list(places), kind=kind, standard=standard, share=self._share)
        return self._do(RouteAnswer, "POST", "plans", plan, "route", body=body)
