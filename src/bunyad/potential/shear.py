"""Shear: wind speed at hub height from that of another height."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.constants import constant

SPEEDS = {
    100: ("wind_speed_ms", "wnd100m", "ws100", "windspeed_100m", "wind_speed_100m", "WS100M"),
    50: ("WS50M", "ws50"),
    10: ("wind_speed_10m", "ws10", "wnd10m", "WS10m", "WS10M"),
}
"""Names of wind speed by height [m]: this program, atlite, Open-Meteo, NASA POWER, PVGIS."""
COMPONENTS = {100: ("u100", "v100"), 10: ("u10", "v10")}
"""Names of the two parts of the wind vector by height [m]: ERA5."""


def hub_factor(options: PotentialOptions) -> float:
    """Return wind speed at hub height over that of the region's wind speeds."""
    return height_factor(
        options.wind_hub_height_m, constant("climate_wind_height"), options=options
    )


def height_factor(height_m: float, from_m: float, *, options: PotentialOptions) -> float:
    """
    Return wind speed at one height over that at another, by the law of the options.

    The power law is that of Hellmann, `(h/g)^a`; the logarithmic law `ln(h/z)/ln(g/z)` holds in
    neutral air over ground of roughness `z` (both as in Manwell, McGowan & Rogers 2009, Wind
    Energy Explained, section 2.3).

    Parameters
    ----------
    height_m, from_m
        The two heights above ground [m].
    options
        The law, its exponent and the roughness.

    Examples
    --------
    >>> round(height_factor(150, 100, options=PotentialOptions()), 4)
    1.0597
    """
    if options.wind_shear_law == "power":
        return float((height_m / from_m) ** options.wind_shear_exponent)
    rough = options.wind_roughness_m
    return math.log(height_m / rough) / math.log(from_m / rough)


def hub_wind(source: xr.Dataset, *, options: PotentialOptions) -> xr.DataArray:
    """
    Return wind speed at hub height from any gridded source or series [m/s].

    The height nearest to the hub is taken. Names of ERA5, atlite, NASA POWER, Open-Meteo, PVGIS
    and of this program's own climate are known.

    Parameters
    ----------
    source
        Wind speeds, or both parts of the wind vector, at one or more heights.
    options
        Hub height and the law by which wind rises with height.

    Returns
    -------
    xarray.DataArray
        Same dimensions; attributes tell the height that it comes from and the source's `origin`.

    Raises
    ------
    InputError
        If there is no wind in it.
    """
    found = dict(_winds(source))
    if not found:
        known = [name for names in (*SPEEDS.values(), *COMPONENTS.values()) for name in names]
        raise InputError(
            f"there is no wind among the variables {', '.join(map(str, source))}",
            where="wind",
            mend=f"name them like one of {', '.join(known)}",
        )
    hub = options.wind_hub_height_m
    height = min(found, key=lambda one: abs(math.log(one / hub)))
    result = found[height] * height_factor(hub, height, options=options)
    return result.rename("wind_speed_ms").assign_attrs(
        units="m/s",
        height_m=hub,
        from_height_m=height,
        origin=source.attrs.get("origin", "unknown"),
        shear_law=options.wind_shear_law,
    )


def _winds(source: xr.Dataset) -> list[tuple[int, xr.DataArray]]:
    """Return the wind speeds of a source by their height [m]."""
    winds = [
        (height, xr.DataArray(np.hypot(source[east], source[north])))
        for height, (east, north) in COMPONENTS.items()
        if east in source and north in source
    ]
    winds += [
        (height, source[name])
        for height, names in SPEEDS.items()
        for name in names
        if name in source
    ]
    return winds
