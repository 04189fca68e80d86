"""What a mast sees, and the loss to what it reaches."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bunyad.connect.radio.budget import Radio, earth_radius_m
from bunyad.connect.radio.kernels_sight import height_at, least_clearances, path_losses
from bunyad.options import ConnectOptions

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Heights on a square grid, north up; a height belongs to the centre of its cell."""

    elevation_m: Array
    """Shape (rows, columns)."""
    cell_m: float
    west_m: float
    """Easting of the centre of the first column."""
    north_m: float
    """Northing of the centre of the first row."""

    def ends(self, xy: Array, above_m: float) -> Array:
        """
        Return row, column and height above the sea of points above the ground.

        Parameters
        ----------
        xy
            Eastings and northings, a row each [m].
        above_m
            Height above the ground [m].
        """
        rows = (self.north_m - xy[:, 1]) / self.cell_m
        columns = (xy[:, 0] - self.west_m) / self.cell_m
        ground = [height_at(self.elevation_m, r, c) for r, c in zip(rows, columns, strict=True)]
        return np.column_stack([rows, columns, np.array(ground).reshape(-1) + above_m])

    def centres(self) -> Array:
        """Return easting and northing of every cell, row by row [m]."""
        rows, columns = self.elevation_m.shape
        east, north = np.meshgrid(
            self.west_m + self.cell_m * np.arange(columns),
            self.north_m - self.cell_m * np.arange(rows),
        )
        return np.column_stack([east.ravel(), north.ravel()])


def coordinates(points: gpd.GeoDataFrame) -> Array:
    """Return easting and northing of points, a row each [m]."""
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    return np.asarray(np.column_stack([x, y]), np.float64)


def relief_of(terrain: xr.Dataset) -> Relief:
    """
    Return the heights of a region's terrain; cells without a height count as its lowest.

    Parameters
    ----------
    terrain
        `elevation_m` on metric cell centres `x`, `y`, north up.
    """
    heights = terrain["elevation_m"].to_numpy().astype(np.float64)
    x, y = terrain["x"].to_numpy(), terrain["y"].to_numpy()
    return Relief(
        elevation_m=np.where(np.isfinite(heights), heights, np.nanmin(heights)),
        cell_m=float(x[1] - x[0]),
        west_m=float(x[0]),
        north_m=float(y[0]),
    )


def visible_cells(
    relief: Relief, mast: Array, *, target_m: float, reach_km: float, options: ConnectOptions
) -> NDArray[np.bool_]:
    """
    Tell which cells' centres are in sight of a mast (its viewshed), over the curved Earth.

    Parameters
    ----------
    relief
        The land.
    mast
        Row, column and height above the sea of the mast's top [-, -, m].
    target_m
        Height of what is looked at above the ground [m].
    reach_km
        Farther cells count as unseen [km].
    options
        Effective radius of the Earth.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> land = Relief(elevation_m=np.zeros((9, 9)), cell_m=1e3, west_m=0.0, north_m=0.0)
    >>> sees = visible_cells(land, np.array([4.0, 4.0, 40.0]), target_m=2.0, reach_km=3.0,
    ...     options=ConnectOptions())
    >>> int(sees.sum())
    29
    """
    free = least_clearances(
        relief.elevation_m,
        relief.cell_m,
        mast,
        relief.ends(relief.centres(), target_m),
        earth_radius_m(options),
        0.0,
        0.0,
        reach_km * 1e3,
    )
    return np.asarray(free.reshape(relief.elevation_m.shape) >= 0)


def losses_db(
    relief: Relief, *, masts: Array, targets: Array, radio: Radio, options: ConnectOptions
) -> Array:
    """
    Return the loss over the terrain from each mast to each target, infinite out of reach [dB].

    Parameters
    ----------
    relief
        The land.
    masts, targets
        Rows of row, column and height above the sea, as from `Relief.ends`.
    radio
        Frequency and reach.
    options
        Effective radius of the Earth.
    """
    found = [
        path_losses(
            relief.elevation_m,
            relief.cell_m,
            mast,
            targets,
            earth_radius_m(options),
            radio.wavelength_m,
            radio.reach_km * 1e3,
        )
        for mast in masts
    ]
    return np.array(found, np.float64).reshape(len(masts), len(targets))
