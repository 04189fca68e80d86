"""
Time the sun of the potential beside its peers, at equal output.

Prints one JSON object a line, in million cell-hours per CPU second (horizon: CPU seconds). The
peers are those installed beside Bunyad: `atlite`, `pvlib`, `NREL-PySAM` from PyPI and
`grass-core` from Debian; one that is missing is left out, and the line says so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numba
import numpy as np
import pandas as pd
import xarray as xr
from bandwidth import limit_line
from pvlib import iam, inverter, irradiance, pvsystem, solarposition, temperature

from bunyad.options.potential import PotentialOptions
from bunyad.potential.horizon import horizon_angles
from bunyad.potential.sunfield import Places, hourly_output, monthly_hours, sun_field

ROWS, COLUMNS, HOURS, SIDE = 25, 40, 8_760, 2_000
PLAIN = PotentialOptions(
    solar_mounting="fixed", solar_transposition="isotropic", snow_albedo=0.2,
    solar_snow_loss_share=0, solar_terrain_shadow=False,
)  # fmt: skip


def main() -> None:
    """Run every case and print its line."""
    numba.set_num_threads(1)
    climate = made_up_year()
    points = np.arange(climate.sizes["point"])
    places = Places(
        lat=climate.lat.to_numpy(), lon=climate.lon.to_numpy(), elevation_m=np.zeros(len(points)),
        points=points[:, None], weights=np.ones((len(points), 1)),
    )  # fmt: skip
    ours = {}
    for model in ("isotropic", "haydavies", "perez"):
        for mounting in ("fixed", "tracking"):
            options = PLAIN.model_copy(
                update={"solar_transposition": model, "solar_mounting": mounting}
            )
            sun = sun_field(places, climate, options=options)
            spent = cpu_seconds(lambda sun=sun: monthly_hours(sun))
            ours[model, mounting] = len(points) * HOURS / spent / 1e6
            show(f"pv-{model}-{mounting}-sums", ours[model, mounting], 150, "target", 1)
    sun = sun_field(places, climate, options=PLAIN)
    output = np.zeros((len(points), HOURS), dtype=np.float32)
    field = len(points) * HOURS / cpu_seconds(lambda: hourly_output(sun, into=output)) / 1e6
    print(json.dumps(limit_line("pv", field)))
    peers: dict[str, Callable[[], tuple[float, str]]] = {
        "pvlib": lambda: pvlib_speed(climate, output),
        "atlite": lambda: atlite_speed(climate, output),
        "PySAM": lambda: pysam_speed(climate, output),
    }
    for name, run in peers.items():
        if importlib.util.find_spec(name) is None:
            lacking(f"pv-against-{name}", field, name, 50)
            continue
        speed, check = run()
        show(f"pv-against-{name}", field, speed, f"{name} ({check})", 50)
    horizon()


def made_up_year() -> xr.Dataset:
    """Return a year of weather on a grid of cells, the same for every run."""
    rng = np.random.default_rng(5)
    time_ = pd.date_range("2019-01-01", periods=HOURS, freq="h")
    lat, lon = np.meshgrid(
        np.linspace(39, 40.2, ROWS), np.linspace(46, 47.9, COLUMNS), indexing="ij"
    )
    lat, lon = lat.ravel(), lon.ravel()
    day = time_.day_of_year.to_numpy()
    middles = (time_ + pd.Timedelta("30min")).tz_localize("UTC")
    height = np.stack([
        np.sin(np.radians(
            solarposition.get_solarposition(middles, a, o)["elevation"].to_numpy()
        )) for a, o in zip(lat, lon, strict=True)
    ])  # fmt: skip
    up = np.clip(height, 0, None)
    cloud = rng.uniform(0.3, 1, 365)[day - 1]
    beam = np.where(up > 0.03, 850 * cloud * up**0.2, 0)
    sky = 120 * up**0.6
    warm = 13 - 11 * np.cos(2 * np.pi * day / 365) + 5 * up
    wind = np.broadcast_to(4 + rng.uniform(0, 4, HOURS), up.shape)
    names = {"ghi_w_m2": beam * up + sky, "dni_w_m2": beam, "dhi_w_m2": sky,
             "temp_air_c": warm, "wind_speed_ms": wind}  # fmt: skip
    return xr.Dataset(
        {name: (("point", "time"), values.astype("float32")) for name, values in names.items()},
        coords={"time": time_, "lat": ("point", lat), "lon": ("point", lon),
                "elevation_m": ("point", np.zeros(len(lat)))},
    )  # fmt: skip


def pvlib_speed(climate: xr.Dataset, output: np.ndarray) -> tuple[float, str]:
    """Return pvlib's speed on a block of cells, sun positions given, and how near the output is."""
    middles = pd.DatetimeIndex(climate.time.to_numpy(), tz="UTC") + pd.Timedelta("30min")
    chosen = range(0, climate.sizes["point"], 10)
    suns = [
        solarposition.get_solarposition(middles, float(climate.lat[c]), float(climate.lon[c]))
        for c in chosen
    ]
    zenith, azimuth = (
        np.stack([sun[name].to_numpy() for sun in suns]) for name in ("apparent_zenith", "azimuth")
    )
    block = climate.isel(point=list(chosen))
    began = time.process_time()
    dni, dhi, air, wind = (
        block[name].to_numpy().astype(float)
        for name in ("dni_w_m2", "dhi_w_m2", "temp_air_c", "wind_speed_ms")
    )
    tilt, facing = PLAIN.solar_tilt_degrees, PLAIN.solar_azimuth_degrees
    level = dni * np.maximum(np.cos(np.radians(zenith)), 0) + dhi
    plane = irradiance.get_total_irradiance(
        tilt, facing, zenith, azimuth, dni, level, dhi, albedo=PLAIN.ground_albedo,
        model="isotropic",
    )  # fmt: skip
    reaching = iam.physical(irradiance.aoi(tilt, facing, zenith, azimuth))
    known = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][PLAIN.solar_module_cooling]
    cell = temperature.sapm_cell(
        plane["poa_global"], air, wind * 0.1**PLAIN.wind_shear_exponent, **known
    )
    direct = pvsystem.pvwatts_dc(
        plane["poa_direct"] * reaching + plane["poa_diffuse"], cell, PLAIN.solar_dc_ac_ratio,
        PLAIN.solar_temperature_coefficient_per_k,
    )  # fmt: skip
    efficiency = PLAIN.solar_inverter_efficiency
    power = inverter.pvwatts(
        direct * (1 - PLAIN.solar_system_loss_share), 1 / efficiency, efficiency
    )
    speed = len(chosen) * HOURS / (time.process_time() - began) / 1e6
    error = np.abs(power - output[list(chosen)])
    return speed, f"mean error {error.mean():.1e}, worst {error.max():.1e} of capacity"


