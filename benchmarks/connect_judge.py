"""
Judge a horizontal line on a terrain, whoever drew it, by what building it would cost at best.

The judge knows nothing of the program that drew the line. It lays the cheapest vertical profile
within the gradient limit by dynamic programming over stations and heights, prices cut and fill by
the roadbed's half-width and the side slope, makes a bridge of fill and a tunnel of cut beyond the
limits, and measures the least radius by fitting circles. Besides it makes fractal terrain to draw
lines on, and smooths lines to a radius.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.ndimage import gaussian_filter1d, map_coordinates

OPEN, BRIDGE, TUNNEL = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a line keeps to and costs."""

    max_grade: float
    min_radius_m: float
    usd_per_m: float
    bridge_usd_per_m: float
    tunnel_usd_per_m: float
    width_m: float
    side_slope: float = 1.5
    earth_usd_per_m3: float = 5
    bridge_height_m: float = 20
    tunnel_cover_m: float = 30


ROAD = Prices(max_grade=0.08, min_radius_m=200, usd_per_m=900, bridge_usd_per_m=22_000,
              tunnel_usd_per_m=36_000, width_m=12)  # fmt: skip
"""Two-lane road: the defaults of `bunyad.options.connect`, which names their sources."""
RAILWAY = Prices(max_grade=0.02, min_radius_m=300, usd_per_m=4_800, bridge_usd_per_m=30_300,
                 tunnel_usd_per_m=30_300, width_m=7.6)  # fmt: skip
"""Railway: as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the judge found."""

    cost_usd: float
    """Infinite if no profile within the grade joins both ends."""
    length_m: float
    least_radius_m: float
    max_grade: float
    cut_m3: float
    fill_m3: float
    bridge_m: float
    tunnel_m: float
    stations_m: np.ndarray
    """Easting, northing, height, ground, a row for each station."""

    def line(self) -> dict[str, float]:
        """Return the figures, rounded to be printed."""
        return {
            "million_usd": round(self.cost_usd / 1e6, 2),
            "km": round(self.length_m / 1e3, 2),
            "least_radius_m": round(min(self.least_radius_m, 1e5)),
            "max_grade": round(self.max_grade, 4),
            "cut_mm3": round(self.cut_m3 / 1e6, 2),
            "fill_mm3": round(self.fill_m3 / 1e6, 2),
            "bridge_km": round(self.bridge_m / 1e3, 2),
            "tunnel_km": round(self.tunnel_m / 1e3, 2),
        }


def judge(
    elevation_m: np.ndarray, cell_m: float, line_m: np.ndarray, prices: Prices, *, levels: int = 4
) -> Verdict:
    """
    Return the least cost of building a line.

    Parameters
    ----------
    elevation_m
        Heights at the centres of square cells, bilinear between them; row 0 is the northernmost.
    cell_m
        Side of a cell.
    line_m
        Points of the line, eastward from the first column and southward from the first row.
    prices
        Limits and unit costs.
    levels
        Steps of height that the grade allows from a station to the next; stations lie a cell
        apart, so a level is cell × grade / levels.
    """
    points = stations(line_m, cell_m)
    ground = heights(elevation_m, cell_m, points)
    step = float(np.hypot(*np.diff(points, axis=0).T).mean())
    level = prices.max_grade * step / levels
    fixed = (prices.usd_per_m, prices.bridge_usd_per_m, prices.tunnel_usd_per_m,
             prices.bridge_height_m, prices.tunnel_cover_m, prices.width_m, prices.side_slope,
             prices.earth_usd_per_m3)  # fmt: skip
    profile, cost = best_profile(ground, step, level, levels, np.array(fixed))
    above = profile - ground
    kind = np.where(
        above > prices.bridge_height_m,
        BRIDGE,
        np.where(above < -prices.tunnel_cover_m, TUNNEL, OPEN),
    )
    share = np.full(len(points), step)
    share[[0, -1]] /= 2
    area = prices.width_m * np.abs(above) + prices.side_slope * above**2
    run = np.hypot(*np.diff(points, axis=0).T)
    return Verdict(
        cost_usd=cost,
        length_m=float(run.sum()),
        least_radius_m=least_radius(points, prices.min_radius_m),
        max_grade=float(np.abs(np.diff(profile) / step).max()),
        cut_m3=float((area * share)[(kind == OPEN) & (above < 0)].sum()),
        fill_m3=float((area * share)[(kind == OPEN) & (above > 0)].sum()),
        bridge_m=float(share[kind == BRIDGE].sum()),
        tunnel_m=float(share[kind == TUNNEL].sum()),
        stations_m=np.column_stack([points, profile, ground]),
    )


