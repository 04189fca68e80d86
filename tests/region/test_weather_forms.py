"""One truth in the forms of four services comes out as the same climate year."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest
import weather_forms as forms
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.region.climate import read_climate
from bunyad.region.weather import (
    PointInfo,
    WeatherSeries,
    YearRules,
    assemble_year,
    read_weather,
    write_climate,
)

TRUTH = forms.truth()
SHARED = Path(__file__).parents[3] / "shared/data/climate"


def _write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, "utf-8", newline="")
    return path


def _era5(folder: Path, *, land: bool = False, split: bool = False) -> list[Path]:
    data = forms.era5(land=land)
    parts = [data[["ssrd", "fdir"]], data.drop_vars(["ssrd", "fdir"])] if split else [data]
    paths = [folder / f"era5-{number}.nc" for number in range(len(parts))]
    for part, path in zip(parts, paths, strict=True):
        part.to_netcdf(path, engine="h5netcdf")
    return paths


FORMS = {
    "PVGIS hourly JSON": (lambda f: [_write(f, "a.json", forms.dump(forms.pvgis_hourly()))], 10),
    "PVGIS hourly CSV": (lambda f: [_write(f, "a.csv", forms.pvgis_hourly_csv())], 10),
    "PVGIS typical JSON": (lambda f: [_write(f, "a.json", forms.dump(forms.pvgis_typical()))], 10),
    "PVGIS typical CSV": (lambda f: [_write(f, "a.csv", forms.pvgis_typical_csv())], 10),
    "NASA POWER JSON": (lambda f: [_write(f, "a.json", forms.dump(forms.power()))], 50),
    "NASA POWER CSV, global sun only": (lambda f: [_write(f, "a.csv", forms.power_csv())], 10),
    "Open-Meteo JSON": (lambda f: [_write(f, "a.json", forms.dump(forms.open_meteo()))], 100),
    "Open-Meteo JSON, two places": (
        lambda f: [_write(f, "a.json", forms.dump([forms.open_meteo()] * 2))],
        100,
    ),
    "Open-Meteo CSV in km/h": (lambda f: [_write(f, "a.csv", forms.open_meteo_csv())], 100),
    "ERA5": (_era5, 100),
    "ERA5 in two files": (lambda f: _era5(f, split=True), 100),
    "ERA5-Land, sums since midnight, global sun only": (lambda f: _era5(f, land=True), 10),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_year(form: str, tmp_path: Path) -> None:
    write, height = FORMS[form]

    climate = assemble_year(
        read_weather(write(tmp_path)),
        rules=YearRules(year=None if "typical" in form else 2019, find_elevation=lambda *_: 400.0),
    )

    lifted = TRUTH["wind_speed"] * (100 / height) ** (1 / 7)
    for point in climate.point.to_numpy():
        hours = climate.isel(point=point)
        np.testing.assert_allclose(hours.ghi, TRUTH["ghi"], atol=0.3)
        np.testing.assert_allclose(hours.temp_air, TRUTH["temp_air"], atol=0.02)
        np.testing.assert_allclose(hours.wind_speed, lifted, atol=0.02)
        is_here = (hours.lat, hours.lon) == (forms.LAT, forms.LON)
        if not is_here:
            continue  # the sun stands otherwise a quarter of a degree away
        np.testing.assert_allclose(hours.dhi, TRUTH["dhi"], atol=12)
        high = TRUTH["sun_height"].to_numpy() > 8
        np.testing.assert_allclose(hours.dni[high], TRUTH["dni"][high], atol=12)
    assert ("power law, exponent 0.143" in climate.attrs["conversions"]) == (height != 100)
    assert ("Erbs" in climate.attrs["conversions"]) == ("only" in form)
    assert set(climate.elevation_m.to_numpy()) <= {forms.HEIGHT, 400.0}


@pytest.mark.parametrize("form", ["PVGIS typical JSON", "ERA5"])
def test_the_year_survives_the_way_through_the_file(form: str, tmp_path: Path) -> None:
    climate = assemble_year(
        read_weather(FORMS[form][0](tmp_path)),
        rules=YearRules(year=2019 if form == "ERA5" else None, find_elevation=lambda *_: 400.0),
    )

    write_climate(tmp_path / "climate.nc", climate)
    read = read_climate(tmp_path / "climate.nc", crs="EPSG:32638")

    np.testing.assert_allclose(read.ghi_w_m2, climate.ghi, rtol=1e-6)
    assert read.attrs["origin"] == "modelled"
    assert read.attrs["source"] == ("ERA5" if form == "ERA5" else "PVGIS typical year")


@pytest.mark.parametrize("year", [2019, 2020])
def test_a_leap_day_is_dropped(year: int, tmp_path: Path) -> None:
    path = _write(tmp_path, "a.json", forms.dump(forms.power(year)))

    climate = assemble_year(read_weather([path]))

    assert climate.sizes["time"] == 8_760
    assert not ((climate.time.dt.month == 2) & (climate.time.dt.day == 29)).any()
    assert climate.attrs["year"] == str(year)
    assert ("leap day dropped" in climate.attrs["conversions"]) == (year == 2020)
    march = forms.truth(year).loc[f"{year}-03-01" :]
    np.testing.assert_allclose(climate.temp_air[0, 59 * 24 :], march["temp_air"], atol=0.01)


def test_global_direct_and_diffuse_sun_close(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.csv", forms.power_csv())

    climate = assemble_year(read_weather([path])).isel(point=0)

    middle = pd.DatetimeIndex(climate.time.to_numpy()) + pd.Timedelta(minutes=30)
    sun = pvlib.solarposition.get_solarposition(middle.tz_localize("UTC"), forms.LAT, forms.LON)
    beam = climate.dni * np.clip(np.cos(np.radians(sun["zenith"].to_numpy())), 0, None)
    np.testing.assert_allclose(climate.ghi, beam + climate.dhi, atol=0.01)


@given(exponent=st.floats(0, 0.5), height=st.sampled_from([10.0, 50.0, 80.0]))
@settings(max_examples=10)
def test_wind_is_lifted_by_the_power_law(exponent: float, height: float) -> None:
    series = WeatherSeries(
        lat=forms.LAT,
        lon=forms.LON,
        elevation_m=0.0,
        wind_height_m=height,
        form="made up",
        hours=TRUTH,
    )

    climate = assemble_year([series], rules=YearRules(wind_exponent=exponent))

    expected = TRUTH["wind_speed"].mean() * (100 / height) ** exponent
    assert float(climate.wind_speed.mean()) == pytest.approx(expected, rel=1e-5)


def test_short_gaps_are_filled_and_said(tmp_path: Path) -> None:
    content = forms.power()
    for stamp in ("2019060312", "2019060313"):
        content["properties"]["parameter"]["T2M"][stamp] = -999.0
    path = _write(tmp_path, "a.json", forms.dump(content))

    climate = assemble_year(read_weather([path]))

    assert "gaps of up to 3 hours filled (2 hours)" in climate.attrs["conversions"]
    assert float(climate.temp_air.min()) > -60


def test_many_years_ask_which_one(tmp_path: Path) -> None:
    both = {}
    for year in (2018, 2019):
        for name, values in forms.power(year)["properties"]["parameter"].items():
            both.setdefault(name, {}).update(values)
    content = forms.power()
    content["properties"]["parameter"] = both
    series = read_weather([_write(tmp_path, "a.json", forms.dump(content))])

    with pytest.raises(InputError, match=r"it holds 2018, 2019\. Choose one with --year"):
        assemble_year(series)
    with pytest.raises(InputError, match=r"it holds 2018, 2019\. Give weather of 2001"):
        assemble_year(series, rules=YearRules(year=2001))
    assert assemble_year(series, rules=YearRules(year=2018)).attrs["year"] == "2018"


def _cut(content: dict, *path: str) -> dict:
    part = content
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return content


def _gap(content: dict) -> dict:
    temperature = content["properties"]["parameter"]["T2M"]
    temperature.update(dict.fromkeys(list(temperature)[500:600], -999.0))
    return content


def _tilted() -> dict:
    content = forms.pvgis_hourly()
    content["inputs"]["mounting_system"]["fixed"]["slope"]["value"] = 30
    return content


WRONG = {
    "no weather": ("a.json", '{"message": "Location over the sea."}', r"no weather \(Location over"),
    "broken JSON": ("a.json", '{"hourly"', "no valid JSON"),
    "an unknown table": ("a.csv", "a,b\n1,2\n", "the columns time, ghi, temp_air, wind_speed"),
    "an empty file": ("a.csv", "", "no readable table"),
    "no text": ("a.csv", b"\xff\xfe\x00", "the file cannot be read"),
    "no NetCDF": ("a.nc", b"hello", "no readable NetCDF"),
    "a plane that is tilted": ("a.json", _tilted, "the plane is tilted by 30°"),
    "PVGIS without components": (
        "a.json",
        lambda: {
            **forms.pvgis_hourly(),
            "outputs": {"hourly": [{"time": "20190101:0010", "G(i)": 0, "T2m": 1, "WS10m": 1}]},
        },
        r"Gb\(i\), Gd\(i\), H_sun is missing",
    ),
    "PVGIS without a place": (
        "a.json",
        lambda: _cut(forms.pvgis_hourly(), "inputs", "location"),
        "'location' is missing",
    ),
    "PVGIS CSV without a table": ("a.csv", "Latitude (decimal degrees): 1\n", "no table"),
    "PVGIS CSV without a place": (
        "a.csv",
        lambda: forms.pvgis_hourly_csv().replace("Elevation (m)", "Height"),
        "latitude, longitude or elevation is missing",
    ),
    "PVGIS with strange times": (
        "a.csv",
        lambda: forms.pvgis_hourly_csv().replace("20190101:0030", "2019-01-01", 1),
        "a time cannot be read",
    ),
    "POWER in local time": ("a.csv", lambda: forms.power_csv(standard="LST"), "its times are LST"),
    "POWER without a header": ("a.csv", "-BEGIN HEADER-\n", "header block is damaged"),
    "POWER without hours": (
        "a.csv",
        lambda: forms.power_csv().replace(",HR,", ",H,"),
        "YEAR, MO, DY or HR is missing",
    ),
    "POWER without wind": (
        "a.json",
        lambda: _cut(forms.power(), "properties", "parameter", "WS50M"),
        "WS50M is missing",
    ),
    "POWER without a place": ("a.json", lambda: _cut(forms.power(), "geometry"), "geometry"),
    "POWER with a long gap": ("a.json", lambda: _gap(forms.power()), r"temp_air has no value for 100 hours"),
    "Open-Meteo in another zone": (
        "a.csv",
        lambda: forms.open_meteo_csv(offset=14_400),
        r"its times are \+4 h off UTC",
    ),
    "Open-Meteo in knots": (
        "a.csv",
        lambda: forms.open_meteo_csv().replace("km/h", "kn"),
        "its wind is in kn",
    ),
    "Open-Meteo without sun": (
        "a.json",
        lambda: _cut(forms.open_meteo(), "hourly", "shortwave_radiation"),
        "shortwave_radiation is missing",
    ),
    "Open-Meteo without hours": ("a.json", '{"hourly": {}}', "cannot be read"),
    "Open-Meteo of two places in CSV": (
        "a.csv",
        lambda: forms.open_meteo_csv().replace("GMT,GMT\n", "GMT,GMT\n1,2,3,0,GMT,GMT\n", 1),
        "it holds 2 places",
    ),
    "half a year": (
        "a.csv",
        lambda: "\n".join(forms.open_meteo_csv().splitlines()[:5_000]),
        r"has no value for .* hours",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_with_what_where_and_what_to_do(case: str, tmp_path: Path) -> None:
    name, content, message = WRONG[case]
    content = content() if callable(content) else content
    content = json.dumps(content) if isinstance(content, dict) else content
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(InputError) as refused:
        assemble_year(read_weather([path]))

    assert re.search(message, str(refused.value)), str(refused.value)
    assert all(fault.where and fault.mend for fault in refused.value.faults)


def test_era5_without_what_is_needed_is_refused(tmp_path: Path) -> None:
    forms.era5().drop_vars(["u100", "t2m"]).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")

    with pytest.raises(InputError, match="t2m, u100, v100 is missing"):
        read_weather([tmp_path / "a.nc"])


def test_era5_knows_its_height_by_geopotential(tmp_path: Path) -> None:
    data = forms.era5()
    data["z"] = (("latitude", "longitude"), np.full((2, 2), 520 * 9.80665))
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")

    climate = assemble_year(read_weather([tmp_path / "a.nc"]), rules=YearRules(year=2019))

    np.testing.assert_allclose(climate.elevation_m, 520, atol=0.01)


def test_a_height_that_nobody_knows_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the height of the ground is missing"):
        assemble_year(read_weather(_era5(tmp_path)), rules=YearRules(year=2019))


def test_a_plain_table_needs_a_place(tmp_path: Path) -> None:
    table = TRUTH.rename(columns={"temp_air": "T_amb"}).rename_axis("timestamp")
    path = _write(tmp_path, "a.csv", table[["ghi", "T_amb", "wind_speed"]].to_csv())

    with pytest.raises(InputError, match="give --lat, --lon and --elevation".capitalize()):
        read_weather([path])
    point = PointInfo(lat=forms.LAT, lon=forms.LON, elevation_m=10.0)
    climate = assemble_year(read_weather([path], point=point))

    np.testing.assert_allclose(climate.ghi[0], TRUTH["ghi"], atol=0.01)


def test_several_points_make_one_file(tmp_path: Path) -> None:
    content = forms.power()
    content["geometry"]["coordinates"] = [47.0, 39.0, 300.0]
    paths = [
        _write(tmp_path, "a.json", forms.dump(forms.power())),
        _write(tmp_path, "b.json", forms.dump(content)),
    ]

    climate = assemble_year(read_weather(paths))

    assert climate.lat.to_numpy().tolist() == [forms.LAT, 39.0]
    assert climate.elevation_m.to_numpy().tolist() == [forms.HEIGHT, 300.0]
    assert isinstance(climate, xr.Dataset)


if SHARED.is_dir():

    def test_a_real_typical_year_of_pvgis_keeps_its_sums() -> None:
        """PVGIS 5.3 SARAH-3, typical year of Jabrayil, as a table with names of its own."""
        path = next(SHARED.glob("pvgis_sarah3_tmy_*.csv"))
        point = PointInfo(lat=39.33, lon=47.052, elevation_m=400.0)

        climate = assemble_year(read_weather([path], point=point))

        table = pd.read_csv(path)
        assert climate.attrs["year"] == "typical"
        assert float(climate.ghi.sum()) == pytest.approx(table["GHI"].sum(), rel=1e-5)
        lift = 10 ** (1 / 7)
        assert float(climate.wind_speed.mean()) == pytest.approx(
            table["wind_speed"].mean() * lift, rel=1e-4
        )
        january = table[table["month"] == 1]["GHI"].sum()
        assert float(climate.ghi[0, : 31 * 24].sum()) == pytest.approx(january, rel=1e-5)
