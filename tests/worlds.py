"""Small worlds, made in memory, that the tests of every room share."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import LineString, Point, box

from bunyad.region.model import (
    CORRIDORS,
    DISTRICTS,
    HAZARDS,
    INTERCONNECTORS,
    PLANTS,
    POPULATION,
    PUBLISHED,
    SETTLEMENTS,
    SUBSTATIONS,
    Currency,
    Layer,
    Region,
)
from bunyad.tables import conform

CRS = "EPSG:32638"
WEST, SOUTH, CELL, COLUMNS, ROWS = 500_000.0, 4_390_000.0, 1_000.0, 44, 36
"""A plain in the east, a ridge in the west: 44 × 36 km near 45.2° E, 39.8° N."""


def small_terrain() -> xr.Dataset:
    """Plain of 300 m rising to a ridge of 2,300 m in the west, with one gap in it."""
    x = WEST + CELL * (np.arange(COLUMNS) + 0.5)
    y = SOUTH + CELL * (ROWS - np.arange(ROWS) - 0.5)
    east, north = np.meshgrid((x - WEST) / 1e3, (y - SOUTH) / 1e3)
    ridge = (
        2_000 * np.exp(-(((east - 8) / 5) ** 2)) * (1 - 0.7 * np.exp(-(((north - 20) / 4) ** 2)))
    )
    elevation = 300 + ridge + 15 * np.sin(east) * np.cos(north / 2)
    dy, dx = np.gradient(elevation, CELL)
    inside = (east > 2) & (east < 42) & (north > 2) & (north < 34)
    district = np.where(inside, np.where(east < 20, 0, 1), -1)
    river = np.abs(east - 24) < 0.6
    data = {
        "elevation_m": elevation.astype("float32"),
        "slope_percent": (100 * np.hypot(dx, dy)).astype("float32"),
        "land_cover": np.where(river, 0, np.where(ridge > 800, 10, 12)).astype("uint8"),
        "district": district.astype("int16"),
        "wind_speed_ms": (5 + ridge / 600).astype("float32"),
    }
    return xr.Dataset(
        {name: (("y", "x"), values) for name, values in data.items()}, coords={"y": y, "x": x}
    )


def small_climate() -> xr.Dataset:
    """One made-up year at four points: clear days with a seasonal swing, steady breezes."""
    hours = pd.date_range("2019-01-01", periods=8760, freq="h")
    day = hours.day_of_year.to_numpy()
    hour = hours.hour.to_numpy() + 0.5 + 45.2 / 15
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day) / 365)
    latitude = np.radians(39.8)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
        np.radians(15) * (hour - 12)
    )
    sine = np.clip(sine, 0, None)
    cloud = 0.75 + 0.2 * np.sin(2 * np.pi * day / 9)
    dni = np.where(sine > 0.02, 850 * cloud * sine**0.2, 0)
    dhi = 110 * sine**0.6
    season = np.cos(2 * np.pi * (day - 200) / 365)
    points = [(WEST + 8e3, 9e3), (WEST + 34e3, 9e3), (WEST + 8e3, 27e3), (WEST + 34e3, 27e3)]
    x = np.array([point[0] for point in points])
    y = np.array([SOUTH + point[1] for point in points])
    lonlat = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=CRS).to_crs(4326)
    factor = np.array([1.02, 1.0, 1.01, 0.99])[:, None]
    gust = 1 + 0.5 * np.sin(2 * np.pi * np.arange(8760) / 61) * np.cos(np.arange(8760) / 17)
    elevation = np.array([1_800.0, 300.0, 1_700.0, 310.0])
    temperature = (
        14
        - 0.0065 * (elevation[:, None] - 300)
        + 11 * season
        + 5 * np.sin(2 * np.pi * (hour - 9) / 24)
    )
    variables = {
        "ghi_w_m2": (dni * sine + dhi) * factor,
        "dni_w_m2": dni * factor,
        "dhi_w_m2": dhi * factor,
        "temp_air_c": temperature,
        "wind_speed_ms": np.array([8.0, 5.0, 7.5, 5.2])[:, None] * gust,
    }
    return xr.Dataset(
        {name: (("point", "time"), np.asarray(v, "float32")) for name, v in variables.items()},
        coords={
            "time": hours,
            "lat": ("point", lonlat.y.to_numpy()),
            "lon": ("point", lonlat.x.to_numpy()),
            "x": ("point", x),
            "y": ("point", y),
            "elevation_m": ("point", elevation),
        },
        attrs={"origin": "modelled"},
    )


def _points(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Place rows with `east` and `north` in km from the corner of the world."""
    frame = pd.DataFrame(rows)
    points = [Point(WEST + e * 1e3, SOUTH + n * 1e3) for e, n in zip(frame.east, frame.north)]
    return gpd.GeoDataFrame(frame.drop(columns=["east", "north"]), geometry=points, crs=CRS)


