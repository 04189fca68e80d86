"""
Time a year of hours on every 30″ cell of the built-in region: sun with terrain shadow, and wind.

The cells are all those of the region's own elevation raster, each with the horizon of the ground
around it, the region's options and the weather of its climate points; reading the region folder
counts, compiling does not. Results are
yearly sums by cell and hourly sums over all cells; no field of cells by hours is held. Prints one
JSON object a line; each case is run in a process of its own, whose numba cache is warm and which
has read nothing before. There is no peer: the ratio is the goal over ours.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

THREADS = 2
GOALS = {"wall": (20.0, "s"), "cpu": (40.0, "CPU s"), "memory": (3.0, "GB")}


def main() -> None:
    """Compile in one process, then measure in a fresh one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().measure:
        print(json.dumps(measure()))
        return
    command = [sys.executable, __file__, "--measure"]
    subprocess.run(command, check=True, capture_output=True)  # compiles, where it must
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    for name, (goal, unit) in GOALS.items():
        show(f"region-30-seconds-{name}", found[name], unit, goal)
    rate = found["cells"] * found["hours"] / 1e6
    for name in ("horizon", "sun", "wind"):
        print(json.dumps({"name": f"region-30-seconds-{name}", "ours": found[name], "unit": "s"}))
    print(
        json.dumps(
            {
                "name": "region-30-seconds-size",
                "cells": found["cells"],
                "million_cell_hours": round(rate),
                "solar_full_load_hours": found["solar_hours"],
                "wind_full_load_hours": found["wind_hours"],
                "shadow_takes_percent": found["shadow_percent"],
            }
        )
    )


def measure() -> dict[str, Any]:
    """Work through the whole region once, and return what it took."""
    began, cpu = time.perf_counter(), time.process_time()
    import numba

    from bunyad.potential.fieldsums import sun_sums, wind_sums_of_field

    numba.set_num_threads(min(THREADS, numba.get_num_threads()))
    ground, cells, climate, options = region_cells()
    marks = {"read": time.perf_counter()}
    places = cell_places(ground, cells, climate, options)
    marks["horizon"] = time.perf_counter()
    from bunyad.potential.sunfield import sun_field
    from bunyad.potential.windfield import prepare_wind

    solar = sun_sums(sun_field(places, climate, options=options))
    marks["sun"] = time.perf_counter()
    wind = wind_sums_of_field(prepare_wind(cells, climate, options=options))
    marks["wind"] = time.perf_counter()
    found = {
        "wall": marks["wind"] - began,
        "cpu": time.process_time() - cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024 / 1e9,
        "horizon": marks["horizon"] - marks["read"],
        "sun": marks["sun"] - marks["horizon"],
        "wind": marks["wind"] - marks["sun"],
    }
    flat = sun_sums(sun_field(without_horizon(places), climate, options=options))
    return {
        **{name: round(value, 2) for name, value in found.items()},
        "cells": len(solar.hours),
        "hours": len(solar.mean),
        "solar_hours": round(float(solar.hours.mean())),
        "wind_hours": round(float(wind.hours.mean())),
        "shadow_percent": round(100 * (1 - float(solar.mean.sum() / flat.mean.sum())), 2),
    }


def region_cells() -> tuple[Any, Any, Any, Any]:
    """Return the ground of the whole raster, the cells, the climate and the options."""
    import rasterio
    from pyproj import Geod, Transformer

    from bunyad.plan import region_options
    from bunyad.potential.cells import Cells
    from bunyad.region import load_region
    from bunyad.region.folder import find_region

    folder, region = find_region("karabakh"), load_region("karabakh")
    with rasterio.open(folder / "elevation.tif") as source:
        ground, grid = source.read(1).astype(float), source.transform
    with rasterio.open(folder / "wind_speed_100m.tif") as source:
        speed = source.read(1).astype(float)
    lon = grid.c + grid.a * (np.arange(ground.shape[1]) + 0.5)
    lat = grid.f + grid.e * (np.arange(ground.shape[0]) + 0.5)
    row, column = np.nonzero(np.isfinite(ground) & np.isfinite(speed))
    middle = float(lat.mean())
    geod = Geod(ellps="WGS84")
    size = (
        abs(geod.inv(lon[0], middle, lon[0] + grid.a, middle)[2]),
        abs(geod.inv(lon[0], middle, lon[0], middle + grid.e)[2]),
    )
    there = Transformer.from_crs("EPSG:4326", region.crs, always_xy=True)
    x, y = there.transform(lon[column], lat[row])
    count = len(row)
    whole = np.arange(count)
    cells = Cells(
        shape=ground.shape, row=row, column=column, x=np.asarray(x), y=np.asarray(y), size_m=size,
        elevation_m=ground[row, column], slope_percent=np.zeros(count),
        land_cover=np.zeros(count, np.int64), district=np.zeros(count, np.int64),
        wind_speed_ms=np.nan_to_num(speed[row, column]), covered_km2=np.ones(count),
        part_cell=whole, part_district=np.zeros(count, np.int64), part_km2=np.ones(count),
    )  # fmt: skip
    options = region_options(region).potential
    return (np.nan_to_num(ground), lat[row], lon[column]), cells, region.climate, options


def cell_places(ground: Any, cells: Any, climate: Any, options: Any) -> Any:
    """Return the cells as places, with the horizon of the whole raster around them."""
    from bunyad.potential.cells import nearest_points
    from bunyad.potential.horizon import Rays, horizon_angles
    from bunyad.potential.sunfield import Places

    heights, lat, lon = ground
    points = np.column_stack([climate["x"].to_numpy(), climate["y"].to_numpy()])
    distance, index = nearest_points(cells, points, options.interpolation_points)
    weight = np.maximum(distance, 1) ** -options.interpolation_power
    angles = horizon_angles(
        heights, cells.size_m, directions=options.horizon_directions,
        rays=Rays(reach_m=options.horizon_reach_m),
    )  # fmt: skip
    return Places(
        lat=lat, lon=lon, elevation_m=cells.elevation_m, points=index,
        weights=weight / weight.sum(axis=1, keepdims=True),
        horizon=angles[:, cells.row, cells.column],
    )  # fmt: skip


def without_horizon(places: Any) -> Any:
    """Return the places on land without mountains around it, to see what the shadow takes."""
    from dataclasses import replace

    return replace(places, horizon=None)


def show(name: str, ours: float, unit: str, goal: float) -> None:
    """Print one line."""
    line = {
        "name": name,
        "ours": ours,
        "peer": None,
        "peer_name": None,
        "ratio": round(goal / ours, 2),
        "unit": unit,
        "goal": goal,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
