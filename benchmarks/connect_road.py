"""
Lay a road and a railway over the same rough ground by several programs, and judge all alike.

Prints one JSON object a line: the verdict of `connect_judge.py` on each line, as drawn and, if its
bends are too tight, smoothed to the radius, and the ratio of its cost and CPU time to ours. The
peers are those installed beside Bunyad: `pyorps` and `scikit-image` from PyPI, `grass-core` from
Debian; one that is missing is left out, and the line says so. Both grounds are fractal, Hurst
exponent 0.8. Each line tells whether it keeps the least radius: a line as drawn that does not is no
road yet, and the smoothed one stands beside it. `--seeds` lays over several grounds: one says
little. The road's is as rough as the built-in region, where heights 0.93 km apart differ by
112 m; the railway's is the roughest on which pyorps still finds one.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from connect_judge import (
    RAILWAY,
    ROAD,
    Prices,
    Verdict,
    fractal_terrain,
    judge,
    smooth_to_radius,
)

CELL, HURST = 30, 0.8
NEAR_RADIUS = 0.98
"""Part of the least radius that a fitted circle may fall short by: stations cut its arc."""
EFFORT = {"align_band_rounds": 3, "align_corridor_states": 3_000_000,
          "align_free_states": 6_000_000}  # fmt: skip
"""More than the defaults, of which a plan wants an answer at once."""


@dataclass(frozen=True)
class Case:
    """A line to lay, from one corner of a ground to the other."""

    name: str
    side: int
    rise_m: float
    prices: Prices
    goal: float
    """Cost of pyorps over ours that is asked for."""
    seed: int = 1
    """Of the ground."""

    @property
    def ends(self) -> tuple[int, int]:
        """Row and column of the start, and of the end."""
        margin = self.side // 20
        return margin, self.side - margin

    def ground(self) -> np.ndarray:
        """Return the heights."""
        return fractal_terrain(
            self.side, cell_m=CELL, hurst=HURST, rise_m=self.rise_m, seed=self.seed
        )  # fmt: skip


CASES = (
    Case("road-8%-R200", 4_000, 110, ROAD, 1 / 0.85),
    Case("railway-2%-R300", 1_000, 35, RAILWAY, 1 / 0.9),
)


def main() -> None:
    """Run the cases named on the command line, or all, and print their lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="road, railway or both")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    given = parser.parse_args()
    for case in CASES:
        if not given.cases or case.name.split("-")[0] in given.cases:
            for seed in given.seeds:
                run(replace(case, seed=seed))


def run(case: Case) -> None:
    """Lay a case by every program and print what the judge says."""
    ground = case.ground()
    small = replace(case, side=200, rise_m=case.rise_m / 10)
    ours = None
    for name, lay in {"bunyad": bunyad, "pyorps": pyorps, "scikit-image": skimage,
                      "r.walk": grass, "straight": straight}.items():  # fmt: skip
        try:
            lay(small, small.ground())  # compiles
            line, spent = lay(case, ground)
        except ImportError as fault:
            show({"name": case.name, "by": name, "missing": str(fault)})
            continue
        verdicts = verdicts_on(ground, line, case.prices)
        if name == "bunyad":
            ours = verdicts, spent
        for kind, verdict in verdicts.items():
            against = ratios(case, name, verdict, spent, ours)
            keeps = verdict.least_radius_m >= NEAR_RADIUS * case.prices.min_radius_m
            show({"name": case.name, "seed": case.seed, "by": name, "line": kind,
                  "keeps_radius": bool(keeps), **verdict.line(), "cpu_s": round(spent, 1),
                  **against})  # fmt: skip
        gc.collect()


def verdicts_on(ground: np.ndarray, line: np.ndarray, prices: Prices) -> dict[str, Verdict]:
    """Return the verdict on a line as drawn, and on the cheaper of its smoothed forms if needed."""
    verdicts = {"as drawn": judge(ground, CELL, line, prices)}
    if verdicts["as drawn"].least_radius_m < NEAR_RADIUS * prices.min_radius_m:
        smooth = [
            judge(
                ground,
                CELL,
                smooth_to_radius(line, CELL, prices.min_radius_m, everywhere=everywhere),
                prices,
            )
            for everywhere in (True, False)
        ]
        kept = [v for v in smooth if v.least_radius_m >= NEAR_RADIUS * prices.min_radius_m]
        verdicts["smoothed"] = min(kept or smooth, key=lambda v: v.cost_usd)
    return verdicts


def ratios(
    case: Case,
    name: str,
    verdict: Verdict,
    spent: float,
    ours: tuple[dict[str, Verdict], float] | None,
) -> dict[str, float]:
    """Return a peer's cost and CPU time over ours, ours smoothed if it has to be."""
    if ours is None or name == "bunyad":
        return {}
    verdicts, seconds = ours
    best = list(verdicts.values())[-1]
    found = {
        "cost_ratio": round(verdict.cost_usd / best.cost_usd, 3),
        "cpu_ratio": round(spent / seconds, 2),
    }
    goals = {"cost_goal": round(case.goal, 3), "cpu_goal": 1} if name == "pyorps" else {}
    return found | goals


