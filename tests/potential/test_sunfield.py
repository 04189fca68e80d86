"""Sun on every cell: against pvlib in double precision, and with the terrain's shadow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from pvlib import (
    atmosphere,
    iam,
    inverter,
    irradiance,
    pvsystem,
    solarposition,
    temperature,
    tracking,
)
from worlds import small_climate, small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells
from bunyad.potential.sunfield import (
    Places,
    group_profiles,
    hourly_output,
    monthly_hours,
    output_chunks,
    snow_cover,
    split_irradiance,
    sun_field,
    take,
)
from bunyad.potential.sunland import cell_horizon, cell_places
from bunyad.potential.yields import sun_yields

YEAR = (
    Path(__file__).parents[3] / "shared/data/climate/pvgis_sarah3_tmy_jabrayil_39.330N_47.052E.csv"
)
NO_SNOW = {"snow_albedo": 0.2, "solar_snow_loss_share": 0}


def point_places(climate: xr.Dataset, **more) -> Places:
    """Return one place at each climate point."""
    count = climate.sizes["point"]
    return Places(
        lat=climate.lat.to_numpy(), lon=climate.lon.to_numpy(),
        elevation_m=climate.elevation_m.to_numpy(), points=np.arange(count)[:, None],
        weights=np.ones((count, 1)), **more,
    )  # fmt: skip


def jabrayil() -> xr.Dataset:
    """Return the measured year of Jabrayil."""
    table = pd.read_csv(YEAR)
    names = {"ghi_w_m2": "GHI", "dni_w_m2": "DNI", "dhi_w_m2": "DHI", "temp_air_c": "T_amb"}
    data = {key: (("point", "time"), table[[name]].to_numpy().T) for key, name in names.items()}
    data["wind_speed_ms"] = (("point", "time"), table[["wind_speed"]].to_numpy().T * 10**0.143)
    return xr.Dataset(
        data,
        coords={"time": pd.date_range("2019-01-01", periods=8760, freq="h"),
                "lat": ("point", [39.33]), "lon": ("point", [47.052]),
                "elevation_m": ("point", [600.0])},
    )  # fmt: skip


def reference_output(
    point: xr.Dataset,
    options: PotentialOptions,
    *,
    seen: float = 1.0,
    lit: np.ndarray | None = None,
) -> np.ndarray:
    """Return hourly output by pvlib's functions, hour by hour in double precision."""
    time = pd.DatetimeIndex(point.time.to_numpy(), tz="UTC") + pd.Timedelta("30min")
    sun = solarposition.get_solarposition(
        time, float(point.lat), float(point.lon), altitude=float(point.elevation_m)
    )
    zenith, azimuth = sun.apparent_zenith.to_numpy(), sun.azimuth.to_numpy()
    dni, dhi = (point[name].to_numpy().astype(float) for name in ("dni_w_m2", "dhi_w_m2"))
    lit = np.ones_like(dni) if lit is None else lit
    if options.solar_mounting == "tracking":
        axis = tracking.singleaxis(
            zenith, azimuth, max_angle=options.solar_tracker_limit_degrees,
            gcr=options.solar_ground_cover_ratio,
        )  # fmt: skip
        tilt, facing = np.nan_to_num(axis["surface_tilt"]), np.nan_to_num(axis["surface_azimuth"])
    else:
        tilt = np.full_like(zenith, options.solar_tilt_degrees)
        facing = np.full_like(zenith, options.solar_azimuth_degrees)
    outside = irradiance.get_extra_radiation(time.day_of_year.to_numpy())
    parts = sky_parts(options, (tilt, facing, zenith, azimuth), dni, dhi, outside)
    level = dni * lit * np.maximum(np.cos(np.radians(zenith)), 0) + dhi * seen
    facing_sky = (1 + np.cos(np.radians(tilt))) / 2 * seen
    diffuse = parts[0] * seen + parts[1] * lit + options.ground_albedo * level * (1 - facing_sky)
    angle = irradiance.aoi(tilt, facing, zenith, azimuth)
    direct = np.maximum(dni * lit * np.cos(np.radians(angle)), 0)
    effective = direct * iam.physical(angle) + diffuse
    wind = point.wind_speed_ms.to_numpy() * 0.1**options.wind_shear_exponent
    air = point.temp_air_c.to_numpy().astype(float)
    if options.solar_temperature_model == "faiman":
        cell = temperature.faiman(direct + diffuse, air, wind)
    else:
        known = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][options.solar_module_cooling]
        cell = temperature.sapm_cell(direct + diffuse, air, wind, **known)
    power = pvsystem.pvwatts_dc(
        effective, cell, options.solar_dc_ac_ratio, options.solar_temperature_coefficient_per_k
    )
    efficiency = options.solar_inverter_efficiency
    return np.asarray(
        inverter.pvwatts(power * (1 - options.solar_system_loss_share), 1 / efficiency, efficiency)
    )