def stations(line_m: np.ndarray, spacing_m: float) -> np.ndarray:
    """Return points at an even spacing along a line, nearest to the one asked for."""
    line_m = np.asarray(line_m, dtype=float)
    run = np.hypot(*np.diff(line_m, axis=0).T)
    line_m, run = line_m[np.r_[True, run > 0]], run[run > 0]
    along = np.r_[0, np.cumsum(run)]
    at = np.linspace(0, along[-1], max(2, round(along[-1] / spacing_m) + 1))
    return np.column_stack([np.interp(at, along, line_m[:, axis]) for axis in (0, 1)])


def heights(elevation_m: np.ndarray, cell_m: float, points_m: np.ndarray) -> np.ndarray:
    """Return bilinear heights under points."""
    where = points_m[:, ::-1].T / cell_m
    return map_coordinates(elevation_m.astype(np.float64), where, order=1, mode="nearest")


@njit(cache=True)
def _station_cost(above: float, fixed: np.ndarray) -> float:
    """Return the cost of a metre whose formation lies above the ground, or below if negative."""
    base, bridge, tunnel, height, cover, width, side, earth = fixed
    if above > height:
        return bridge
    if above < -cover:
        return tunnel
    return base + earth * (width * abs(above) + side * above * above)


@njit(cache=True)
def best_profile(
    ground: np.ndarray, step: float, level: float, levels: int, fixed: np.ndarray
) -> tuple[np.ndarray, float]:
    """
    Return the cheapest heights at stations and their cost, both ends on the ground.

    Heights are `ground[0] + level × k`; from a station to the next, k changes by `levels` at most.
    """
    count = len(ground)
    low = int(np.floor((ground.min() - ground[0]) / level)) - 1
    size = int(np.ceil((ground.max() - ground[0]) / level)) + 2 - low
    cost = np.full(size, np.inf)
    cost[-low] = step / 2 * _station_cost(0.0, fixed)
    came = np.zeros((count, size), dtype=np.int8)
    for station in range(1, count):
        weight = step if station < count - 1 else step / 2
        after = np.full(size, np.inf)
        for k in range(size):
            for change in range(-levels, levels + 1):
                other = k - change
                if 0 <= other < size and cost[other] < after[k]:
                    after[k] = cost[other]
                    came[station, k] = change
            if after[k] < np.inf:
                above = ground[0] + level * (low + k) - ground[station]
                after[k] += weight * _station_cost(above, fixed)
        cost = after
    k = int(np.round((ground[-1] - ground[0]) / level)) - low
    total = cost[k]
    profile = np.zeros(count)
    for station in range(count - 1, -1, -1):
        profile[station] = ground[0] + level * (low + k)
        k -= came[station, k]
    return profile, total


def least_radius(points_m: np.ndarray, window_m: float) -> float:
    """Return the radius of the tightest circle fitted to a window of that length."""
    return float(radii(points_m, window_m).min(initial=np.inf))


def radii(points_m: np.ndarray, window_m: float) -> np.ndarray:
    """
    Return the radius of the circle fitted to the window about each station.

    The fit is Taubin's (1991, IEEE Trans. Pattern Anal. Mach. Intell. 13, 1115–1138), which takes
    a window with a turning point for a straight. Windows that would reach beyond an end of the
    line are left out.
    """
    step = float(np.hypot(*np.diff(points_m, axis=0).T).mean())
    half = max(2, round(window_m / step / 2))
    if len(points_m) < 2 * half + 1:
        return np.zeros(0)
    window = np.lib.stride_tricks.sliding_window_view(points_m, 2 * half + 1, axis=0)
    x, y = (window - window.mean(axis=2, keepdims=True)).transpose(1, 0, 2)
    z = x * x + y * y
    xx, xy, yy, xz, yz, zz = ((a * b).mean(1) for a, b in (
        (x, x), (x, y), (y, y), (x, z), (y, z), (z, z)
    ))  # fmt: skip
    size = xx + yy
    cov, spread = xx * yy - xy * xy, zz - size * size
    a3, a2 = 4 * size, -3 * size * size - zz
    a1 = spread * size + 4 * cov * size - xz * xz - yz * yz
    a0 = xz * (xz * yy - yz * xy) + yz * (yz * xx - xz * xy) - spread * cov
    root = np.zeros_like(size)
    for _ in range(30):  # Newton's method finds the least root from 0
        slope = a1 + root * (2 * a2 + 3 * a3 * root)
        slope = np.where(slope == 0, 1, slope)
        root = root - (a0 + root * (a1 + root * (a2 + root * a3))) / slope
    det = root * root - root * size + cov
    straight = det <= 1e-10 * size * size
    det = np.where(straight, 1, det)
    a, b = (xz * (yy - root) - yz * xy) / det / 2, (yz * (xx - root) - xz * xy) / det / 2
    return np.where(straight, np.inf, np.sqrt(a * a + b * b + size))


