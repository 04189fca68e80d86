"""Spread: what it costs to reach every cell of a raster, and the ways there."""

from __future__ import annotations

from bunyad.connect.spread.field import (
    CostField,
    cost_distance,
    nearest_cells,
    nearest_source,
    path_to,
)

__all__ = ["CostField", "cost_distance", "nearest_cells", "nearest_source", "path_to"]
