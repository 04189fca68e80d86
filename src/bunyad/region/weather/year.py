"""From hourly weather at points to the climate year of a region folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import xarray as xr

from bunyad.errors import Fault, InputError
from bunyad.region.climate import HOURS
from bunyad.region.weather.series import VARIABLES, WeatherSeries, constants

UNITS = {"ghi": "W m-2", "dni": "W m-2", "dhi": "W m-2", "temp_air": "degC", "wind_speed": "m s-1"}
LONG_NAMES = {
    "ghi": "global horizontal irradiance",
    "dni": "direct normal irradiance",
    "dhi": "diffuse horizontal irradiance",
    "temp_air": "air temperature 2 m above ground",
    "wind_speed": "wind speed 100 m above ground",
}
NIGHT_W_M2 = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRules:
    """How the climate year is made."""

    year: int | None = None
    """Year to take; needed where a file holds several."""
    wind_exponent: float | None = None
    """Exponent of the power law that brings wind to 100 m [-]; 1/7 where none is given."""
    find_elevation: Callable[[float, float], float | None] = lambda _lat, _lon: None
    """Height of the ground at a latitude and longitude, for files that lack it [m]."""


def assemble_year(series: Sequence[WeatherSeries], *, rules: YearRules | None = None) -> xr.Dataset:
    """
    Bring hourly weather at points to one year of 8,760 hours in the folder's form.

    The leap day is dropped. Where direct or diffuse sun is missing it is found from the others, or
    from the global sun by Erbs et al. (1982). Wind is brought to 100 m by the power law.

    Parameters
    ----------
    series
        Weather at one or more points, in UTC.
    rules
        Year, wind exponent and where to find heights.

    Returns
    -------
    xarray.Dataset
        Variables and coordinates of the climate file; the attributes say what was converted.

    Raises
    ------
    InputError
        Naming each point that lacks hours, height or the year asked for.
    """
    rules = rules or YearRules()
    faults: list[Fault] = []
    frames, heights, notes = [], [], {}
    for one in series:
        where = f"{one.form} at {one.lat:g}, {one.lon:g}"
        try:
            frame, said = _one_year(one, rules, where)
            heights.append(_height(one, rules, where))
        except InputError as error:
            faults += error.faults
            continue
        frames.append(frame)
        notes.update(dict.fromkeys((*one.notes, *said)))
    if faults:
        raise InputError.of(faults)
    years = sorted({str(frame.attrs["year"]) for frame in frames})
    stacked = np.stack([frame.to_numpy(dtype="float32") for frame in frames])
    return xr.Dataset(
        {
            name: (
                ("point", "time"),
                stacked[:, :, at],
                {"units": UNITS[name], "long_name": LONG_NAMES[name]},
            )
            for at, name in enumerate(VARIABLES)
        },
        coords={
            "time": _calendar(frames[0].attrs["year"]),
            "lat": ("point", np.array([one.lat for one in series]), {"units": "degrees_north"}),
            "lon": ("point", np.array([one.lon for one in series]), {"units": "degrees_east"}),
            "elevation_m": ("point", np.array(heights, "float64"), {"units": "m"}),
        },
        attrs={
            "Conventions": "CF-1.10",
            "origin": "modelled",
            "source": ", ".join(dict.fromkeys(one.form for one in series)),
            "year": ", ".join(years),
            "conversions": "; ".join(notes),
        },
    )


def write_climate(path: Path, climate: xr.Dataset) -> None:
    """Write a climate year as compressed NetCDF-4."""
    encoding: dict[str, dict[str, object]] = {
        name: {"zlib": True, "complevel": 4, "shuffle": True} for name in VARIABLES
    }
    encoding["time"] = {"units": f"hours since {climate.time.dt.year.item(0)}-01-01 00:00:00"}
    climate.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def _calendar(year: int | str) -> pd.DatetimeIndex:
    """Return the 8,760 hours of a year without its leap day."""
    number = int(year) if str(year).isdigit() else int(constants()["typical_year"])
    hours = pd.date_range(f"{number}-01-01", f"{number}-12-31 23:00", freq="h")
    return hours[~((hours.month == 2) & (hours.day == 29))]


def _one_year(one: WeatherSeries, rules: YearRules, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the hours of one year in calendar order, complete, and what was changed."""
    index = pd.DatetimeIndex(one.hours.index)
    hours = one.hours[~((index.month == 2) & (index.day == 29))]
    hours = hours[~hours.index.duplicated()]
    notes = ["leap day dropped"] if len(hours) < len(one.hours) else []
    hours, year = _choose_year(hours, rules, where)
    calendar = _calendar(year)
    hours = hours.sort_index().set_axis(_move(hours.sort_index().index, calendar[0].year))
    hours = hours[~hours.index.duplicated()].sort_index().reindex(calendar)
    hours, filled = _fill(hours, where)
    notes += [filled] if filled else []
    hours, split = _complete_sun(hours, one)
    notes += [split] if split else []
    hours, lifted = _lift_wind(hours, one, rules)
    notes += [lifted] if lifted else []
    for name in ("ghi", "dni", "dhi", "wind_speed"):
        hours[name] = hours[name].clip(lower=0)
    hours = hours[list(VARIABLES)]
    hours.attrs["year"] = year
    return hours, notes