def atlite_speed(climate: xr.Dataset, output: np.ndarray) -> tuple[float, str]:
    """Return atlite's speed on the same cells held in memory, and the ratio of yearly sums."""
    from atlite.pv.irradiation import TiltedIrradiation
    from atlite.pv.orientation import SurfaceOrientation, get_orientation
    from atlite.pv.solar_panel_model import SolarPanelModel
    from atlite.pv.solar_position import SolarPosition
    from atlite.resource import get_solarpanelconfig

    shape, dims = (HOURS, ROWS, COLUMNS), ("time", "y", "x")
    up = xr.DataArray(
        climate.ghi_w_m2.to_numpy().T.reshape(shape), dims=dims,
        coords={"time": climate.time.to_numpy(), "y": climate.lat.to_numpy()[::COLUMNS],
                "x": climate.lon.to_numpy()[:COLUMNS]},
    )  # fmt: skip

    def grid(values: np.ndarray) -> xr.DataArray:
        return up.copy(data=values.T.reshape(shape).astype("float32"))

    sky = climate.dhi_w_m2.to_numpy()
    beam = climate.ghi_w_m2.to_numpy() - sky
    data = xr.Dataset({
        "influx_direct": grid(beam), "influx_diffuse": grid(sky),
        "influx_toa": grid(np.full_like(sky, 1_361)), "albedo": grid(np.full_like(sky, 0.2)),
        "temperature": grid(climate.temp_air_c.to_numpy() + 273.15),
    }).assign_coords(lon=up.x, lat=up.y)  # fmt: skip
    panel = get_solarpanelconfig("CSi")
    orientation = get_orientation({"slope": PLAIN.solar_tilt_degrees, "azimuth": 180.0})
    began = time.process_time()
    sun = SolarPosition(data, time_shift="30min")
    surface = SurfaceOrientation(data, sun, orientation, tracking=None)
    light = TiltedIrradiation(data, sun, surface, trigon_model="simple", clearsky_model="simple")
    power = SolarPanelModel(data, light, panel).to_numpy()
    speed = power.size / (time.process_time() - began) / 1e6
    ratio = np.nansum(power) / (output.sum() / PLAIN.solar_dc_ac_ratio)
    return speed, f"yearly sum {ratio:.3f} of ours per module, its own module and inverter"


