"""The climate file: one modelled year, hour by hour, on a grid of a quarter degree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pvlib
import xarray as xr
from pyproj import Transformer
from shapely import Point, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from karabakh import packages, sunshine, weather
from karabakh.areas import CRS, EXTENT
from karabakh.terrain import GLOBE_NORTH, NODES_PER_DEGREE, cut_globe

Array = npt.NDArray[np.float64]

YEAR = 2019
"""Year of the calendar only: it has no leap day and is that of the land cover."""

SEED = 20_190_101
SPACING_DEGREES = 0.25
REACH_M = 20_000
"""Points this near to the region are kept [m]."""

CLOUD_REACH_KM = 150.0
"""Distance at which daily clearness is correlated by 1/e (assumption)."""

WEATHER_REACH_KM = 400.0
"""The same for the noise of air temperature (assumption)."""

WIND_REACH_KM = 150.0
"""The same for wind speed (assumption)."""

STEPS = {"ghi": 0.5, "dni": 0.5, "dhi": 0.5, "temp_air": 0.05, "wind_speed": 0.05}
"""Smallest step of the stored values, in their unit."""

ATTRIBUTES = {
    "ghi": ("surface_downwelling_shortwave_flux_in_air", "W m-2", "global horizontal irradiance"),
    "dni": (
        "surface_direct_along_beam_shortwave_flux_in_air",
        "W m-2",
        "direct normal irradiance",
    ),
    "dhi": (
        "surface_diffuse_downwelling_shortwave_flux_in_air",
        "W m-2",
        "diffuse horizontal irradiance",
    ),
    "temp_air": ("air_temperature", "degC", "air temperature 2 m above ground"),
    "wind_speed": ("wind_speed", "m s-1", "wind speed 100 m above ground"),
}


def write_climate(
    tile: npt.NDArray[np.int16],
    speed: npt.NDArray[np.float32],
    districts: Mapping[str, BaseGeometry],
    *,
    cache: Path,
    path: Path,
) -> None:
    """
    Draw the year and write it.

    Parameters
    ----------
    tile
        Ground height of GLOBE's tile G [m].
    speed
        Mean wind speed on the nodes of the extent [m/s].
    districts
        Outlines of the districts [degrees].
    cache
        Folder of the fetched packages.
    path
        NetCDF file to write.
    """
    latitudes, longitudes = choose_points(districts)
    heights = box_means(cut_globe(tile, EXTENT), latitudes, longitudes)
    winds = box_means(speed, latitudes, longitudes)
    latitude, longitude = sunshine.JABRAYIL
    row, column = (GLOBE_NORTH - latitude) * NODES_PER_DEGREE, longitude * NODES_PER_DEGREE
    jabrayil_m = float(tile[round(row), round(column)])
    times = pd.date_range(f"{YEAR}-01-01 00:30", periods=8_760, freq="h", tz="UTC")
    distances = distances_km(latitudes, longitudes)
    rng = np.random.default_rng(SEED)

    def draw(steps: int, persistence: float, reach_km: float) -> Array:
        return weather.correlated_normals(
            rng, distances, steps=steps, persistence=persistence, reach_km=reach_km
        )

    clouds = draw(weather.DAYS_PER_YEAR, sunshine.PERSISTENCE, CLOUD_REACH_KM)
    wavering = draw(len(times), sunshine.WAVERING_PERSISTENCE, CLOUD_REACH_KM)
    noise = draw(len(times), weather.NOISE_PERSISTENCE, WEATHER_REACH_KM)
    gusts = draw(len(times), weather.WIND_PERSISTENCE, WIND_REACH_KM)

    sky = sunshine.clear_sky(latitudes, longitudes, heights, times)
    places = list(zip(latitudes.tolist(), longitudes.tolist(), strict=True))
    daily_sunshine = packages.read_daily_sunshine(cache)
    values, clearness = sunshine.draw_irradiance(sky, daily_sunshine, places, (clouds, wavering))
    values["temp_air"] = weather.air_temperature(
        times, longitudes, heights - jabrayil_m, clearness, noise
    )
    values["wind_speed"] = weather.wind_speed(times, longitudes, winds, gusts)
    save(values, (latitudes, longitudes, heights), path)


def choose_points(districts: Mapping[str, BaseGeometry]) -> tuple[Array, Array]:
    """Return latitudes and longitudes of the grid points in or near the region [degrees]."""
    to_metres = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform
    region = transform(to_metres, unary_union(list(districts.values()))).buffer(REACH_M)
    west, south, east, north = EXTENT
    half = SPACING_DEGREES / 2
    points = [
        (latitude, longitude)
        for latitude in np.arange(np.ceil(north * 4) / 4, south, -SPACING_DEGREES)
        for longitude in np.arange(np.floor(west * 4) / 4, east, SPACING_DEGREES)
        if south + half <= latitude <= north - half
        and west + half <= longitude <= east - half
        and region.contains(Point(to_metres(longitude, latitude)))
    ]
    return np.array([point[0] for point in points]), np.array([point[1] for point in points])


def box_means(values: npt.NDArray[np.generic], latitudes: Array, longitudes: Array) -> Array:
    """Return the mean of a raster of the extent in the grid box around each point."""
    half = round(SPACING_DEGREES / 2 * NODES_PER_DEGREE)
    means = []
    for latitude, longitude in zip(latitudes, longitudes, strict=True):
        row = round((EXTENT[3] - latitude) * NODES_PER_DEGREE)
        column = round((longitude - EXTENT[0]) * NODES_PER_DEGREE)
        box = values[row - half : row + half + 1, column - half : column + half + 1]
        means.append(box.astype(np.float64).mean())
    return np.array(means)


def distances_km(latitudes: Array, longitudes: Array) -> Array:
    """Return the distances between all points [km]."""
    to_metres = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform
    x, y = to_metres(longitudes, latitudes)
    return np.asarray(np.hypot(x[:, None] - x, y[:, None] - y) / 1_000)


def save(values: Mapping[str, Array], points: tuple[Array, Array, Array], path: Path) -> None:
    """Write the year as NetCDF-4 after the CF conventions, packed into 16 bits."""
    latitudes, longitudes, heights = points
    dataset = xr.Dataset(
        {
            name: (
                ("point", "time"),
                values[name],
                {
                    "standard_name": standard_name,
                    "units": unit,
                    "long_name": long_name,
                    "cell_methods": "time: mean",
                },
            )
            for name, (standard_name, unit, long_name) in ATTRIBUTES.items()
        },
        coords={
            "time": pd.date_range(f"{YEAR}-01-01", periods=8_760, freq="h"),
            "lat": ("point", latitudes, {"standard_name": "latitude", "units": "degrees_north"}),
            "lon": ("point", longitudes, {"standard_name": "longitude", "units": "degrees_east"}),
            "elevation_m": (
                "point",
                np.round(heights, 1),
                {
                    "standard_name": "surface_altitude",
                    "units": "m",
                    "long_name": "mean ground height of the grid box",
                },
            ),
        },
        attrs=global_attributes(),
    )
    dataset["time"].attrs = {"standard_name": "time", "long_name": "begin of the hour, UTC"}
    packing = {
        name: {
            "dtype": "int16",
            "scale_factor": step,
            "_FillValue": -32768,
            "zlib": True,
            "complevel": 9,
            "shuffle": True,
        }
        for name, step in STEPS.items()
    }
    clock = {"units": f"hours since {YEAR}-01-01 00:00:00", "dtype": "int32"}
    path.unlink(missing_ok=True)
    dataset.to_netcdf(path, engine="netcdf4", encoding=packing | {"time": clock})


def global_attributes() -> dict[str, str | int]:
    """Return what a reader of the file should know."""
    return {
        "Conventions": "CF-1.11",
        "title": "Modelled climate year of Karabakh and East Zangezur",
        "origin": "modelled",
        "method": (
            "GHI: clear sky times a daily clearness drawn from MERRA-2's monthly spread, monthly "
            "means scaled by one constant to the published yearly sum of Jabrayil. DNI, DHI: Erbs. "
            "Air temperature: waves around the published mean of Jabrayil, 6.5 K/km. Wind: Weibull "
            "around the mean of the wind layer. No day of this year ever was."
        ),
        "time_note": "Hour h holds the mean of h to h + 1 UTC, with the sun at h + 30 min",
        "published_year": f"{sunshine.PUBLISHED_YEAR_KWH_M2:g} kWh/m2 at 39.330 N 47.052 E",
        "seed": SEED,
        "source": (
            f"pvlib {pvlib.__version__} (Ineichen clear sky, Linke turbidity of SoDa); "
            "gsee-climate-data 1.0.0 (MERRA-2 2011-2015); GLOBE heights; wind_speed_100m.tif"
        ),
    }