def sky_parts(options, sun, dni, dhi, outside) -> tuple[np.ndarray, np.ndarray]:
    """Return pvlib's even and circumsolar diffuse light in the plane."""
    tilt, facing, zenith, azimuth = sun
    if options.solar_transposition == "isotropic":
        return irradiance.isotropic(tilt, dhi), np.zeros_like(dhi)
    if options.solar_transposition == "haydavies":
        parts = irradiance.haydavies(
            tilt, facing, dhi, dni, outside, zenith, azimuth, return_components=True
        )
        return np.asarray(parts["poa_isotropic"]), np.asarray(parts["poa_circumsolar"])
    mass = atmosphere.get_relative_airmass(zenith)
    parts = irradiance.perez(
        tilt, facing, dhi, dni, outside, zenith, azimuth, mass, return_components=True
    )
    even = np.nan_to_num(parts["poa_isotropic"] + parts["poa_horizon"])
    return even, np.nan_to_num(parts["poa_circumsolar"])


@pytest.mark.filterwarnings("ignore:invalid value")  # pvlib divides by a dark sky
@pytest.mark.parametrize("mounting", ["fixed", "tracking"])
@pytest.mark.parametrize("model", ["isotropic", "haydavies", "perez"])
def test_output_equals_that_of_pvlib_in_double_precision(mounting: str, model: str) -> None:
    options = PotentialOptions(solar_mounting=mounting, solar_transposition=model, **NO_SNOW)
    climate = small_climate()

    output = hourly_output(sun_field(point_places(climate), climate, options=options))

    for point in range(climate.sizes["point"]):
        error = np.abs(output[point] - reference_output(climate.isel(point=point), options))
        assert error.mean() < 0.001
        assert error.max() < 0.01


def test_faiman_temperatures_equal_those_of_pvlib() -> None:
    options = PotentialOptions(solar_temperature_model="faiman", **NO_SNOW)
    climate = small_climate().isel(point=[1])

    output = hourly_output(sun_field(point_places(climate), climate, options=options))[0]

    np.testing.assert_allclose(output, reference_output(climate.isel(point=0), options), atol=0.005)


def test_a_horizon_hides_the_sun_and_part_of_the_sky() -> None:
    options = PotentialOptions(**NO_SNOW)
    climate = small_climate().isel(point=[1])
    angles = (12 + 10 * np.sin(np.radians(10 * np.arange(36)))).astype(np.float32)
    north = 3.0
    places = point_places(climate, horizon=angles[:, None], grid_north=np.array([north]))

    output = hourly_output(sun_field(places, climate, options=options))[0]

    time = pd.DatetimeIndex(climate.time.to_numpy(), tz="UTC") + pd.Timedelta("30min")
    sun = solarposition.get_solarposition(
        time, float(climate.lat[0]), float(climate.lon[0]), altitude=float(climate.elevation_m[0])
    )
    seen = float(np.mean(np.cos(np.radians(angles)) ** 2))
    slopes = np.tan(np.radians(angles))
    edge = np.degrees(np.arctan(
        np.interp((sun.azimuth - north) % 360, np.arange(37) * 10, [*slopes, slopes[0]])
    ))  # fmt: skip
    lit = np.clip((sun.apparent_elevation - edge) / (2 * 0.26667) + 0.5, 0, 1).to_numpy()
    expected = reference_output(climate.isel(point=0), options, seen=seen, lit=lit)
    assert np.abs(output - expected).mean() < 0.001
    assert np.abs(output - expected).max() < 0.01
    flat = hourly_output(sun_field(point_places(climate), climate, options=options))[0]
    assert output.sum() < 0.97 * flat.sum()


def test_sums_means_and_pieces_agree_with_the_whole_field() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    sun = sun_field(cell_places(region, cells, options=options), region.climate, options=options)

    whole = hourly_output(sun)

    month = pd.DatetimeIndex(region.climate["time"]).month.to_numpy() - 1
    monthly = np.stack([whole[:, month == m].sum(axis=1) for m in range(12)], axis=1)
    np.testing.assert_allclose(monthly_hours(sun), monthly, rtol=1e-4)
    group = np.arange(cells.count) % 4 - 1
    profiles = group_profiles(sun, group, 3)
    for number in range(3):
        np.testing.assert_allclose(profiles[number], whole[group == number].mean(0), atol=1e-5)
    for chosen, piece in output_chunks(sun, 500):
        np.testing.assert_array_equal(piece, whole[chosen])
    some = np.array([7, 3, 600])
    np.testing.assert_array_equal(hourly_output(take(sun, some)), whole[some])
    yields = sun_yields(sun)
    np.testing.assert_allclose(
        yields.profile(some, np.ones(len(some))).sum(), yields.hours[some].mean(), rtol=1e-4
    )


def test_the_same_cells_give_the_same_bytes() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    first, second = (
        monthly_hours(
            sun_field(cell_places(region, cells, options=options), region.climate, options=options)
        )
        for _ in range(2)
    )

    assert first.tobytes() == second.tobytes()


