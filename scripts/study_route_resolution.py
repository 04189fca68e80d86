"""
Study how routes shrink on coarse terrain, and write `connect/data/route_resolution.csv`.

Fractal terrain of 30 m cells, as rough as the built-in region or smoother, is coarsened step by
step to 900 m. On each the alignment engine lays a road or a railway between the same places. What
the finest route is longer than a coarse one goes into the table, as do climb and structures. No
published route takes part. Run it as `python scripts/study_route_resolution.py --samples FILE`;
samples that the file holds already are not made again, so that a run may be broken off.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.ndimage import map_coordinates

from bunyad.connect.alignment import BRIDGE, TUNNEL, Design, Surface, find_alignment
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

TABLE = Path("src/bunyad/connect/data/route_resolution.csv")
SIDE, CELL = 640, 30
CELLS_M = (30, 60, 120, 240, 480, 900)
FINEST_M = 60
"""Where the finest cells have no route, the truth is taken from cells up to this."""
LARGE_HURST, FINE_HURST, CROSSOVER_M = 0.5, 0.8, 1_500
"""Roughness of long and short waves, and the wavelength between: see route-accuracy.md."""
RISES_M = (35, 70, 140)
"""Root mean square difference of heights 1 km apart."""
CONFIDENCE, LEAST_ROUTES = 0.8, 3
QUANTITIES = {"length": True, "climb": True, "bridge": False, "tunnel": False}
"""What is compared; true: as a factor, false: as a difference of shares of the length."""
KEYS = ["kind", "structures", "cell_m", "steepness"]


def main() -> None:
    """Make the samples that are missing, then the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=8)
    asked = parser.parse_args()
    known = pd.read_csv(asked.samples) if asked.samples.exists() else pd.DataFrame()
    for seed, rise, design in itertools.product(range(asked.seeds), RISES_M, designs()):
        mine = {"kind": design.kind, "structures": design.has_tunnels, "rise_m": rise, "seed": seed}
        if len(known) and (known[list(mine)] == pd.Series(mine)).all(axis=1).any():
            continue
        known = pd.concat([known, pd.DataFrame(lay_all(design, rise, seed, mine))])
        known.to_csv(asked.samples, index=False)
        print(mine)
    summarise(known).to_csv(TABLE, index=False, lineterminator="\n")


def designs() -> list[Design]:
    """Return a road that follows the land, one with structures, and a railway."""
    o = ConnectOptions()
    shared = {
        "curve_resistance_m": 0, "slope_surcharge": 0, "side_slope": o.side_slope,
        "cut_usd_per_m3": o.earthwork_usd_per_m3, "fill_usd_per_m3": o.earthwork_usd_per_m3,
        "haul_usd_per_m3_km": 0, "bridge_height_m": o.bridge_height_m,
        "tunnel_cover_m": o.tunnel_cover_m, "longest_tunnel_m": 1e3 * o.relaxed_structure_km,
    }  # fmt: skip
    road = {
        "kind": "road", "max_grade": o.two_lane_max_grade_percent / 100, "min_radius_m": 100,
        "speed_kmh": 50, "usd_per_m": o.two_lane_usd_per_km / 1e3, "width_m": o.two_lane_width_m,
        "bridge_usd_per_m": o.two_lane_bridge_usd_per_km / 1e3,
        "tunnel_usd_per_m": o.two_lane_tunnel_usd_per_km / 1e3,
    }  # fmt: skip
    railway = {
        "kind": "railway", "max_grade": o.railway_max_grade_percent / 100, "min_radius_m": 300,
        "speed_kmh": 80, "usd_per_m": o.railway_usd_per_km / 1e3, "width_m": o.railway_width_m,
        "bridge_usd_per_m": o.railway_bridge_usd_per_km / 1e3,
        "tunnel_usd_per_m": o.railway_tunnel_usd_per_km / 1e3,
    }  # fmt: skip
    return [
        Design(name="study", has_bridges=built, has_tunnels=built, **shared, **chosen)
        for chosen, built in ((road, False), (road, True), (railway, True))
    ]