def _settlements(terrain: xr.Dataset) -> gpd.GeoDataFrame:
    rows = [
        ("riverton", "Riverton", "Lowland", "city", True, 30, 18),
        ("eastfield", "Eastfield", "Lowland", "town", True, 38, 28),
        ("southbank", "Southbank", "Lowland", "village", True, 27, 6),
        ("oldtown", "Oldtown", "Lowland", "town", False, 40, 10),
        ("gapford", "Gapford", "Upland", "village", True, 14, 20),
        ("westhill", "Westhill", "Upland", "town", True, 4, 21),
    ]
    places = _points(
        [
            {"id": i, "name": n, "name_local": n, "district": d, "kind": k, "is_rebuilt": r,
             "source": "made up for tests", "east": e, "north": h}
            for i, n, d, k, r, e, h in rows
        ]
    )  # fmt: skip
    places["elevation_m"] = [
        float(terrain.elevation_m.sel(x=p.x, y=p.y, method="nearest")) for p in places.geometry
    ]
    return conform(places, SETTLEMENTS)


def _population() -> pd.DataFrame:
    rows = [
        ("riverton", 2030, 8_000), ("riverton", 2040, 20_000), ("eastfield", 2040, 6_000),
        ("southbank", 2028, 900), ("oldtown", 2026, 5_000), ("westhill", 2035, 3_000),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["settlement", "year", "people"])
    return conform(frame.assign(origin="published", source="made up for tests"), POPULATION)


@cache
def small_region() -> Region:
    """
    Return a region of two districts, six settlements, one river and one gap in a ridge.

    Gapford has no published population. Oldtown stands already. An interconnector ends at the
    substation of Oldtown.
    """
    terrain = small_terrain()
    upland = box(WEST + 2e3, SOUTH + 2e3, WEST + 20e3, SOUTH + 34e3)
    lowland = box(WEST + 20e3, SOUTH + 2e3, WEST + 42e3, SOUTH + 34e3)
    districts = gpd.GeoDataFrame(
        {"name": ["Upland", "Lowland"], "name_local": ["Upland", "Lowland"],
         "economic_region": ["Test", "Test"], "area_km2": [upland.area / 1e6, lowland.area / 1e6]},
        geometry=[upland, lowland], crs=CRS,
    )  # fmt: skip
    note = {"source": "made up for tests"}
    plants = _points(
        [{"id": "weir", "name": "Weir", "technology": "hydro", "status": "existing",
          "capacity_mw": 4.0, "annual_energy_gwh": None, "district": "Lowland",
          "east": 24, "north": 12, **note},
         {"id": "early-sun", "name": "Early Sun", "technology": "solar", "status": "committed",
          "capacity_mw": 10.0, "annual_energy_gwh": None, "district": "Lowland",
          "east": 33, "north": 8, **note}]
    )  # fmt: skip
    substations = _points(
        [{"id": "sub-oldtown", "name": "Oldtown", "voltage_kv": 330.0, "district": "Lowland",
          "east": 40, "north": 10, **note},
         {"id": "sub-riverton", "name": "Riverton", "voltage_kv": 110.0, "district": "Lowland",
          "east": 30, "north": 18, **note}]
    )  # fmt: skip
    interconnectors = pd.DataFrame(
        [{"id": "east-tie", "name": "East tie", "substation": "sub-oldtown", "import_mw": 60.0,
          "export_mw": 60.0, "origin": "assumed", **note}]
    )  # fmt: skip
    corridors = pd.DataFrame(
        [{"id": "ridge-road", "name": "Road over the ridge", "kind": "road", "standard": "land",
          "is_planned": False, "stops": "riverton;westhill", "published_key": "road_ridge_km", **note},
         {"id": "plain-rail", "name": "Railway of the plain", "kind": "railway",
          "standard": "tunnels", "is_planned": True, "stops": "oldtown;southbank;riverton",
          "published_key": "", **note}]
    )  # fmt: skip
    hazards = pd.DataFrame(
        [{"district": "Upland", "contaminated_ha": 6_000.0, "origin": "assumed", **note},
         {"district": "Lowland", "contaminated_ha": 2_000.0, "origin": "assumed", **note}]
    )  # fmt: skip
    published = pd.DataFrame(
        [{"key": "road_ridge_km", "title": "Road over the ridge", "value": 31.0, "unit": "km",
          "note": "made up", **note}]
    )  # fmt: skip
    rivers = gpd.GeoDataFrame(
        {"level": [2]},
        geometry=[LineString([(WEST + 24e3, SOUTH), (WEST + 24e3, SOUTH + ROWS * CELL)])],
        crs=CRS,
    )
    return Region(
        name="small",
        title={"en": "Small world"},
        crs=CRS,
        first_year=2026,
        last_year=2040,
        currency=Currency(code="AZN", per_usd=1.7, price_year=2024),
        boundary=gpd.GeoDataFrame(geometry=[upland.union(lowland)], crs=CRS),
        districts=conform(districts, DISTRICTS),
        terrain=terrain,
        climate=small_climate(),
        settlements=_settlements(terrain),
        population=_population(),
        rivers=rivers,
        protected=gpd.GeoDataFrame({"name": []}, geometry=[], crs=CRS),
        plants=conform(plants, PLANTS),
        substations=conform(substations, SUBSTATIONS),
        interconnectors=conform(interconnectors, INTERCONNECTORS),
        corridors=conform(corridors, CORRIDORS),
        hazards=conform(hazards, HAZARDS),
        published=conform(published, PUBLISHED),
        layers=(
            Layer(key="climate", file="climate.nc", origin="modelled", source="made up for tests",
                  licence="none", note=""),
        ),
        assumptions=(),
    )  # fmt: skip
