"""Every kind of wrong region folder: the message says what, where and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr

from bunyad.errors import InputError
from bunyad.region import find_region, load_region


def _edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def _spoil_raster(
    folder: Path, name: str, change: Callable[[np.ndarray, dict], np.ndarray]
) -> None:
    path = folder / name
    with rasterio.open(path) as source:
        values, profile = source.read(1), dict(source.profile)
    values = change(values, profile)
    profile |= {"height": values.shape[0], "width": values.shape[1]}
    path.unlink()
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)


def _no_crs(values: np.ndarray, profile: dict) -> np.ndarray:
    profile.pop("crs")
    return values


def _wrong_crs(values: np.ndarray, profile: dict) -> np.ndarray:
    profile["crs"] = "EPSG:32638"
    return values


def _hole(values: np.ndarray, _profile: dict) -> np.ndarray:
    values[20:24, 20:24] = np.nan
    return values


def _absurd(values: np.ndarray, _profile: dict) -> np.ndarray:
    values[20:24, 20:24] = 32_767
    return values


def _drop_variable(folder: Path) -> None:
    _change_climate(folder, lambda data: data.drop_vars("dni"))


def _half_year(folder: Path) -> None:
    _change_climate(folder, lambda data: data.isel(time=slice(0, 4_000)))


def _gap(folder: Path) -> None:
    def cut(data: xr.Dataset) -> xr.Dataset:
        data["temp_air"][0, 100:110] = np.nan
        return data

    _change_climate(folder, cut)


def _negative_sun(folder: Path) -> None:
    _change_climate(folder, lambda data: data.assign(ghi=data.ghi - 50))


def _change_climate(folder: Path, change: Callable[[xr.Dataset], xr.Dataset]) -> None:
    path = folder / "climate.nc"
    with xr.open_dataset(path, engine="h5netcdf") as source:
        data = change(source.load())
    path.unlink()
    data.to_netcdf(path, engine="h5netcdf")


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no region.yaml": (
        lambda f: (f / "region.yaml").unlink(),
        r"region\.yaml: the file is missing\. A region is a folder",
    ),
    "YAML that cannot be parsed": (
        lambda f: _edit(f, "region.yaml", "name: small", "name: [small"),
        r"line \d+ is not valid YAML",
    ),
    "an empty region.yaml": (
        lambda f: (f / "region.yaml").write_text(""),
        r"it holds no fields",
    ),
    "a field that does not exist": (
        lambda f: _edit(f, "region.yaml", "margin_km: 2", "margin: 2"),
        r"region\.yaml:5: margin: there is no such field",
    ),
    "a field that is missing": (
        lambda f: _edit(f, "region.yaml", "crs: EPSG:32638\n", ""),
        r"crs: the field is missing",
    ),
    "years in the wrong order": (
        lambda f: _edit(f, "region.yaml", "last_year: 2040", "last_year: 2020"),
        r"horizon.*last_year must be later than first_year",
    ),
    "a CRS that does not exist": (
        lambda f: _edit(f, "region.yaml", "EPSG:32638", "EPSG:999999"),
        r"crs: EPSG:999999 is not a known CRS\. Give a projected CRS",
    ),
    "a CRS in degrees": (
        lambda f: _edit(f, "region.yaml", "EPSG:32638", "EPSG:4326"),
        r"crs: EPSG:4326 does not measure in metres",
    ),
    "a layer whose file is missing": (
        lambda f: (f / "elevation.tif").unlink(),
        r"layers\.elevation\.file: the file elevation\.tif is missing",
    ),
    "an origin that is unknown": (
        lambda f: _edit(f, "region.yaml", "origin: modelled", "origin: guessed"),
        r"origin: the value is 'guessed'.*'measured', 'published', 'modelled' or 'assumed'",
    ),
    "negative population": (
        lambda f: _edit(f, "population.csv", "8000", "-8000"),
        r"population\.csv: row 2, people: the value is '-8000\.0'\. Give 0 \[people\] or more",
    ),
    "population that is no number": (
        lambda f: _edit(f, "population.csv", "8000.0", "nan"),
        r"population\.csv: row 2, people: the value is 'nan'\. Give a finite number",
    ),
    "population that is missing": (
        lambda f: _edit(f, "population.csv", "8000.0", ""),
        r"population\.csv: row 2, people: the cell is empty",
    ),
    "population of an unknown settlement": (
        lambda f: _edit(f, "population.csv", "riverton", "rivertown"),
        r"row 2, settlement: there is no settlement 'rivertown'",
    ),
    "a settlement in an unknown district": (
        lambda f: _edit(f, "settlements.csv", "Lowland", "Lowlands"),
        r"settlements\.csv: row 2, district: there is no district 'Lowlands'",
    ),
    "a settlement that is there twice": (
        lambda f: _edit(f, "settlements.csv", "eastfield", "riverton"),
        r"row 3, id: 'riverton' is there twice",
    ),
    "a kind of place that is unknown": (
        lambda f: _edit(f, "settlements.csv", "city", "metropolis"),
        r"kind: the value is 'metropolis'\. Give one of city, town, village",
    ),
    "a latitude out of range": (
        lambda f: _edit(f, "settlements.csv", "39.8", "139.8"),
        r"lat: the value is '139\.8.*Give 90 \[degrees\] or less",
    ),
    "a settlement far outside": (
        lambda f: _edit(f, "settlements.csv", "39.8", "49.8"),
        r"riverton: it lies more than 2 km outside of the region",
    ),
    "a column that is missing": (
        lambda f: _edit(f, "settlements.csv", "name_local", "local"),
        r"settlements\.csv: the columns name_local are missing",
    ),
    "a table that is no text": (
        lambda f: (f / "plants.csv").write_bytes(b"\xff\xfe\x00\x01"),
        r"plants\.csv: the file is no readable CSV",
    ),
    "a corridor to nowhere": (
        lambda f: _edit(f, "corridors.csv", "riverton;westhill", "riverton;nowhere"),
        r"corridors\.csv: stops: there is no settlement 'nowhere'",
    ),
    "an interconnector without substation": (
        lambda f: _edit(f, "interconnectors.csv", "sub-oldtown", "sub-none"),
        r"there is no substation 'sub-none'",
    ),
    "a raster without CRS": (
        lambda f: _spoil_raster(f, "elevation.tif", _no_crs),
        r"elevation\.tif: the raster has no CRS",
    ),
    "a raster with the wrong CRS": (
        lambda f: _spoil_raster(f, "elevation.tif", _wrong_crs),
        r"elevation\.tif: the raster reaches from .* or check its CRS",
    ),
    "a raster that covers a part only": (
        lambda f: _spoil_raster(f, "wind_speed.tif", lambda values, _p: values[:20]),
        r"wind_speed\.tif: the raster reaches from .* but the region from",
    ),
    "a raster with a hole": (
        lambda f: _spoil_raster(f, "elevation.tif", _hole),
        r"elevation\.tif: .*% of the region has no value",
    ),
    "a raster with undeclared nodata": (
        lambda f: _spoil_raster(f, "elevation.tif", _absurd),
        r"elevation\.tif: the value .* declare nodata",
    ),
    "a raster that is no raster": (
        lambda f: (f / "elevation.tif").write_text("hello"),
        r"elevation\.tif: the file is no readable raster",
    ),
    "districts in metres that claim degrees": (
        lambda f: (f / "districts.geojson").write_text(
            (f / "districts.geojson").read_text().replace("[ 45.", "[ 45000.")
        ),
        r"districts\.geojson: coordinates reach .* counts in degrees",
    ),
    "districts that are no map": (
        lambda f: (f / "districts.geojson").write_text("{"),
        r"districts\.geojson: the file is no readable vector layer",
    ),
    "districts without names": (
        lambda f: (f / "districts.geojson").write_text(
            (f / "districts.geojson").read_text().replace('"name"', '"label"')
        ),
        r"districts\.geojson: the properties name are missing",
    ),
    "a climate without a variable": (_drop_variable, r"climate\.nc: dni: the variable is missing"),
    "a climate of half a year": (
        _half_year,
        r"climate\.nc: time: there are 4000 hours\. Give 8760",
    ),
    "a climate with gaps": (_gap, r"climate\.nc: temp_air: 10 hours have no value"),
    "a climate with negative sun": (_negative_sun, r"climate\.nc: ghi: values reach from -50"),
    "a climate that is no NetCDF": (
        lambda f: (f / "climate.nc").write_text("hello"),
        r"climate\.nc: the file is no readable NetCDF",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_folder_is_refused_with_what_where_and_what_to_do(
    case: str, small_folder: Path
) -> None:
    spoil, message = CASES[case]
    spoil(small_folder)

    with pytest.raises(InputError) as refused:
        load_region(small_folder)

    assert re.search(message, str(refused.value), re.DOTALL), str(refused.value)
    for fault in refused.value.faults:
        assert fault.where
        assert fault.mend


def test_all_faults_of_an_input_are_shown_at_once(small_folder: Path) -> None:
    _edit(small_folder, "population.csv", "8000.0", "many")
    _edit(small_folder, "settlements.csv", "city", "metropolis")

    with pytest.raises(InputError) as refused:
        load_region(small_folder)

    assert len(refused.value.faults) == 2


def test_an_unknown_name_lists_the_known_regions() -> None:
    with pytest.raises(InputError, match=r"Did you mean karabakh\? .*built-in name: karabakh"):
        find_region("karabagh")
