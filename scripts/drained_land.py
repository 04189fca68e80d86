"""Land that rivers have cut: fractal ground, drained and carved by the stream power law."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from kernels_drained_land import creep, cut, drain, flood, gather
from numpy.typing import NDArray

FIGURES = Path(__file__).with_name("drained_land.csv")

Heights = NDArray[np.float64]


@cache
def figures() -> dict[str, float]:
    """Return the figures of the land by name; their units and sources are in `FIGURES`."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def make_land(*, side: int, cell_m: float, rise_m: float, seed: int) -> Heights:
    """
    Return heights of land with valleys [m].

    Parameters
    ----------
    side
        Rows and columns.
    cell_m
        Distance between them [m].
    rise_m
        Root mean square difference of heights 1 km apart [m].
    seed
        Of the noise.
    """
    land = _carved(side, cell_m, seed)
    return land * rise_m / rise_over(land, distance_m=1_000, cell_m=cell_m)


@cache
def _carved(side: int, cell_m: float, seed: int) -> Heights:
    """Return land of no particular height."""
    margin = round(figures()["margin_m"] / cell_m)
    whole = carve(make_noise(side=side + 2 * margin, cell_m=cell_m, seed=seed), cell_m=cell_m)
    return whole[margin : margin + side, margin : margin + side]


def make_noise(*, side: int, cell_m: float, seed: int) -> Heights:
    """Return ground made by spectral synthesis whose roughness changes at a wavelength."""
    known = figures()
    whole = 2 * side
    noise = np.fft.rfft2(np.random.default_rng(seed).standard_normal((whole, whole)))
    wave = np.hypot(np.fft.fftfreq(whole)[:, None], np.fft.rfftfreq(whole)[None, :])
    wave *= known["crossover_m"] / cell_m
    wave[0, 0] = np.inf
    fall = np.where(wave < 1, known["large_hurst"], known["fine_hurst"]) + 1
    ground = np.fft.irfft2(noise * wave**-fall, s=(whole, whole))[:side, :side]
    return np.asarray(ground / ground.std(), np.float64)


def carve(ground: Heights, *, cell_m: float) -> Heights:
    """
    Let rivers cut and soil creep; the border is held.

    With the slope to the first power heights may be scaled afterwards: the law is linear in them.
    """
    known = figures()
    step_a = known["carving_a"] / known["carving_steps"]
    reach = known["diffusivity_m2_per_a"] * step_a / cell_m**2
    times = max(1, int(np.ceil(reach / known["stable_share"])))
    for _ in range(int(known["carving_steps"])):
        level, order = flood(ground, known["least_fall"])
        target, way = drain(level)
        area_m2 = gather(order, target) * cell_m**2
        power = known["erodibility_per_a"] * step_a * np.sqrt(area_m2) / cell_m
        ground = creep(cut(level, order, target, way, power), reach / times, times)
    return ground


def rise_over(ground: Heights, *, distance_m: float, cell_m: float) -> float:
    """Return the root mean square difference of heights along rows and columns [m]."""
    lag = round(distance_m / cell_m)
    down, across = ground[lag:] - ground[:-lag], ground[:, lag:] - ground[:, :-lag]
    return float(np.sqrt((np.mean(down**2) + np.mean(across**2)) / 2))
