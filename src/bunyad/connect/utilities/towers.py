"""Where the towers of a power line stand, and what the line costs with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.utilities.designs import forest_factor, site_factor, tower_class, track_usd
from bunyad.connect.utilities.kernels_way import spot_towers
from bunyad.connect.utilities.model import Built, Item, Land, UtilityDesign
from bunyad.connect.utilities.walk import Walk
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Array = NDArray[np.float64]


def build_line(walk: Walk, land: Land, design: UtilityDesign, options: ConnectOptions) -> Built:
    """
    Spot towers along a way and sum up the line.

    Towers stand at the ends, at bends and between, of the heights that the class has; wires keep
    their clearance over the ground, and no tower stands in water unless a crossing is too long
    for one span. The cost of a tower grows with its height, and with what its site asks for.

    Raises
    ------
    InfeasibleError
        If no towers of the class keep the wires off the ground.
    """
    kv = tower_class(design.kv)
    steps = int(kv["steps"])
    rise = float(kv["attachment_m"]) + float(kv["step_m"]) * np.arange(steps)
    base = options.line_tower_share * design.unit_usd * float(kv["normal_span_m"])
    usd = _tower_prices(walk, land, options, base * rise / rise[0]) * design.factor("towers")
    chosen = spot_towers(
        walk.along_m, walk.ground_m, usd, rise, walk.is_bend | walk.is_end,
        float(kv["longest_span_m"]), float(kv["normal_span_m"]), float(kv["sag_m"]),
        float(kv["clearance_m"]),
    )  # fmt: skip
    stands = np.flatnonzero(chosen >= 0)
    if len(stands) < 2:
        raise InfeasibleError(
            f"no towers of {design.name} keep the wires over the ground here",
            clashing=("connect.line_station_m",),
            mend="give a place to go through, or lower connect.line_station_m",
        )
    marks = np.where(walk.is_bend[stands] | walk.is_end[stands], "angle tower", "tower")
    stations = pd.DataFrame(
        {
            "station_km": walk.along_m[stands] / 1e3,
            "ground_m": walk.ground_m[stands],
            "height_m": walk.ground_m[stands] + rise[chosen[stands]],
            "mark": marks,
        }
    )
    return Built(
        items=_list_items(walk, land, design, options, usd[stands, chosen[stands]]),
        stations=stations,
        towers=len(stands),
        longest_span_m=float(np.diff(walk.along_m[stands]).max()),
    )


def _tower_prices(walk: Walk, land: Land, options: ConnectOptions, usd: Array) -> Array:
    """Return the cost of a tower by place and height; infinite in water where it may span it."""
    price = walk.read(site_factor(land, options))[:, None] * usd[None, :]
    price[walk.is_bend | walk.is_end] *= options.line_angle_factor
    in_water = (walk.read(land.ground.water) > 0) & ~(walk.is_bend | walk.is_end)
    price[in_water] *= options.lake_factor
    return np.asarray(price, np.float64)


def _list_items(
    walk: Walk, land: Land, design: UtilityDesign, options: ConnectOptions, towers: Array
) -> tuple[Item, ...]:
    """Sum the line up by item; near settlements all of it is dearer."""
    usd, km = design.unit_usd, walk.length_m / 1e3
    wire = usd * (1 - options.line_tower_share) * km * 1e3 * design.factor("conductors")
    forest = walk.middle(forest_factor(land, options))
    cleared_km = float(walk.piece_m[forest > 0].sum()) / 1e3
    clearing = float((usd * forest * walk.piece_m).sum()) * design.factor("clearing")
    track = walk.middle(track_usd(land, options))
    access = float((track * walk.piece_m).sum()) * design.factor("access")
    near = float(walk.piece_m[walk.middle(land.settled.astype(float)) > 0].sum())
    first = towers.sum() + wire + clearing + access
    settled = first / walk.length_m * near * (options.line_settlement_factor - 1)
    return (
        Item(name="towers", quantity=len(towers), unit="towers", cost_usd=float(towers.sum()),
             option="connect.line_tower_share"),
        Item(name="conductors", quantity=km, unit="km", cost_usd=wire,
             option=f"connect.{_stem(design, options)}_usd_per_km"),
        Item(name="clearing", quantity=cleared_km, unit="km", cost_usd=clearing,
             option="connect.line_forest_factor"),
        Item(name="access", quantity=float(walk.piece_m[track > 0].sum()) / 1e3, unit="km",
             cost_usd=access, option="connect.mast_track_usd_per_km"),
        Item(name="settlements", quantity=near / 1e3, unit="km",
             cost_usd=float(settled) * design.factor("settlements"),
             option="connect.line_settlement_factor"),
    )  # fmt: skip


def _stem(design: UtilityDesign, options: ConnectOptions) -> str:
    """Return the name that the options give the voltage."""
    stems = {options.high_voltage_kv: "high_voltage", options.regional_voltage_kv: "regional"}
    return stems.get(design.kv, "distribution")
