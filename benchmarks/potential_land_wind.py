"""
Time land and wind beside their peers, in CPU seconds of all threads.

Prints one JSON object a line. `--peers` names a Python that has atlite, OpenCV, windpowerlib and
rasterio; without it this one is taken, and peers that it lacks are left out. The peers get the
same arrays, and their answers are held against ours before anything is printed.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from bandwidth import limit_line

CELLS, HOURS, SIDE, CELL_M, BUFFER_M, HUB_M = 1_000, 8_760, 5_000, 100.0, 500.0, 99.0
REPEATS = 5


def cpu(work: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """Return the least CPU time of a piece of work [s], and what it gives."""
    answer, least = None, float("inf")
    for _ in range(repeats):
        began = time.process_time()
        answer = work()
        least = min(least, time.process_time() - began)
    return least, answer


def make_inputs(folder: Path) -> None:
    """Write the arrays that all take."""
    import rasterio
    from rasterio.transform import from_origin

    from bunyad.options.potential import PotentialOptions
    from bunyad.potential import wind_power_curve

    random = np.random.default_rng(7)
    marks = (random.random((SIDE, SIDE)) < 5e-4).astype("uint8")
    np.save(folder / "marks.npy", marks)
    with rasterio.open(
        folder / "marks.tif", "w", driver="GTiff", width=SIDE, height=SIDE, count=1,
        dtype="uint8", crs="EPSG:32638", transform=from_origin(4e5, 4.9e6, CELL_M, CELL_M),
    ) as target:  # fmt: skip
        target.write(marks[None])
    np.save(folder / "speed.npy", (random.weibull(2, (CELLS, HOURS)) * 7).astype("float32"))
    np.save(folder / "celsius.npy", random.normal(12, 9, (CELLS, HOURS)).astype("float32"))
    curve = wind_power_curve(PotentialOptions())
    np.save(folder / "curve.npy", np.array([curve.speed_ms, curve.output]))


def ours(folder: Path) -> dict[str, float]:
    """Time our own land and wind, and keep what they give."""
    import numba

    from bunyad.options.potential import PotentialOptions
    from bunyad.potential import WindField, wind_hourly, within_distance
    from bunyad.potential.shear import height_factor
    from bunyad.potential.wind import PowerCurve, log_density
    from bunyad.potential.windfield import wind_hours, wind_table

    # One thread, as the peers have: two that share a core would count its time twice.
    numba.set_num_threads(1)
    marks = np.load(folder / "marks.npy")
    land = lambda: within_distance(marks, BUFFER_M, cell_m=CELL_M)  # noqa: E731
    land()
    times = {}
    times["land"], within = cpu(land)
    np.save(folder / "within.npy", within)

    options = PotentialOptions(wind_shear_law="log")
    speed_ms, output = np.load(folder / "curve.npy")
    curve = PowerCurve(speed_ms=speed_ms, output=output)
    speed, celsius = np.load(folder / "speed.npy"), np.load(folder / "celsius.npy")
    kelvin = celsius.astype(float) + 273.15
    weather = speed, np.log(kelvin).astype("float32"), (1 / kelvin).astype("float32")
    height = np.linspace(0, 2_500, CELLS)
    pressure = log_density(height, 1.0)
    factor = height_factor(HUB_M, 100, options=options)
    cells = (
        np.arange(CELLS),
        np.full(CELLS, factor, "float32"),
        pressure.astype("float32"),
        np.zeros(CELLS, "float32"),
    )
    span = (
        float(pressure.min() - np.log(kelvin.max())),
        float(pressure.max() - np.log(kelvin.min())),
    )
    for name, densities in (("plain", None), ("dense", span)):
        table = wind_table(curve, densities, options=options)
        field = WindField(weather=weather, cells=cells, table=table)
        found, _ = wind_hourly(field), wind_hours(field)
        times[f"wind-{name}-new"], _ = cpu(lambda field=field: wind_hourly(field))
        times[f"wind-{name}"], _ = cpu(lambda field=field, out=found: wind_hourly(field, out=out))
        times[f"wind-{name}-sum"], _ = cpu(lambda field=field: wind_hours(field))
        np.save(folder / f"wind-{name}.npy", found)
    return times


def peers(folder: Path) -> dict[str, float]:
    """Time the peers that this Python has, and check that they agree with us."""
    warnings.simplefilter("ignore")
    times: dict[str, float] = {}
    for peer in (
        peer_atlite_land,
        peer_scipy,
        peer_opencv,
        peer_atlite_wind,
        peer_atlite_cutout,
        peer_windpowerlib,
    ):
        try:
            times |= peer(folder)
        except ImportError as error:
            print(f"{peer.__name__} is left out: {error}", file=sys.stderr)
    return times


def peer_atlite_land(folder: Path) -> dict[str, float]:
    """Eligible land by atlite's circular buffer; it reads the raster from a file."""
    import geopandas as gpd
    from atlite.gis import ExclusionContainer, shape_availability
    from shapely.geometry import box

    edge, inset = SIDE * CELL_M, CELL_M / 10  # atlite adds a cell where a shape ends on its edge
    frame = box(4e5 + inset, 4.9e6 - edge + inset, 4e5 + edge - inset, 4.9e6 - inset)
    shape = gpd.GeoSeries([frame], crs="EPSG:32638")

    def eligible() -> Any:
        container = ExclusionContainer(crs="EPSG:32638", res=CELL_M)
        container.add_raster(
            str(folder / "marks.tif"), codes=1, buffer=BUFFER_M, buffer_geometry="circular",
            crs="EPSG:32638",
        )  # fmt: skip
        return shape_availability(shape, container)[0]

    took, found = cpu(eligible, 3)
    within = np.load(folder / "within.npy")
    assert found.shape == within.shape, found.shape
    assert (found == ~within).mean() > 0.999, (found == ~within).mean()
    return {"land/atlite ExclusionContainer circular": took}


