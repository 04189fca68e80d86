"""Requests about the land of a plan."""

from __future__ import annotations

import json

import shapely
from shapely.geometry.base import BaseGeometry

from bunyad.client.asking import Asking
from bunyad.web.explore.bodies import AreaAnswer, AreaQuestion, CellAnswer


class Land(Asking):
    """Questions about this cell, this area."""

    def ask_cell(self, plan: str, *, lon: float, lat: float) -> CellAnswer:
        """Ask what stands for and against plants at a place [degrees]."""
        return self._get(CellAnswer, "plans", plan, "cell", query={"lon": lon, "lat": lat})

    def ask_area(self, plan: str, polygon: BaseGeometry) -> AreaAnswer:
        """Ask what an area could yield; its corners are longitudes and latitudes [degrees]."""
        body = AreaQuestion(polygon=json.loads(shapely.to_geojson(polygon)), share=self._share)
        return self._do(AreaAnswer, "POST", "plans", plan, "area", body=body)
