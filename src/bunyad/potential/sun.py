"""Sun: hourly output of solar plants, with pvlib."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from pvlib import iam, inverter, irradiance, pvsystem, solarposition, temperature, tracking

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
from bunyad.potential.constants import constant


def solar_output(climate: xr.Dataset, *, options: PotentialOptions) -> tuple[Floats, Floats]:
    """
    Return the hourly output of solar plants at each climate point, and how heat changes it.

    Chain: sun at the middle of the hour (NREL SPA, Reda & Andreas 2004), transposition (Hay &
    Davies 1980), reflection of the glass (De Soto et al. 2006), cell temperature (King et al.
    2004), module and inverter (PVWatts, Dobos 2014).

    Parameters
    ----------
    climate
        Hourly year at points, as `Region.climate`.
    options
        Mounting, losses and efficiencies.

    Returns
    -------
    tuple
        Output in parts of the alternating-current capacity [-], and its change with the air
        temperature [1/K]; both (point, time).
    """
    middles = pd.DatetimeIndex(climate["time"].to_numpy(), tz="UTC") + pd.Timedelta(minutes=30)
    outputs = [
        _point_output(climate.isel(point=point), middles, options)
        for point in range(climate.sizes["point"])
    ]
    output, warmer = (np.stack(series) for series in zip(*outputs, strict=True))
    return output, (warmer - output) / constant("warming")


def _point_output(
    point: xr.Dataset, middles: pd.DatetimeIndex, options: PotentialOptions
) -> tuple[Floats, Floats]:
    """Return the hourly output at one point, at its temperature and at one that is warmer."""
    weather = {str(name): values.to_numpy().astype(float) for name, values in point.items()}
    lit = np.flatnonzero(weather["ghi_w_m2"] + weather["dni_w_m2"] + weather["dhi_w_m2"] > 0)
    weather = {name: values[lit] for name, values in weather.items()}
    sun = solarposition.get_solarposition(
        middles[lit], float(point["lat"]), float(point["lon"]), altitude=float(point["elevation_m"])
    )
    zenith, azimuth = sun["apparent_zenith"].to_numpy(), sun["azimuth"].to_numpy()
    in_plane, effective = _plane_irradiance(weather, middles[lit], zenith, azimuth, options)

    series = []
    for warming in (0.0, constant("warming")):
        output = np.zeros(len(middles))
        output[lit] = _plant_output(
            in_plane,
            effective,
            weather["temp_air_c"] + warming,
            weather["wind_speed_ms"],
            options,
        )
        series.append(output)
    return series[0], series[1]


def _orientation(
    zenith: Floats, azimuth: Floats, options: PotentialOptions
) -> tuple[Floats, Floats]:
    """Return the modules' tilt and azimuth [°]; trackers lie flat while the sun is down."""
    if options.solar_mounting == "fixed":
        return (
            np.full(zenith.shape, options.solar_tilt_degrees),
            np.full(zenith.shape, options.solar_azimuth_degrees),
        )
    axis = tracking.singleaxis(
        zenith,
        azimuth,
        max_angle=options.solar_tracker_limit_degrees,
        gcr=options.solar_ground_cover_ratio,
    )
    return np.nan_to_num(axis["surface_tilt"]), np.nan_to_num(axis["surface_azimuth"])


def _plane_irradiance(
    weather: dict[str, Floats],
    middles: pd.DatetimeIndex,
    zenith: Floats,
    azimuth: Floats,
    options: PotentialOptions,
) -> tuple[Floats, Floats]:
    """Return irradiance in the plane, and the part that reaches the cells [W/m²]."""
    tilt, facing = _orientation(zenith, azimuth, options)
    plane = irradiance.get_total_irradiance(
        tilt,
        facing,
        zenith,
        azimuth,
        dni=weather["dni_w_m2"],
        ghi=weather["ghi_w_m2"],
        dhi=weather["dhi_w_m2"],
        dni_extra=irradiance.get_extra_radiation(middles.day_of_year.to_numpy()),
        albedo=options.ground_albedo,
        model="haydavies",
    )
    reaching = iam.physical(irradiance.aoi(tilt, facing, zenith, azimuth))
    effective = plane["poa_direct"] * reaching + plane["poa_diffuse"]
    return plane["poa_global"], effective


def _plant_output(
    in_plane: Floats,
    effective: Floats,
    temp_air_c: Floats,
    wind_speed_ms: Floats,
    options: PotentialOptions,
) -> Floats:
    """Return alternating current over capacity [-]."""
    height_ratio = constant("module_wind_height") / constant("climate_wind_height")
    cell = temperature.sapm_cell(
        in_plane,
        temp_air_c,
        wind_speed_ms * height_ratio**options.wind_shear_exponent,
        **temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][options.solar_module_cooling],
    )
    direct = pvsystem.pvwatts_dc(
        effective, cell, options.solar_dc_ac_ratio, options.solar_temperature_coefficient_per_k
    )
    efficiency = options.solar_inverter_efficiency
    alternating = inverter.pvwatts(
        direct * (1 - options.solar_system_loss_share), 1 / efficiency, efficiency
    )
    return np.asarray(np.maximum(alternating, 0), dtype=float)
