"""Pictures and grids of the land for the page's map, in web Mercator."""

from __future__ import annotations

import base64
import io
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from PIL import Image
from rasterio.crs import CRS
from rasterio.transform import Affine, array_bounds
from rasterio.warp import Resampling, calculate_default_transform, reproject, transform_bounds

MERCATOR = CRS.from_epsg(3857)
RELIEF_PIXELS = 1_100
"""Longer side of the relief picture."""
GRID_PIXELS_PER_CELL = 1.6
"""Pixels of the grids that are looked up by a click, for each cell of the terrain."""

TINTS = (
    (0.00, (186, 200, 172)),
    (0.12, (206, 213, 184)),
    (0.30, (226, 221, 197)),
    (0.50, (221, 207, 182)),
    (0.72, (203, 187, 170)),
    (1.00, (240, 238, 236)),
)
"""Colours of the relief from the lowest (0) to the highest ground (1)."""

SUNS = ((315.0, 0.55), (255.0, 0.2), (15.0, 0.25))
"""Azimuths of the lights that shade the relief [degrees] and their shares."""
SUN_HEIGHT_DEGREES = 42.0
EXAGGERATION = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A grid in web Mercator: its size in pixels and where it lies."""

    width: int
    height: int
    transform: Affine

    def corners(self) -> list[list[float]]:
        """Return south-west and north-east corners as latitude and longitude [degrees]."""
        bounds = array_bounds(self.height, self.width, self.transform)
        west, south, east, north = transform_bounds(MERCATOR, CRS.from_epsg(4326), *bounds)
        return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]


def _source(terrain: xr.Dataset) -> tuple[Affine, int, int]:
    """Return transform, width and height of the terrain's grid."""
    x, y = terrain.x.to_numpy(), terrain.y.to_numpy()
    cell_x, cell_y = float(x[1] - x[0]), float(y[0] - y[1])
    corner = (float(x[0]) - cell_x / 2, float(y[0]) + cell_y / 2)
    return Affine(cell_x, 0, corner[0], 0, -cell_y, corner[1]), len(x), len(y)


def mercator_frame(terrain: xr.Dataset, crs: str, *, pixels: int) -> Frame:
    """
    Return the web Mercator grid that covers a terrain.

    Parameters
    ----------
    terrain
        Dataset with metric cell centres `x` and `y`, north up.
    crs
        Projection of the terrain.
    pixels
        Length of the grid's longer side [pixels].
    """
    transform, width, height = _source(terrain)
    bounds = array_bounds(height, width, transform)
    west, south, east, north = transform_bounds(CRS.from_user_input(crs), MERCATOR, *bounds)
    longest = max(east - west, north - south)
    target, out_width, out_height = calculate_default_transform(
        CRS.from_user_input(crs), MERCATOR, width, height, *bounds, resolution=longest / pixels
    )
    return Frame(width=int(out_width), height=int(out_height), transform=target)


def to_frame(
    values: NDArray[Any], terrain: xr.Dataset, crs: str, *, frame: Frame, smooth: bool
) -> NDArray[np.float32]:
    """
    Bring cell values into a web Mercator grid; NaN where there is none.

    Parameters
    ----------
    values
        Values of the terrain's cells.
    terrain
        Dataset that gives the cells' places.
    crs
        Projection of the terrain.
    frame
        Grid to fill.
    smooth
        Whether values are interpolated (cubic splines); else the nearest cell's is taken.
    """
    out = np.full((frame.height, frame.width), np.nan, "float32")
    reproject(
        np.ascontiguousarray(values, "float32"),
        out,
        src_transform=_source(terrain)[0],
        src_crs=CRS.from_user_input(crs),
        src_nodata=np.nan,
        dst_transform=frame.transform,
        dst_crs=MERCATOR,
        dst_nodata=np.nan,
        resampling=Resampling.cubic_spline if smooth else Resampling.nearest,
    )
    return out


def hillshade(elevation_m: NDArray[np.float32], cell_m: float) -> NDArray[np.float32]:
    """
    Shade a relief lit from several sides, 0 (dark) to 1 (bright).

    Lambert's cosine law for each light (Horn 1981, Proceedings of the IEEE 69), mixed by the
    shares of `SUNS`.

    Parameters
    ----------
    elevation_m
        Height of the ground, north up [m].
    cell_m
        Size of a cell on the ground [m].
    """
    north, east = np.gradient(elevation_m * EXAGGERATION, cell_m)
    slope = np.arctan(np.hypot(east, north))
    aspect = np.arctan2(north, -east)
    zenith = np.radians(90 - SUN_HEIGHT_DEGREES)
    shade = np.zeros_like(elevation_m)
    for azimuth, share in SUNS:
        angle = np.radians(90 - azimuth)
        light = np.cos(zenith) * np.cos(slope) + np.sin(zenith) * np.sin(slope) * np.cos(
            angle - aspect
        )
        shade += share * np.clip(light, 0, 1)
    return shade