def _choose_year(
    hours: pd.DataFrame, rules: YearRules, where: str
) -> tuple[pd.DataFrame, int | str]:
    """Return the hours of the year asked for, of the only one, or of a typical year."""
    index = pd.DatetimeIndex(hours.index)
    years = pd.Series(index.year).value_counts()
    whole = sorted(int(year) for year, count in years.items() if count > HOURS / 2)  # type: ignore[call-overload]
    if rules.year is not None:
        if rules.year not in whole:
            held = ", ".join(map(str, whole)) or "no whole year"
            raise InputError(f"it holds {held}", where=where, mend=f"give weather of {rules.year}")
        return hours[index.year == rules.year], rules.year
    if len(whole) == 1:
        return hours[index.year == whole[0]], whole[0]
    stamps = pd.MultiIndex.from_arrays([index.month, index.day, index.hour])
    if not whole and not stamps.has_duplicates:
        return hours, "typical"
    held = ", ".join(map(str, whole)) or "parts of several years"
    raise InputError(f"it holds {held}", where=where, mend="choose one with --year")


def _move(index: pd.Index[pd.Timestamp], year: int) -> pd.DatetimeIndex:
    """Return the same month, day and hour in another year."""
    times = pd.DatetimeIndex(index)
    parts = {"year": year, "month": times.month, "day": times.day, "hour": times.hour}
    return pd.DatetimeIndex(pd.to_datetime(pd.DataFrame(parts)))


def _fill(hours: pd.DataFrame, where: str) -> tuple[pd.DataFrame, str]:
    """Fill gaps of a few hours; refuse longer ones."""
    longest = int(constants()["longest_gap_h"])
    needed = [name for name in VARIABLES if name in hours]
    gaps = int(hours[needed].isna().any(axis=1).sum())
    if not gaps:
        return hours, ""
    filled = hours.interpolate(limit=longest, limit_area="inside").ffill(limit=longest)
    filled = filled.bfill(limit=longest)
    missing = hours[needed].isna()
    for name in needed:
        runs = missing[name].groupby((~missing[name]).cumsum()).sum()
        if runs.max() > longest:
            raise InputError(
                f"{name} has no value for {int(missing[name].sum()):,} hours, up to "
                f"{int(runs.max())} in a row",
                where=where,
                mend=f"give a whole year; gaps of up to {longest} hours are filled",
            )
    return filled, f"gaps of up to {longest} hours filled ({gaps} hours)"


def _complete_sun(hours: pd.DataFrame, one: WeatherSeries) -> tuple[pd.DataFrame, str]:
    """Find direct and diffuse sun where the file has only some of the three."""
    have = {name for name in ("ghi", "dni", "dhi") if name in hours}
    if have == {"ghi", "dni", "dhi"}:
        return hours, ""
    middle = pd.DatetimeIndex(hours.index) + pd.Timedelta(minutes=one.sun_minute)
    sun = pvlib.solarposition.get_solarposition(middle.tz_localize("UTC"), one.lat, one.lon)
    zenith = pd.Series(sun["zenith"].to_numpy(), hours.index)
    cosine = pd.Series(np.cos(np.radians(zenith.to_numpy())), hours.index)
    is_up = zenith < 90 - constants()["lowest_sun_degrees"]
    most = constants()["most_direct_w_m2"]
    hours = hours.copy()
    hours["ghi"] = hours["ghi"].clip(lower=0)
    if have == {"ghi"}:
        day = pd.Series(middle.day_of_year, hours.index)
        parts = pvlib.irradiance.erbs(hours["ghi"], zenith, day)
        hours["dni"] = pd.Series(parts["dni"], hours.index).where(is_up, 0.0).clip(0, most)
        note = "direct and diffuse sun from the global by Erbs et al. (1982)"
    elif "dhi" in have:
        beam = (hours["ghi"] - hours["dhi"]).clip(lower=0)
        hours["dni"] = (beam / cosine).where(is_up, 0.0).clip(0, most)
        note = "direct normal sun is the horizontal beam over the cosine of the sun's zenith"
    else:
        note = "diffuse sun is the global less the horizontal beam"
    beam = hours["dni"] * cosine.clip(lower=0)
    hours["dhi"] = (hours["ghi"] - beam).clip(lower=0)
    return hours, note


def _lift_wind(
    hours: pd.DataFrame, one: WeatherSeries, rules: YearRules
) -> tuple[pd.DataFrame, str]:
    """Bring wind to 100 m by the power law."""
    hub = constants()["hub_height_m"]
    if one.wind_height_m == hub:
        return hours, ""
    exponent = rules.wind_exponent
    if exponent is None:
        exponent = constants()["wind_exponent"]
    factor = (hub / one.wind_height_m) ** exponent
    note = (
        f"wind from {one.wind_height_m:g} m to {hub:g} m by the power law, exponent {exponent:.3f}"
    )
    return hours.assign(wind_speed=hours["wind_speed"] * factor), note


def _height(one: WeatherSeries, rules: YearRules, where: str) -> float:
    """Return the height of the ground at a point [m]."""
    height = one.elevation_m
    if height is None:
        height = rules.find_elevation(one.lat, one.lon)
    if height is None:
        raise InputError(
            "the height of the ground is missing",
            where=where,
            mend="give --elevation, or fetch the elevation layer of the region first",
        )
    return height
