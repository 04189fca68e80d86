"""Head along a pipeline: friction, pumps, pressure, and what the pipe costs with them."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10, pi

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.utilities.designs import power_usd, pump_kw, read_table
from bunyad.connect.utilities.model import Built, Item, Land, UtilityDesign
from bunyad.connect.utilities.walk import Walk
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Array = NDArray[np.float64]
GRAVITY = 9.81
"""Acceleration of gravity [m/s²]."""
VISCOSITY = 1.31e-6
"""Kinematic viscosity of water at 10 °C [m²/s]."""
M_PER_BAR = 10.2
"""Head of water of one bar [m]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The head along a pipeline, and where it changes."""

    head_m: Array
    """Height that the water would rise to, after what stands at the station."""
    top_m: Array
    """Highest pressure on each piece, as a head above the ground."""
    lifts_m: dict[int, float]
    """What the pump at a station lifts."""
    breaks: tuple[int, ...]
    """Stations where pressure is taken off."""


def build_pipe(walk: Walk, land: Land, design: UtilityDesign, options: ConnectOptions) -> Built:
    """Reckon heads along a way and sum up the pipeline."""
    heads = run_heads(walk, design, options=options)
    mark = np.full(len(walk.along_m), "", object)
    mark[list(heads.breaks)] = "break"
    mark[list(heads.lifts_m)] = "pump"
    lift = sum(heads.lifts_m.values())
    return Built(
        items=_list_items(walk, land, design, options, heads),
        stations=pd.DataFrame(
            {"station_km": walk.along_m / 1e3, "ground_m": walk.ground_m,
             "height_m": heads.head_m, "mark": mark.astype(str)}
        ),
        pumps=len(heads.lifts_m),
        lift_m=lift,
        power_usd_per_year=power_usd(pump_kw(lift, options), options),
    )  # fmt: skip


def friction_slope(diameter_m: float, *, options: ConnectOptions) -> float:
    """
    Return the head that the full flow loses on each metre of pipe [-].

    Darcy–Weisbach with the friction factor of Swamee and Jain (Explicit equations for pipe-flow
    problems, Journal of the Hydraulics Division 102, 1976).

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> smooth = ConnectOptions(pipe_flow_l_per_s=100, pipe_roughness_mm=0.2)
    >>> round(1e3 * friction_slope(0.3, options=smooth), 1)  # m/km
    6.5
    """
    flow = options.pipe_flow_l_per_s / 1e3
    speed = flow / (pi * diameter_m**2 / 4)
    reynolds = speed * diameter_m / VISCOSITY
    rough = options.pipe_roughness_mm / 1e3 / (3.7 * diameter_m)
    factor = 0.25 / log10(rough + 5.74 / reynolds**0.9) ** 2
    return float(factor / diameter_m * speed**2 / (2 * GRAVITY))


def run_heads(walk: Walk, design: UtilityDesign, *, options: ConnectOptions) -> Heads:
    """
    Find where pumps and pressure breaks stand so that the head stays within its limits.

    Water starts from a tank at the ground. A pump stands as late as the least head allows and
    lifts what the next high ground asks for, at most its own limit; a tank takes pressure off
    where the strongest pipe could not bear it.

    Raises
    ------
    InfeasibleError
        If the ground rises more between two stations than a pump lifts.
    """
    ground, least = walk.ground_m, options.pipe_least_head_m
    most = M_PER_BAR * float(read_table("pipes")["pressure_bar"].max())
    loss = friction_slope(design.diameter_m, options=options) * walk.piece_m
    lost = np.concatenate([[0.0], np.cumsum(loss)])
    head = np.empty(len(ground))
    lifts: dict[int, float] = {}
    breaks: list[int] = []
    top = np.empty(len(loss))
    now = float(ground[0]) + least
    for at in range(len(ground)):
        if at < len(loss) and now - loss[at] < ground[at + 1] + least - 1e-9:
            asked = float((ground[at:] + least + lost[at:] - lost[at]).max()) - now
            room = most - (now - float(ground[at]))
            lift = min(asked, options.pipe_pump_head_m, room)
            now += lift
            lifts[at] = lift
            if now - loss[at] < ground[at + 1] + least - 1e-9:
                raise _too_steep(at, walk)
        elif at < len(loss) and now - loss[at] - ground[at + 1] > most:
            now = float(max(ground[at], ground[at + 1] + loss[at])) + least
            breaks.append(at)
        head[at] = now
        if at < len(loss):
            top[at] = max(now - ground[at], now - loss[at] - ground[at + 1])
            now -= loss[at]
    return Heads(head_m=head, top_m=top, lifts_m=lifts, breaks=tuple(breaks))


def _list_items(
    walk: Walk, land: Land, design: UtilityDesign, options: ConnectOptions, heads: Heads
) -> tuple[Item, ...]:
    """Sum the pipeline up by item."""
    usd, piece = design.unit_usd, walk.piece_m
    classes = read_table("pipes")
    position = np.searchsorted(classes["pressure_bar"].to_numpy() * M_PER_BAR, heads.top_m - 1e-9)
    stronger = classes["cost_factor"].to_numpy(float)[position.clip(0, len(classes) - 1)]
    slope = walk.middle(land.slope_percent) * options.pipe_slope_surcharge
    away = walk.middle(land.road_m) > options.utility_road_m
    kw = pump_kw(sum(heads.lifts_m.values()), options)
    pumps = len(heads.lifts_m) * options.pipe_pump_usd + kw * options.pipe_pump_usd_per_kw
    rivers = walk.rivers * options.pipe_river_usd
    water = walk.middle(np.where(land.ground.water > 0, options.lake_factor - 1, 0.0))
    rows = [
        ("pipe", walk.length_m / 1e3, "km", (usd * stronger * piece).sum(), "pipe_usd_per_mm_m"),
        ("slopes", walk.length_m / 1e3, "km", (usd * slope * piece).sum(), "pipe_slope_surcharge"),
        ("access", piece[away].sum() / 1e3, "km",
         usd * options.pipe_track_share * piece[away].sum(), "pipe_track_share"),
        ("rivers", walk.rivers, "rivers", rivers, "pipe_river_usd"),
        ("pumps", kw, "kW", pumps, "pipe_pump_usd_per_kw"),
        ("breaks", len(heads.breaks), "tanks", len(heads.breaks) * options.pipe_break_usd,
         "pipe_break_usd"),
        ("water", piece[water > 0].sum() / 1e3, "km", usd * (water * piece).sum(), "lake_factor"),
    ]  # fmt: skip
    return tuple(
        Item(name=name, quantity=float(quantity), unit=unit,
             cost_usd=float(cost) * design.factor(name), option=f"connect.{option}")
        for name, quantity, unit, cost, option in rows
    )  # fmt: skip


def _too_steep(at: int, walk: Walk) -> InfeasibleError:
    return InfeasibleError(
        f"the ground rises faster than a pump lifts at {walk.along_m[at] / 1e3:.1f} km",
        clashing=("connect.pipe_pump_head_m", "connect.pipe_least_head_m"),
        mend="raise connect.pipe_pump_head_m",
    )