def bunyad(case: Case, ground: np.ndarray) -> tuple[np.ndarray, float]:
    """Return our line and the CPU seconds it took."""
    from bunyad.connect.alignment import Design, Surface, find_alignment
    from bunyad.options import ConnectOptions

    p, flat = case.prices, np.zeros(ground.shape, dtype=np.float32)
    surface = Surface(
        cell_m=CELL, west_m=0, north_m=0, elevation_m=ground, factor=flat + 1,
        extra_usd_per_m=flat, river=flat > 0, blocked=flat > 0,
    )  # fmt: skip
    design = Design(
        kind=case.name.split("-")[0], name=case.name, max_grade=p.max_grade,
        min_radius_m=p.min_radius_m, curve_resistance_m=0, speed_kmh=50, usd_per_m=p.usd_per_m,
        slope_surcharge=0, width_m=p.width_m, side_slope=p.side_slope,
        cut_usd_per_m3=p.earth_usd_per_m3, fill_usd_per_m3=p.earth_usd_per_m3,
        haul_usd_per_m3_km=0, bridge_usd_per_m=p.bridge_usd_per_m,
        tunnel_usd_per_m=p.tunnel_usd_per_m, bridge_height_m=p.bridge_height_m,
        tunnel_cover_m=p.tunnel_cover_m, has_bridges=True, has_tunnels=True,
        longest_tunnel_m=1e6,
    )  # fmt: skip
    start, end = (np.array([CELL * at, -CELL * at], dtype=float) for at in case.ends)
    began = time.process_time()
    found = find_alignment(
        surface, design, start=tuple(start), end=tuple(end), options=ConnectOptions(**EFFORT)
    )
    spent = time.process_time() - began
    return found.points_m[:, :2] * (1, -1), spent


def pyorps(case: Case, ground: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the shortest line within the grade, by its widest usual neighbourhood."""
    from affine import Affine
    from pyorps.graph.path_finder import PathFinder

    origin = (500_000, 4_500_000)
    place = Affine(CELL, 0, origin[0], 0, -CELL, origin[1])
    start, end = (
        (origin[0] + CELL * (at + 0.5), origin[1] - CELL * (at + 0.5)) for at in case.ends
    )
    cost = np.full(ground.shape, 100, dtype=np.uint16)
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        finder = PathFinder(
            dataset_source=cost, crs="EPSG:32638", transform=place, source_coords=start,
            target_coords=end, search_space_buffer_m=2 * CELL * case.side, dem=ground,
            neighborhood_str="r3", ignore_max_cost=False, objective={"cost": 1.0},
            gradient_options={"max_gradient_pct": 100 * case.prices.max_grade},
        )  # fmt: skip
        path = finder.find_route()
    spent = time.process_time() - began
    points = np.array(path.path_geometry.coords)[:, :2]
    return (points - origin) * (1, -1) - CELL / 2, spent


def skimage(case: Case, ground: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the least-cost path, where a slope as steep as the grade doubles the cost."""
    from skimage.graph import MCP_Geometric

    began = time.process_time()
    slope = np.hypot(*np.gradient(ground, CELL))
    search = MCP_Geometric(1 + (slope / case.prices.max_grade) ** 2)
    search.find_costs([(case.ends[0],) * 2], [(case.ends[1],) * 2])
    path = np.array(search.traceback((case.ends[1],) * 2))
    return path[:, ::-1] * float(CELL), time.process_time() - began


def grass(case: Case, ground: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the path of least walking time of r.walk, reading and writing files left out."""
    import rasterio
    from rasterio.transform import from_origin

    program = shutil.which("grass")
    if program is None:
        raise ImportError("grass-core")
    east, north = 500_000, 4_500_000
    start, end = (f"{east + CELL * (at + 0.5)},{north - CELL * (at + 0.5)}" for at in case.ends)
    with tempfile.TemporaryDirectory() as folder:
        file, place = Path(folder) / "ground.tif", Path(folder) / "place"
        with rasterio.open(
            file, "w", driver="GTiff", width=case.side, height=case.side, count=1, dtype="float32",
            crs="EPSG:32638", transform=from_origin(east, north, CELL, CELL),
        ) as raster:  # fmt: skip
            raster.write(ground, 1)

        def call(*words: str) -> float:
            before = os.times()
            subprocess.run([str(program), *words], check=True, capture_output=True)
            after = os.times()
            return after.children_user - before.children_user

        call("-c", str(file), "-e", str(place))
        inside = (f"{place}/PERMANENT", "--exec")
        call(*inside, "r.in.gdal", f"input={file}", "output=z")
        call(*inside, "g.region", "raster=z")
        call(*inside, "r.mapcalc", "expression=one=1")
        spent = call(*inside, "r.walk", "elevation=z", "friction=one", "output=cost",
                     "outdir=way", f"start_coordinates={start}",
                     f"stop_coordinates={end}", "-k", "memory=2000")  # fmt: skip
        spent += call(*inside, "r.path", "input=way", "format=degree", "vector_path=line",
                      f"start_coordinates={end}")  # fmt: skip
        text = Path(folder) / "line.txt"
        call(*inside, "v.out.ascii", "input=line", "format=standard", f"output={text}")
        rows = [row.split() for row in text.read_text().splitlines() if row.startswith(" ")]
    points = np.array([[float(a), float(b)] for a, b, *_ in rows if float(b) > 1_000])
    return (points - (east, north)) * (1, -1) - CELL / 2, spent


def straight(case: Case, _: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the straight line."""
    return np.array([[at, at] for at in case.ends]) * float(CELL), 0.0


def show(line: dict[str, object]) -> None:
    """Print one line."""
    print(json.dumps(line))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
