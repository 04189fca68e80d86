"""
Where things of a village stand: a modelled layout around its middle.

The plan knows how many homes, lamps and streets a settlement has, not where each stands. Until
surveyed places come in, streets run east to west in a block around the settlement's point, homes
stand on both sides at even distances, lamps along the kerb, public buildings and chargers in the
middle, fields in the east. The same plan always gives the same places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bunyad.operate.village.model import Village, constants, transformer_count

__all__ = ["PUBLIC", "Layout", "lay_out"]

METRES_PER_DEGREE = 111_320.0
"""Unit factor: length of one degree of latitude [m]."""
FIELD_M = 100.0
"""Unit factor: side of a hectare [m]."""
PUBLIC = ("school", "kindergarten", "clinic", "control")
"""Public buildings that have a meter."""

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Longitude and latitude of each thing, one row each."""

    homes: Places
    lamps: Places
    containers: Places
    transformers: Places
    chargers: Places
    stations: Places
    cameras: Places
    gateways: Places
    fields: Places
    public: Places
    """In the order of `PUBLIC`."""
    home_transformer: NDArray[np.int64]
    """Which transformer feeds each home."""
    lamp_transformer: NDArray[np.int64]
    """Which transformer feeds each lamp."""
    tank: tuple[float, float]


def lay_out(village: Village) -> Layout:
    """
    Return where each thing of a village stands, by a modelled layout.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    """
    known = constants()
    length_m = max(village.streets_km, 0.1) * 1000
    rows = max(1, round(math.sqrt(length_m / known["row_gap_m"])))
    block = _Block(village.lon, village.lat, rows, length_m / rows, known["row_gap_m"])
    transformers = transformer_count(village)
    homes, lamps = village.homes, village.count("street light")
    side = np.where(np.arange(homes) % 2, 1, -1) * known["house_setback_m"]
    return Layout(
        homes=block.along(homes, side),
        lamps=block.along(lamps, known["lamp_setback_m"]),
        containers=block.along(village.count("waste level"), -known["lamp_setback_m"]),
        transformers=block.along(transformers, 2 * known["house_setback_m"]),
        chargers=block.row_of(village.count("car charger"), 15.0, -30.0),
        stations=block.along(village.count("environmental sensor"), 0.0),
        cameras=block.along(village.count("camera"), known["lamp_setback_m"]),
        gateways=block.along(village.count("gateway"), 0.0),
        fields=_fields(block, village.count("irrigation"), known["field_gap_m"]),
        public=block.row_of(len(PUBLIC), 60.0, 30.0),
        home_transformer=np.arange(homes) * transformers // max(homes, 1),
        lamp_transformer=np.arange(lamps) * transformers // max(lamps, 1),
        tank=tuple(block.at(np.array([-block.row_m]), np.array([block.depth_m]))[0].tolist()),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of parallel streets around a point."""

    lon: float
    lat: float
    rows: int
    row_m: float
    gap_m: float

    @property
    def depth_m(self) -> float:
        """Distance from the first street to the last."""
        return self.rows * self.gap_m

    def at(self, east_m: ArrayLike, north_m: ArrayLike) -> Places:
        """Return the places that lie so far from the middle."""
        scale = METRES_PER_DEGREE * math.cos(math.radians(self.lat))
        lon = self.lon + np.asarray(east_m) / scale
        lat = self.lat + np.asarray(north_m) / METRES_PER_DEGREE
        return np.column_stack([np.round(lon, 6), np.round(lat, 6)])

    def along(self, count: int, beside_m: float | Places) -> Places:
        """Return places at even distances along all streets, so far beside their middle."""
        way_m = (np.arange(count) + 0.5) / max(count, 1) * self.rows * self.row_m
        row = np.minimum((way_m // self.row_m).astype(int), self.rows - 1)
        east_m = way_m - row * self.row_m - self.row_m / 2
        north_m = (row - (self.rows - 1) / 2) * self.gap_m + beside_m
        return self.at(east_m, north_m)

    def row_of(self, count: int, apart_m: float, north_m: float) -> Places:
        """Return places side by side near the middle."""
        east_m = (np.arange(count) - (count - 1) / 2) * apart_m
        return self.at(east_m, np.full(count, north_m))


def _fields(block: _Block, count: int, gap_m: float) -> Places:
    """Return the middles of fields of one hectare, in a square east of the houses."""
    wide = max(1, math.ceil(math.sqrt(count)))
    column, row = np.arange(count) % wide, np.arange(count) // wide
    east_m = block.row_m / 2 + gap_m + (column + 0.5) * FIELD_M
    north_m = (row - (wide - 1) / 2) * FIELD_M
    return block.at(east_m, north_m)