def relief_picture(terrain: xr.Dataset, crs: str) -> dict[str, Any]:
    """
    Return the tinted and shaded relief as a picture that a page can hold.

    Parameters
    ----------
    terrain
        Dataset with `elevation_m`.
    crs
        Projection of the terrain.

    Returns
    -------
    dict
        `src` (a data address) and `corners` (latitude and longitude).
    """
    frame = mercator_frame(terrain, crs, pixels=RELIEF_PIXELS)
    height = to_frame(terrain.elevation_m.to_numpy(), terrain, crs, frame=frame, smooth=True)
    (south, _), (north, _) = frame.corners()
    cell_m = frame.transform.a * np.cos(np.radians((south + north) / 2))
    known = np.isfinite(height)
    low, high = (float(value) for value in np.nanpercentile(height, [0.5, 99.5]))
    filled = np.where(known, height, low).astype("float32")
    rank = np.clip((filled - low) / max(high - low, 1), 0, 1)
    stops = [stop for stop, _ in TINTS]
    flat = np.sin(np.radians(SUN_HEIGHT_DEGREES))
    light = np.clip(0.35 + 0.65 * hillshade(filled, cell_m) / flat, 0.3, 1.12)
    bands = [
        np.clip(np.interp(rank, stops, [colour[band] for _, colour in TINTS]) * light, 0, 255)
        for band in range(3)
    ]
    pixels = np.dstack([*bands, np.where(known, 255, 0)]).astype("uint8")
    buffer = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(buffer, "WEBP", quality=82, method=4)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"src": f"data:image/webp;base64,{data}", "corners": frame.corners()}


def pack_grid(values: NDArray[np.float32], *, scale: float = 1) -> dict[str, Any]:
    """
    Pack a grid into compressed text: whole numbers from 1, and 0 where there is no value.

    Parameters
    ----------
    values
        Grid, NaN where there is no value.
    scale
        Size of one step, in the unit of the values.

    Returns
    -------
    dict
        `data` (base64 of a zlib stream of little-endian 16-bit numbers), `low` and `scale`: a
        number n other than 0 stands for `low + (n - 1) * scale`.

    Examples
    --------
    >>> pack_grid(np.array([[2.0, np.nan]], "float32"))["low"]
    2.0
    """
    known = np.isfinite(values)
    low = float(np.floor(np.nanmin(values) / scale) * scale) if known.any() else 0.0
    steps = np.where(known, np.rint((np.where(known, values, low) - low) / scale) + 1, 0)
    data = zlib.compress(np.clip(steps, 0, 65_535).astype("<u2").tobytes(), 9)
    return {"data": base64.b64encode(data).decode("ascii"), "low": low, "scale": scale}


def radio_margin(margins: xr.Dataset, technology: str) -> NDArray[np.float32] | None:
    """
    Return what a link has left over where it reaches, None where the technology is not planned.

    Parameters
    ----------
    margins
        `Networks.radio_margin`.
    technology
        Radio technology.
    """
    if "margin_db" not in margins or technology not in margins["technology"]:
        return None
    values: NDArray[np.float32] = margins["margin_db"].sel(technology=technology).to_numpy()
    return np.where(values >= 0, values, np.nan).astype("float32")


def land_grids(
    terrain: xr.Dataset, land: xr.Dataset, crs: str, *, radio: NDArray[np.float32] | None = None
) -> dict[str, Any]:
    """
    Return what a click on the land tells: height, slope, yields and reasons against use.

    Parameters
    ----------
    terrain
        `Region.terrain`.
    land
        `Potential.land`, on the same grid.
    crs
        Projection of both.
    radio
        What a radio link has left over, on the same grid [dB].
    """
    cells = max(terrain.sizes["x"], terrain.sizes["y"])
    frame = mercator_frame(terrain, crs, pixels=round(cells * GRID_PIXELS_PER_CELL))
    inside = terrain.district.to_numpy() >= 0

    def grid(values: NDArray[Any], scale: float) -> dict[str, Any]:
        shown = np.where(inside, values, np.nan).astype("float32")
        return pack_grid(to_frame(shown, terrain, crs, frame=frame, smooth=False), scale=scale)

    reach = {} if radio is None else {"radio": grid(radio, 1)}
    return {
        "width": frame.width,
        "height": frame.height,
        "corners": frame.corners(),
        "layers": {
            "elevation": grid(terrain.elevation_m.to_numpy(), 1),
            "slope": grid(terrain.slope_percent.to_numpy(), 1),
            "wind_speed": grid(terrain.wind_speed_ms.to_numpy(), 0.1),
            "district": grid(terrain.district.to_numpy(), 1),
            "solar_yield": grid(land.solar_yield_kwh_per_kw.to_numpy(), 1),
            "wind_hours": grid(land.wind_full_load_hours.to_numpy(), 1),
            "solar_exclusion": grid(land.solar_exclusion.to_numpy(), 1),
            "wind_exclusion": grid(land.wind_exclusion.to_numpy(), 1),
            **reach,
        },
    }
