"""Weather files in the forms of PVGIS, NASA POWER, Open-Meteo and ERA5, written from one truth."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import pvlib
import xarray as xr

LAT, LON, HEIGHT = 39.5, 46.75, 520.0


@functools.cache
def truth(year: int = 2019, *, extra_hours: int = 0) -> pd.DataFrame:
    """Return clear and cloudy hours of a year, the sun at the middle of each hour, wind at 10 m."""
    hours = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
    hours = hours.append(pd.date_range(hours[-1], periods=extra_hours + 1, freq="h")[1:])
    middle = (hours + pd.Timedelta(minutes=30)).tz_localize("UTC")
    sun = pvlib.solarposition.get_solarposition(middle, LAT, LON)
    clouds = 0.55 + 0.4 * np.sin(np.arange(len(hours)) / 37)
    up = np.clip(np.cos(np.radians(sun["zenith"].to_numpy())), 0, None)
    ghi = 1_050 * up**1.15 * clouds
    kind = pvlib.irradiance.erbs(ghi, sun["zenith"].to_numpy(), middle.day_of_year.to_numpy())
    is_up = sun["zenith"].to_numpy() < 88
    dni = np.where(is_up, np.clip(kind["dni"], 0, 1_400), 0)
    day = np.arange(len(hours))
    return pd.DataFrame(
        {
            "ghi": ghi,
            "dni": dni,
            "dhi": np.clip(ghi - dni * up, 0, None),
            "temp_air": 12
            - 12 * np.cos(day / 8_760 * 2 * np.pi)
            + 4 * np.sin(day / 24 * 2 * np.pi),
            "wind_speed": 4 + 2 * np.sin(day / 50),
            "sun_height": 90 - sun["zenith"].to_numpy(),
            "cosine": up,
        },
        index=hours,
    )


@functools.cache
def _pvgis_rows(year: int) -> list[dict]:
    data = truth(year)
    return [
        {
            "time": f"{at:%Y%m%d:%H}30",
            "Gb(i)": round(row.dni * row.cosine, 2),
            "Gd(i)": round(row.dhi, 2),
            "Gr(i)": 0.0,
            "H_sun": round(row.sun_height, 3),
            "T2m": round(row.temp_air, 2),
            "WS10m": round(row.wind_speed, 2),
            "Int": 0.0,
        }
        for at, row in zip(data.index, data.itertuples(), strict=True)
    ]


def pvgis_hourly(year: int = 2019) -> dict:
    rows = _pvgis_rows(year)
    place = {"latitude": LAT, "longitude": LON, "elevation": HEIGHT}
    slope = {"slope": {"value": 0, "optimal": "-"}, "azimuth": {"value": 0, "optimal": "-"}}
    meteo = {"radiation_db": "PVGIS-SARAH3", "meteo_db": "ERA5", "year_min": year, "year_max": year}
    return {
        "inputs": {"location": place, "meteo_data": meteo, "mounting_system": {"fixed": slope}},
        "outputs": {"hourly": rows},
        "meta": {},
    }


def pvgis_hourly_csv(year: int = 2019) -> str:
    rows = pvgis_hourly(year)["outputs"]["hourly"]
    names = list(rows[0])
    head = (
        f"Latitude (decimal degrees):\t{LAT}\r\nLongitude (decimal degrees):\t{LON}\r\n"
        f"Elevation (m):\t{HEIGHT}\r\nRadiation database:\tPVGIS-SARAH3\r\n\r\n\r\n"
        "Slope: 0 deg. \r\nAzimuth: 0 deg. \r\n"
    )
    lines = [",".join(str(row[name]) for name in names) for row in rows]
    foot = "\r\nGb(i): Beam irradiance\r\n\r\nPVGIS (c) European Union, 2001-2026\r\n"
    return head + "\r\n".join([",".join(names), *lines]) + "\r\n" + foot


@functools.cache
def _typical_rows() -> list[dict]:
    data = truth(2019)
    years = {month: 2005 + month for month in range(1, 13)}
    return [
        {
            "time(UTC)": f"{years[at.month]}{at:%m%d:%H}00",
            "T2m": row.temp_air,
            "RH": 60.0,
            "G(h)": row.ghi,
            "Gb(n)": row.dni,
            "Gd(h)": row.dhi,
            "IR(h)": 300.0,
            "WS10m": row.wind_speed,
            "WD10m": 90.0,
            "SP": 95_000.0,
        }
        for at, row in zip(data.index, data.itertuples(), strict=True)
    ]


def pvgis_typical() -> dict:
    """A typical year: each month from another year."""
    rows = _typical_rows()
    place = {"latitude": LAT, "longitude": LON, "elevation": HEIGHT}
    months = [{"month": month, "year": 2005 + month} for month in range(1, 13)]
    return {
        "inputs": {"location": place},
        "outputs": {"months_selected": months, "tmy_hourly": rows},
        "meta": {},
    }


def pvgis_typical_csv() -> str:
    rows = pvgis_typical()["outputs"]["tmy_hourly"]
    names = list(rows[0])
    head = (
        f"Latitude (decimal degrees): {LAT}\r\nLongitude (decimal degrees): {LON}\r\n"
        f"Elevation (m): {HEIGHT}\r\nIrradiance Time Offset (h): 0.1761\r\nmonth,year\r\n"
    )
    head += "".join(f"{month},{2005 + month}\r\n" for month in range(1, 13))
    lines = [",".join(str(row[name]) for name in names) for row in rows]
    return head + "\r\n".join([",".join(names), *lines]) + "\r\nT2m: 2-m air temperature\r\n"


def power(year: int = 2019, *, with_parts: bool = True) -> dict:
    data = truth(year)
    names = {"ALLSKY_SFC_SW_DWN": "ghi", "T2M": "temp_air", "WS50M": "wind_speed"}
    if with_parts:
        names |= {"ALLSKY_SFC_SW_DNI": "dni", "ALLSKY_SFC_SW_DIFF": "dhi"}
    stamps = [f"{at:%Y%m%d%H}" for at in data.index]
    parameter = {
        theirs: dict(zip(stamps, data[ours].round(2).tolist(), strict=True))
        for theirs, ours in names.items()
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [LON, LAT, HEIGHT]},
        "properties": {"parameter": parameter},
        "header": {"fill_value": -999.0, "time_standard": "UTC", "sources": ["CERES", "MERRA2"]},
        "messages": [],
    }


def power_csv(year: int = 2019, *, standard: str = "UTC") -> str:
    data = truth(year)
    head = (
        "-BEGIN HEADER-\nNASA/POWER Source Native Resolution Hourly Data \n"
        f"Dates (month/day/year): 01/01/{year} through 12/31/{year} in {standard}\n"
        f"Location: latitude  {LAT}   longitude {LON}\n"
        f"elevation from MERRA-2: Average for 0.5 x 0.625 degree lat/lon region = {HEIGHT} meters\n"
        "The value for missing source data that cannot be computed or is outside of the sources "
        "availability range: -999 \nparameter(s): \n"
        "ALLSKY_SFC_SW_DWN   CERES SYN1deg (Wh/m^2) \n-END HEADER-\n"
    )
    lines = [
        f"{at.year},{at.month},{at.day},{at.hour},{row.ghi:.2f},{row.temp_air:.2f},{row.wind_speed:.2f}"
        for at, row in zip(data.index, data.itertuples(), strict=True)
    ]
    return head + "\n".join(["YEAR,MO,DY,HR,ALLSKY_SFC_SW_DWN,T2M,WS10M", *lines]) + "\n"


def _meteo_table(year: int) -> pd.DataFrame:
    """Sun of the hour before the stamp; the first hour has none."""
    data = truth(year, extra_hours=24)
    sun = data[["ghi", "dni", "dhi"]].shift(1)
    sun.iloc[0] = 0
    return pd.DataFrame(
        {
            "time": [f"{at:%Y-%m-%dT%H:%M}" for at in data.index],
            "shortwave_radiation": sun["ghi"].round(2),
            "direct_normal_irradiance": sun["dni"].round(2),
            "diffuse_radiation": sun["dhi"].round(2),
            "temperature_2m": data["temp_air"].round(2),
            "wind_speed_100m": data["wind_speed"].round(2),
        }
    )


def open_meteo(year: int = 2019) -> dict:
    table = _meteo_table(year)
    units = dict.fromkeys(table.columns, "W/m²") | {"time": "iso8601", "temperature_2m": "°C"}
    return {
        "latitude": LAT, "longitude": LON, "generationtime_ms": 1.0, "utc_offset_seconds": 0,
        "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": HEIGHT,
        "hourly_units": units | {"wind_speed_100m": "m/s"},
        "hourly": {name: table[name].tolist() for name in table},
    }  # fmt: skip


def open_meteo_csv(year: int = 2019, *, offset: int = 0) -> str:
    """The API's own CSV, with its usual km/h."""
    table = _meteo_table(year)
    table["wind_speed_100m"] *= 3.6
    units = ["", " (W/m²)", " (W/m²)", " (W/m²)", " (°C)", " (km/h)"]
    header = ",".join(name + unit for name, unit in zip(table.columns, units, strict=True))
    facts = "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation\n"
    body = table.to_csv(index=False, header=False)
    return f"{facts}{LAT},{LON},{HEIGHT},{offset},GMT,GMT\n\n{header}\n{body}"