def pysam_speed(climate: xr.Dataset, output: np.ndarray) -> tuple[float, str]:
    """Return the speed of PVWatts version 8 in a loop over cells, and the ratio of yearly sums."""
    from PySAM import Pvwattsv8

    stamps = pd.DatetimeIndex(climate.time.to_numpy())
    chosen = range(0, climate.sizes["point"], 100)
    began, energy = time.process_time(), 0.0
    for c in chosen:
        model = Pvwattsv8.default("PVWattsNone")
        series = {"dn": "dni_w_m2", "df": "dhi_w_m2", "gh": "ghi_w_m2", "tdry": "temp_air_c"}
        model.SolarResource.solar_resource_data = {
            "lat": float(climate.lat[c]), "lon": float(climate.lon[c]), "tz": 0, "elev": 0.0,
            "year": stamps.year.tolist(), "month": stamps.month.tolist(),
            "day": stamps.day.tolist(), "hour": stamps.hour.tolist(), "minute": [30] * HOURS,
            "wspd": (climate.wind_speed_ms[c].to_numpy() * 0.1**0.143).tolist(),
            **{key: climate[name][c].to_numpy().tolist() for key, name in series.items()},
        }  # fmt: skip
        model.SystemDesign.assign({
            "system_capacity": 1.0, "dc_ac_ratio": PLAIN.solar_dc_ac_ratio, "module_type": 1,
            "inv_eff": 96.0, "losses": 14.0, "array_type": 0, "azimuth": 180.0,
            "tilt": PLAIN.solar_tilt_degrees, "gcr": 0.4,
        })  # fmt: skip
        model.execute()
        energy += model.Outputs.ac_annual
    speed = len(chosen) * HOURS / (time.process_time() - began) / 1e6
    ours = output[list(chosen)].sum() / PLAIN.solar_dc_ac_ratio
    return speed, f"yearly sum {energy / ours:.3f} of ours; its sky is Perez's"


def horizon() -> None:
    """Print the time of horizon angles in 36 directions beside that of r.horizon."""
    ground = fractal_ground(SIDE)
    horizon_angles(ground[:64, :64], (90, 90), directions=4)
    spent = cpu_seconds(lambda: horizon_angles(ground, (90, 90), directions=36), rounds=1)
    if shutil.which("grass") is None:
        lacking("horizon", spent, "grass-core", 10)
        return
    show(
        "horizon", spent, 36 * grass_seconds(ground), "r.horizon, one direction × 36", 10, less=True
    )


def fractal_ground(side: int) -> np.ndarray:
    """Return rough ground whose mean slope on cells of 90 m is 10 %."""
    noise = np.fft.rfftn(np.random.default_rng(7).standard_normal((side, side)))
    wave = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    wave[0, 0] = 1
    ground = np.fft.irfftn(noise * wave**-1.75, s=(side, side), axes=(0, 1))
    return (3_000 * (ground - ground.min()) / np.ptp(ground)).astype(np.float32)


def grass_seconds(ground: np.ndarray) -> float:
    """Return CPU seconds of r.horizon for one direction."""
    import rasterio
    from rasterio.transform import from_origin

    with tempfile.TemporaryDirectory() as folder:
        file, place = Path(folder) / "ground.tif", Path(folder) / "place"
        with rasterio.open(
            file, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32",
            crs="EPSG:32638", transform=from_origin(500_000, 4_500_000, 90, 90),
        ) as raster:  # fmt: skip
            raster.write(ground, 1)
        run = [shutil.which("grass") or "grass", f"{place}/PERMANENT", "--exec"]
        subprocess.run([run[0], "-c", str(file), "-e", str(place)], check=True, capture_output=True)
        subprocess.run(
            [*run, "r.in.gdal", f"input={file}", "output=z"], check=True, capture_output=True
        )
        subprocess.run([*run, "g.region", "raster=z"], check=True, capture_output=True)
        before = os.times()
        subprocess.run(
            [*run, "r.horizon", "-d", "elevation=z", "direction=100", "output=h"],
            check=True,
            capture_output=True,
        )
        after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


def cpu_seconds(run: Callable[[], object], rounds: int = 5) -> float:
    """Return the least CPU time of some runs, after one that compiles [s]."""
    if rounds > 1:
        run()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)


def lacking(name: str, ours: float, peer: str, goal: float) -> None:
    """Print the line of a peer that is not installed."""
    line = {
        "name": name, "ours": round(ours, 2), "peer": None, "peer_name": f"{peer} is missing",
        "ratio": None, "unit": "as with the peer", "goal": goal,
    }  # fmt: skip
    print(json.dumps(line))


def show(
    name: str, ours: float, peer: float, peer_name: str, goal: float, *, less: bool = False
) -> None:  # fmt: skip
    """Print one line."""
    line = {
        "name": name,
        "ours": round(ours, 2),
        "peer": round(peer, 3),
        "peer_name": peer_name,
        "ratio": round(peer / ours if less else ours / peer, 2),
        "unit": "CPU s" if less else "million cell-hours per CPU s",
        "goal": goal,
    }
    print(json.dumps(line))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
