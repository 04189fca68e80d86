"""The box on the map that is fetched."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rasterio.errors import CRSError
from rasterio.warp import transform_bounds

from bunyad.errors import InputError
from bunyad.region.fetch.constants import constants


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """
    A box of longitudes and latitudes, EPSG:4326 [degrees].

    Examples
    --------
    >>> Box(west=46, south=39, east=47, north=40).utm_crs()
    'EPSG:32638'
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse a box that is none."""
        if not (-180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90):
            raise InputError(
                f"the box is {self.west:g} {self.south:g} {self.east:g} {self.north:g}",
                where="--bbox",
                mend="give west, south, east and north in degrees, west below east and south below "
                "north; a box may not cross the 180th meridian",
            )

    def grown(self, metres: float) -> Box:
        """Return the box with a margin around it [m]."""
        degree = constants()["sphere_degree_m"]
        up = metres / degree
        aside = up / max(math.cos(math.radians(max(abs(self.south), abs(self.north)))), 0.01)
        return Box(
            west=max(-180.0, self.west - aside),
            south=max(-90.0, self.south - up),
            east=min(180.0, self.east + aside),
            north=min(90.0, self.north + up),
        )

    def around(self, crs: str, *, margin_m: float) -> Box:
        """
        Return the box that covers the terrain grid of a region.

        Parameters
        ----------
        crs
            Metric projection of the grid.
        margin_m
            Land kept around the box there [m].
        """
        try:
            west, south, east, north = transform_bounds("EPSG:4326", crs, *self.bounds)
            metric = west - margin_m, south - margin_m, east + margin_m, north + margin_m
            bounds = transform_bounds(crs, "EPSG:4326", *metric)
        except CRSError:
            raise InputError(
                f"{crs} is no known projection", where="crs", mend="give one such as EPSG:32638"
            ) from None
        grown = self.grown(margin_m)
        return Box(
            west=min(grown.west, bounds[0]),
            south=min(grown.south, bounds[1]),
            east=max(grown.east, bounds[2]),
            north=max(grown.north, bounds[3]),
        )

    def tiles(self, step: int) -> Iterator[tuple[int, int]]:
        """Yield the south-west corners of the tiles of `step` degrees that the box touches."""
        for south in range(math.floor(self.south / step) * step, math.ceil(self.north), step):
            for west in range(math.floor(self.west / step) * step, math.ceil(self.east), step):
                yield south, west

    def points(self, spacing: float) -> list[tuple[float, float]]:
        """Return points (lat, lon) on whole multiples of `spacing` that surround the box."""
        rows = range(math.floor(self.south / spacing), math.ceil(self.north / spacing) + 1)
        columns = range(math.floor(self.west / spacing), math.ceil(self.east / spacing) + 1)
        return [
            (round(row * spacing, 6), round(column * spacing, 6))
            for row in rows
            for column in columns
            if abs(row * spacing) <= 90 and abs(column * spacing) <= 180
        ]

    def utm_crs(self) -> str:
        """Return the UTM zone of the box's middle, as `EPSG:32638`."""
        zone = min(60, int((self.west + self.east) / 2 + 180) // 6 + 1)
        return f"EPSG:{(32_600 if self.south + self.north >= 0 else 32_700) + zone}"

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north [degrees]."""
        return self.west, self.south, self.east, self.north