def peer_scipy(folder: Path) -> dict[str, float]:
    """Distance transform of scipy."""
    from scipy.ndimage import distance_transform_edt

    marks = np.load(folder / "marks.npy")
    took, found = cpu(lambda: distance_transform_edt(marks == 0) * CELL_M <= BUFFER_M, 3)
    assert (found == np.load(folder / "within.npy")).all()
    return {"land/scipy distance_transform_edt": took}


def peer_opencv(folder: Path) -> dict[str, float]:
    """Distance transform of OpenCV, in its precise form."""
    import cv2

    marks = np.load(folder / "marks.npy")

    def near() -> Any:
        away = cv2.distanceTransform((marks == 0).view("uint8"), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return away * CELL_M <= BUFFER_M + 1e-2

    took, found = cpu(near, 3)
    assert (found == np.load(folder / "within.npy")).all()
    return {"land/OpenCV distanceTransform precise": took}


def peer_atlite_wind(folder: Path) -> dict[str, float]:
    """Wind of atlite: logarithmic law and power curve, no density."""
    import xarray as xr
    from atlite.convert import convert_wind

    speed_ms, output = np.load(folder / "curve.npy")
    speed = np.load(folder / "speed.npy")
    weather = xr.Dataset(
        {
            "wnd100m": (("time", "cell"), np.ascontiguousarray(speed.T)),
            "roughness": ("cell", np.full(CELLS, 0.1, "float32")),
        }
    )
    turbine = {"V": speed_ms, "POW": output, "hub_height": HUB_M, "P": 1.0}
    took, found = cpu(lambda: convert_wind(weather, turbine, "logarithmic").to_numpy(), 3)
    ours = np.load(folder / "wind-plain.npy")
    assert np.abs(found.T - ours).max() < 1e-3, np.abs(found.T - ours).max()
    assert abs(found.sum() / ours.sum(dtype=float) - 1) < 1e-3
    return {"wind-plain/atlite convert_wind": took}


def peer_atlite_cutout(folder: Path) -> dict[str, float]:
    """The same by atlite's public call, as its users have it."""
    import atlite
    import pandas as pd
    import xarray as xr

    rows, columns = 25, CELLS // 25
    speed_ms, output = np.load(folder / "curve.npy")
    speed = np.load(folder / "speed.npy").T.reshape(HOURS, rows, columns)
    weather = xr.Dataset(
        {
            "wnd100m": (("time", "y", "x"), np.ascontiguousarray(speed)),
            "roughness": (("y", "x"), np.full((rows, columns), 0.1, "float32")),
        },
        coords={
            "time": pd.date_range("2019-01-01", periods=HOURS, freq="h"),
            "y": 38 + 0.25 * np.arange(rows),
            "x": 45 + 0.25 * np.arange(columns),
        },
        attrs={"module": "era5"},
    )
    for name in ("wnd100m", "roughness"):
        weather[name].attrs.update(module="era5", feature="wind")
    weather.attrs["prepared_features"] = ["wind"]
    cutout = atlite.Cutout(folder / "cutout.nc", data=weather)
    turbine = {"V": speed_ms, "POW": output, "hub_height": HUB_M, "P": 1.0, "name": "farm"}
    logging.disable(logging.WARNING)
    took, found = cpu(lambda: cutout.wind(turbine, capacity_factor_timeseries=True).to_numpy(), 3)
    found = found.reshape(HOURS, CELLS)
    assert np.abs(found.T - np.load(folder / "wind-plain.npy")).max() < 1e-3
    return {"wind-plain/atlite Cutout.wind": took}


def peer_windpowerlib(folder: Path) -> dict[str, float]:
    """Wind of windpowerlib with its density correction, on a few cells."""
    import pandas as pd
    from windpowerlib.power_output import power_curve_density_correction

    few = 5
    speed_ms, output = np.load(folder / "curve.npy")
    factor = np.log(HUB_M / 0.1) / np.log(100 / 0.1)
    speed = np.load(folder / "speed.npy")[:: CELLS // few] * factor
    kelvin = np.load(folder / "celsius.npy")[:: CELLS // few].astype(float) + 273.15
    height = np.linspace(0, 2_500, CELLS)[:: CELLS // few, None]
    pressure = 101_325 * (1 - 0.0065 * height / 288.15) ** 5.25588
    density = pressure / (287.05287 * kelvin)

    def chain() -> Any:
        return np.array(
            [
                power_curve_density_correction(
                    pd.Series(one), pd.Series(speed_ms), pd.Series(output), pd.Series(air)
                )
                for one, air in zip(speed.astype(float), density, strict=True)
            ]
        )

    took, found = cpu(chain, 2)
    ours = np.load(folder / "wind-dense.npy")[:: CELLS // few]
    assert np.abs(found.sum(axis=1) / ours.sum(axis=1, dtype=float) - 1).max() < 1e-3
    return {"wind-dense/windpowerlib density correction": took * CELLS / few}


def show(mine: dict[str, float], theirs: dict[str, float]) -> None:
    """Print one line a peer."""
    goals = {
        "land/atlite ExclusionContainer circular": 8,
        "wind-plain/atlite Cutout.wind": 25,
        "wind-plain/atlite convert_wind": 25,
    }
    rate = CELLS * HOURS / 1e6
    for key, took in theirs.items():
        name, _, peer = key.partition("/")
        is_land = name == "land"
        line = {
            "name": f"{name}-{SIDE}x{SIDE}-{BUFFER_M:g}m" if is_land else f"{name}-1000x8760",
            "ours": round(mine[name] if is_land else rate / mine[name], 3),
            "peer": round(took if is_land else rate / took, 3),
            "peer_name": peer,
            "ratio": round(took / mine[name], 1),
            "unit": "CPU s" if is_land else "million cell-hours per CPU s",
            "goal": goals.get(key, 1),
        }
        print(json.dumps(line))
    print(json.dumps(limit_line("wind", rate / mine["wind-plain"])))
    for name in ("wind-plain-new", "wind-plain-sum", "wind-dense-new", "wind-dense-sum"):
        print(
            json.dumps(
                {
                    "name": name,
                    "ours": round(rate / mine[name], 1),
                    "unit": "million cell-hours per CPU s",
                }
            )
        )


def main() -> None:
    """Run all, the peers in a Python of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default=sys.executable, help="Python that has the peers")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        print(json.dumps(peers(Path(arguments.folder))))
        return
    with tempfile.TemporaryDirectory() as name:
        make_inputs(Path(name))
        mine = ours(Path(name))
        command = [arguments.peers, __file__, "--folder", name]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        show(mine, json.loads(answer.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