def era5(year: int = 2019, *, land: bool = False) -> xr.Dataset:
    """ERA5 on four points, all alike; sums end at the stamp (ERA5-Land: since midnight)."""
    data = truth(year, extra_hours=1)
    sums = data["ghi"].shift(1).fillna(0) * 3_600
    direct = (data["ghi"] - data["dhi"]).shift(1).fillna(0) * 3_600
    if land:
        began = (data.index - pd.Timedelta(hours=1)).floor("D")
        sums, direct = sums.groupby(began).cumsum(), direct.groupby(began).cumsum()
    axes = ("valid_time", "latitude", "longitude")

    def spread(values) -> tuple:
        grid = np.broadcast_to(np.asarray(values)[:, None, None], (len(data), 2, 2))
        return axes, grid.astype("float32")

    wind = data["wind_speed"] / np.sqrt(2)
    high = "10" if land else "100"
    variables = {
        "ssrd": spread(sums), "t2m": spread(data["temp_air"] + 273.15),
        f"u{high}": spread(wind), f"v{high}": spread(-wind),
    }  # fmt: skip
    if not land:
        variables["fdir"] = spread(direct)
    return xr.Dataset(
        variables,
        coords={
            "valid_time": data.index, "latitude": [39.75, 39.5], "longitude": [46.75, 47.0],
            "number": 0, "expver": ("valid_time", ["0001"] * len(data)),
        },
    )  # fmt: skip


def dump(content) -> str:
    return json.dumps(content)