def lay_all(
    design: Design, rise_m: float, seed: int, mine: dict[str, object]
) -> list[dict[str, object]]:
    """Return what the route is on every cell, between the same two places."""
    ground = terrain(rise_m, seed)
    found = []
    for cell in CELLS_M:
        surface = coarsen(ground, round(cell / CELL))
        start, end = ((0.1, 0.15), (0.9, 0.8))
        span = CELL * SIDE
        row = {**mine, "cell_m": cell, "steepness": rise_m / 1e3 / design.max_grade}
        try:
            line = find_alignment(
                surface, design, start=(start[0] * span, -start[1] * span),
                end=(end[0] * span, -end[1] * span), options=ConnectOptions(),
            )  # fmt: skip
        except InfeasibleError:
            found.append(row)
            continue
        pieces = np.linalg.norm(np.diff(line.points_m, axis=0), axis=1)
        found.append({
            **row, "length": line.length_m,
            "climb": np.clip(np.diff(line.points_m[:, 2]), 0, None).sum(),
            "bridge": pieces[line.structure == BRIDGE].sum() / line.length_m,
            "tunnel": pieces[line.structure == TUNNEL].sum() / line.length_m,
        })  # fmt: skip
    return found


def terrain(rise_m: float, seed: int) -> np.ndarray:
    """Return ground made by spectral synthesis whose roughness changes at the crossover."""
    whole = 2 * SIDE
    noise = np.fft.rfft2(np.random.default_rng(seed).standard_normal((whole, whole)))
    wave = np.hypot(np.fft.fftfreq(whole)[:, None], np.fft.rfftfreq(whole)[None, :])
    wave *= CROSSOVER_M / CELL
    wave[0, 0] = np.inf
    fall = np.where(wave < 1, LARGE_HURST, FINE_HURST) + 1
    ground = np.fft.irfft2(noise * wave**-fall, s=(whole, whole))
    lag = round(1_000 / CELL)
    rise = np.sqrt(np.mean((np.roll(ground, lag, 0) - ground) ** 2))
    return ground[:SIDE, :SIDE] * rise_m / rise


def coarsen(ground: np.ndarray, times: int) -> Surface:
    """Return the means of square blocks, laid bilinearly over the grid that routes use."""
    size = SIDE // times
    blocks = ground[: size * times, : size * times].reshape(size, times, size, times)
    fine = max(1, min(times, max(4, times // 4)))
    count = size * times // fine
    at = ((np.arange(count) + 0.5) * fine - 0.5 * times) / times
    where = np.meshgrid(at, at, indexing="ij")
    heights = map_coordinates(blocks.mean(axis=(1, 3)), where, order=1, mode="nearest")
    flat = np.zeros(heights.shape, dtype=np.float32)
    middle = CELL * fine / 2
    return Surface(
        cell_m=CELL * fine, west_m=middle, north_m=-middle,
        elevation_m=heights.astype(np.float32), factor=flat + 1, extra_usd_per_m=flat,
        river=flat > 0, blocked=flat > 0,
    )  # fmt: skip


def summarise(samples: pd.DataFrame) -> pd.DataFrame:
    """
    Return the middle and the 80 % prediction interval of what the finest routes have more.

    Factors are taken in logarithms.
    """
    same = ["kind", "structures", "steepness", "seed"]
    finest = samples[samples.cell_m <= FINEST_M].dropna().sort_values("cell_m")
    finest = finest.drop_duplicates(same)
    pairs = samples.merge(finest[[*same, *QUANTITIES]], on=same, suffixes=("", "_true")).dropna()
    rows = []
    for key, group in pairs.groupby(KEYS):
        for name, is_ratio in QUANTITIES.items():
            true, seen = group[f"{name}_true"], group[name]
            more = np.log(true / seen) if is_ratio else true - seen
            three = more.mean() + reach(more) * np.array([0, -1, 1])
            found = np.round(np.exp(three) if is_ratio else three, 4)
            rows.append([*key[:-1], round(key[-1], 4), name, *found, len(more), source(samples)])
    return pd.DataFrame(
        rows, columns=[*KEYS, "quantity", "median", "low80", "high80", "routes", "source"]
    )


def reach(more: pd.Series) -> float:
    """
    Return how far the 80 % prediction interval of a normal variable reaches.

    With less than three routes it reaches from no correction to twice the correction.
    """
    count = len(more)
    if count < LEAST_ROUTES:
        return abs(float(more.mean()))
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)
    return float(quantile * more.std() * (1 + 1 / count) ** 0.5)


def source(samples: pd.DataFrame) -> str:
    """Return how the table is made."""
    return (
        f"scripts/study_route_resolution.py: fractal terrain, seeds 0 to {samples.seed.max()}, "
        f"{SIDE} cells of {CELL} m a side, Hurst exponent {FINE_HURST} below "
        f"{CROSSOVER_M:g} m and {LARGE_HURST} above"
    )


if __name__ == "__main__":
    main()