def smooth_to_radius(
    line_m: np.ndarray, spacing_m: float, radius_m: float, *, everywhere: bool
) -> np.ndarray:
    """
    Return a line smoothed until no circle fitted to it is tighter than a radius.

    Each point is the mean of the line about it, weighted by a Gaussian. The Gaussian is as narrow
    as will do: one for the whole line, or one for each point, widened about the bends that are
    too tight. Beyond its ends the line goes on turned about them, so that they stay.
    """
    points = stations(line_m, spacing_m)
    widths = np.r_[0, 1.1 ** np.arange(65)]
    count = len(points)
    turned = np.vstack([2 * points[0] - points[:0:-1], points, 2 * points[-1] - points[-2::-1]])
    ladder = np.stack([points] + [
        gaussian_filter1d(turned, width, axis=0)[count - 1 : 2 * count - 1] for width in widths[1:]
    ])  # fmt: skip
    every, reach = np.arange(count), round(2 * radius_m / spacing_m)
    level = np.zeros(len(points))
    for _ in range(20 * len(widths)):
        rung = np.clip(gaussian_filter1d(level, reach), 0, len(widths) - 1.001)
        low, part = rung.astype(int), (rung % 1)[:, None]
        line = (1 - part) * ladder[low, every] + part * ladder[low + 1, every]
        even = stations(line, spacing_m)
        bends = radii(even, radius_m)
        if bends.min(initial=np.inf) >= radius_m:
            return line
        if everywhere:
            level += 1
            continue
        along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
        tight = np.flatnonzero(bends < radius_m) + (len(even) - len(bends)) // 2
        at = np.interp(along[-1] * tight / (len(even) - 1), along, every)
        near = np.zeros(len(points), dtype=bool)
        near[np.round(at).astype(int)] = True
        level += np.convolve(near, np.ones(2 * reach + 1), mode="same") > 0
    return line


def fractal_terrain(
    side: int, *, cell_m: float, hurst: float, rise_m: float, lag_m: float = 1_000, seed: int = 0
) -> np.ndarray:
    """
    Return rough ground made by spectral synthesis of fractional Brownian motion.

    Parameters
    ----------
    side
        Cells along each side.
    cell_m
        Side of a cell.
    hurst
        Hurst exponent: heights some distance apart differ by the distance to this power.
    rise_m
        Root mean square difference of heights `lag_m` apart.
    lag_m
        See there.
    seed
        Seed of the random numbers.
    """
    whole = 2 * side if side <= 1_000 else side + side // 4
    rng = np.random.default_rng(seed)
    noise = np.fft.rfft2(rng.standard_normal((whole, whole)).astype(np.float32))
    wave = np.hypot(np.fft.fftfreq(whole)[:, None], np.fft.rfftfreq(whole)[None, :])
    wave[0, 0] = np.inf
    ground = np.fft.irfft2(noise * wave ** -(hurst + 1), s=(whole, whole))[:side, :side]
    lag = max(1, round(lag_m / cell_m))
    rises = np.concatenate([
        (ground[lag:] - ground[:-lag]).ravel(), (ground[:, lag:] - ground[:, :-lag]).ravel()
    ])  # fmt: skip
    ground *= rise_m / np.sqrt(np.mean(rises**2)) * (lag * cell_m / lag_m) ** hurst
    return (ground - ground.min()).astype(np.float32)
