"""Checks of the built-in region folder `karabakh` on its own."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import netCDF4
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.features
from numpy.typing import NDArray
from ruamel.yaml import YAML

import bunyad.regions

FOLDER = Path(bunyad.regions.__path__[0]) / "karabakh"
METRES = "EPSG:32638"

PUBLISHED_HEIGHTS_M = {
    "shusha": 1370,
    "khankendi": 850,
    "aghdam": 375,
    "fuzuli": 415,
    "jabrayil": 600,
    "zangilan": 420,
    "gubadli": 490,
    "lachin": 1160,
    "kalbajar": 1540,
    "tartar": 255,
}
"""Heights that gazetteers give for the towns [m]."""


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False)


def points(name: str) -> gpd.GeoDataFrame:
    frame = table(name)
    where = gpd.points_from_xy(frame["lon"], frame["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=where).to_crs(METRES)


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return gpd.read_file(FOLDER / "districts.geojson")


@pytest.fixture(scope="module")
def climate() -> dict[str, NDArray[np.float64]]:
    with netCDF4.Dataset(FOLDER / "climate.nc") as file:
        return {name: np.asarray(file[name][:], dtype=float) for name in file.variables}


def test_the_folder_is_small_enough_for_a_wheel() -> None:
    size = sum(path.stat().st_size for path in FOLDER.iterdir())

    assert size < 8_000_000


def test_every_file_is_named_as_a_layer_with_origin_source_and_licence() -> None:
    layers = YAML(typ="safe").load((FOLDER / "region.yaml").read_text("utf-8"))["layers"]

    named = {layer["file"] for layer in layers.values()}
    others = {"region.yaml", "SOURCES.md"}

    assert named | others == {path.name for path in FOLDER.iterdir()}
    assert all(layer[key] for layer in layers.values() for key in ("origin", "source", "licence"))


def test_every_modelled_file_says_so() -> None:
    layers = YAML(typ="safe").load((FOLDER / "region.yaml").read_text("utf-8"))["layers"]

    with rasterio.open(FOLDER / "wind_speed_100m.tif") as wind:
        assert wind.tags()["ORIGIN"] == layers["wind_speed"]["origin"] == "modelled"
    with netCDF4.Dataset(FOLDER / "climate.nc") as climate:
        assert climate.origin == layers["climate"]["origin"] == "modelled"
    assert set(table("hazards")["origin"]) == {layers["hazards"]["origin"]} == {"modelled"}


def test_there_are_fourteen_districts_without_gap_or_overlap(districts: gpd.GeoDataFrame) -> None:
    flat = districts.to_crs(METRES)
    whole = flat.union_all()

    assert len(districts) == districts["name"].nunique() == 14
    assert flat.area.sum() == pytest.approx(whole.area, rel=1e-6)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert 15_500e6 < whole.area < 17_000e6


@pytest.mark.parametrize(
    ("name", "farthest_km"), [("settlements", 5), ("plants", 5), ("substations", 5)]
)
def test_places_lie_in_or_beside_their_district(
    name: str, farthest_km: float, districts: gpd.GeoDataFrame
) -> None:
    outlines = districts.to_crs(METRES).set_index("name").geometry
    places = points(name)

    own = gpd.GeoSeries(outlines.loc[places["district"]].to_numpy(), crs=METRES)

    assert (places.distance(own, align=False) < farthest_km * 1_000).all()


def test_settlements_are_apart_from_each_other() -> None:
    places = points("settlements")

    nearest = [places.distance(place).nsmallest(2).iloc[1] for place in places.geometry]

    assert places["id"].is_unique
    assert min(nearest) > 500


@pytest.mark.parametrize("name", ["settlements", "plants", "substations", "interconnectors"])
def test_identifiers_are_plain_slugs(name: str) -> None:
    assert table(name)["id"].str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*").all()


def test_every_row_names_its_source() -> None:
    for path in FOLDER.glob("*.csv"):
        assert (table(path.stem)["source"].str.len() > 3).all(), path.name


def test_tables_refer_to_rows_that_exist(districts: gpd.GeoDataFrame) -> None:
    settlements, published = set(table("settlements")["id"]), set(table("published")["key"])
    corridors = table("corridors")

    assert set(table("population")["settlement"]) <= settlements
    assert {stop for stops in corridors["stops"] for stop in stops.split(";")} <= settlements
    assert set(corridors["published_key"]) - {""} <= published
    assert set(table("interconnectors")["substation"]) <= set(table("substations")["id"])
    assert set(table("hazards")["district"]) <= set(districts["name"])


def test_no_published_route_is_shorter_than_the_straight_lines_between_its_stops() -> None:
    places = points("settlements").set_index("id").geometry
    lengths = table("published").set_index("key")["value"].astype(float)

    for corridor in table("corridors").itertuples():
        stops = corridor.stops.split(";")
        straight = sum(places[a].distance(places[b]) for a, b in pairwise(stops))
        if corridor.published_key:
            assert straight / 1_000 < lengths[corridor.published_key], corridor.id


def test_towns_that_were_destroyed_have_no_gazetteer_population() -> None:
    settlements = table("settlements").set_index("id")
    population = table("population")

    is_rebuilt = settlements.loc[population["settlement"], "is_rebuilt"].to_numpy(dtype=bool)

    assert not population.loc[is_rebuilt, "source"].str.contains("GeoNames").any()


def test_figures_of_a_settlement_stand_once_a_year_and_never_fall() -> None:
    population = table("population").sort_values(["settlement", "year"])

    assert not population.duplicated(["settlement", "year"]).any()
    assert (population.groupby("settlement")["people"].diff().dropna() >= 0).all()


def test_hazards_add_up_to_the_published_total() -> None:
    total = table("published").set_index("key")["value"].astype(float)["hazard_ha"]

    assert table("hazards")["contaminated_ha"].sum() == pytest.approx(total, abs=10)


def test_hydropower_is_less_than_the_published_sum_as_not_all_plants_are_named() -> None:
    plants, published = table("plants"), table("published").set_index("key")["value"].astype(float)

    hydro = plants.loc[plants["technology"] == "hydro", "capacity_mw"].sum()

    assert 100 < hydro < published["hydro_installed_mw_2023"]


@pytest.mark.parametrize("file", ["elevation.tif", "land_cover.tif", "wind_speed_100m.tif"])
def test_rasters_cover_the_region_and_its_margin(file: str, districts: gpd.GeoDataFrame) -> None:
    west, south, east, north = districts.to_crs(METRES).buffer(10_000).to_crs(4326).total_bounds

    with rasterio.open(FOLDER / file) as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.nodata is not None
        assert raster.bounds.left < west
        assert raster.bounds.bottom < south
        assert raster.bounds.right > east
        assert raster.bounds.top > north
        assert (raster.read(1) != raster.nodata).all()


def test_towns_stand_at_their_published_heights() -> None:
    places = table("settlements").set_index("id").loc[list(PUBLISHED_HEIGHTS_M)]

    with rasterio.open(FOLDER / "elevation.tif") as raster:
        sampled = list(raster.sample(zip(places["lon"], places["lat"])))

    error = np.ravel(sampled) - list(PUBLISHED_HEIGHTS_M.values())
    assert np.abs(error).max() < 60


def test_elevation_cells_are_centred_on_the_nodes_of_globe() -> None:
    with rasterio.open(FOLDER / "elevation.tif") as raster:
        longitude, latitude = raster.xy(0, 0)

    assert longitude * 120 == pytest.approx(round(longitude * 120), abs=1e-6)
    assert latitude * 120 == pytest.approx(round(latitude * 120), abs=1e-6)


def test_wind_is_stronger_on_heights_than_in_hollows_and_has_the_assumed_mean(
    districts: gpd.GeoDataFrame,
) -> None:
    with rasterio.open(FOLDER / "elevation.tif") as raster:
        height = raster.read(1).astype(float)
    with rasterio.open(FOLDER / "wind_speed_100m.tif") as raster:
        speed = raster.read(1).astype(float)
        inside = rasterio.features.geometry_mask(
            districts.geometry, speed.shape, raster.transform, invert=True
        )
    rise = height[1:-1, 1:-1] - (
        (height[2:, 1:-1] + height[:-2, 1:-1] + height[1:-1, 2:] + height[1:-1, :-2]) / 4
    )
    inner = speed[1:-1, 1:-1]

    assert inner[rise > 150].mean() > 6.5 > 5.0 > inner[rise < -150].mean()
    assert speed[inside].mean() == pytest.approx(5.5, abs=0.01)
    assert speed.min() > 3
    assert speed.max() < 9


def test_the_climate_is_one_whole_year_at_points_around_the_region(
    climate: dict[str, NDArray[np.float64]], districts: gpd.GeoDataFrame
) -> None:
    where = gpd.GeoSeries(gpd.points_from_xy(climate["lon"], climate["lat"]), crs="EPSG:4326")
    grid = where.to_crs(METRES)
    farthest = [grid.distance(p).min() for p in points("settlements").geometry]

    assert climate["time"].tolist() == list(range(8_760))
    assert grid.distance(districts.to_crs(METRES).union_all()).max() <= 20_000
    assert max(farthest) < 20_000
    assert climate["ghi"].shape == (len(where), 8_760)


def test_climate_values_are_possible(climate: dict[str, NDArray[np.float64]]) -> None:
    for name in ("ghi", "dni", "dhi", "temp_air", "wind_speed"):
        assert np.isfinite(climate[name]).all(), name
    assert climate["ghi"].min() == climate["dni"].min() == climate["dhi"].min() == 0
    assert climate["ghi"].max() < 1_200
    assert climate["dni"].max() < 1_100
    assert (climate["dhi"] <= climate["ghi"] + 1).all()
    assert climate["wind_speed"].max() < 40
    assert -45 < climate["temp_air"].min() < climate["temp_air"].max() < 48


def test_the_sun_shines_by_day_only_and_its_parts_add_up(
    climate: dict[str, NDArray[np.float64]],
) -> None:
    import pvlib

    middle = pd.date_range("2019-01-01 00:30", periods=8_760, freq="h", tz="UTC")
    for point in (0, 25, 50):
        sun = pvlib.solarposition.get_solarposition(
            middle, climate["lat"][point], climate["lon"][point], climate["elevation_m"][point]
        )
        height = np.sin(np.radians(sun["apparent_elevation"].to_numpy()))
        parts = climate["dni"][point] * height.clip(0) + climate["dhi"][point]

        assert (climate["ghi"][point][height < -0.02] == 0).all()
        assert np.abs(parts - climate["ghi"][point]).max() < 1.5


def test_the_year_at_jabrayil_is_scaled_to_the_published_sum(
    climate: dict[str, NDArray[np.float64]],
) -> None:
    assert at_jabrayil(climate, "ghi").sum() / 1_000 == pytest.approx(1_595, abs=2)


def test_the_shares_of_direct_and_diffuse_light_are_near_the_published_ones(
    climate: dict[str, NDArray[np.float64]],
) -> None:
    """The year is scaled by GHI alone, so this is an independent check of the model."""
    published = table("published").set_index("key")["value"].astype(float)

    diffuse = at_jabrayil(climate, "dhi").sum() / 1_000
    direct = at_jabrayil(climate, "dni").sum() / 1_000

    assert diffuse == pytest.approx(published["dhi_jabrayil_kwh_m2"], rel=0.05)
    assert direct == pytest.approx(published["dni_jabrayil_kwh_m2"], rel=0.05)


def test_air_gets_colder_with_height(climate: dict[str, NDArray[np.float64]]) -> None:
    slope, level = np.polyfit(climate["elevation_m"], climate["temp_air"].mean(axis=1), 1)

    assert slope * 1_000 == pytest.approx(-6.5, abs=0.2)
    assert 15 < level < 18


def at_jabrayil(climate: dict[str, NDArray[np.float64]], name: str) -> NDArray[np.float64]:
    """Blend the four grid points around 39.330 N 47.052 E."""
    latitude, longitude = 39.330, 47.052
    row, column = (
        1 - np.abs(climate["lat"] - latitude) * 4,
        1 - np.abs(climate["lon"] - longitude) * 4,
    )
    weights = row.clip(0) * column.clip(0)
    assert weights.sum() == pytest.approx(1)
    return np.asarray(weights @ climate[name])