def test_shadow_of_the_terrain_takes_most_from_the_foot_of_the_ridge() -> None:
    region = small_region()
    cells = inside_cells(region)
    hours = []
    for shadow in (True, False):
        options = PotentialOptions(solar_terrain_shadow=shadow)
        places = cell_places(region, cells, options=options)
        hours.append(monthly_hours(sun_field(places, region.climate, options=options)).sum(axis=1))

    loss = 1 - hours[0] / hours[1]

    # Bright ground on the horizon may return a little more than the clear sky it hides.
    assert loss.min() > -0.002
    horizon = cell_horizon(region, cells, options=PotentialOptions()).max(axis=0)
    assert np.corrcoef(loss, horizon)[0, 1] > 0.5
    assert 0.001 < loss.max() < 0.2


def test_more_hours_of_light_on_slopes_that_face_south() -> None:
    region = small_region()
    cells = inside_cells(region)
    options = PotentialOptions(
        solar_mounting="fixed", solar_follows_slope=True, solar_terrain_shadow=False
    )
    places = cell_places(region, cells, options=options)
    hours = monthly_hours(sun_field(places, region.climate, options=options)).sum(axis=1)

    steep = places.tilt > 4
    south = steep & (np.cos(np.radians(places.azimuth)) < -0.5)
    north = steep & (np.cos(np.radians(places.azimuth)) > 0.5)

    assert south.any()
    assert north.any()
    assert hours[south].mean() > hours[north].mean()


def test_beam_and_diffuse_are_split_off_where_they_are_missing() -> None:
    climate = small_climate().isel(point=[0])
    split = split_irradiance(climate.drop_vars(["dni_w_m2", "dhi_w_m2"]))

    time = pd.DatetimeIndex(climate.time.to_numpy(), tz="UTC") + pd.Timedelta("30min")
    zenith = solarposition.get_solarposition(time, float(climate.lat[0]), float(climate.lon[0]))
    erbs = irradiance.erbs(climate.ghi_w_m2.to_numpy()[0], zenith.zenith, time.day_of_year)
    np.testing.assert_allclose(split.dhi_w_m2[0], erbs["dhi"], atol=0.01)
    np.testing.assert_allclose(split.dni_w_m2[0], erbs["dni"], atol=0.01)
    assert split_irradiance(split) is split


def test_snow_age_and_albedo_change_output_as_they_should() -> None:
    climate = small_climate().isel(point=[0])
    cold = climate.assign(temp_air_c=climate.temp_air_c - 5)

    def hours(**values: float) -> np.ndarray:
        options = PotentialOptions(solar_mounting="fixed", **values)
        return monthly_hours(sun_field(point_places(cold), cold, options=options))[0]

    plain = hours(**NO_SNOW)
    lossy = hours(snow_albedo=0.2, solar_snow_loss_share=0.3)
    bright = hours(snow_albedo=0.7, solar_snow_loss_share=0)
    aged = hours(**NO_SNOW, solar_plant_age_years=20)
    assert lossy[0] < 0.72 * plain[0]
    assert lossy[6] == pytest.approx(plain[6])
    assert bright[0] > plain[0]
    assert 0.89 < aged.sum() / plain.sum() < 0.95
    options = PotentialOptions()
    assert snow_cover(np.array([-5.0, 1.0, 9.0]), options).tolist() == [1, 0.5, 0]


def test_more_points_than_four_are_mixed_too() -> None:
    climate = small_climate()
    five = xr.concat([climate, climate.isel(point=[0])], dim="point")
    options = PotentialOptions()
    weights = np.array([[0.1, 0.2, 0.3, 0.2, 0.2]])
    one = {"lat": climate.lat.to_numpy()[:1], "lon": climate.lon.to_numpy()[:1]}
    height = {"elevation_m": np.array([900.0])}

    many = Places(**one, **height, points=np.arange(5)[None], weights=weights)
    four = Places(
        **one, **height, points=np.arange(4)[None], weights=np.array([[0.3, 0.2, 0.3, 0.2]])
    )

    np.testing.assert_allclose(
        hourly_output(sun_field(many, five, options=options)),
        hourly_output(sun_field(four, climate, options=options)),
        atol=1e-5,
    )


def test_a_dark_year_yields_nothing() -> None:
    climate = small_climate()
    dark = climate.assign({name: climate[name] * 0 for name in ("dni_w_m2", "dhi_w_m2")})

    assert not monthly_hours(sun_field(point_places(dark), dark, options=PotentialOptions())).any()


if YEAR.exists():

    @pytest.mark.filterwarnings("ignore:invalid value")
    @pytest.mark.parametrize("mounting", ["fixed", "tracking"])
    @pytest.mark.parametrize("model", ["isotropic", "haydavies", "perez"])
    def test_output_of_a_measured_year_equals_that_of_pvlib(mounting: str, model: str) -> None:
        options = PotentialOptions(solar_mounting=mounting, solar_transposition=model, **NO_SNOW)
        climate = jabrayil()

        output = hourly_output(sun_field(point_places(climate), climate, options=options))[0]

        error = np.abs(output - reference_output(climate.isel(point=0), options))
        assert error.mean() < 0.001
        assert error.max() < 0.01
