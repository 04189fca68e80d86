"""
Write how the built-in region's modelled climate differs from a PVGIS year, month by month.

`python scripts/make_climate_check.py FILE` reads a typical year of PVGIS (CSV with `GHI` in W/m²
and `T_amb` in °C, hourly from January, UTC) at the place below and writes
docs/explanation/climate-against-pvgis.md. The file itself is not part of the project: only the
differences are written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import rasterio

ROOT = Path(__file__).parent.parent
REGION = ROOT / "src/bunyad/regions/karabakh"
PAGE = ROOT / "docs/explanation/climate-against-pvgis.md"
LATITUDE, LONGITUDE = 39.330, 47.052
POINTS_PER_DEGREE = 4
LAPSE_K_PER_M = 0.0065  # ISO 2533
HOURS = pd.date_range("2019-01-01", periods=8_760, freq="h")

HEAD = """\
# The climate against PVGIS

The hourly climate of the built-in region is **modelled** ([how](what-is-modelled.md)). One year of
PVGIS at Jabrayil (39.330° N, 47.052° E; SARAH-3, typical year out of 2005 to 2023; © European
Union) is no input of it and serves as a check. The climate there is blended from the four grid
points around; temperature is brought to the height of the ground by 6.5 K a km.

| month | modelled sun [kWh/m²] | against PVGIS | temperature against PVGIS [K] |
| --- | ---: | ---: | ---: |
"""
TAIL = """
**Read it so.** The year's sum is right by construction, up to the choice of the published sum that
the climate is scaled to. Its spread over the months is not: the monthly sums behind it (MERRA-2)
have too much sun in December and January here and somewhat too little in August, October and
November. Solar energy in the report is off likewise in these months; a plan that leans on winter
sun should be read with that in mind.
Months of a typical year come from different years, so a single month of PVGIS is itself one of
several that could have been taken. Wind is not compared: the PVGIS point lies in a sheltered
valley and is no wind resource.

The table is written by `python scripts/make_climate_check.py FILE` from a PVGIS year, which is not
part of the project. To replace the modelled climate by a PVGIS year of your own, see
[Fetch real data](../how-to/fetch-real-data.md).
"""


def modelled_year() -> pd.DataFrame:
    """Return the region's hourly sun [W/m²] and temperature at the ground's height [°C]."""
    with netCDF4.Dataset(REGION / "climate.nc") as file:
        climate = {name: np.asarray(file[name][:], float) for name in file.variables}
    near = [
        (1 - np.abs(climate[name] - place) * POINTS_PER_DEGREE).clip(0)
        for name, place in (("lat", LATITUDE), ("lon", LONGITUDE))
    ]
    weights = near[0] * near[1]
    with rasterio.open(REGION / "elevation.tif") as raster:
        ground = float(next(raster.sample([(LONGITUDE, LATITUDE)]))[0])
    warmer = LAPSE_K_PER_M * (weights @ climate["elevation_m"] - ground)
    return pd.DataFrame(
        {"sun": weights @ climate["ghi"], "air": weights @ climate["temp_air"] + warmer},
        index=HOURS,
    )


def compare(modelled: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """
    Return modelled sun [kWh/m²], its error [%] and that of temperature [K], by month and year.

    Parameters
    ----------
    modelled, observed
        Hourly `sun` [W/m²] and `air` [°C].
    """
    month = HOURS.month
    ours, theirs = ({"sun": f["sun"].groupby(month).sum(), "air": f["air"].groupby(month).mean()}
                    for f in (modelled, observed))  # fmt: skip
    table = pd.DataFrame(
        {
            "sun_kwh": ours["sun"] / 1e3,
            "sun_error": 100 * (ours["sun"] / theirs["sun"] - 1),
            "air_error": ours["air"] - theirs["air"],
        }
    )
    table.index = pd.Index([pd.Timestamp(2019, m, 1).strftime("%B") for m in table.index])
    whole = (modelled["sun"].sum() / 1e3, 100 * (modelled["sun"].sum() / observed["sun"].sum() - 1))
    table.loc["**year**"] = [*whole, (modelled["air"] - observed["air"]).mean()]
    return table


def page(file: Path) -> str:
    """Return the page for a PVGIS year."""
    year = pd.read_csv(file).set_index(HOURS)
    observed = pd.DataFrame({"sun": year["GHI"], "air": year["T_amb"]})
    rows = [
        f"| {name} | {row.sun_kwh:,.0f} | {row.sun_error:+.0f} % | {row.air_error:+.1f} |"
        for name, row in compare(modelled_year(), observed).iterrows()
    ]
    return HEAD + "\n".join(rows).replace("-0 %", "0 %").replace("+0 %", "0 %") + "\n" + TAIL


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])), "utf-8")
